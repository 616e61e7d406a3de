import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One post of the simulator and its result.
struct Delivery: Codable, Sendable {
    enum Kind: String, Codable, Sendable {
        case outcome
        case receipt
    }

    let kind: Kind
    let url: String
    let webhookID: String
    /// The body of the post, as text.
    let sent: String
    let tries: Int
    /// `nil` if there was no response.
    let status: Int?
    let answer: String?

    enum CodingKeys: String, CodingKey {
        case kind, url, sent, tries, status, answer
        case webhookID = "webhook_id"
    }
}

/// Posts signed bodies; retries a few times without a response or after a 429 or 5xx.
struct Courier: Sendable {
    static let pausesMilliseconds = [200, 500, 1_000, 2_000]
    static let timeoutSeconds = 30.0
    static let answerBytesKept = 8_192

    private let session: URLSession

    init() {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = Self.timeoutSeconds
        configuration.httpMaximumConnectionsPerHost = 64
        session = URLSession(configuration: configuration, delegate: RedirectRefusal(), delegateQueue: nil)
    }

    /// - Returns: the result of the last attempt; all attempts have the same `webhook-id` but a new timestamp.
    func post(_ kind: Delivery.Kind, _ body: [UInt8], to url: String, signer: WebhookSigner) async -> Delivery {
        let webhookID = "msg_" + UUID().uuidString.lowercased()
        var tries = 0
        var answer: (status: Int, text: String)?
        while true {
            tries += 1
            answer = await once(body, to: url, webhookID: webhookID, signer: signer)
            let isDone = answer.map { $0.status < 500 && $0.status != 429 } ?? false
            guard !isDone, tries <= Self.pausesMilliseconds.count else { break }
            let pause = Duration.milliseconds(Self.pausesMilliseconds[tries - 1])
            do { try await Task.sleep(for: pause) } catch { break }
        }
        return Delivery(
            kind: kind, url: url, webhookID: webhookID, sent: String(decoding: body, as: UTF8.self), tries: tries,
            status: answer?.status, answer: answer?.text)
    }

    private func once(
        _ body: [UInt8], to url: String, webhookID: String, signer: WebhookSigner
    ) async -> (status: Int, text: String)? {
        guard let target = URL(string: url) else { return nil }
        var request = URLRequest(url: target)
        request.httpMethod = "POST"
        request.httpBody = Data(body)
        request.setValue("application/json", forHTTPHeaderField: "content-type")
        request.setValue("application/json", forHTTPHeaderField: "accept")
        let now = Int64(exactly: Date.now.timeIntervalSince1970.rounded(.down)) ?? 0
        for (name, value) in signer.headers(id: webhookID, unixSeconds: now, body: body) {
            request.setValue(value, forHTTPHeaderField: name)
        }
        guard let (data, response) = try? await session.data(for: request), let http = response as? HTTPURLResponse
        else {
            return nil
        }
        return (http.statusCode, String(decoding: data.prefix(Self.answerBytesKept), as: UTF8.self))
    }
}

/// A redirect counts as a failure and is not followed.
final class RedirectRefusal: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}

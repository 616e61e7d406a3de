import Foundation
import HTTPTypes
import Hummingbird

/// A request of the sender that is graded.
struct SentPost: Sendable {
    let method: String
    let path: String
    /// Names in lower case, lines joined by `, `.
    let headers: [String: String]
    let body: [UInt8]
    let receivedAt: Date
    /// The status of the response.
    let answered: Int

    var id: String? { headers["webhook-id"] }
}

/// Stores what arrives, and decides the responses.
actor SenderRecorder {
    static let maximumPosts = 1_000
    static let quietSeconds = 5.0

    private(set) var posts: [SentPost] = []
    /// The messages in the order of their first post: by id, or by body without one.
    private var messages: [String] = []

    func record(method: String, path: String, headers: [String: String], body: [UInt8], at now: Date) -> Int {
        let message = headers["webhook-id"] ?? String(decoding: body, as: UTF8.self)
        if !messages.contains(message), messages.count < Self.maximumPosts { messages.append(message) }
        let tries = posts.count { ($0.id ?? String(decoding: $0.body, as: UTF8.self)) == message }
        let status =
            switch messages.firstIndex(of: message) {
            case 0 where tries < 2: 503
            case 1: 422
            default: 201
            }
        if posts.count < Self.maximumPosts {
            posts.append(
                SentPost(
                    method: method, path: path, headers: headers, body: body, receivedAt: now, answered: status))
        }
        return status
    }

    /// Whether two messages were answered finally, and nothing has arrived for a while.
    func isDone(at now: Date) -> Bool {
        guard let last = posts.last, messages.count >= 2, posts.contains(where: { $0.answered == 201 }) else {
            return false
        }
        return now.timeIntervalSince(last.receivedAt) >= Self.quietSeconds
    }
}

/// Listens for the sender that is graded.
struct SenderListener: Sendable {
    let recorder: SenderRecorder
    let host: String
    let port: Int

    func listen(seconds: Int) async throws {
        let router = Router()
        for method in [HTTPRequest.Method.post, .put, .get] {
            router.on("**", method: method) { request, _ in try await answer(request) }
        }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "psp-simulator"))
        let end = Date.now.addingTimeInterval(Double(seconds))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask {
                while Date.now < end, await !recorder.isDone(at: .now) { try await Task.sleep(for: .milliseconds(200)) }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        let buffer = try await request.body.collect(upTo: 4 * PortalRoutes.bodyBytes)
        var headers: [String: String] = [:]
        for field in request.headers {
            let name = field.name.canonicalName
            headers[name] = headers[name].map { "\($0), \(field.value)" } ?? field.value
        }
        let status = await recorder.record(
            method: request.method.rawValue, path: request.uri.path, headers: headers,
            body: [UInt8](buffer.readableBytesView), at: .now)
        return Response(
            status: HTTPResponse.Status(code: status), headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: "{}")))
    }
}

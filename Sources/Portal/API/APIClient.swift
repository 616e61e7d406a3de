import Foundation
import JSON

/// Who a call is for: the citizen's token or the staff member's key, the language of texts, and the address of the browser.
struct APICaller: Sendable {
    var accessToken: String?
    /// Replaces the portal's own key at the staff desk.
    var staffKey: String?
    var language = Language.it
    /// The service throttles sign-in attempts by it.
    var address: String?

    /// The same visitor without the account.
    var asGuest: APICaller {
        var copy = self
        copy.accessToken = nil
        return copy
    }
}

/// The calls of the portal to the service, all with its API key.
struct APIClient: Sendable {
    let transport: any APITransport
    let apiKey: String

    /// - Throws: `APIError`.
    func reply(_ request: APIRequest, as caller: APICaller) async throws -> APIReply {
        var request = request
        request.headers.append(("Authorization", "Bearer \(caller.staffKey ?? apiKey)"))
        request.headers.append(("Accept-Language", caller.language.rawValue))
        if let token = caller.accessToken { request.headers.append(("X-Citizen-Token", token)) }
        if let address = caller.address { request.headers.append(("Citizen-Address", address)) }
        if request.body != nil, !request.headers.contains(where: { $0.name == "Content-Type" }) {
            request.headers.append(("Content-Type", "application/json"))
        }
        let reply: APIReply
        do { reply = try await transport.send(request) } catch {
            throw APIError.unavailable(retryAfterSeconds: nil)
        }
        try reply.checked(for: caller)
        return reply
    }

    /// - Throws: `APIError`.
    func get(_ path: String, query: [(String, String?)] = [], as caller: APICaller) async throws -> JSONValue {
        try await json(APIRequest(path: path + Self.query(query)), as: caller)
    }

    /// - Throws: `APIError`.
    func post(
        _ path: String, _ body: [UInt8], idempotencyKey: String? = nil, timeoutSeconds: Int64 = 20,
        as caller: APICaller
    ) async throws -> JSONValue {
        var request = APIRequest(method: "POST", path: path, body: body, timeoutSeconds: timeoutSeconds)
        if let idempotencyKey { request.headers.append(("Idempotency-Key", idempotencyKey)) }
        return try await json(request, as: caller)
    }

    func json(_ request: APIRequest, as caller: APICaller) async throws -> JSONValue {
        let reply = try await reply(request, as: caller)
        guard !reply.body.isEmpty else { return .null }
        guard let value = try? JSONValue.parse(reply.body) else {
            throw APIError.unavailable(retryAfterSeconds: nil)
        }
        return value
    }

    /// `?a=b&c=d`; values that are nil or empty are left out.
    static func query(_ pairs: [(String, String?)]) -> String {
        let written = pairs.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : "\(name)=\(encoded($0))" }
        }
        return written.isEmpty ? "" : "?" + written.joined(separator: "&")
    }

    /// A value in a query, or one segment of a path.
    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}

/// A path segment that came with a browser's request: an id or a code, never a path.
struct Segment: Sendable, Equatable {
    let text: String

    init?(_ text: String?) {
        guard let text, (1...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x2D || byte == 0x5F
            })
        else { return nil }
        self.text = text
    }
}

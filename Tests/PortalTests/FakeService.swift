import Foundation
import JSON
import Logging
import Synchronization

@testable import Portal

/// Plays the service: answers by method and path, and records what it was asked.
final class FakeService: APITransport {
    struct Away: Error {}

    private let answers = Mutex<[String: APIReply]>([:])
    private let sent = Mutex<[APIRequest]>([])
    private let isAway = Mutex(false)

    var requests: [APIRequest] { sent.withLock { $0 } }

    func goAway(_ value: Bool = true) { isAway.withLock { $0 = value } }

    func answer(_ call: String, status: Int = 200, etag: String? = nil, type: String? = nil, _ json: String) {
        let headers = [("ETag", etag), ("Content-Type", type)].compactMap { name, value in value.map { (name, $0) } }
        answers.withLock { $0[call] = APIReply(status: status, headers: headers, body: Array(json.utf8)) }
    }

    func refuse(_ call: String, status: Int, code: String, detail: String = "d", pointers: [String] = []) {
        let violations = pointers.map { #"{"pointer":"\#($0)","code":"invalid","detail":"d"}"# }.joined(separator: ",")
        answer(
            call, status: status,
            #"{"type":"https://api.example.org/problems/\#(code)","title":"t","detail":"\#(detail)","status":\#(status),"violations":[\#(violations)]}"#
        )
    }

    func send(_ request: APIRequest) async throws -> APIReply {
        sent.withLock { $0.append(request) }
        if isAway.withLock({ $0 }) { throw Away() }
        let path = request.path.split(separator: "?").first.map(String.init) ?? ""
        return answers.withLock { $0["\(request.method) \(path)"] } ?? APIReply(status: 404)
    }
}

/// A browser without script: it sends cookies back and follows no redirect.
final class Browser {
    let app: PortalApp
    let service: FakeService
    var cookies: [String: String] = [:]
    var language = "it"
    private(set) var last = OutgoingResponse(status: 0)

    init(_ service: FakeService = FakeService(), configure: (inout PortalSettings) -> Void = { _ in }) {
        self.service = service
        var settings = PortalSettings()
        settings.apiURL = "https://api.example.org"
        settings.publicURL = "https://portale.example.org"
        settings.apiKey = "qz_test"
        settings.cookieKey = [UInt8](repeating: 7, count: 32)
        configure(&settings)
        app = PortalApp(
            settings: settings, transport: service, identityProvider: service, logger: Logger(label: "test"))
    }

    var page: String { String(decoding: last.body, as: UTF8.self) }
    var location: String? { last.values("location").first }

    /// The token in the first form of the page.
    var csrf: String {
        guard let mark = page.range(of: #"name="csrf" value=""#) else { return "" }
        return String(page[mark.upperBound...].prefix { $0 != "\"" })
    }

    @discardableResult
    func get(_ path: String) async -> OutgoingResponse {
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        return await send(
            IncomingRequest(method: "GET", path: parts.first ?? "/", query: parts.dropFirst().first ?? ""))
    }

    @discardableResult
    func post(_ path: String, _ fields: [String: String], csrf: String? = nil, headers: [String: String] = [:]) async
        -> OutgoingResponse
    {
        var fields = fields
        fields["csrf"] = csrf ?? self.csrf
        let body = fields.map { "\(APIClient.encoded($0.key))=\(APIClient.encoded($0.value))" }.joined(separator: "&")
        return await send(IncomingRequest(method: "POST", path: path, headers: headers, body: Array(body.utf8)))
    }

    func post(_ path: String, type: String, body: [UInt8]) async -> OutgoingResponse {
        await send(IncomingRequest(method: "POST", path: path, headers: ["content-type": type], body: body))
    }

    /// A request of any method.
    func send(method: String, _ path: String) async -> OutgoingResponse {
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        return await send(
            IncomingRequest(method: method, path: parts.first ?? "/", query: parts.dropFirst().first ?? ""))
    }

    private func send(_ request: IncomingRequest) async -> OutgoingResponse {
        var request = request
        request.cookies = cookies
        request.headers["accept-language"] = language
        request.address = "203.0.113.7"
        last = await app.respond(to: request)
        for header in last.values("set-cookie") {
            let pair = header.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1).map(String.init)
            if let name = pair.first { cookies[name] = pair.dropFirst().first ?? "" }
        }
        return last
    }

    func signIn() async {
        service.answer(
            "POST /v1/sessions",
            #"{"access_token":"access-1","refresh_token":"refresh-1","token_type":"Bearer","expires_in":600}"#)
        await get("/sign-in")
        await post("/sign-in", ["username": "mario@example.org", "password": "quattro gatti sul tetto"])
    }
}

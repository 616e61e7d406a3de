import Addresses
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import Portal

/// What reaches the pages from the network, and what does not.
@Suite struct ResponderTests {
    private let service = FakeService()

    private func app() -> PortalApp { Browser(service) { $0.offersDesk = true }.app }

    private func send(
        _ responder: some HTTPResponder<PageContext>, _ method: HTTPRequest.Method, _ path: String,
        _ headers: HTTPFields = [:], _ body: [UInt8] = [], peer: String? = nil
    ) async throws -> Response {
        let channel = EmbeddedChannel()
        if let peer { channel.remoteAddress = try SocketAddress(ipAddress: peer, port: 40_000) }
        let head = HTTPRequest(
            method: method, scheme: "https", authority: "portale.example.org", path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let context = PageContext(
            source: ApplicationRequestContextSource(channel: channel, logger: Logger(label: "test")))
        return try await responder.respond(to: request, context: context)
    }

    private let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]

    @Test func `a page is sent with its headers, and HEAD without its body`() async throws {
        let responder = PageResponder(app: app(), proxies: .none)
        let get = try await send(responder, .get, "/sign-in?language=de")
        #expect(get.status == .ok && get.headers[.contentType] == "text/html; charset=utf-8")
        #expect(get.body.contentLength ?? 0 > 1_000)
        #expect(get.headers[values: .setCookie].count == 2)
        let head = try await send(responder, .head, "/sign-in")
        #expect(head.status == .ok && head.body.contentLength == 0)
    }

    @Test(arguments: [(2_048, HTTPResponse.Status.notFound), (2_049, .uriTooLong)])
    func `an address is limited to 2 KiB`(bytes: Int, status: HTTPResponse.Status) async throws {
        let responder = PageResponder(app: app(), proxies: .none)
        let path = "/" + String(repeating: "a", count: bytes - 1)
        #expect(try await send(responder, .get, path).status == status)
    }

    @Test(arguments: [(16 << 10, HTTPResponse.Status.forbidden), ((16 << 10) + 1, .contentTooLarge)])
    func `a form is limited to 16 KiB`(bytes: Int, status: HTTPResponse.Status) async throws {
        let responder = PageResponder(app: app(), proxies: .none)
        // Few values of 4 KiB each, so that only the size decides.
        var body = ""
        while body.utf8.count < bytes { body += "f\(body.utf8.count)=" + String(repeating: "x", count: 3_000) + "&" }
        let response = try await send(responder, .post, "/sign-in", form, Array(body.utf8.prefix(bytes)))
        #expect(response.status == status)
    }

    @Test(arguments: ["", "text/plain", "application/json", "multipart/form-data; boundary=x", "application/xml"])
    func `a body of another type is refused`(type: String) async throws {
        let responder = PageResponder(app: app(), proxies: .none)
        let headers: HTTPFields = type.isEmpty ? [:] : [.contentType: type]
        #expect(
            try await send(responder, .post, "/sign-in", headers, Array("a=b".utf8)).status == .unsupportedMediaType)
        // Without a session a file is not read, however its form looks.
        #expect(
            try await send(responder, .post, "/desk/imports", headers, Array("a=b".utf8)).status
                == .unsupportedMediaType)
    }

    @Test func `cookies are read from several headers, and of repeated ones the first counts`() async throws {
        let responder = PageResponder(app: app(), proxies: .none)
        var headers = HTTPFields()
        headers.append(HTTPField(name: .cookie, value: "a=b; portal-language=sl; =; x"))
        headers.append(HTTPField(name: .cookie, value: "portal-language=fr"))
        let response = try await send(responder, .get, "/", headers)
        #expect(response.headers[.contentLanguage] == "sl")
    }

    @Test(
        arguments: [
            ("203.0.113.9", nil, "203.0.113.9"), ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"), ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "unsinn", "10.0.0.1"), ("10.0.0.1", nil, "10.0.0.1"),
        ] as [(String, String?, String)])
    func `the service is told the browser's address, which only a trusted proxy may name`(
        peer: String, forwarded: String?, address: String
    ) async throws {
        let responder = PageResponder(app: app(), proxies: try TrustedProxies("10.0.0.0/8"))
        var headers = HTTPFields()
        if let forwarded, let name = HTTPField.Name("X-Forwarded-For") { headers[name] = forwarded }
        service.answer("GET /v1/help", #"{"items":[]}"#)
        service.answer("GET /v1/creditors", #"{"items":[]}"#)
        #expect(try await send(responder, .get, "/help", headers, peer: peer).status == .ok)
        #expect(service.last("GET", "/v1/help")?.header("Citizen-Address") == address)
    }

    @Test func `the port for metrics knows no pages and no forms`() async throws {
        let responder = ReportResponder(app: app())
        let metrics = try await send(responder, .get, "/metrics")
        #expect(metrics.status == .ok && metrics.headers[.contentType] == "text/plain; version=0.0.4")
        #expect(try await send(responder, .head, "/metrics").body.contentLength == 0)
        #expect(try await send(responder, .get, "/live").status == .noContent)
        #expect(try await send(responder, .get, "/sign-in").status == .notFound)
        for method in [HTTPRequest.Method.post, .put, .delete, .options] {
            #expect(try await send(responder, method, "/metrics").status == .methodNotAllowed)
        }
    }
}

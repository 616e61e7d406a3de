import Cryptography
import TestSupport
import Testing

@testable import Gateways

/// Hostile responses of a PSP's server, and how the portal handles them.
@Suite struct HostilePSPTests {
    private func start(_ url: String, allowing networks: [String] = ["127.0.0.0/8"]) async throws -> String {
        let portal = PSPPortal(policy: try OutboundPolicy(allowing: networks), threads: 1) { 1_700_000_000 }
        defer { portal.stop() }
        return try await portal.start(.sample(url), until: .now + .seconds(PSPPortal.startSeconds)).redirectURL
    }

    private func failure(_ server: HostileServer) async throws -> PSPPortalFailure? {
        defer { server.close() }
        do {
            _ = try await start("http://127.0.0.1:\(server.port)/start")
            return nil
        } catch let failure as PSPPortalFailure {
            return failure
        }
    }

    @Test func `the portal returns a valid redirect URL`() async throws {
        let server = try HostileServer(body: #"{"redirect_url":"https://pay.example.org/a#b"}"#)
        defer { server.close() }
        #expect(try await start("http://127.0.0.1:\(server.port)/start") == "https://pay.example.org/a#b")
    }

    @Test(
        arguments: [
            "javascript:alert(1)", "data:text/html,a", "file:///etc/passwd", "//evil.example", "/relative", "",
            "https://user@evil.example/", "https://evil.example\\\\@good.example/", "https://evil.example/\\r\\nX: y",
            "http://evil.example:80@127.0.0.1/", "http://10.0.0.1/router", "http://169.254.169.254/", "http://8.8.8.8/",
        ])
    func `the portal rejects a redirect URL that is unsafe for browsers`(address: String) async throws {
        let server = try HostileServer(body: "{\"redirect_url\":\"\(address)\"}")
        #expect(try await failure(server) == .malformedAnswer("redirect_url is missing or not a valid https URL"))
    }

    @Test func `a call does not follow redirects`() async throws {
        let inner = try HostileServer(body: #"{"redirect_url":"https://pay.example.org/"}"#)
        defer { inner.close() }
        for status in [301, 302, 303, 307, 308] {
            let server = try HostileServer(
                status: status, headers: "Location: http://127.0.0.1:\(inner.port)/start\r\n",
                body: #"{"redirect_url":"https://pay.example.org/"}"#)
            #expect(try await failure(server) == .refused(status: status))
        }
        #expect(inner.connectionCount == 0)
    }

    @Test func `the portal rejects a response that is too large, of another type or not JSON`() async throws {
        let flood = try HostileServer(
            .floods(head: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10485760\r\n\r\n"))
        #expect(try await failure(flood) == .malformedAnswer("larger than 65536 bytes"))
        let endless = try HostileServer(.floods(head: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"))
        #expect(try await failure(endless) == .malformedAnswer("larger than 65536 bytes"))
        let page = try HostileServer(type: "text/html", body: #"{"redirect_url":"https://pay.example.org/"}"#)
        #expect(try await failure(page) == .malformedAnswer("not application/json"))
        let cut = try HostileServer(body: #"{"redirect_url":"https://pay.example.org/"#)
        #expect(try await failure(cut) == .malformedAnswer("not JSON"))
        let twice = try HostileServer(
            body: #"{"redirect_url":"https://a.example/","redirect_url":"https://b.example/"}"#)
        #expect(try await failure(twice) == .malformedAnswer("not JSON"))
        let failed = try HostileServer(status: 500, body: "INNER-SECRET")
        #expect(try await failure(failed) == .refused(status: 500))
        let bare = try HostileServer(.sends([]))
        guard case .unreachable(let detail)? = try await failure(bare) else {
            Issue.record("an empty response was accepted")
            return
        }
        #expect(!detail.contains("INNER-SECRET"))
    }

    @Test func `a call ends at an endless header or at its deadline`() async throws {
        let head = try HostileServer(.floods(head: "HTTP/1.1 200 OK\r\nX-A: "))
        #expect(try await failure(head) != nil)
        let silent = try HostileServer(.isSilent)
        let began = ContinuousClock.now
        #expect(try await failure(silent) == .timedOut)
        #expect(ContinuousClock.now - began < .seconds(12))
    }

    /// A name may resolve to another address after the URL was saved, so the call checks the address when it connects.
    @Test(arguments: ["localhost", "127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::1]", "[::ffff:127.0.0.1]"])
    func `a call rejects a private address when it connects`(host: String) async throws {
        let server = try HostileServer(body: #"{"redirect_url":"https://pay.example.org/"}"#)
        defer { server.close() }
        let call = HTTPCall(
            url: "http://\(host):\(server.port)/start", headers: [], body: Array("{}".utf8),
            policy: try OutboundPolicy(allowing: ["10.0.0.0/8"]))

        let outcome = call.perform(CurlHandle(), until: .now + .seconds(10))

        guard case .failure(.notAllowed) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(server.connectionCount == 0)
    }

    @Test func `a plain http call reaches only configured networks`() throws {
        // The call is rejected before a socket is created, so nothing leaves this machine.
        let call = HTTPCall(
            url: "http://8.8.8.8:81/", headers: [], body: [], policy: try OutboundPolicy(allowing: ["127.0.0.0/8"]))
        guard case .failure(.notAllowed) = call.perform(CurlHandle(), until: .now + .seconds(10)) else {
            Issue.record("the address was called")
            return
        }
    }

    @Test(arguments: ["file:///etc/passwd", "gopher://127.0.0.1:1/", "dict://127.0.0.1:1/", "ftp://127.0.0.1:1/"])
    func `a call uses no protocol other than http and https`(url: String) throws {
        let call = HTTPCall(
            url: url, headers: [], body: [], policy: try OutboundPolicy(allowing: ["127.0.0.0/8"]))
        guard case .failure(.unreachable) = call.perform(CurlHandle(), until: .now + .seconds(10)) else {
            Issue.record("\(url)")
            return
        }
    }
}

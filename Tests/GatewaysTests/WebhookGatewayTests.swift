import Cryptography
import Foundation
import TestSupport
import Testing

@testable import Gateways

/// Calls of subscribers' endpoints.
@Suite struct WebhookGatewayTests {
    private static func message(_ url: String, _ secrets: [WebhookSecret]) -> WebhookCall {
        WebhookCall(
            id: "e1", url: url, body: Array("{}".utf8), secrets: secrets, subscription: "s", traceparent: "00-1-2-01")
    }

    private func outcome(_ url: String, allowing networks: [String]) async throws -> Result<Int, WebhookFailure> {
        let gateway = WebhookGateway(policy: try OutboundPolicy(allowing: networks)) { 1_700_000_000 }
        defer { gateway.stop() }
        do { return .success(try await gateway.send(Self.message(url, [WebhookSecret.make()]))) } catch let failure
            as WebhookFailure
        { return .failure(failure) }
    }

    @Test func `a call carries one signature for each secret, and its status is the answer`() async throws {
        let server = try HostileServer(status: 410, body: "gone")
        defer { server.close() }
        let gateway = WebhookGateway(policy: try OutboundPolicy(allowing: ["127.0.0.0/8"])) { 1_700_000_000 }
        defer { gateway.stop() }
        let secrets = try [WebhookSecret.make(), WebhookSecret.make()]

        let status = try await gateway.send(Self.message("http://127.0.0.1:\(server.port)/e", secrets))

        #expect(status == 410)
        let signatures = WebhookSignature.sign(
            id: "e1", timestamp: 1_700_000_000, body: Array("{}".utf8), secrets: secrets)
        #expect(signatures.split(separator: " ").count == 2)
        #expect(server.received.contains("webhook-signature: \(signatures)\r\n"))
        #expect(server.received.contains("\r\ntraceparent: 00-1-2-01\r\n"))
        #expect(server.received.contains("webhook-id: e1\r\n") && server.received.hasSuffix("{}"))
    }

    @Test(arguments: [
        "http://127.0.0.1:1/", "https://localhost/", "https://169.254.169.254/", "https://[::1]/", "file:///etc/passwd",
    ])
    func `a private address is not called`(url: String) async throws {
        #expect(try await outcome(url, allowing: []) == .failure(.notAllowed))
    }

    @Test func `a name that leads to this machine is refused when it is saved, and nothing is connected to`()
        async throws
    {
        let name = ProcessInfo.processInfo.hostName
        let server = try HostileServer(status: 204, body: "")
        defer { server.close() }
        func mayCall(_ host: String, allowing networks: [String]) async throws -> Bool {
            let gateway = WebhookGateway(policy: try OutboundPolicy(allowing: networks)) { 1_700_000_000 }
            defer { gateway.stop() }
            return await gateway.mayCall("https://\(host):\(server.port)/", savedBy: "k")
        }

        #expect(try await !mayCall(name, allowing: []))
        #expect(try await mayCall(name, allowing: ["0.0.0.0/0", "::/0"]))
        #expect(try await !mayCall("127.0.0.1", allowing: []))
        // A name that is not resolved now is checked at each call.
        #expect(try await mayCall("nobody.invalid", allowing: []))
        #expect(server.received.isEmpty)
    }

    @Test func `a redirect is not followed, and an endless answer is no confirmation`() async throws {
        let redirect = try HostileServer(status: 302, headers: "Location: http://127.0.0.1:1/\r\n", body: "")
        defer { redirect.close() }
        #expect(
            try await outcome("http://127.0.0.1:\(redirect.port)/", allowing: ["127.0.0.0/8"]) == .success(302))
        let endless = try HostileServer(.floods(head: "HTTP/1.1 200 OK\r\n\r\n"))
        defer { endless.close() }
        #expect(
            try await outcome("http://127.0.0.1:\(endless.port)/", allowing: ["127.0.0.0/8"])
                == .failure(.unreachable))
    }
}

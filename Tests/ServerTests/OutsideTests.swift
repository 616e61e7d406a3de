import Foundation
import TestSupport
import Testing

/// Calls to PSPs, redirects of browsers, and the responses.
extension ServerTests {
    @Suite struct OutsideTests {
        @Test func `private addresses are rejected in the PSP list, and the current list remains`() async throws {
            try await Deployment.with { live in
                let before = try await live.call("GET", "/v1/psp-list", key: live.opsKey)
                for url in [
                    "http://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://[::ffff:10.0.0.1]/",
                    "https://[64:ff9b::a00:1]/", "https://0x0a000001/", "https://167772161/", "file:///etc/passwd",
                    "gopher://127.0.0.1:25/", "https://user@example.org/", "http://8.8.8.8/",
                ] {
                    let answer = try await live.replacePSPList(startURL: url)
                    #expect(answer.status == 422, "\(url)")
                    #expect(
                        String(decoding: answer.body, as: UTF8.self).contains("\"/psps/0/channels/0/start_url\""),
                        "\(url)")
                }
                let after = try await live.call("GET", "/v1/psp-list", key: live.opsKey)
                #expect(after.body == before.body)
            }
        }

        @Test func `a misbehaving PSP is reported as a PSP error, and its response is not shown`() async throws {
            try await Deployment.with { live in
                let inner = try HostileServer(body: #"{"redirect_url":"https://pay.example.org/"}"#)
                defer { inner.close() }
                let canary = "CANARY-OF-THE-INSIDE"
                let servers: [(HostileServer, Int)] = [
                    (try HostileServer(status: 500, body: canary), 502),
                    (try HostileServer(type: "text/html", body: canary), 502),
                    (try HostileServer(body: #"{"redirect_url":"javascript:alert('\#(canary)')"}"#), 502),
                    (
                        try HostileServer(
                            status: 302, headers: "Location: http://127.0.0.1:\(inner.port)/\(canary)\r\n", body: canary
                        ), 502
                    ),
                    (
                        try HostileServer(
                            .floods(head: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-A: \(canary)\r\n\r\n")
                        ),
                        502
                    ),
                    (try HostileServer(.sends(Array(canary.utf8))), 502),
                ]
                let (position, iuv) = try await live.position()
                for (server, status) in servers {
                    defer { server.close() }
                    let list = try await live.replacePSPList(startURL: "http://127.0.0.1:\(server.port)/start")
                    try #require(list.status == 200)

                    let answer = try await live.pay(iuv: iuv)

                    #expect(answer.status == status)
                    #expect(!String(decoding: answer.body, as: UTF8.self).contains(canary))
                    #expect(server.connectionCount == 1)
                    // The installment is free: the next attempt may start.
                    #expect(try await live.status(of: position) == "open")
                }
                #expect(inner.connectionCount == 0)
                #expect(try !live.log().contains(canary))
            }
        }

        @Test func `a browser is redirected to the creditor's own origins only`() async throws {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                for address in [
                    "http://localhost:3001/esito", "https://localhost:3000/esito", "http://localhost/esito",
                    "http://localhost:3000.evil.example/", "http://localhost:3000@evil.example/",
                    "http://localhost:3000\\\\@evil.example/", "//localhost:3000/esito",
                    "http://localhost:3000/#fragment",
                    "https://evil.example/?http://localhost:3000", "javascript:alert(1)", "http://127.0.0.1:3000/esito",
                ] {
                    let answer = try await live.pay(iuv: iuv, returnURL: address)
                    #expect(answer.status == 422, "\(address)")
                    #expect(String(decoding: answer.body, as: UTF8.self).contains("\"/return_url\""), "\(address)")
                }
                #expect(try await live.pay(iuv: iuv).status == 201)
            }
        }
    }
}

extension Deployment {
    /// Replaces the list with the same list and another address for its first channel.
    func replacePSPList(startURL: String) async throws -> Answer {
        let current = try await call("GET", "/v1/psp-list", key: opsKey)
        let tag = try #require(current.headers["etag"])
        var list = try #require(try JSONSerialization.jsonObject(with: current.body) as? [String: Any])
        var psps = try #require(list["psps"] as? [[String: Any]])
        let index = try #require(psps.firstIndex { $0["psp_id"] as? String == "ABCDITMM" })
        var psp = psps.remove(at: index)
        var channels = try #require(psp["channels"] as? [[String: Any]])
        for number in channels.indices { channels[number]["start_url"] = startURL }
        psp["channels"] = channels
        psps.insert(psp, at: 0)
        list = ["psps": psps]
        let body = try JSONSerialization.data(withJSONObject: list)
        return try await call(
            "PUT", "/v1/psp-list", key: opsKey, headers: ["If-Match": tag, "Content-Type": "application/json"],
            body: body)
    }
}

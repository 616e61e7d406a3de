import Foundation
import TestSupport
import Testing

/// Requests sent byte by byte over TCP.
extension ServerTests {
    @Suite struct WireTests {
        @Test func `ambiguous requests are rejected, and requests hidden behind them never run`()
            async throws
        {
            try await Deployment.with { live in
                for attack in AmbiguousRequest.all {
                    // A valid key, so that only the framing can cause a rejection.
                    let bytes = attack.bytes.replacing(
                        "POST /v1/positions HTTP/1.1\r\n",
                        with: "POST /v1/positions HTTP/1.1\r\nAuthorization: Bearer \(live.creditorKey)\r\n"
                            + "Content-Type: application/json\r\n", maxReplacements: 1)
                    let wire = try live.wire()
                    wire.send(bytes)
                    if attack.endsEarly { wire.endSending() }

                    let received = wire.receive()

                    #expect(received.statuses == [400], "\(attack.name): \(received.text.prefix(400))")
                    #expect(received.isClosed, "\(attack.name)")
                    #expect(received.text.contains("problems/malformed-request"), "\(attack.name)")
                    #expect(received.values(of: "connection") == ["close"], "\(attack.name)")
                    #expect(
                        received.values(of: "content-type") == ["application/problem+json; charset=utf-8"],
                        "\(attack.name)")
                    live.expectSecurityHeaders(received, attack.name)
                }
                #expect(try await live.call("GET", "/live").status == 200)
            }
        }

        @Test func `pipelined requests are answered in order, one at a time`() async throws {
            try await Deployment.with { live in
                let wire = try live.wire()
                let get = { (path: String, id: String) in
                    "GET \(path) HTTP/1.1\r\nHost: a\r\nX-Correlation-ID: \(id)\r\n\r\n"
                }
                let post =
                    "POST /v1/positions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(live.creditorKey)\r\n"
                    + "X-Correlation-ID: c3\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2;a=b\r\n{}\r\n0\r\nX-A: b\r\n\r\n"
                wire.send(
                    "\r\n" + get("/ready", "c1") + get("/nothing", "c2") + post
                        + "GET /live HTTP/1.1\r\nHost: a\r\nX-Correlation-ID: c4\r\nConnection: close\r\n\r\n"
                        + get("/live", "c5"))

                let received = wire.receive()

                #expect(received.statuses == [200, 404, 422, 200])
                #expect(received.values(of: "x-correlation-id") == ["c1", "c2", "c3", "c4"])
                #expect(received.isClosed)
            }
        }

        @Test func `HTTP 1.0 is answered and closed, and other versions and methods get the supported ones`()
            async throws
        {
            try await Deployment.with { live in
                let old = try live.exchange(
                    "GET /live HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /live HTTP/1.0\r\n\r\n")
                #expect(old.statuses == [200] && old.isClosed)
                let upgrade = try live.exchange(
                    "GET /live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n")
                #expect(upgrade.statuses == [200] && upgrade.isClosed)
                for (bytes, status) in [
                    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505), ("GET /live HTTP/3.0\r\nHost: a\r\n\r\n", 505),
                    ("CONNECT example.org:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
                    ("BREW /live HTTP/1.1\r\nHost: a\r\n\r\n", 405),
                    ("BREW /coffee HTTP/1.1\r\nHost: a\r\n\r\n", 501),
                    ("GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
                    ("GET /live HTTP/1.1\r\nHost: a\r\nX-A: \(String(repeating: "a", count: 17_000))\r\n\r\n", 431),
                    ("GET /live HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X-A: b\r\n", count: 101) + "\r\n", 431),
                    ("GET /live HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417),
                ] {
                    let received = try live.exchange(bytes)
                    #expect(received.statuses == [status], "\(bytes.prefix(30))")
                    #expect(
                        received.isClosed && received.text.contains("application/problem+json"), "\(bytes.prefix(30))")
                    live.expectSecurityHeaders(received, "\(status)")
                }
                let full = "GET /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                let many = try live.exchange(full + String(repeating: "X-A: b\r\n", count: 98) + "\r\n")
                #expect(many.statuses == [200])
                let large = try live.exchange(full + "X-A: \(String(repeating: "a", count: 16_000))\r\n\r\n")
                #expect(large.statuses == [200])
            }
        }

        @Test func `a body of 256 KiB is accepted and a longer one is not, with or without Content-Length`()
            async throws
        {
            try await Deployment.with { live in
                let head =
                    "POST /v1/positions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(live.creditorKey)\r\n"
                    + "Content-Type: application/json\r\n"
                let spaces = { String(repeating: " ", count: $0) }
                let limit = 256 * 1_024
                let chunk = "10000\r\n\(spaces(65_536))\r\n"

                let most = try live.exchange(
                    head + "Connection: close\r\nContent-Length: \(limit)\r\n\r\n" + spaces(limit - 2) + "{}")
                #expect(most.statuses == [422])
                let declared = try live.exchange(head + "Content-Length: \(limit + 1)\r\n\r\n")
                #expect(declared.statuses == [413] && declared.isClosed)
                #expect(declared.values(of: "connection") == ["close"])
                let enormous = try live.exchange(head + "Content-Length: 999999999999999\r\n\r\n")
                #expect(enormous.statuses == [413] && enormous.isClosed)
                let undeclared = try live.exchange(
                    head + "Transfer-Encoding: chunked\r\n\r\n" + String(repeating: chunk, count: 5))
                #expect(undeclared.statuses == [413] && undeclared.isClosed)
                for received in [declared, enormous, undeclared] {
                    #expect(received.text.contains("problems/content-too-large"))
                    #expect(!received.values(of: "x-ratelimit-limit").isEmpty)
                    live.expectSecurityHeaders(received, "413")
                }
                let packed = try live.exchange(
                    head + "Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
                #expect(packed.statuses == [415] && !packed.values(of: "x-ratelimit-limit").isEmpty)
                let plain = try live.exchange(
                    head + "Content-Encoding: identity\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
                #expect(plain.statuses == [422])
            }
        }

        @Test func `a client that sends Expect gets 100 Continue or a rejection before its body`() async throws {
            try await Deployment.with { live in
                let head = { (key: String, length: Int) in
                    "POST /v1/positions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\nExpect: 100-continue\r\n"
                        + "Content-Type: application/json\r\nContent-Length: \(length)\r\n\r\n"
                }
                let wire = try live.wire()
                wire.send(head(live.creditorKey, 2))
                #expect(wire.receive(until: "\r\n\r\n").text == "HTTP/1.1 100 Continue\r\n\r\n")
                wire.send("{}")
                #expect(wire.receive(until: "}").statuses == [422])
                wire.send("GET /live HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(wire.receive(until: "}").statuses == [200])

                #expect(try live.exchange(head("nobody", 2)).statuses == [401])
                #expect(try live.exchange(head(live.creditorKey, 999_999)).statuses == [413])
            }
        }

        @Test func `every request that passes the framing check gets a response with all standard headers`()
            async throws
        {
            try await Deployment.with { live in
                let rest = "HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                var heads: [String] = []
                for byte: UInt8 in 0x21...0x7E {
                    heads.append("GET /v1/a\(Character(Unicode.Scalar(byte))) \(rest)\r\n")
                }
                for name in ["!#$%&'*+-.^_`|~09azAZ", "X", "Content_Length"] {
                    heads.append("GET /nothing \(rest)\(name): b\r\n\r\n")
                }
                for value in ["", "\t", "é", "\u{80}", "\"", "(", "a\tb"] {
                    heads.append("GET /nothing \(rest)X-A:\(value)\r\n\r\n")
                }
                for host in ["a:b", "[::1]", "a_b", "%41"] {
                    heads.append("GET /nothing HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
                }
                for head in heads {
                    let received = try live.exchange(head)
                    #expect(
                        [400, 404].contains(received.statuses.first ?? 0) && received.statuses.count == 1, "\(head)")
                    #expect(received.text.contains("/problems/"), "\(head)")
                    live.expectSecurityHeaders(received, head)
                }
                let broken = try live.wire()
                broken.send(Array("GET /nothing \(rest)X-A: ".utf8) + [0xFF, 0xFE, 0xC0] + Array("\r\n\r\n".utf8))
                #expect(broken.receive().statuses == [404])
            }
        }

        @Test func `a rejected short body is read to its end, and the connection stays open`() async throws {
            try await Deployment.with { live in
                let wire = try live.wire()
                wire.send("POST /v1/positions HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhel")
                #expect(wire.receive(until: "}").statuses == [401])
                wire.send("lo, youGET /live HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(wire.receive(until: "}").statuses == [200])
            }
        }
    }
}

extension Deployment {
    func wire(receiveBufferBytes: Int32? = nil) throws -> RawConnection {
        let port = try #require(URL(string: api)?.port.flatMap(UInt16.init(exactly:)))
        return try RawConnection(port: port, receiveBufferBytes: receiveBufferBytes)
    }

    /// Sends these bytes and reads until the connection ends.
    func exchange(_ bytes: String) throws -> RawConnection.Received {
        let wire = try wire()
        wire.send(bytes)
        return wire.receive()
    }

    func expectSecurityHeaders(_ received: RawConnection.Received, _ what: String) {
        for (name, value) in [
            ("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"), ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ] {
            #expect(received.values(of: name) == [value], "\(what): \(name)")
        }
        #expect(received.values(of: "x-correlation-id").count == 1, "\(what)")
        #expect(received.values(of: "server").isEmpty, "\(what)")
    }
}

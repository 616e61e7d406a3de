import Foundation
import TestSupport
import Testing

/// What comes over the wire itself, byte by byte.
extension ServerTests {
    @Suite struct WireTests {
        @Test func `what two servers may read differently is refused, and what hides behind it never runs`()
            async throws
        {
            try await Deployment.with { live in
                for attack in AmbiguousRequest.all {
                    // With a good key, so that nothing but the framing stands in its way.
                    let bytes = attack.bytes.replacing(
                        "POST /v1/positions HTTP/1.1\r\n",
                        with: "POST /v1/positions HTTP/1.1\r\nAuthorization: Bearer \(live.creditorKey)\r\n"
                            + "Content-Type: application/json\r\n", maxReplacements: 1)
                    let wire = try live.wire()
                    wire.send(bytes)
                    if attack.endsEarly { wire.endSending() }

                    let heard = wire.listen()

                    #expect(heard.statuses == [400], "\(attack.name): \(heard.text.prefix(400))")
                    #expect(heard.isClosed, "\(attack.name)")
                    #expect(heard.text.contains("problems/malformed-request"), "\(attack.name)")
                    #expect(heard.values(of: "connection") == ["close"], "\(attack.name)")
                    #expect(
                        heard.values(of: "content-type") == ["application/problem+json; charset=utf-8"],
                        "\(attack.name)")
                    live.expectSecurityHeaders(heard, attack.name)
                }
                #expect(try await live.call("GET", "/live").status == 200)
            }
        }

        @Test func `requests in one go are answered in their order, each by itself`() async throws {
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

                let heard = wire.listen()

                #expect(heard.statuses == [200, 404, 422, 200])
                #expect(heard.values(of: "x-correlation-id") == ["c1", "c2", "c3", "c4"])
                #expect(heard.isClosed)
            }
        }

        @Test func `HTTP 1.0 is answered and closed, and other versions and methods are told what is spoken`()
            async throws
        {
            try await Deployment.with { live in
                let old = try live.hear(
                    "GET /live HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /live HTTP/1.0\r\n\r\n")
                #expect(old.statuses == [200] && old.isClosed)
                let upgrade = try live.hear(
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
                    let heard = try live.hear(bytes)
                    #expect(heard.statuses == [status], "\(bytes.prefix(30))")
                    #expect(heard.isClosed && heard.text.contains("application/problem+json"), "\(bytes.prefix(30))")
                    live.expectSecurityHeaders(heard, "\(status)")
                }
                let full = "GET /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                let many = try live.hear(full + String(repeating: "X-A: b\r\n", count: 98) + "\r\n")
                #expect(many.statuses == [200])
                let large = try live.hear(full + "X-A: \(String(repeating: "a", count: 16_000))\r\n\r\n")
                #expect(large.statuses == [200])
            }
        }

        @Test func `a body of 256 KiB is taken and a longer one is not, whether its length is told or not`()
            async throws
        {
            try await Deployment.with { live in
                let head =
                    "POST /v1/positions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(live.creditorKey)\r\n"
                    + "Content-Type: application/json\r\n"
                let spaces = { String(repeating: " ", count: $0) }
                let limit = 256 * 1_024
                let chunk = "10000\r\n\(spaces(65_536))\r\n"

                let most = try live.hear(
                    head + "Connection: close\r\nContent-Length: \(limit)\r\n\r\n" + spaces(limit - 2) + "{}")
                #expect(most.statuses == [422])
                let told = try live.hear(head + "Content-Length: \(limit + 1)\r\n\r\n")
                #expect(told.statuses == [413] && told.isClosed)
                #expect(told.values(of: "connection") == ["close"])
                let enormous = try live.hear(head + "Content-Length: 999999999999999\r\n\r\n")
                #expect(enormous.statuses == [413] && enormous.isClosed)
                let untold = try live.hear(
                    head + "Transfer-Encoding: chunked\r\n\r\n" + String(repeating: chunk, count: 5))
                #expect(untold.statuses == [413] && untold.isClosed)
                for heard in [told, enormous, untold] {
                    #expect(heard.text.contains("problems/content-too-large"))
                    #expect(!heard.values(of: "x-ratelimit-limit").isEmpty)
                    live.expectSecurityHeaders(heard, "413")
                }
                let packed = try live.hear(
                    head + "Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
                #expect(packed.statuses == [415] && !packed.values(of: "x-ratelimit-limit").isEmpty)
                let plain = try live.hear(
                    head + "Content-Encoding: identity\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
                #expect(plain.statuses == [422])
            }
        }

        @Test func `who asks before sending is told to go on, or is refused before`() async throws {
            try await Deployment.with { live in
                let head = { (key: String, length: Int) in
                    "POST /v1/positions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\nExpect: 100-continue\r\n"
                        + "Content-Type: application/json\r\nContent-Length: \(length)\r\n\r\n"
                }
                let wire = try live.wire()
                wire.send(head(live.creditorKey, 2))
                #expect(wire.listen(until: "\r\n\r\n").text == "HTTP/1.1 100 Continue\r\n\r\n")
                wire.send("{}")
                #expect(wire.listen(until: "}").statuses == [422])
                wire.send("GET /live HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(wire.listen(until: "}").statuses == [200])

                #expect(try live.hear(head("nobody", 2)).statuses == [401])
                #expect(try live.hear(head(live.creditorKey, 999_999)).statuses == [413])
            }
        }

        @Test func `whatever passes the guard is answered by us, with every header`() async throws {
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
                    let heard = try live.hear(head)
                    #expect([400, 404].contains(heard.statuses.first ?? 0) && heard.statuses.count == 1, "\(head)")
                    #expect(heard.text.contains("/problems/"), "\(head)")
                    live.expectSecurityHeaders(heard, head)
                }
                let broken = try live.wire()
                broken.send(Array("GET /nothing \(rest)X-A: ".utf8) + [0xFF, 0xFE, 0xC0] + Array("\r\n\r\n".utf8))
                #expect(broken.listen().statuses == [404])
            }
        }

        @Test func `a refused body that is short is read to its end, and the connection goes on`() async throws {
            try await Deployment.with { live in
                let wire = try live.wire()
                wire.send("POST /v1/positions HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhel")
                #expect(wire.listen(until: "}").statuses == [401])
                wire.send("lo, youGET /live HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(wire.listen(until: "}").statuses == [200])
            }
        }
    }
}

extension Deployment {
    func wire(receiveBufferBytes: Int32? = nil) throws -> RawConnection {
        let port = try #require(URL(string: api)?.port.flatMap(UInt16.init(exactly:)))
        return try RawConnection(port: port, receiveBufferBytes: receiveBufferBytes)
    }

    /// Sends this and gives what comes back until the end of the connection.
    func hear(_ bytes: String) throws -> RawConnection.Heard {
        let wire = try wire()
        wire.send(bytes)
        return wire.listen()
    }

    func expectSecurityHeaders(_ heard: RawConnection.Heard, _ what: String) {
        for (name, value) in [
            ("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"), ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ] {
            #expect(heard.values(of: name) == [value], "\(what): \(name)")
        }
        #expect(heard.values(of: "x-correlation-id").count == 1, "\(what)")
        #expect(heard.values(of: "server").isEmpty, "\(what)")
    }
}

import Cryptography
import Foundation
import TestSupport
import Testing

/// Checks before every operation: spellings of paths, origins of pages, rate limits.
extension ServerTests {
    @Suite struct EdgeTests {
        // MARK: Paths and methods

        @Test func `a path has one spelling, and headers cannot change the method`() async throws {
            try await Deployment.with { live in
                let key = "Authorization: Bearer \(live.opsKey)\r\n"
                let send = { (line: String, headers: String) in
                    try live.exchange("\(line) HTTP/1.1\r\nHost: a\r\n\(key)\(headers)Connection: close\r\n\r\n")
                }
                for path in [
                    "/v1/api-keys/", "//v1/api-keys", "/v1//api-keys", "/v1/./api-keys", "/v1/psps/../api-keys",
                    "/v1/psps/%2e%2e/api-keys", "/v1/psps/%2E%2E/api-keys", "/v1%2Fapi-keys", "/v1%2fapi-keys",
                    "/v1/%61pi-keys", "/V1/api-keys", "/v1/API-KEYS", "/v1/api-keys;a=b", "/v1/api-keys%00",
                    "/v1\\api-keys", "/v1/api-keys/.", "/v1/api-keys/..", "/v1/api-keys%20", "/v1/api-keys.json", "/v1",
                    "/live/", "//live", "/LIVE", "/.env", "/.git/config", "/metrics/", "/v2/api-keys",
                ] {
                    let received = try send("GET \(path)", "")
                    #expect(received.statuses == [404], "\(path): \(received.statuses)")
                    #expect(received.text.contains("problems/not-found"), "\(path)")
                    live.expectSecurityHeaders(received, path)
                    #expect(
                        received.values(of: "x-ratelimit-limit").isEmpty == !(path.hasPrefix("/v1/") || path == "/v1"),
                        "\(path)")
                }
                for method in ["TRACE", "OPTIONS", "PUT", "DELETE", "PATCH"] {
                    let received = try send("\(method) /v1/api-keys", "")
                    #expect(received.statuses == [405], "\(method)")
                    #expect(received.values(of: "allow") == ["GET, HEAD, POST"], "\(method)")
                    #expect(!received.values(of: "x-ratelimit-limit").isEmpty)
                    live.expectSecurityHeaders(received, method)
                }
                for header in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"] {
                    let received = try send("GET /v1/api-keys", "\(header): POST\r\n")
                    #expect(received.statuses == [200], "\(header)")
                    let deleted = try send("POST /v1/api-keys", "\(header): DELETE\r\nContent-Length: 0\r\n")
                    #expect(deleted.statuses == [415], "\(header)")
                }
                let parameter = try send("GET /v1/api-keys?_method=POST", "")
                #expect(parameter.statuses == [400])
            }
        }

        @Test func `the type of every problem is the URL of its page, in HTML and JSON`() async throws {
            try await Deployment.with { live in
                let missing = try await live.call("GET", "/v1/positions/nothing", key: live.apiKey)
                let type = try #require(try missing.json["type"] as? String)
                #expect(type == "\(live.api)/problems/not-found")

                let index = try await live.call("GET", "/problems")
                let items = try #require(try index.json["items"] as? [[String: Any]])
                #expect(items.count > 40)
                for item in items {
                    let code = try #require(item["code"] as? String)
                    let page = try await live.call("GET", "/problems/\(code)", headers: ["Accept": "text/html"])
                    #expect(page.status == 200 && page.headers["content-type"] == "text/html; charset=utf-8", "\(code)")
                    #expect(String(decoding: page.body, as: UTF8.self).contains("<h2>Cause</h2>"), "\(code)")
                    let json = try await live.call("GET", "/problems/\(code)", headers: ["Accept": "application/json"])
                    #expect(try json.json["title"] as? String == item["title"] as? String, "\(code)")
                    #expect((try json.json["example"] as? [String: Any])?["type"] as? String == item["type"] as? String)
                }
                let unknown = try await live.call("GET", "/problems/no-such-problem")
                #expect(unknown.status == 404)
            }
        }

        @Test func `HEAD answers as GET does, without the body`() async throws {
            try await Deployment.with { live in
                let (position, _) = try await live.position()
                for path in [
                    "/live", "/openapi.yaml", "/v1/positions/\(position)", "/v1/positions/nothing", "/nothing",
                ] {
                    let send = { (method: String) in
                        try live.exchange(
                            "\(method) \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(live.apiKey)\r\n"
                                + "X-Correlation-ID: same\r\nConnection: close\r\n\r\n")
                    }
                    let whole = try send("GET")
                    let head = try send("HEAD")
                    #expect(head.statuses == whole.statuses && head.isClosed)
                    #expect(
                        head.text.hasSuffix("\r\n\r\n") && head.text.components(separatedBy: "\r\n\r\n").count == 2,
                        "\(path)")
                    for name in ["content-length", "content-type", "etag", "cache-control", "x-correlation-id"] {
                        #expect(head.values(of: name) == whole.values(of: name), "\(path) \(name)")
                    }
                }
                // Several requests on one connection: the client does not wait for a body that is not sent.
                let wire = try live.wire()
                wire.send(String(repeating: "HEAD /live HTTP/1.1\r\nHost: a\r\n\r\n", count: 3))
                wire.endSending()
                #expect(wire.receive().statuses == [200, 200, 200])
            }
        }

        // MARK: Pages of other origins

        @Test func `only pages from the key's origins may read its responses`() async throws {
            try await Deployment.with { live in
                let make = { (origins: String) in
                    try await live.call(
                        "POST", "/v1/api-keys", key: live.opsKey,
                        json:
                            #"{"name":"page","kind":"frontend","scopes":["positions:read"],"creditors":["12345678903"],"allowed_origins":[\#(origins)]}"#
                    )
                }
                let made = try await make(#""https://portale.example.org","http://localhost:3000""#)
                try #require(made.status == 201)
                let key = try #require(try made.json["key"] as? String)
                let id = try #require(try made.json["id"] as? String)
                #expect(
                    try made.json["allowed_origins"] as? [String] == [
                        "https://portale.example.org", "http://localhost:3000",
                    ])
                let other = try #require(try await make(#""https://altro.example.org""#).json["key"] as? String)
                let get = { (key: String, origin: String, path: String) in
                    try await live.call("GET", path, key: key, headers: ["Origin": origin])
                }

                for path in ["/v1/positions", "/v1/positions/nothing", "/v1/positions?bad=1"] {
                    let answer = try await get(key, "https://portale.example.org", path)
                    #expect(answer.headers["access-control-allow-origin"] == "https://portale.example.org", "\(path)")
                    #expect(answer.headers["vary"]?.contains("Origin") == true)
                    let exposed = try #require(answer.headers["access-control-expose-headers"])
                    for name in [
                        "X-Correlation-ID", "ETag", "Location", "X-RateLimit-Limit", "X-RateLimit-Remaining",
                        "X-RateLimit-Reset", "Retry-After", "Idempotency-Replayed",
                    ] {
                        #expect(exposed.contains(name))
                    }
                    #expect(answer.headers["access-control-allow-credentials"] == nil)
                }
                for origin in [
                    "https://altro.example.org", "null", "*", "http://portale.example.org",
                    "https://portale.example.org:443",
                    "https://portale.example.org:8443", "https://portale.example.org.evil.example",
                    "https://evil-portale.example.org", "https://portale.example.org/", "HTTPS://portale.example.org",
                    "https://Portale.example.org", "https://portale.example.org@evil.example",
                    "https://a.portale.example.org",
                    "https://portale.example.org https://evil.example", "file://",
                ] {
                    let answer = try await get(key, origin, "/v1/positions")
                    #expect(answer.status == 200, "\(origin)")
                    #expect(answer.headers["access-control-allow-origin"] == nil, "\(origin)")
                }
                let stranger = try await get("nobody", "https://portale.example.org", "/v1/positions")
                #expect(stranger.status == 401 && stranger.headers["access-control-allow-origin"] == nil)
                let theirs = try await get(other, "https://portale.example.org", "/v1/positions")
                #expect(theirs.headers["access-control-allow-origin"] == nil)

                let rotated = try await live.call("POST", "/v1/api-keys/\(id)/rotate", key: live.opsKey, json: "{}")
                #expect(try (rotated.json["allowed_origins"] as? [String])?.count == 2)
                for origins in [#""*""#, #""null""#, #""https://a.example/path""#, #""http://a.example""#] {
                    #expect(try await make(origins).status == 422, "\(origins)")
                }
                let ops = try await live.call(
                    "POST", "/v1/api-keys", key: live.opsKey,
                    json:
                        #"{"name":"ops","kind":"ops","scopes":["operations"],"allowed_origins":["https://a.example"]}"#)
                #expect(ops.status == 422)
            }
        }

        @Test func `a preflight request succeeds for origins that a valid key allows`() async throws {
            try await Deployment.with { live in
                let made = try await live.call(
                    "POST", "/v1/api-keys", key: live.opsKey,
                    json:
                        #"{"name":"page","kind":"frontend","scopes":["positions:read"],"creditors":["12345678903"],"allowed_origins":["https://portale.example.org"]}"#
                )
                let id = try #require(try made.json["id"] as? String)
                let preflight = { @Sendable (path: String, origin: String) in
                    try live.exchange(
                        "OPTIONS \(path) HTTP/1.1\r\nHost: a\r\nOrigin: \(origin)\r\nConnection: close\r\n"
                            + "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n\r\n"
                    )
                }
                let yes = try preflight("/v1/positions", "https://portale.example.org")
                #expect(yes.statuses == [204])
                #expect(yes.values(of: "access-control-allow-origin") == ["https://portale.example.org"])
                #expect(yes.values(of: "access-control-allow-methods") == ["GET, HEAD, POST"])
                let headers = yes.values(of: "access-control-allow-headers").joined()
                for name in [
                    "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "X-Citizen-Token", "traceparent",
                    "tracestate", "baggage",
                ] {
                    #expect(headers.contains(name))
                }
                #expect(yes.values(of: "access-control-allow-credentials").isEmpty)
                #expect(yes.values(of: "vary").joined().contains("Origin"))
                live.expectSecurityHeaders(yes, "preflight")
                for origin in ["https://evil.example", "null", "*", "https://portale.example.org.evil.example"] {
                    let no = try preflight("/v1/positions", origin)
                    #expect(no.statuses == [403], "\(origin)")
                    #expect(no.values(of: "access-control-allow-origin").isEmpty, "\(origin)")
                }
                #expect(try preflight("/v1/nothing", "https://portale.example.org").statuses == [404])
                // Pages may not use the routes of PSPs.
                #expect(try preflight("/v1/psps/ABCDITMM/receipts", "https://portale.example.org").statuses == [405])

                _ = try await live.call("DELETE", "/v1/api-keys/\(id)", key: live.opsKey)

                try await live.waitUntil("the revoked key's origin is forgotten", seconds: 30) {
                    try preflight("/v1/positions", "https://portale.example.org").statuses == [403]
                }
            }
        }

        // MARK: Rates

        @Test func `every response under v1 reports the rate limit`() async throws {
            try await Deployment.with { live in
                let key = "Authorization: Bearer \(live.creditorKey)\r\n"
                let json = "Content-Type: application/json\r\n"
                for (name, bytes, status) in [
                    ("unauthenticated", "GET /v1/positions HTTP/1.1\r\nHost: a\r\n\r\n", 401),
                    ("bad key", "GET /v1/positions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n", 401),
                    (
                        "unsigned",
                        "POST /v1/psps/ABCDITMM/receipts HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 401
                    ),
                    ("nothing there", "GET /v1/nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404),
                    ("no such method", "DELETE /v1/positions HTTP/1.1\r\nHost: a\r\n\r\n", 405),
                    ("no such type", "GET /v1/positions HTTP/1.1\r\nHost: a\r\n\(key)Accept: image/png\r\n\r\n", 406),
                    ("bad query", "GET /v1/positions?x=1 HTTP/1.1\r\nHost: a\r\n\(key)\r\n", 400),
                    (
                        "too large", "POST /v1/positions HTTP/1.1\r\nHost: a\r\n\(key)Content-Length: 999999\r\n\r\n",
                        413
                    ),
                    ("text", "POST /v1/positions HTTP/1.1\r\nHost: a\r\n\(key)Content-Length: 2\r\n\r\n{}", 415),
                    ("good", "GET /v1/positions HTTP/1.1\r\nHost: a\r\n\(key)\r\n", 200),
                    (
                        "bad body",
                        "POST /v1/positions HTTP/1.1\r\nHost: a\r\n\(key)\(json)Content-Length: 2\r\n\r\n{}", 422
                    ),
                    ("bad framing", "GET /v1/positions HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", 400),
                    (
                        "large header",
                        "GET /v1/positions HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "y", count: 20_000))\r\n\r\n",
                        431
                    ),
                ] {
                    let wire = try live.wire()
                    wire.send(bytes)
                    wire.endSending()
                    let received = wire.receive()
                    #expect(received.statuses == [status], "\(name)")
                    for header in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"] {
                        #expect(received.values(of: header).count == 1, "\(name) \(header)")
                    }
                    live.expectSecurityHeaders(received, name)
                }
            }
        }

        @Test func `guessing keys is limited by address, and callers with a valid key are not affected`() async throws {
            try await Deployment.with(settings: ["RATE_LIMIT_PER_MINUTE": "20", "TRUSTED_PROXY": "127.0.0.0/8"]) {
                live in
                let send = { (key: String, from: String) in
                    try await live.call(
                        "GET", "/v1/psps?amount_cents=100", key: key, headers: ["X-Forwarded-For": from])
                }
                #expect(try await send(live.apiKey, "203.0.113.1").status == 200)
                // More than the limit of two minutes, so that the start of a new minute does not matter.
                var statuses: [Int] = []
                for _ in 0..<50 {
                    // Well-formed unknown keys: each would need a database lookup.
                    let key = try APIKeyToken.make().text
                    statuses.append(try await send(key, "9.9.9.9, 203.0.113.1").status)
                }

                #expect(Set(statuses) == [401, 429])
                let limited = try await send("x", "203.0.113.1")
                if limited.status == 429 {
                    #expect(limited.headers["retry-after"] != nil && limited.headers["x-ratelimit-remaining"] == "0")
                }
                #expect(try await send(live.apiKey, "203.0.113.1").status == 200)
                #expect(try await send("x", "203.0.113.2").status == 401)
            }
        }

        @Test func `a caller over its limit is rejected before its body is read`() async throws {
            try await Deployment.with(settings: ["RATE_LIMIT_PER_MINUTE": "5"]) { live in
                var refused: RawConnection.Received?
                for _ in 0..<15 where refused == nil {
                    // The body is never sent, so a service that waits for it would not respond.
                    let wire = try live.wire()
                    wire.send(
                        "POST /v1/positions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(live.creditorKey)\r\n"
                            + "Content-Type: application/json\r\nContent-Length: 300\r\nExpect: 100-continue\r\n\r\n")
                    let received = wire.receive(until: "\r\n\r\n")
                    if received.statuses == [429] { refused = received }
                }
                #expect(refused?.values(of: "retry-after").count == 1)
            }
        }
    }
}

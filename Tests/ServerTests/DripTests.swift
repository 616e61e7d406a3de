import Foundation
import TestSupport
import Testing

/// Slow clients, and clients that use all connections.
extension ServerTests {
    @Suite(.alone) struct DripTests {
        @Test func `two hundred slow connections do not delay other clients and are closed at the deadline`()
            async throws
        {
            try await Deployment.with(settings: ["REQUEST_DEADLINE_SECONDS": "3"]) { live in
                let heads = try (0..<100).map { _ in try live.wire() }
                let bodies = try (0..<100).map { _ in try live.wire() }
                for wire in heads { wire.send("GET /live HTTP/1.1\r\nHost: a\r\nX-A: ") }
                for wire in bodies {
                    wire.send(
                        "POST /v1/positions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(live.creditorKey)\r\n"
                            + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
                }
                let began = ContinuousClock.now

                // Sends a byte on each connection, then a normal request, and repeats until all are closed.
                var slowest = Duration.zero
                while (heads + bodies).contains(where: { !$0.isCut }) {
                    for wire in heads + bodies where !wire.isCut { wire.send("a") }
                    let asked = ContinuousClock.now
                    #expect(try await live.call("GET", "/v1/psps?amount_cents=100", key: live.apiKey).status == 200)
                    slowest = max(slowest, .now - asked)
                    guard .now - began < .seconds(20) else { break }
                }

                #expect(.now - began < .seconds(10))
                #expect(slowest < .seconds(2))
                // A client without a response gets the reason.
                for wire in heads + bodies {
                    let received = wire.receive()
                    live.expectSecurityHeaders(received, "408")
                    #expect(received.statuses == [408] && received.isClosed)
                    #expect(received.text.contains("problems/request-timeout"))
                }
                try await live.waitUntil("their places are free") { try await live.connections() < 20 }
            }
        }

        @Test func `a client that does not read the response loses the connection`() async throws {
            try await Deployment.with(settings: ["ANSWER_DEADLINE_SECONDS": "2"]) { live in
                let wire = try live.wire(receiveBufferBytes: 4_096)
                // More bytes than all buffers on the path.
                wire.send(String(repeating: "GET /openapi.yaml HTTP/1.1\r\nHost: a\r\n\r\n", count: 200))

                try await live.waitUntil("the connection is cut", seconds: 20) { wire.isCut }

                #expect(try await live.call("GET", "/live").status == 200)
            }
        }

        @Test func `at the limit of connections new ones wait, open ones are served, and the service recovers`()
            async throws
        {
            try await Deployment.with(settings: [
                "HTTP_MAXIMUM_CONNECTIONS": "40", "HTTP_MAXIMUM_CONNECTIONS_PER_ADDRESS": "1000",
            ]) { live in
                let request = "GET /live HTTP/1.1\r\nHost: a\r\n\r\n"
                // Connections are accepted in batches, so a batch may exceed the limit.
                let held = try (0..<80).map { _ in try live.wire() }
                held[0].send(request)
                #expect(held[0].receive(until: "}").statuses == [200])
                let late = try live.wire()
                late.send(request)
                #expect(late.receive(seconds: 1).statuses == [])
                held[1].send(request)
                #expect(held[1].receive(until: "}").statuses == [200])

                for wire in held { wire.endSending() }

                #expect(late.receive(until: "}").statuses == [200])
                #expect(try await live.call("GET", "/live").status == 200)
            }
        }

        @Test func `the connections of one address are limited`() async throws {
            try await Deployment.with(settings: ["HTTP_MAXIMUM_CONNECTIONS_PER_ADDRESS": "20"]) { live in
                let request = "GET /live HTTP/1.1\r\nHost: a\r\n\r\n"
                do {
                    let held = try (0..<30).map { _ in try live.wire() }
                    try await live.waitUntil("some are refused") { held.contains(where: \.isEnded) }
                    let first = try #require(held.first { !$0.isEnded })
                    first.send(request)
                    #expect(first.receive(until: "}").statuses == [200])
                    #expect(held.count { !$0.isEnded } <= 20)
                }

                try await live.waitUntil("there is room again") {
                    let wire = try live.wire()
                    wire.send(request)
                    return wire.receive(seconds: 1, until: "}").statuses == [200]
                }
            }
        }
    }
}

extension Deployment {
    /// The number of connections that the service counts.
    func connections() async throws -> Int {
        let text = String(decoding: try await send("GET", url: api + "/metrics").body, as: UTF8.self)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("http_connections ") })
        return try #require(line.split(separator: " ").last.flatMap { Double($0) }.map(Int.init))
    }
}

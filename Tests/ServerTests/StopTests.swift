import Foundation
import TestSupport
import Testing

/// SIGTERM while requests are in progress.
extension ServerTests {
    @Suite(.alone) struct StopTests {
        @Test func `long polls that wait are answered with the current state, and the service ends at once`()
            async throws
        {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                let started = try await live.pay(iuv: iuv)
                let id = try #require(try started.json["id"] as? String)
                let began = ContinuousClock.now
                let polls = (0..<8).map { _ in
                    Task {
                        try await live.call("GET", "/v1/payment-attempts/\(id)?wait_seconds=25", key: live.apiKey)
                    }
                }
                // The connection of this request counts as well.
                try await live.waitUntil("eight polls wait") {
                    try await live.openConnections() >= 9
                }

                live.service.send(SIGTERM)

                for poll in polls {
                    let answer = try await poll.value
                    #expect(answer.status == 200)
                    #expect(try answer.json["status"] as? String == "redirected")
                    #expect(answer.headers["connection"]?.lowercased() == "close")
                }
                #expect(live.service.exitStatus(withinSeconds: 15) == 0)
                #expect(ContinuousClock.now - began < .seconds(20))
            }
        }

        @Test func `during the grace period the service is not ready, serves requests, and closes each connection`()
            async throws
        {
            try await Deployment.with(settings: ["SHUTDOWN_GRACE_SECONDS": "3"]) { live in
                let (position, _) = try await live.position()
                #expect(try await live.call("GET", "/ready").status == 200)

                live.service.send(SIGTERM)

                try await live.waitUntil("it is not ready") { try await live.call("GET", "/ready").status == 503 }
                let answer = try await live.call("GET", "/v1/positions/\(position)", key: live.apiKey)
                #expect(answer.status == 200)
                #expect(answer.headers["connection"]?.lowercased() == "close")
                #expect(live.service.exitStatus(withinSeconds: 20) == 0)
            }
        }
    }
}

extension Deployment {
    /// The number of connections in the service's metrics.
    func openConnections() async throws -> Int {
        let text = String(decoding: try await send("GET", url: api + "/metrics").body, as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("http_connections ") }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
}

import Foundation
import TestSupport
import Testing

extension ServerTests {
    @Suite struct SubscriptionTests {
        @Test func `a back office subscribes, and its endpoint gets signed events`() async throws {
            let endpoint = try HostileServer(status: 204, body: "")
            defer { endpoint.close() }
            try await Deployment.with { live in
                let key = live.creditorKey
                let made = try await live.call(
                    "POST", "/v1/webhook-subscriptions", key: key,
                    json: #"{"url":"http://127.0.0.1:\#(endpoint.port)/e","contact_email":"it@example.org"}"#)
                #expect(made.status == 201)
                let id = try #require(try made.json["id"] as? String)
                let path = "/v1/webhook-subscriptions/\(id)"
                _ = try await live.position()

                try await live.waitUntil("the event is delivered") { endpoint.received.contains("position.created") }

                #expect(endpoint.received.contains("webhook-signature: v1,"))
                try await live.waitUntil("the delivery is listed") {
                    let log = try await live.call("GET", path + "/deliveries", key: key).json
                    return !(log["items"] as? [[String: any Sendable]] ?? []).isEmpty
                }
                func status(_ method: String, _ path: String, _ json: String? = nil, type: String? = nil) async throws
                    -> Int
                {
                    guard let json else { return try await live.call(method, path, key: key).status }
                    return try await live.call(
                        method, path, key: key, json: json, headers: type.map { ["Content-Type": $0] } ?? [:]
                    ).status
                }
                #expect(try await status("GET", "/v1/webhook-subscriptions") == 200)
                #expect(try await status("GET", path) == 200)
                #expect(try await status("POST", path + "/secrets") == 201)
                #expect(try await status("POST", path + "/test") == 200)
                let period = #"{"after":"\#(Self.instant(-60))","before":"\#(Self.instant(60))"}"#
                #expect(try await status("POST", path + "/redeliver", period) == 202)
                let feed = try await live.call("GET", "/v1/events", key: key).json["items"]
                let event = try #require((feed as? [[String: any Sendable]])?.first?["id"] as? String)
                #expect(try await status("POST", path + "/events/\(event)/redeliver") == 200)
                #expect(try await status("POST", path + "/events/x/redeliver") == 404)
                let patch = "application/merge-patch+json"
                #expect(try await status("PATCH", path, #"{"status":"paused"}"#, type: patch) == 200)
                #expect(try await status("PATCH", path, #"{"url":"file:///etc/passwd"}"#, type: patch) == 422)
                #expect(try await status("DELETE", path) == 204)
                #expect(try await status("GET", path) == 404)
            }
        }

        private static func instant(_ seconds: Int) -> String {
            Date(timeIntervalSinceNow: TimeInterval(seconds)).formatted(.iso8601)
        }
    }
}

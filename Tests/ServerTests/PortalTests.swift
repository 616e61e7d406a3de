import Foundation
import TestSupport
import Testing

/// Starts and cancellations with the real simulator.
extension ServerTests {
    @Suite(.alone) struct PortalTests {
        @Test func `the PSP of a cancelled attempt is notified, and its page accepts no payment`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let started = try await live.pay(iuv: iuv, key: "cancelled")
                let id = try #require(try started.json["id"] as? String)
                let page = try #require(try started.json["redirect_url"] as? String)

                let cancelled = try await live.call("POST", "/v1/payment-attempts/\(id)/cancel", key: live.apiKey)
                #expect(cancelled.status == 200)
                #expect(try cancelled.json["redirect_url"] == nil)

                let payment = page.replacing("/pay/", with: "/payments/")
                try await live.waitUntil("the PSP knows") {
                    try await live.send("GET", url: payment).json["cancelled_at"] != nil
                }
                let paid = try await live.send(
                    "POST", url: page, headers: ["Content-Type": "application/json", "Accept": "application/json"],
                    body: Data(#"{"action":"pay"}"#.utf8))
                #expect(paid.status == 409)
                #expect(try await live.status(of: position) == "open")
                // The key gets the same response, byte for byte; another payment has its own page.
                let replayed = try await live.pay(iuv: iuv, key: "cancelled")
                #expect(replayed.body == started.body)
                #expect(try await live.pay(iuv: iuv).json["redirect_url"] as? String != page)
            }
        }

        @Test func `a secret that the PSP does not have yet does not affect payments, nor does its revocation`()
            async throws
        {
            try await Deployment.with { live in
                let (_, first) = try await live.position()
                let (_, second) = try await live.position()
                let made = try await live.call(
                    "POST", "/v1/psps/ABCDITMM/webhook-secrets", key: live.opsKey, json: "{}",
                    headers: ["Idempotency-Key": UUID().uuidString])
                let id = try #require(try made.json["id"] as? String)

                #expect(try await live.pay(iuv: first).status == 201)
                let revoked = try await live.call(
                    "DELETE", "/v1/psps/ABCDITMM/webhook-secrets/\(id)", key: live.opsKey)
                #expect(revoked.status < 300)
                #expect(try await live.pay(iuv: second).status == 201)
            }
        }

        @Test func `sixty starts at a hanging PSP do not delay starts at another`() async throws {
            try await Deployment.with { live in
                let hanging = try HostileServer(.isSilent)
                defer { hanging.close() }
                let (_, good) = try await live.position()
                var positions: [String] = []
                for _ in 0..<60 { positions.append(try await live.position().iuv) }
                try #require(
                    try await live.replacePSPList(startURL: "http://127.0.0.1:\(hanging.port)/start").status == 200)
                let flood = positions.map { iuv in Task { try await live.pay(iuv: iuv).status } }
                try await live.waitUntil("the PSP hangs") { hanging.connectionCount >= 4 }
                let began = ContinuousClock.now

                let started = try await live.pay(iuv: good, psp: "BETAITRR")

                #expect(started.status == 201)
                print("a start beside 60 at a PSP that hangs: \(ContinuousClock.now - began)")
                var statuses: [Int: Int] = [:]
                for start in flood { statuses[try await start.value, default: 0] += 1 }
                print("the sixty ended with \(statuses)")
                // Few calls are made, and each of them times out; the others are rejected and never sent.
                #expect(hanging.connectionCount <= statuses[504, default: 0])
                #expect(statuses[502, default: 0] > 30 && statuses.keys.allSatisfy { $0 == 502 || $0 == 504 })
            }
        }
    }
}

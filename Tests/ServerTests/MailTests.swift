import Foundation
import TestSupport
import Testing

/// The outbox with processes that die and mail servers that stop responding.
extension ServerTests {
    @Suite(.alone) struct MailTests {
        @Test
        func `a service killed while the mail server holds its message sends one more copy with the same Message-ID`()
            async throws
        {
            try await Deployment.with { live in
                let instance = try Instance(of: live)
                defer { instance.kill() }
                #expect(live.service.stop() == 0)
                try instance.start()
                try await live.waitUntil("the instance is ready") { await instance.isReady(live) }
                try await live.mailMode("hold")
                _ = try live.query(Self.queued("held@example.org"))
                try await live.waitUntil("the message was stored and not confirmed") {
                    try await live.mailCount(to: "held@example.org") == 1
                }

                instance.kill()

                #expect(try live.query("SELECT state, attempts FROM notifications") == ["sending|1"])
                // Its lease is nearly over. The database's clock decides, as after the whole 30 s.
                #expect(
                    try live.query(
                        """
                        UPDATE notifications SET leased_until = leased_until - interval '25 s'
                        WHERE leased_until BETWEEN now() + interval '15 s' AND now() + interval '30 s' RETURNING state
                        """
                    ).first == "sending")
                try await live.mailMode("ok")
                try instance.start()
                let began = ContinuousClock.now
                try await live.waitUntil("the mail is sent") {
                    try live.query("SELECT state, attempts FROM notifications") == ["sent|2"]
                }
                #expect(ContinuousClock.now - began < .seconds(20))
                let list = try await live.send("GET", url: live.mailControl + "/messages")
                let mails = try #require(try JSONSerialization.jsonObject(with: list.body) as? [[String: any Sendable]])
                #expect(mails.count == 2)
                #expect(Set(mails.compactMap { $0["message_id"] as? String }).count == 1)
                #expect(mails.compactMap { $0["confirmed"] as? Bool } == [false, true])
            }
        }

        @Test func `a mail without a notification is found by polling, and one with a notification is sent at once`()
            async throws
        {
            try await Deployment.with { live in
                _ = try live.query(Self.queued("unnotified@example.org"))
                try await live.waitUntil("the poll has found it", seconds: 20) {
                    try await live.mailCount(to: "unnotified@example.org") == 1
                }

                // With polling alone each mail would wait up to a second.
                var best = Duration.seconds(60)
                for round in 0..<3 where best > .seconds(4) {
                    let began = ContinuousClock.now
                    for number in 0..<8 {
                        let address = "notified-\(round)-\(number)@example.org"
                        let queued = try await live.call(
                            "POST", "/v1/notifications/test", key: live.opsKey, json: #"{"to":"\#(address)"}"#)
                        #expect(queued.status == 202)
                        try await live.waitUntil("the mail is here") { try await live.mailCount(to: address) == 1 }
                    }
                    best = min(best, ContinuousClock.now - began)
                }
                #expect(best < .seconds(4))
            }
        }

        @Test(arguments: ["mailsilent", "dotsilent"])
        func `SIGTERM ends the service with success while the mail server is silent`(mode: String) async throws {
            try await Deployment.with { live in
                try await live.mailMode(mode)
                for number in 0..<6 { _ = try live.query(Self.queued("silent-\(number)@example.org")) }
                try await live.waitUntil("every sender waits") {
                    try live.query("SELECT count(*) FROM notifications WHERE state = 'sending'") == ["4"]
                }

                #expect(live.service.stop() == 0)

                // An unsent mail is released at once; a mail whose acceptance is unknown waits.
                let states = try live.query("SELECT state, count(*) FROM notifications GROUP BY 1 ORDER BY 1")
                #expect(states == (mode == "mailsilent" ? ["queued|6"] : ["queued|2", "retrying|4"]))
            }
        }

        /// Inserts a test mail without a notification.
        private static func queued(_ address: String) -> String {
            """
            INSERT INTO notifications (id, kind, recipient, language, state, next_attempt_at, message_id, created_at)
            VALUES (gen_random_uuid(), 'test', '\(address)', 'it', 'queued', now(), '\(UUID())@example.org', now())
            """
        }
    }
}

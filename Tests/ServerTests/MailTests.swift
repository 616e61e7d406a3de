import Foundation
import TestSupport
import Testing

/// The outbox at work, with the processes that die and the servers that fall silent.
extension ServerTests {
    @Suite struct MailTests {
        @Test
        func `a service killed while the mail server holds its message sends one more copy, of the same Message-ID`()
            async throws
        {
            try await Deployment.with { live in
                let instance = try Instance(of: live)
                defer { instance.kill() }
                #expect(live.service.stop() == 0)
                try instance.start()
                try await live.waitUntil("the instance is ready") { await instance.isReady(live) }
                try await live.mailMode("hold")
                _ = try live.ask(Self.queued("held@example.org"))
                try await live.waitUntil("the message was kept and not confirmed") {
                    try await live.mailCount(to: "held@example.org") == 1
                }

                instance.kill()

                #expect(try live.ask("SELECT state, attempts FROM notifications") == ["sending|1"])
                try await live.mailMode("ok")
                try instance.start()
                let began = ContinuousClock.now
                try await live.waitUntil("the mail is sent") {
                    try live.ask("SELECT state, attempts FROM notifications") == ["sent|2"]
                }
                // The lease of the dead one ran out by itself.
                #expect(ContinuousClock.now - began < .seconds(45))
                let list = try await live.send("GET", url: live.mailControl + "/messages")
                let mails = try #require(try JSONSerialization.jsonObject(with: list.body) as? [[String: any Sendable]])
                #expect(mails.count == 2)
                #expect(Set(mails.compactMap { $0["message_id"] as? String }).count == 1)
                #expect(mails.compactMap { $0["confirmed"] as? Bool } == [false, true])
            }
        }

        @Test func `a mail that nobody told of is found by the poll, and one that is told of goes at once`()
            async throws
        {
            try await Deployment.with { live in
                _ = try live.ask(Self.queued("untold@example.org"))
                try await live.waitUntil("the poll has found it", seconds: 20) {
                    try await live.mailCount(to: "untold@example.org") == 1
                }

                // By the poll alone each would wait a second for the next.
                var best = Duration.seconds(60)
                for round in 0..<3 where best > .seconds(4) {
                    let began = ContinuousClock.now
                    for number in 0..<8 {
                        let address = "told-\(round)-\(number)@example.org"
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
                for number in 0..<6 { _ = try live.ask(Self.queued("silent-\(number)@example.org")) }
                try await live.waitUntil("every sender waits") {
                    try live.ask("SELECT count(*) FROM notifications WHERE state = 'sending'") == ["4"]
                }

                #expect(live.service.stop() == 0)

                // What was not handed over is free at once; what was handed over whole is not known to be taken, and waits.
                let states = try live.ask("SELECT state, count(*) FROM notifications GROUP BY 1 ORDER BY 1")
                #expect(states == (mode == "mailsilent" ? ["queued|6"] : ["queued|2", "retrying|4"]))
            }
        }

        /// A test mail put in by hand: nobody is notified.
        private static func queued(_ address: String) -> String {
            """
            INSERT INTO notifications (id, kind, recipient, language, state, next_attempt_at, message_id, created_at)
            VALUES (gen_random_uuid(), 'test', '\(address)', 'it', 'queued', now(), '\(UUID())@example.org', now())
            """
        }
    }
}

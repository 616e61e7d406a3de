import Accounts
import Foundation
import Gateways
import Operations
import PagoPA
import Postgres
import Requests
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// The guarantees of the outbox, tested on a real database with a mail server that the test controls.
@Suite(.serialized) struct OutboxTests {
    private func queue(_ intermediary: Intermediary, _ address: String = "mario@example.org") async throws {
        _ = try await intermediary.notifications.sendTest(to: EmailAddress(address), language: .it, by: .ops)
    }

    private func mail(_ intermediary: Intermediary, _ address: String) throws -> PagoPA.Notification {
        var random = SystemRandomNumberGenerator()
        let id: Identifier<PagoPA.Notification> = Identifier.make(at: intermediary.clock(), random: &random)
        return PagoPA.Notification(
            id: id, kind: .test, receipt: nil, position: nil, recipient: try EmailAddress(address), language: .it,
            state: .queued, attempts: 0, nextAttemptAt: intermediary.clock(), sentAt: nil, lastError: nil,
            messageID: "\(id)@example.org", createdAt: intermediary.clock())
    }

    @Test func `a committed mail is notified and sent, a rolled back one is not`() async throws {
        struct Changed: Error {}
        try await TestIntermediary.with { test in
            let sent = Mutex<[String]>([])
            let intermediary = try test.instance { to in sent.withLock { $0.append(to) } }
            var notifications = test.pool.listen([Channels.notifications]).makeAsyncIterator()
            #expect(await notifications.next() == .reconnected)
            let never = try mail(intermediary, "never@example.org")

            await #expect(throws: Changed.self) {
                try await test.store.transaction(within: .everyCreditor) { tx in
                    tx.insert([never])
                    _ = try await tx.query("SELECT 1")
                    throw Changed()
                }
            }
            #expect(try await !intermediary.notifications.sendNext())
            try await queue(intermediary)
            // The first notification: the rolled back mail has sent none.
            #expect(await notifications.next() == .notification(channel: Channels.notifications, payload: ""))
            #expect(try await test.states == ["queued"])
            #expect(try await intermediary.notifications.sendNext())

            #expect(try await test.states == ["sent"])
            #expect(sent.withLock(\.self) == ["mario@example.org"])
            #expect(try await !intermediary.notifications.sendNext())
        }
    }

    @Test func `the mail that has been due longest goes first`() async throws {
        try await TestIntermediary.with { test in
            let sent = Mutex<[String]>([])
            let isBroken = Mutex(true)
            let intermediary = try test.instance { to in
                if isBroken.withLock(\.self) { throw MailFailure.timedOut }
                sent.withLock { $0.append(to) }
            }
            try await queue(intermediary, "1@example.org")
            #expect(try await intermediary.notifications.sendNext())
            for number in 2...5 { try await queue(intermediary, "\(number)@example.org") }
            #expect(try await test.states == ["retrying", "queued", "queued", "queued", "queued"])
            // It was sent before any other mail.
            _ = try await test.pool.query(
                "UPDATE notifications SET next_attempt_at = now() - interval '1 hour' WHERE state = 'retrying'")
            isBroken.withLock { $0 = false }

            while try await intermediary.notifications.sendNext() {}

            #expect(sent.withLock(\.self) == (1...5).map { "\($0)@example.org" })
        }
    }

    @Test func `many senders of several instances send each mail once, even with skewed clocks`() async throws {
        try await TestIntermediary.with { test in
            let sent = Mutex<[String: Int]>([:])
            let instances = try [0, 600, -600].map { skew in
                try test.instance(skewSeconds: skew) { to in
                    sent.withLock { $0[to, default: 0] += 1 }
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            for number in 0..<60 { try await queue(instances[number % 3], "\(number)@example.org") }

            try await withThrowingTaskGroup(of: Void.self) { group in
                for sender in 0..<12 {
                    group.addTask { while try await instances[sender % 3].notifications.sendNext() {} }
                }
                try await group.waitForAll()
            }

            #expect(sent.withLock { $0.count } == 60)
            #expect(sent.withLock { $0.values.allSatisfy { $0 == 1 } })
            #expect(Set(try await test.states) == ["sent"])
        }
    }

    @Test(arguments: [0, 600, -600])
    func `a claimed mail is leased for thirty seconds of the database's clock`(skew: Int) async throws {
        try await TestIntermediary.with { test in
            let copies = Mutex(0)
            let (arrivals, arrived) = AsyncStream<Void>.makeStream()
            let (releases, release) = AsyncStream<Void>.makeStream()
            let slow = try test.instance(skewSeconds: skew) { _ in
                copies.withLock { $0 += 1 }
                arrived.yield()
                for await _ in releases { break }
            }
            let other = try test.instance { _ in copies.withLock { $0 += 1 } }
            try await queue(slow)
            let sending = Task { try await slow.notifications.sendNext() }
            for await _ in arrivals { break }

            let lease = try await test.ask(
                "SELECT (leased_until - clock_timestamp() BETWEEN interval '20 s' AND interval '30 s')::text FROM notifications"
            )
            #expect(lease == ["true"])
            #expect(try await !other.notifications.sendNext())
            // This simulates a crash of the first instance.
            try await test.endLeases()
            #expect(try await other.notifications.sendNext())
            release.yield()
            _ = try await sending.value

            #expect(copies.withLock(\.self) == 2)
            #expect(try await test.states == ["sent"])
            #expect(try await test.ask("SELECT attempts::text FROM notifications") == ["2"])
        }
    }

    @Test func `a delivery is recorded although the database connection breaks, and no copy is sent`()
        async throws
    {
        let proxy = try Proxy(to: TestIntermediary.serverPort)
        defer { proxy.close() }
        try await TestIntermediary.with(port: proxy.port) { test in
            let copies = Mutex(0)
            let intermediary = try test.instance { _ in
                copies.withLock { $0 += 1 }
                proxy.closeConnections()
            }
            for _ in 0..<4 { try await queue(intermediary) }

            for _ in 0..<4 {
                #expect(try await intermediary.notifications.sendNext())
            }

            #expect(Set(try await test.states) == ["sent"])
            #expect(copies.withLock(\.self) == 4)
            #expect(try await Set(test.ask("SELECT attempts::text FROM notifications")) == ["1"])
        }
    }

    @Test func `at shutdown the sender does not wait for a database that does not respond`() async throws {
        let proxy = try Proxy(to: TestIntermediary.serverPort)
        defer { proxy.close() }
        try await TestIntermediary.with(port: proxy.port) { test in
            let (deliveries, delivered) = AsyncStream<Void>.makeStream()
            let intermediary = try test.instance { _ in
                proxy.stopForwarding()
                delivered.yield()
            }
            try await queue(intermediary)
            let sending = Task { try await intermediary.notifications.sendNext() }
            for await _ in deliveries { break }
            let began = ContinuousClock.now

            sending.cancel()
            _ = try await sending.value

            // The sender retries for five seconds, and may wait for one more response after that.
            #expect(ContinuousClock.now - began < .seconds(14))
            proxy.stopForwarding(false)
            proxy.closeConnections()
        }
    }

    @Test func `at shutdown unsent mails are released and sent mails are recorded`() async throws {
        try await TestIntermediary.with { test in
            for (isTaken, state, attempts) in [(false, "queued", "0"), (true, "sent", "1")] {
                _ = try await test.pool.query("DELETE FROM notifications")
                let (arrivals, arrived) = AsyncStream<Void>.makeStream()
                let intermediary = try test.instance { _ in
                    arrived.yield()
                    while !Task.isCancelled { await Task.yield() }
                    if !isTaken { throw MailFailure.stopped }
                }
                try await queue(intermediary)
                let sending = Task { try await intermediary.notifications.sendNext() }
                for await _ in arrivals { break }

                sending.cancel()
                _ = try await sending.value

                #expect(try await test.states == [state])
                #expect(try await test.ask("SELECT attempts::text FROM notifications") == [attempts])
            }
        }
    }

    @Test func `permanently refused mails are dead at once, others are tried eight times`() async throws {
        try await TestIntermediary.with { test in
            let failure = Mutex<MailFailure>(.permanent(code: 550, reply: "550 5.1.1 no such user"))
            let intermediary = try test.instance { _ in throw failure.withLock(\.self) }
            try await queue(intermediary)
            #expect(try await intermediary.notifications.sendNext())
            #expect(try await test.states == ["dead"])
            _ = try await test.pool.query("DELETE FROM notifications")
            failure.withLock { $0 = .refusesUs(code: 554, reply: "554 no service") }
            try await queue(intermediary)

            for attempt in 1..<RetryPlan.maximumAttempts {
                #expect(try await intermediary.notifications.sendNext())
                #expect(try await test.states == ["retrying"])
                #expect(try await !intermediary.notifications.sendNext())
                let plan = Double(RetryPlan.waitsSeconds[attempt - 1])
                let wait = try #require(
                    try await test.ask(
                        "SELECT extract(epoch FROM next_attempt_at - clock_timestamp())::text FROM notifications"
                    ).first.flatMap(Double.init))
                #expect((plan * 0.8 - 5...plan * 1.2).contains(wait), "\(attempt): \(wait)")
                _ = try await test.pool.query("UPDATE notifications SET next_attempt_at = now()")
            }
            #expect(try await intermediary.notifications.sendNext())

            #expect(try await test.states == ["dead"])
            #expect(try await test.ask("SELECT attempts::text FROM notifications") == ["8"])
        }
    }

    @Test func `operators queue a dead mail again, and the journal records it once`() async throws {
        try await TestIntermediary.with { test in
            let failure = Mutex<MailFailure?>(.permanent(code: 550, reply: "550 5.1.1 no such user"))
            let intermediary = try test.instance { _ in if let failure = failure.withLock(\.self) { throw failure } }
            try await queue(intermediary)
            #expect(try await intermediary.notifications.sendNext())
            let id = try Identifier<PagoPA.Notification>(
                try #require(try await test.ask("SELECT id::text FROM notifications").first))
            failure.withLock { $0 = nil }

            _ = try await intermediary.notifications.retry(id, by: .ops)

            #expect(try await test.states == ["queued"])
            #expect(try await intermediary.notifications.sendNext())
            #expect(try await test.states == ["sent"])
            await #expect(throws: Refusal.notificationNotRetryable(.sent)) {
                try await intermediary.notifications.retry(id, by: .ops)
            }
            #expect(
                try await test.ask(
                    "SELECT from_state || ' ' || to_state FROM journal WHERE kind = 'notification_retried'")
                    == ["dead queued"])
        }
    }

    @Test func `a mail is dead when the service crashed during every attempt`() async throws {
        try await TestIntermediary.with { test in
            let copies = Mutex(0)
            let intermediary = try test.instance { _ in copies.withLock { $0 += 1 } }
            try await queue(intermediary)
            for _ in 0..<RetryPlan.maximumAttempts {
                let claimed = try await test.store.transaction(within: .everyCreditor) { tx in
                    try await tx.claimNotification(leaseSeconds: 30)
                }
                #expect(claimed != nil)
                try await test.endLeases()
            }

            #expect(try await intermediary.notifications.sendNext())

            #expect(try await test.states == ["dead"])
            #expect(copies.withLock(\.self) == 0)
        }
    }

    @Test func `taking up a mail reads two index entries, however many wait or were sent`() async throws {
        try await TestIntermediary.with { test in
            _ = try await test.pool.query(
                """
                INSERT INTO notifications (id, kind, recipient, language, state, next_attempt_at, leased_until, sent_at,
                    message_id, created_at)
                SELECT gen_random_uuid(), 'test', 'a@example.org', 'it', state,
                    CASE state WHEN 'queued' THEN now() - n * interval '1 s'
                        WHEN 'retrying' THEN now() + n * interval '1 s' END,
                    CASE state WHEN 'sending' THEN now() + interval '20 s' END,
                    CASE state WHEN 'sent' THEN now() END, n || '@example.org', now() - n * interval '1 s'
                FROM generate_series(1, 60000) AS n, LATERAL (SELECT CASE WHEN n % 20 = 0 THEN 'queued'
                    WHEN n % 20 = 1 THEN 'retrying' WHEN n % 10000 = 2 THEN 'sending' ELSE 'sent' END) AS s(state)
                """)
            _ = try await test.pool.query("ANALYZE notifications")

            let plan = try await test.store.transaction(within: .everyCreditor) { tx in
                try await tx.query("EXPLAIN (ANALYZE, BUFFERS) " + Transaction.claim(leaseSeconds: 30)).map { row in
                    var row = row
                    return try row.next(String.self)
                }
            }.joined(separator: "\n")

            #expect(plan.contains("using notifications_due_idx"), "\(plan)")
            #expect(plan.contains("Index Cond: (next_attempt_at <= now())"), "\(plan)")
            #expect(plan.contains("using notifications_leased_idx"), "\(plan)")
            #expect(!plan.contains("Seq Scan on notifications"), "\(plan)")
            #expect(!plan.contains("Rows Removed by Filter"), "\(plan)")
        }
    }
}

import Accounts
import DatabaseTestSupport
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Synchronization
import TestSupport
import Testing

/// The feed of events: what is in it, for whom, and that a reader misses nothing and gets nothing twice while others write.
@Suite(.serialized) struct EventTests {
    private struct Undone: Error {}

    private final class Progress: Sendable {
        /// How many writers have ended.
        let done = Atomic(0)
    }

    private static func with(
        connections: Int = 8, _ body: (TestIntermediary, Intermediary) async throws -> Void
    ) async throws {
        try await MigratedDatabase.with(connections: connections) { pool, url in
            let test = TestIntermediary(pool: pool, store: Store(pool: pool), url: url)
            try await test.seed()
            try await body(test, try test.instance())
        }
    }

    private static func reader(_ creditors: [OrganizationTaxCode], _ scopes: [Scope] = [.eventsRead]) -> Caller {
        Caller(
            key: APIKey(
                id: Identifier(uuid: UUID()), name: "reader", kind: .creditor, prefix: "qz_reader", scopes: scopes,
                creditors: creditors, createdAt: Instant(microseconds: 0)))
    }

    private static let own = reader([TestIntermediary.comune])
    private static let both = reader([TestIntermediary.comune, TestIntermediary.provincia])

    /// Reads to the end, `limit` events at a time, when all events can be read: the transactions of other tests delay them.
    private static func readAll(
        _ service: Intermediary, after start: FeedProgress? = nil, limit: Int = 3, for caller: Caller
    ) async throws -> (events: [Event], next: FeedProgress) {
        try await waitForHorizon(service)
        var events: [Event] = []
        var cursor = start
        while true {
            let feed = try await service.events.read(after: cursor, limit: limit, for: caller)
            events += feed.events
            cursor = feed.next
            if feed.events.count < limit { return (events, feed.next) }
        }
    }

    private static func waitForHorizon(_ service: Intermediary) async throws {
        let isBehind: SQL = "SELECT 1 FROM journal WHERE event IS NOT NULL AND event_order >= event_horizon() LIMIT 1"
        while try await service.store.transaction(within: .everyCreditor, { try await $0.execute(isBehind) }) > 0 {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private static func entry(_ creditor: OrganizationTaxCode, _ position: Identifier<Position>) -> JournalEntry {
        JournalEntry(.positionChanged, by: .loop, creditor: creditor, position: position)
    }

    /// Writes events of two objects in transactions of different lengths, some of which are rolled back.
    private static func write(_ rounds: Int, seed: UInt64, _ test: TestIntermediary) async throws {
        var random = SeededRandom(seed: seed)
        let objects = (0..<2).map { _ in Identifier<Position>(uuid: UUID()) }
        let now = Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
        for _ in 0..<rounds {
            let creditor = Bool.random(using: &random) ? TestIntermediary.comune : TestIntermediary.provincia
            let count = Int.random(in: 1...3, using: &random)
            let waits = Int.random(in: 0...4, using: &random)
            let isUndone = Int.random(in: 0..<8, using: &random) == 0
            do {
                try await test.store.transaction(within: .everyCreditor) { tx in
                    for object in objects.prefix(count) { tx.journal(entry(creditor, object), at: now) }
                    // Other transactions commit meanwhile.
                    for _ in 0..<waits { _ = try await tx.execute("SELECT 1") }
                    tx.journal(entry(creditor, objects[0]), at: now)
                    _ = try await tx.execute("SELECT 1")
                    if isUndone { throw Undone() }
                }
            } catch is Undone {}
        }
    }

    @Test func `the life of a debt is read in order, page by page, by its creditor only`() async throws {
        try await Self.with { test, service in
            let debt = try await test.create(test.draft("debt", isDraft: true), with: service)
            _ = try await service.positions.move(debt.id, .publish, by: .office)
            try await test.receive(
                TestIntermediary.rt("KO", iuv: debt.installments[0].iuv, outcome: .notExecuted), with: service)
            let paid = try await test.receive(
                TestIntermediary.rt("OK", iuv: debt.installments[0].iuv), with: service)
            let twice = try await test.receive(
                TestIntermediary.rt("TWICE", iuv: debt.installments[0].iuv), with: service)
            let anomaly = try #require(
                try await service.anomalies.list(AnomalyFilter(), creditor: nil, page: PageRequest(), for: .ops).items
                    .first)
            _ = try await service.anomalies.resolve(anomaly.id, .refund(nil), reason: "doppio", by: .ops)

            let (events, next) = try await Self.readAll(service, for: Self.own)

            #expect(
                events.map(\.type) == [
                    .positionCreated, .positionChanged, .receiptRecorded, .receiptSettled, .positionPaid,
                    .receiptAnomaly, .refundDecided, .anomalyResolved,
                ])
            #expect(events.allSatisfy { $0.creditor == TestIntermediary.comune })
            #expect(events.filter { $0.type.subject == .position }.allSatisfy { $0.subject == debt.id.uuid })
            #expect(events[3].subject == paid.receipt.uuid && events[3].position == debt.id)
            #expect(events[5].subject == twice.receipt.uuid)
            #expect(events[6].receipt == twice.receipt && events[6].subject != twice.receipt.uuid)
            #expect(events[7].subject == anomaly.id.uuid && events[7].to == "refund")
            #expect(
                events.map(\.cursor) == events.map(\.cursor).sorted() && Set(events.map(\.id)).count == events.count)
            // The ids stay the same, also for another reader.
            #expect(try await Self.readAll(service, limit: 100, for: .ops).events == events)
            #expect(try await Self.readAll(service, after: next, for: Self.own).events == [])
            #expect(
                try await Self.readAll(service, for: Self.reader([TestIntermediary.provincia])).events == [])
        }
    }

    @Test
    func `sixteen writers and a reader: no event is missing, none is served twice, and each object's are in order`()
        async throws
    {
        try await Self.with(connections: 20) { test, service in
            let progress = Progress()
            let (writers, rounds) = (16, 25)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<writers {
                    group.addTask {
                        try await Self.write(rounds, seed: UInt64(writer), test)
                        progress.done.add(1, ordering: .acquiringAndReleasing)
                    }
                }
                var (events, cursor): ([Event], FeedProgress?) = ([], nil)
                var limit = 1
                while progress.done.load(ordering: .acquiring) < writers {
                    limit = limit % 17 + 1
                    let feed = try await service.events.read(after: cursor, limit: limit, for: Self.both)
                    events += feed.events
                    cursor = feed.next
                }
                try await group.waitForAll()
                events += try await Self.readAll(service, after: cursor, for: Self.both).events

                let stored = try await test.ask(
                    "SELECT event_order || ' ' || id FROM journal WHERE event IS NOT NULL ORDER BY event_order, id")
                #expect(stored.count > writers * rounds)
                #expect(events.map { "\($0.cursor.order) \($0.cursor.number)" } == stored)
                for (object, own) in Dictionary(grouping: events, by: \.subject) {
                    // The numbers of entries are in the order of an object's changes.
                    #expect(own.map(\.cursor.number) == own.map(\.cursor.number).sorted(), "\(object)")
                }
            }
        }
    }

    @Test
    func `an event is served when no earlier transaction runs, and events of one object in the order of its changes`()
        async throws
    {
        try await Self.with { test, service in
            let object = Identifier<Position>(uuid: UUID())
            let started = try await service.events.read(after: nil, limit: 10, for: Self.own).next
            let now = service.clock()
            func read() async throws -> [Int64] {
                try await service.events.read(after: started, limit: 10, for: Self.own).events.map(\.cursor.number)
            }
            try await test.store.transaction(within: .everyCreditor) { early in
                // Gets its number now, and waits before it changes the object.
                _ = try await early.execute("SELECT pg_current_xact_id()")
                try await test.store.transaction(within: .everyCreditor) { late in
                    late.journal(Self.entry(TestIntermediary.comune, object), at: now)
                }
                #expect(try await read() == [])
                early.journal(Self.entry(TestIntermediary.comune, object), at: now)
                _ = try await early.execute("SELECT 1")
                #expect(try await read() == [])
            }
            try await Self.waitForHorizon(service)
            let numbers = try await read()
            #expect(numbers.count == 2 && numbers == numbers.sorted())
        }
    }

    @Test func `a cursor that was read too long ago has expired, and an idle reader's has not`() async throws {
        try await Self.with { test, service in
            _ = try await test.create(test.draft("debt"), with: service)
            let day = RetentionRule.daySeconds
            let (events, next) = try await Self.readAll(service, for: Self.own)
            #expect(events.count == 1)
            let later = try test.instance(skewSeconds: 29 * day)
            // Nothing has happened since, and the reader is told until when it has read.
            let idle = try await later.events.read(after: next, limit: 3, for: Self.own)
            #expect(idle.events.isEmpty && idle.next.cursor == next.cursor && idle.next.readUntil > next.readUntil)
            let muchLater = try test.instance(skewSeconds: 31 * day)
            await #expect(throws: Refusal.eventsExpired(days: 30)) {
                try await muchLater.events.read(after: next, limit: 3, for: Self.own)
            }
            #expect(try await muchLater.events.read(after: idle.next, limit: 3, for: Self.own).events.isEmpty)
            // Without a cursor, events older than 30 days are left out.
            let fresh = try await muchLater.events.read(after: nil, limit: 3, for: Self.own)
            #expect(fresh.events.isEmpty)
            _ = try await test.create(test.draft("new"), with: service)
            #expect(try await Self.readAll(muchLater, after: fresh.next, for: Self.own).events.count == 1)
        }
    }

    @Test func `a cursor of a newer database has expired, and a restore into another cluster continues the order`()
        async throws
    {
        try await Self.with { test, service in
            _ = try await test.create(test.draft("debt"), with: service)
            let (_, next) = try await Self.readAll(service, for: Self.own)
            let beyond = FeedProgress(
                cursor: FeedCursor(order: next.cursor.order + 1_000_000, number: 1), readUntil: next.readUntil)
            await #expect(throws: Refusal.eventsExpired(days: 30)) {
                try await service.events.read(after: beyond, limit: 3, for: Self.own)
            }
            #expect(try await test.store.continueEvents() == false)

            // As if the stored events had come from a cluster with higher numbers.
            _ = try await test.pool.query(
                """
                INSERT INTO journal (at, kind, actor, creditor_tax_code, position_id, event, event_order)
                VALUES (now(), 'position_changed', 'loop', \(TestIntermediary.comune.value), gen_random_uuid(),
                    'position.changed', \(beyond.cursor.order))
                """)
            #expect(try await test.store.continueEvents())
            #expect(try await test.store.continueEvents() == false)

            let restored = try await Self.readAll(service, after: next, for: Self.own)
            #expect(restored.events.map(\.cursor.order) == [beyond.cursor.order])
            _ = try await test.create(test.draft("after"), with: service)
            let new = try await Self.readAll(service, after: restored.next, for: Self.own)
            #expect(new.events.map(\.type) == [.positionCreated])
        }
    }

    @Test func `a further beneficiary's copy is an event of that beneficiary`() async throws {
        try await Self.with { test, service in
            let iban = try IBAN("IT60X0542811101000000123456")
            let shares = try [(TestIntermediary.comune, 5_000), (TestIntermediary.provincia, 980)].map {
                Transfer(
                    creditor: $0.0, iban: iban, amount: try Amount(cents: Int64($0.1)),
                    taxonomyCode: try TaxonomyCode("9/0101002IM/"), remittance: "x")
            }
            let debt = try await test.create(test.draft("debt", transfers: shares), with: service)
            for creditor in [TestIntermediary.comune, TestIntermediary.provincia] {
                try await test.receive(
                    TestIntermediary.rt(
                        "R1", iuv: debt.installments[0].iuv, creditor: creditor,
                        transfers: [(TestIntermediary.comune, 5_000), (TestIntermediary.provincia, 980)]),
                    with: service)
            }

            let beneficiary = try await Self.readAll(service, for: Self.reader([TestIntermediary.provincia])).events
            let all = try await Self.readAll(service, for: Self.both).events
            #expect(beneficiary.map(\.type) == [.receiptRecorded])
            #expect(
                all.map(\.type) == [.positionCreated, .receiptSettled, .positionPaid, .receiptRecorded])
        }
    }

    @Test func `a receipt in quarantine is told to keys that may see it`() async throws {
        try await Self.with { test, service in
            try await test.receive(TestIntermediary.rt("R1", iuv: IUV("01000000000000016")), with: service)

            let types = try await Self.readAll(service, for: Self.reader([TestIntermediary.comune], Scope.allCases))
            #expect(types.events.map(\.type) == [.receiptQuarantined])
            #expect(try await Self.readAll(service, for: Self.own).events.isEmpty)
        }
    }

    @Test func `attempts that expire, closed alternatives, counter payments and imports are events`() async throws {
        try await Self.with { test, service in
            let whole = try await test.create(test.draft("whole", group: "G"), with: service)
            let parts = try await test.create(test.draft("parts", cents: [3_000, 2_980], group: "G"), with: service)
            let payment = CounterPayment(
                installmentNumber: 1, amount: whole.installments[0].amount,
                paidAt: try Instant(rfc3339: "2026-11-20T10:00:00Z"), till: "1", reference: "r")
            let recorded = try await service.positions.recordCounterPayment(payment, on: whole.id, by: .office)
            guard case .done(let receipt) = recorded else { throw TestIntermediary.Unexpected() }
            _ = try await service.positions.voidCounterPayment(receipt.id, on: whole.id, reason: "x", by: .office)
            _ = try await test.pool.query(
                """
                INSERT INTO payment_attempts (id, creditor_tax_code, caller_id, status, payment_method, psp_id,
                    psp_business_name, channel_id, amount_cents, fee_cents, return_url, language, created_at, expires_at)
                VALUES (gen_random_uuid(), \(TestIntermediary.comune.value), \(Caller.office.key.id.uuid), 'redirected', 'CP',
                    'ABCDITMM', 'Banca', 'canale', 100, 0, 'https://portale.example.org/', 'it', now() - interval '1 hour',
                    now() - interval '30 minutes')
                """)
            #expect(try await service.attempts.expire() == 1)

            let events = try await Self.readAll(service, limit: 50, for: Self.own).events
            #expect(events.filter { $0.subject == parts.id.uuid }.map(\.to) == ["open", "cancelled", "open"])
            #expect(events.filter { $0.subject == receipt.id.uuid }.map(\.type) == [.receiptSettled, .receiptVoided])
            #expect(events.last?.type == .attemptExpired && events.last?.from == "redirected")

            for isDryRun in [true, false] {
                let begun = try await service.imports.begin(
                    of: TestIntermediary.comune, isDryRun: isDryRun, by: .office)
                let row = StagedRow(line: 1, content: .success(Array("row".utf8)))
                try await service.imports.stage([row], of: begun, by: .office)
                _ = try await service.imports.accept(
                    begun, digest: [UInt8](repeating: isDryRun ? 1 : 2, count: 32), rows: 1, refused: 0, by: .office,
                    repeating: nil)
                while try await service.imports.processNext(reading: { _, _ in .success(try! test.draft("row")) }) {}
                let last = try await Self.readAll(service, limit: 50, for: Self.own).events.suffix(2)
                if isDryRun {
                    #expect(last.last?.type == .attemptExpired)
                } else {
                    #expect(last.map(\.type) == [.positionCreated, .importDone])
                    #expect(last.last?.subject == begun.id.uuid && last.last?.to == "done")
                }
            }
            // Every entry that should be an event is one, however it was written.
            #expect(
                try await test.ask(
                    "SELECT DISTINCT kind FROM journal WHERE event IS NULL AND kind <> 'anomaly_opened'") == [])
        }
    }

    @Test func `a read of events is one round trip`() async throws {
        let proxy = try Proxy(to: try TestIntermediary.serverPort)
        defer { proxy.close() }
        try await TestIntermediary.with(port: proxy.port) { test in
            try await test.seed()
            let service = try test.instance()
            var cursor: FeedProgress?
            // Connects and prepares the statements.
            for _ in 0..<3 { cursor = try await service.events.read(after: cursor, limit: 10, for: Self.both).next }
            let before = proxy.roundTrips
            _ = try await service.events.read(after: cursor, limit: 10, for: Self.both)
            #expect(proxy.roundTrips - before == 1)
        }
    }
}

import Accounts
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// The lookups of suspensions, which every creation and every start of a payment makes.
@Suite(.serialized) struct SuspensionQueryTests {
    @Test func `a lookup reads the suspensions that are not lifted by an index`() async throws {
        try await TestData.with { data in
            _ = try await data.pool.query(
                """
                INSERT INTO suspensions (id, creditor_tax_code, psp_id, reason, starts_at, created_at, lifted_at)
                SELECT gen_random_uuid(), CASE WHEN n % 2 = 0 THEN \(TestData.alfa.value) END,
                    CASE WHEN n % 2 = 1 THEN \(TestData.firstPSP.value) END, 'r', now(), now() - make_interval(mins => n),
                    CASE WHEN n > 4 THEN now() END
                FROM generate_series(1, 6000) AS n
                """)
            _ = try await data.pool.query("ANALYZE suspensions")
            let wanted = InstallmentSet(
                ids: [], notices: [(TestData.alfa, try NoticeNumber("302260618143027134"))])
            let tenancy = Tenancy.only([TestData.alfa])
            let lookups: [Query<[Suspension]>] = [
                Suspensions.of(TestData.alfa), Suspensions.ofPSPs,
                Suspensions.of(TestData.firstPSP, holding: wanted, within: tenancy),
                Suspensions.list(page: PageRequest()).map(\.items),
            ]
            for (index, lookup) in lookups.enumerated() {
                let (found, count) = try await data.store.transaction(within: .everyCreditor) { tx in
                    let before = try await scans(tx)
                    let found = try await tx.ask(lookup)
                    return (found, try await scans(tx) - before)
                }
                #expect(count == 0, "\(index)")
                #expect(found.count == [2, 2, 2, 20][index], "\(index)")
            }
        }
    }

    private func scans(_ tx: Transaction) async throws -> Int {
        var row = try await tx.query(
            "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'suspensions'"
        ).only
        return try row.int()
    }

    @Test func `a new suspension replaces that of the same subject, and no other one`() async throws {
        try await TestData.with { data in
            let now = try Instant(rfc3339: "2026-11-24T10:00:00Z")
            var random = SystemRandomNumberGenerator()
            let channel = try ChannelID("canale")
            let subjects: [Suspension.Subject] = [
                .creditor(TestData.alfa), .creditor(TestData.beta), .debtType(TestData.alfa, key: "mensa"),
                .psp(TestData.firstPSP), .channel(TestData.firstPSP, channel: channel), .creditor(TestData.alfa),
                .channel(TestData.firstPSP, channel: channel),
            ]
            for (index, subject) in subjects.enumerated() {
                let suspension = Suspension(
                    id: Identifier.make(at: now, random: &random), subject: subject, reason: "\(index)",
                    startsAt: now, endsAt: index == 1 ? now.adding(seconds: 60) : nil,
                    createdAt: now.adding(seconds: index))
                try await data.store.transaction(within: .everyCreditor) { tx in tx.insert(suspension) }
            }
            let all = try await data.store.read(
                within: .everyCreditor, Suspensions.list(page: PageRequest(limit: 100))
            ).items
            let active = all.filter { $0.liftedAt == nil }
            #expect(active.map(\.reason) == ["6", "5", "3", "2", "1"])
            #expect(active.map(\.subject) == [subjects[6], subjects[5], subjects[3], subjects[2], subjects[1]])
            let held = ActiveSuspensions(active, at: now.adding(seconds: 61))
            #expect(held.of(TestData.beta, debtType: "mensa") == nil, "it has ended")
            #expect(held.of(TestData.alfa, debtType: "mensa")?.reason == "5", "the creditor's comes first")
        }
    }
}

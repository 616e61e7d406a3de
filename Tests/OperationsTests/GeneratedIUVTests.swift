import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// A payment never settles the wrong debt, because an IUV belongs to one payment only.
@Suite(.serialized) struct GeneratedIUVTests {
    /// The notice number that the service generates from this base number.
    private func notice(_ base: UInt64) throws -> NoticeNumber {
        try NoticeCodes.aux3(segregationCode: "01").notice(base: base)
    }

    private func base(_ iuv: IUV) -> UInt64? { UInt64(iuv.value.dropFirst(2).dropLast(2)) }

    private func anomaly(_ test: TestIntermediary, _ intermediary: Intermediary) async throws -> Anomaly {
        let page = try await intermediary.anomalies.list(
            AnomalyFilter(), creditor: nil, page: PageRequest(), for: .ops)
        return try #require(page.items.first)
    }

    @Test func `a generated IUV is none that an RT brought before the debt was created`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let first = try await test.create(test.draft("first"), with: intermediary)
            let last = try #require(base(first.installments[0].iuv))
            let foreign = try (1...9).map { try notice(last + $0).iuv }
            for (number, iuv) in foreign.enumerated() {
                try await test.receive(TestIntermediary.rt("FOREIGN\(number)", iuv: iuv), with: intermediary)
            }

            var positions: [Position] = []
            for number in 0..<8 {
                positions.append(try await test.create(test.draft("own\(number)"), with: intermediary))
            }
            _ = try await intermediary.receipts.settleQuarantine()

            #expect(Set(positions.map { $0.installments[0].iuv }).isDisjoint(with: foreign))
            #expect(try await test.ask("SELECT DISTINCT state FROM positions") == ["open"])
            #expect(try await test.ask("SELECT DISTINCT status FROM receipts") == ["quarantined"])
        }
    }

    @Test func `a range that RTs have used up to the last number is passed, and the end of the digits is refused`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let first = try await test.create(test.draft("first"), with: intermediary)
            let last = try #require(base(first.installments[0].iuv))
            let used = try (1...700).map { try notice(last + $0).iuv.value }
            _ = try await test.pool.query(
                "INSERT INTO used_iuvs SELECT \(TestIntermediary.comune.value), u FROM unnest(\(used)::text[]) AS u")

            let next = try await test.create(test.draft("next"), with: intermediary)

            #expect(try #require(base(next.installments[0].iuv)) > last + 700)
            // The number of digits of a notice number is limited.
            var ending = try await intermediary.creditors.show(TestIntermediary.comune, for: .ops)
            ending.iuvStart = 9_999_999_999_990
            let saved = ending
            _ = try await intermediary.creditors.save(saved.taxCode, as: .success(saved), by: .ops)
            await #expect(throws: Refusal.noticeNumbersExhausted) {
                for number in 0..<200 { _ = try await test.create(test.draft("end\(number)"), with: intermediary) }
            }
        }
    }

    @Test func `the creation of a debt waits for an RT that arrives at the same time`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let first = try await test.create(test.draft("first"), with: intermediary)
            let last = try #require(base(first.installments[0].iuv))
            let next = try notice(last + 1).iuv
            // Each pooled connection caches a block of 32 numbers: now all of them draw from one block.
            _ = try await test.pool.query("ALTER SEQUENCE iuv_bases CACHE 1")
            let arriving = try TestIntermediary.rt("SAME-MOMENT", iuv: next)

            let created = try await test.store.transaction(within: .psp(TestIntermediary.psp)) { tx in
                _ = try await tx.query(
                    """
                    INSERT INTO receipts (id, receipt_id, origin, status, outcome_code, creditor_tax_code, description,
                        iuv, amount_cents, paid_at, received_at)
                    SELECT gen_random_uuid(), \(arriving.receiptID), 'pagopa', 'quarantined', 0,
                        \(TestIntermediary.comune.value), 'Pagamento', n, 5980, now(), now()
                    FROM unnest(\(try (1...64).map { try notice(last + $0).iuv.value })::text[]) AS n
                    """)
                let creating = Task { try await test.create(test.draft("second"), with: intermediary) }
                while try await test.ask("SELECT count(*)::text FROM pg_locks WHERE NOT granted") == ["0"] {
                    await Task.yield()
                }
                return creating
            }.value

            #expect(try #require(base(created.installments[0].iuv)) > last + 64)
        }
    }

    @Test func `a share of another creditor's debt uses its IUV too`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let whole = try IBAN("IT60X0542811101000000123456")
            let shares = try [TestIntermediary.comune, TestIntermediary.provincia].map { creditor in
                Transfer(
                    creditor: creditor, iban: whole, amount: try Amount(cents: 2_990),
                    taxonomyCode: try TaxonomyCode("9/0101002IM/"), remittance: "x")
            }

            let position = try await test.create(test.draft("shared", transfers: shares), with: intermediary)

            let iuv = position.installments[0].iuv.value
            #expect(
                try await test.ask("SELECT creditor_tax_code FROM used_iuvs WHERE iuv = \(iuv) ORDER BY 1")
                    == [TestIntermediary.provincia.value, TestIntermediary.comune.value].sorted())
        }
    }

    @Test func `positions created at the same time under one start get numbers of their own, from that start on`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            for number in 0..<6 { _ = try await test.create(test.draft("before\(number)"), with: intermediary) }
            let old = try await intermediary.creditors.show(TestIntermediary.comune, for: .ops)
            var moved = old
            moved.iuvStart = 5_000_000
            let saved = moved
            _ = try await intermediary.creditors.save(old.taxCode, as: .success(saved), by: .ops)
            // The creditor is saved again without the start number, as by a caller that does not know it.
            _ = try await intermediary.creditors.save(old.taxCode, as: .success(old), by: .ops)

            let bases = try await withThrowingTaskGroup(of: UInt64?.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        base(try await test.create(test.draft("at\(number)"), with: intermediary).installments[0].iuv)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }.compactMap(\.self)
            }

            #expect(Set(bases).count == 40)
            #expect(bases.allSatisfy { (5_000_000..<5_002_000).contains($0) }, "\(bases.sorted())")
            #expect(try await intermediary.creditors.show(TestIntermediary.comune, for: .ops).iuvStart == 5_000_000)
            // Another creditor's numbers do not change.
            let other = try await test.create(
                test.draft("other", creditor: TestIntermediary.provincia), with: intermediary)
            #expect(try #require(base(other.installments[0].iuv)) < 5_000_000)
        }
    }

    @Test func `an installment that is added to a position gets an unused number`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let first = try await test.create(test.draft("first"), with: intermediary)
            let last = try #require(base(first.installments[0].iuv))
            let foreign = try notice(last + 1).iuv
            try await test.receive(TestIntermediary.rt("FOREIGN", iuv: foreign), with: intermediary)
            let wanted = try test.draft("first", cents: [5_980, 1_000])

            let changed = try await intermediary.positions.change(first.id, to: .success(wanted), by: .office)

            #expect(changed.position.installments[0].iuv == first.installments[0].iuv)
            #expect(changed.position.installments[1].iuv != foreign)
        }
    }

    @Test(arguments: [5_980, 5_979] as [Int64])
    func `money in quarantine settles only onto the same amount of a debt that brought its IUV`(cents: Int64)
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let given = try notice(77_000)
            try await test.receive(TestIntermediary.rt("EARLY", iuv: given.iuv, cents: cents), with: intermediary)

            let position = try await test.create(test.draft("late", notices: [given.value]), with: intermediary)
            _ = try await intermediary.receipts.settleQuarantine()

            let fits = cents == 5_980
            #expect(try await test.ask("SELECT state FROM positions") == [fits ? "paid" : "open"])
            let anomaly = try await anomaly(test, intermediary)
            #expect(anomaly.isOpen == !fits)
            let candidate = MatchCandidate(
                position: position.id, installmentNumber: 1, amount: try Amount(cents: 5_980), paidAt: nil,
                isIUVGenerated: false)
            #expect(anomaly.candidate == (fits ? nil : candidate))
        }
    }

    @Test func `money for a generated IUV waits for an operator, who sees the candidate and confirms it`() async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let given = try notice(77_000)
            try await test.receive(TestIntermediary.rt("EARLY", iuv: given.iuv), with: intermediary)
            let position = try await test.create(
                test.draft("late", notices: [given.value], isDraft: true), with: intermediary)
            // This simulates an RT that arrives at the same time as the creation.
            _ = try await test.pool.query("UPDATE installments SET iuv_generated = true")
            _ = try await intermediary.positions.move(position.id, .publish, by: .office)

            _ = try await intermediary.receipts.settleQuarantine()

            #expect(try await test.ask("SELECT state FROM positions") == ["open"])
            let seen = try await anomaly(test, intermediary)
            #expect(seen.candidate?.position == position.id && seen.candidate?.isIUVGenerated == true)
            _ = try await intermediary.anomalies.resolve(
                seen.id, .match(position: position.id, installmentNumber: 1), reason: "Riconosciuto", by: .ops)
            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
        }
    }

    @Test func `a receipt that cannot settle does not block the others`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let (broken, good) = (try notice(77_000), try notice(77_001))
            for (name, notice) in [("BROKEN", broken), ("GOOD", good)] {
                try await test.receive(TestIntermediary.rt(name, iuv: notice.iuv), with: intermediary)
            }
            for (name, notice) in [("a", broken), ("b", good)] {
                let draft = try test.draft(name, notices: [notice.value], isDraft: true)
                let position = try await test.create(draft, with: intermediary)
                // The position is published without the operation that settles waiting receipts.
                _ = try await test.pool.query(
                    "UPDATE positions SET state = 'open', published_at = now() WHERE id = \(position.id.uuid)")
            }
            // Every update of the first receipt fails.
            _ = try await test.pool.query(
                """
                CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'broken' USING ERRCODE = 'check_violation', CONSTRAINT = 'broken'; END $$
                """)
            _ = try await test.pool.query(
                "CREATE TRIGGER fail BEFORE UPDATE ON receipts FOR EACH ROW WHEN (OLD.receipt_id = 'BROKEN') EXECUTE FUNCTION fail()"
            )

            #expect(try await intermediary.receipts.settleQuarantine() == 1)

            #expect(
                try await test.ask("SELECT receipt_id || ' ' || status FROM receipts ORDER BY 1")
                    == ["BROKEN quarantined", "GOOD settled"])
        }
    }
}

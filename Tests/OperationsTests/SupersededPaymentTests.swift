import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// The second body of a conflict can be accepted in every state of the first one. It then counts as if it had arrived first, and the
/// payment counts once.
@Suite(.serialized) struct SupersededPaymentTests: ConflictingBodies {
    /// The state of the first body's receipt.
    enum First: CaseIterable { case settled, anomaly, quarantined, refused }

    /// The content of the second body.
    enum Second: CaseIterable {
        case sameAmount, short, excess, inPart, refused

        var cents: Int {
            switch self {
            case .sameAmount: 5_980
            case .short, .inPart: 500
            case .excess: 9_000
            case .refused: 0
            }
        }

        var outcomeCode: Int {
            switch self {
            case .sameAmount, .short, .excess: 0
            case .inPart: 2
            case .refused: 1
            }
        }
    }

    private static let wrongCents = 598

    /// All stored rows about an IUV, except replaced receipts.
    private func storedRows(_ iuv: IUV, _ test: TestIntermediary) async throws -> [String] {
        try await test.ask(
            """
            SELECT r.status || ' ' || r.amount_cents || ' ' || r.outcome_code || ' ' || r.paid_at::text FROM receipts r
            WHERE r.iuv = \(iuv.value) AND r.superseded_by IS NULL AND r.outcome_code IN (0, 2, 4)
            """)
            + test.ask(
                "SELECT kind FROM anomalies WHERE iuv = \(iuv.value) AND is_open ORDER BY kind")
            + test.ask(
                """
                SELECT p.state || ' ' || p.paid_cents || ' ' || p.written_off_cents || ' ' || p.due_date
                    || ' ' || coalesce(i.paid_at::text, '-')
                FROM positions p JOIN installments i ON i.position_id = p.id WHERE i.iuv = \(iuv.value)
                """)
    }

    private func iuv(_ first: First, _ name: String, number: Int, _ test: TestIntermediary, _ service: Intermediary)
        async throws -> IUV
    {
        guard first != .quarantined else {
            return try NoticeCodes.aux3(segregationCode: "01").notice(base: 77_000 + UInt64(number)).iuv
        }
        return try await test.create(test.draft(name), with: service).installments[0].iuv
    }

    @Test func `an accepted second body counts as if it had arrived first`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            var number = 0
            for first in First.allCases {
                for second in Second.allCases {
                    number += 2
                    let name = "\(first) then \(second)"
                    let iuv = try await iuv(first, name, number: number, test, service)
                    let control = try await self.iuv(first, "only \(name)", number: number + 1, test, service)
                    _ = try await receive(
                        text(control, cents: second.cents, code: second.outcomeCode, hour: 11), service)
                    let cents = first == .anomaly ? Self.wrongCents : first == .refused ? 0 : 5_980
                    _ = try await receive(text(iuv, cents: cents, code: first == .refused ? 1 : 0), service)
                    let before = try await storedRows(iuv, test)

                    let anomaly = try await conflict(
                        text(iuv, cents: second.cents, code: second.outcomeCode, hour: 11), service)

                    switch (first, second) {
                    case (.refused, .sameAmount), (.refused, .short), (.refused, .excess), (.refused, .inPart):
                        // A KO never blocks an OK.
                        #expect(anomaly == nil, "\(name)")
                    case (.settled, .refused), (.anomaly, .refused), (.quarantined, .refused):
                        let why = await advice { try await accept(anomaly, service) }
                        #expect(why.contains("claim the money from the PSP"), "\(name)")
                        _ = try await service.anomalies.resolve(
                            #require(anomaly), .reject, reason: "Prova", by: .ops)
                        #expect(try await storedRows(iuv, test) == before, "\(name)")
                        continue
                    case (.refused, .refused), (.settled, _), (.anomaly, _), (.quarantined, _):
                        try await accept(anomaly, service)
                        #expect(
                            try await test.ask(
                                """
                                SELECT status FROM receipts WHERE iuv = \(iuv.value) AND superseded_by IS NOT NULL
                                """) == ["recorded"], "\(name)")
                    }
                    #expect(try await storedRows(iuv, test) == storedRows(control, test), "\(name)")
                    // Sending either body again changes nothing.
                    #expect(
                        try await receive(text(iuv, cents: cents, code: first == .refused ? 1 : 0), service).isReplay)
                    #expect(
                        try await receive(
                            text(iuv, cents: second.cents, code: second.outcomeCode, hour: 11), service
                        ).isReplay)
                    #expect(try await storedRows(iuv, test) == storedRows(control, test), "\(name)")
                }
            }
            // Nothing counts twice.
            #expect(
                try await test.ask(
                    """
                    SELECT p.external_id FROM positions p WHERE p.paid_cents <> (
                        SELECT coalesce(sum(r.amount_cents), 0) FROM receipts r
                        WHERE r.position_id = p.id AND r.status = 'settled')
                    """) == [])
        }
    }

    @Test func `the receipts name each other, and the Archivio lists what counts once`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt"), with: service)
            let iuv = debt.installments[0].iuv
            let old = try await receive(text(iuv, cents: 5_980), service).receipt
            let accepted = try await accept(conflict(text(iuv, cents: 5_980, hour: 11), service), service)

            let first = try await service.receipts.show(old, for: Caller.ops.reading)
            let second = try await service.receipts.show(#require(accepted.receipt), for: Caller.ops.reading)
            #expect(first.supersededBy == second.id && first.supersedes == nil)
            #expect(second.supersedes == first.id && second.supersededBy == nil)
            #expect(!first.hasPDF && second.hasPDF)
            for caller in [Caller.ops.reading, .office] {
                var filter = ReceiptFilter()
                let page = PageRequest(includeTotal: true)
                let archive = try await service.receipts.list(filter, creditor: nil, page: page, for: caller)
                #expect(archive.items.map(\.id) == [second.id] && archive.total == 1)
                filter.statuses = [.recorded]
                let recorded = try await service.receipts.list(filter, creditor: nil, page: page, for: caller)
                #expect(recorded.items.map(\.supersededBy) == [second.id] && recorded.total == 1)
            }
            // Only the current receipt is announced by e-mail.
            while try await service.notifications.sendNext() {}
            #expect(
                try await test.ask(
                    """
                    SELECT DISTINCT kind || ' ' || (receipt_id = \(second.id.uuid)) || ' ' || state FROM notifications
                    """) == ["receipt_ready true sent"])
        }
    }

    @Test func `what was written off is owed again, and the second body is decided on the whole installment`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt", cents: [5_980, 1_000]), with: service)
            let iuv = debt.installments[0].iuv
            _ = try await receive(text(iuv, cents: Self.wrongCents), service)
            let mismatch = try #require(
                try await service.anomalies.list(AnomalyFilter(), creditor: nil, page: PageRequest(), for: .ops).items
                    .first)
            _ = try await service.anomalies.resolve(mismatch.id, .accept, reason: "Prova", by: .ops)
            #expect(try await test.ask("SELECT written_off_cents::text FROM positions") == ["5382"])
            // Another RT pays the other installment in the meantime.
            try await test.receive(
                TestIntermediary.rt("R2", iuv: debt.installments[1].iuv, cents: 1_000), with: service)

            let shorter = try await conflict(text(iuv, cents: 500), service)
            let right = try await conflict(text(iuv, cents: 5_980), service)
            try await accept(shorter, service)
            #expect(
                try await test.ask("SELECT state || ' ' || paid_cents || ' ' || written_off_cents FROM positions")
                    == ["partially_paid 1000 0"])
            try await accept(right, service)

            #expect(
                try await test.ask("SELECT state || ' ' || paid_cents || ' ' || written_off_cents FROM positions")
                    == ["paid 6980 0"])
        }
    }

    @Test func `a refund keeps the first body, until it has failed`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt"), with: service)
            let iuv = debt.installments[0].iuv
            let first = try await receive(text(iuv, cents: 5_980), service).receipt
            let anomaly = try await conflict(text(iuv, cents: 500), service)
            let decided = try await service.refunds.decide(
                RefundRequest(receipt: first, amount: try Amount(cents: 100)), by: .ops)
            guard case .done(let refund) = decided else { throw TestIntermediary.Unexpected() }

            #expect(await advice { try await accept(anomaly, service) }.contains("set the refund to failed"))
            _ = try await test.pool.query("UPDATE refunds SET status = 'failed' WHERE id = \(refund.id.uuid)")
            try await accept(anomaly, service)

            #expect(try await test.ask("SELECT state FROM positions") == ["open"])
        }
    }

    @Test func `alternatives that the payment closed are owed again only if the second body does not pay`() async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let single = try await test.create(test.draft("single", group: "TARI-1"), with: service)
            _ = try await test.create(test.draft("parts", cents: [2_990, 2_990], group: "TARI-1"), with: service)
            let iuv = single.installments[0].iuv
            _ = try await receive(text(iuv, cents: 5_980), service)
            let states: SQL = "SELECT external_id || ' ' || state FROM positions ORDER BY external_id"

            let later = try await conflict(text(iuv, cents: 5_980, hour: 11), service)
            let short = try await conflict(text(iuv, cents: 500), service)
            try await accept(later, service)
            #expect(try await test.ask(states) == ["parts cancelled", "single paid"])
            try await accept(short, service)

            #expect(try await test.ask(states) == ["parts open", "single open"])
            #expect(
                try await test.ask("SELECT kind FROM anomalies WHERE is_open") == ["amount_mismatch"])
        }
    }

    @Test func `a first body that an operator matched to another debt is decided again on that one`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let lost = try NoticeCodes.aux3(segregationCode: "01").notice(base: 77_000).iuv
            _ = try await receive(text(lost, cents: 5_980), service)
            let debt = try await test.create(test.draft("debt"), with: service)
            let quarantine = try #require(
                try await service.anomalies.list(AnomalyFilter(), creditor: nil, page: PageRequest(), for: .ops).items
                    .first)
            _ = try await service.anomalies.resolve(
                quarantine.id, .match(position: debt.id, installmentNumber: 1), reason: "Prova", by: .ops)
            let later = try await conflict(text(lost, cents: 5_980, hour: 11), service)
            let short = try await conflict(text(lost, cents: 500), service)

            try await accept(later, service)
            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
            try await accept(short, service)

            #expect(try await test.ask("SELECT state FROM positions") == ["open"])
            #expect(
                try await test.ask("SELECT kind || ' ' || (position_id = \(debt.id.uuid)) FROM anomalies WHERE is_open")
                    == ["amount_mismatch true"])
        }
    }

    @Test func `of two acceptances at once one counts, and the debt is paid once`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt"), with: service)
            let iuv = debt.installments[0].iuv
            _ = try await receive(text(iuv, cents: 5_980), service)
            let bodies = try await [
                conflict(text(iuv, cents: 5_980, hour: 11), service),
                conflict(text(iuv, cents: 5_980, hour: 12), service),
            ]

            await withTaskGroup(of: Void.self) { group in
                for anomaly in bodies { group.addTask { _ = await advice { try await accept(anomaly, service) } } }
            }

            #expect(try await test.ask("SELECT count(*)::text FROM receipts WHERE status = 'settled'") == ["1"])
            #expect(try await test.ask("SELECT count(*)::text FROM receipts WHERE superseded_by IS NULL") == ["1"])
            #expect(try await test.ask("SELECT state || ' ' || paid_cents FROM positions") == ["paid 5980"])
        }
    }

    // MARK: Who accepts

    @Test(arguments: First.allCases)
    func `a creditor accepts a conflict of its own receipt, and of no other one`(first: First) async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let iuv = try await iuv(first, "debt", number: 0, test, service)
            let cents = first == .anomaly ? Self.wrongCents : first == .refused ? 0 : 5_980
            let code = first == .refused ? 1 : 0
            _ = try await receive(text(iuv, cents: cents, code: code), service)
            let second = text(iuv, cents: first == .refused ? 0 : 5_980, code: code, hour: 11)
            let anomaly = try #require(try await conflict(second, service))

            await #expect(throws: Refusal.notFound) {
                try await accept(anomaly, service, by: .resolving([TestIntermediary.provincia]))
            }
            let own = Caller.resolving([TestIntermediary.comune])
            let accepted = try await accept(anomaly, service, by: own)

            #expect(accepted.resolution?.kind == .accept && accepted.resolution?.reason == "La banca ha corretto")
            #expect(
                try await test.ask("SELECT count(*)::text FROM receipts WHERE superseded_by IS NOT NULL") == ["1"])
            #expect(
                try await test.ask(
                    "SELECT DISTINCT actor FROM journal WHERE kind = 'anomaly_resolved' AND note = 'La banca ha corretto'"
                ) == [own.actor.description])
            #expect(try await receive(second, service).isReplay)
        }
    }

    @Test func `the creditor of the notice decides, not a further beneficiary`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let iban = try IBAN("IT60X0542811101000000123456")
            let shares = try [(TestIntermediary.comune, 5_000), (TestIntermediary.provincia, 980)].map {
                Transfer(
                    creditor: $0.0, iban: iban, amount: try Amount(cents: Int64($0.1)),
                    taxonomyCode: try TaxonomyCode("9/0101002IM/"), remittance: "x")
            }
            let debt = try await test.create(test.draft("debt", transfers: shares), with: service)
            let iuv = debt.installments[0].iuv
            func body(_ creditor: OrganizationTaxCode, hour: Int) -> String {
                """
                {"receipt_id":"R1","outcome":"OK","creditor_tax_code":"\(creditor)","iuv":"\(iuv)","amount_cents":5980,
                "psp":{"id":"ABCDITMM","business_name":"Banca Alfa"},"paid_at":"2026-11-20T\(hour):00:00Z","transfers":[
                {"index":1,"creditor_tax_code":"12345678903","amount_cents":5000},
                {"index":2,"creditor_tax_code":"01199250158","amount_cents":980}]}
                """
            }
            for creditor in [TestIntermediary.comune, TestIntermediary.provincia] {
                _ = try await receive(body(creditor, hour: 10), service)
            }
            let notice = try await conflict(body(TestIntermediary.comune, hour: 11), service)
            let copy = try await conflict(body(TestIntermediary.provincia, hour: 11), service)
            let beneficiary = Caller.resolving([TestIntermediary.provincia])

            await #expect(throws: Refusal.notFound) { try await accept(notice, service, by: beneficiary) }
            #expect(await advice { try await accept(copy, service, by: beneficiary) }.contains("Ask operations"))
            try await accept(notice, service, by: .resolving([TestIntermediary.comune]))
            try await accept(copy, service)

            #expect(
                try await test.ask(
                    "SELECT status || ' ' || (copy_of_installment_id IS NOT NULL) FROM receipts WHERE superseded_by IS NULL ORDER BY 1"
                ) == ["recorded true", "settled false"])
            #expect(try await test.ask("SELECT state || ' ' || paid_cents FROM positions") == ["paid 5980"])
        }
    }
}

extension Caller {
    /// A back office that resolves anomalies.
    static func resolving(_ creditors: [OrganizationTaxCode]) -> Caller {
        Caller(
            key: APIKey(
                id: Caller.office.key.id, name: "office", kind: .creditor, prefix: "qz_office",
                scopes: [.anomaliesWrite, .receiptsRead], creditors: creditors, createdAt: Instant(microseconds: 0)))
    }

    static let receiptReader = Caller(
        key: APIKey(
            id: Caller.office.key.id, name: "front end", kind: .frontend, prefix: "qz_front", scopes: [.receiptsRead],
            creditors: [TestIntermediary.comune], createdAt: Instant(microseconds: 0)))

    /// The same caller, who may read receipts.
    var reading: Caller {
        Caller(
            key: APIKey(
                id: key.id, name: key.name, kind: key.kind, prefix: key.prefix,
                scopes: key.scopes + [.receiptsRead], creditors: key.creditors,
                createdAt: Instant(microseconds: 0)))
    }
}

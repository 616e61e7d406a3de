import Accounts
import PagoPA
import Postgres
import Testing

@testable import Storage

/// What PostgreSQL itself refuses about refunds, voids and write-offs, whatever a statement says.
@Suite(.serialized) struct MoneyConstraintTests {
    private func refusal(_ ledger: Ledger, within tenancy: Tenancy = .everyCreditor, _ statements: [SQL]) async
        -> StorageError?
    {
        do {
            try await ledger.store.transaction(within: tenancy) { tx in
                for statement in statements { _ = try await tx.execute(statement) }
            }
            return nil
        } catch { return error as? StorageError ?? .fault("\(error)") }
    }

    private func refund(_ cents: Int, creditor: OrganizationTaxCode = Ledger.alfa, status: String = "decided") -> SQL {
        """
        INSERT INTO refunds (id, receipt_id, creditor_tax_code, amount_cents, status, day, decided_by, created_at, updated_at)
        SELECT gen_random_uuid(), r.id, \(creditor.value), \(cents)::bigint, \(status), '2026-11-24', 'loop', now(), now()
        FROM receipts r WHERE r.creditor_tax_code = \(Ledger.alfa.value) ORDER BY r.id LIMIT 1
        """
    }

    private static let everyReceipt: SQL = "SELECT string_agg(DISTINCT refunded_cents::text, ',') FROM receipts"

    private func refunded(_ ledger: Ledger) async throws -> String {
        var row = try #require(try await ledger.pool.query(Self.everyReceipt).first)
        return try row.text()
    }

    @Test func `refunds that did not fail never exceed their receipt, and belong to its creditor`() async throws {
        try await Ledger.with { ledger in
            // Each receipt is of 100 cents and has a refund of 40.
            let before = try await refunded(ledger)
            #expect(before == "40")
            let exceeding = await refusal(ledger, [refund(61)])
            #expect(exceeding == .constraint("receipts_refunded_check"))
            let foreign = await refusal(ledger, [refund(1, creditor: Ledger.beta)])
            #expect(foreign == .constraint("refunds_creditor_check"))
            #expect(await refusal(ledger, [refund(60), "UPDATE refunds SET status = 'failed'", refund(100)]) == nil)
            let after = try await refunded(ledger)
            #expect(after == "0,100")
            let revived = await refusal(ledger, ["UPDATE refunds SET status = 'paid' WHERE amount_cents = 60"])
            #expect(revived == .constraint("receipts_refunded_check"))
        }
    }

    @Test func `money that did not move is not refunded`() async throws {
        try await Ledger.with { ledger in
            let negative = await refusal(
                ledger, ["UPDATE refunds SET status = 'failed'", "UPDATE receipts SET outcome_code = 1", refund(1)])
            #expect(negative == .constraint("receipts_refunded_outcome_check"))
        }
    }

    @Test func `a creditor and a citizen write no refund of another's receipt`() async throws {
        try await Ledger.with { ledger in
            for tenant: Tenancy in [.only([Ledger.beta]), .citizen(Ledger.mario)] {
                let written = try? await ledger.store.transaction(within: tenant) { tx in
                    try await tx.execute(refund(1))
                }
                #expect((written ?? 0) == 0, "\(tenant)")
            }
            let sum = try await refunded(ledger)
            #expect(sum == "40")
            let changed = try await ledger.store.transaction(within: .citizen(Ledger.mario)) { tx in
                try await tx.execute("UPDATE refunds SET reference = 'x'")
            }
            #expect(changed == 0)
        }
    }

    @Test func `only the void of the receipt that paid it makes an installment owed again`() async throws {
        try await Ledger.with { ledger in
            let paid: [SQL] = [
                "UPDATE refunds SET status = 'failed'",
                "UPDATE receipts SET status = 'settled', origin = 'counter'",
                "UPDATE installments SET paid_at = now()",
                "UPDATE positions SET state = 'paid', paid_cents = total_cents",
            ]
            #expect(await refusal(ledger, paid) == nil)
            let unpay: SQL = "UPDATE installments SET paid_at = NULL"
            let void: SQL =
                "UPDATE receipts SET status = 'voided', voided_at = now(), voided_by = 'loop', void_reason = 'x'"
            #expect(await refusal(ledger, [unpay]) == .constraint("installments_unpaid_by_void"))
            let wordless = await refusal(ledger, ["UPDATE receipts SET status = 'voided'"])
            #expect(wordless == .constraint("receipts_voided_check"))
            let online = await refusal(ledger, ["UPDATE receipts SET origin = 'pagopa'", void])
            #expect(online == .constraint("receipts_voided_origin_check"))
            #expect(await refusal(ledger, [void, unpay]) == nil)
            let revived: SQL =
                "UPDATE receipts SET status = 'settled', voided_at = NULL, voided_by = NULL, void_reason = NULL"
            #expect(await refusal(ledger, [revived]) == .constraint("receipts_stay_voided"))
            #expect(await refusal(ledger, [refund(1)]) == .constraint("receipts_refunded_outcome_check"))
        }
    }

    @Test func `a write-off belongs to a paid installment and counts in its position`() async throws {
        try await Ledger.with { ledger in
            let unpaid = await refusal(ledger, ["UPDATE installments SET written_off_cents = 1"])
            #expect(unpaid == .constraint("installments_written_off_check"))
            let all = await refusal(ledger, ["UPDATE installments SET paid_at = now(), written_off_cents = 100"])
            #expect(all == .constraint("installments_written_off_check"))
            let short = await refusal(ledger, ["UPDATE positions SET state = 'paid', paid_cents = 60"])
            #expect(short == .constraint("positions_paid_state_check"))
            let much = await refusal(ledger, ["UPDATE positions SET paid_cents = 60, written_off_cents = 41"])
            #expect(much == .constraint("positions_paid_check") || much == .constraint("positions_paid_state_check"))
            let right = await refusal(
                ledger, ["UPDATE positions SET state = 'paid', paid_cents = 60, written_off_cents = 40"])
            #expect(right == nil)
        }
    }
}

import Accounts
import PagoPA
import Postgres
import Testing

@testable import Storage

/// The constraints of PostgreSQL on refunds, voids and write-offs, which apply to every statement.
@Suite(.serialized) struct MoneyConstraintTests {
    /// The constraint that one of these statements violates; nil when the transaction commits.
    private func violation(_ data: TestData, within tenancy: Tenancy = .everyCreditor, _ statements: [SQL]) async
        -> String?
    {
        var violated: String?
        do {
            try await data.store.transaction(within: tenancy) { tx in
                for statement in statements {
                    do { _ = try await tx.execute(statement) } catch let error as PostgresError {
                        violated = error.constraint
                        throw error
                    }
                }
            }
            return nil
        } catch { return violated ?? "\(error)" }
    }

    private func refund(_ cents: Int, creditor: OrganizationTaxCode = TestData.alfa, status: String = "decided") -> SQL
    {
        """
        INSERT INTO refunds (id, receipt_id, creditor_tax_code, amount_cents, status, day, decided_by, created_at, updated_at)
        SELECT gen_random_uuid(), r.id, \(creditor.value), \(cents)::bigint, \(status), '2026-11-24', 'loop', now(), now()
        FROM receipts r WHERE r.creditor_tax_code = \(TestData.alfa.value) ORDER BY r.id LIMIT 1
        """
    }

    private static let everyReceipt: SQL = "SELECT string_agg(DISTINCT refunded_cents::text, ',') FROM receipts"

    private func refunded(_ data: TestData) async throws -> String {
        var row = try #require(try await data.pool.query(Self.everyReceipt).first)
        return try row.text()
    }

    @Test func `refunds that did not fail never exceed their receipt and have its creditor`() async throws {
        try await TestData.with { data in
            // Each receipt has an amount of 100 cents and a refund of 40 cents.
            let before = try await refunded(data)
            #expect(before == "40")
            let exceeding = await violation(data, [refund(61)])
            #expect(exceeding == "receipts_refunded_check")
            let foreign = await violation(data, [refund(1, creditor: TestData.beta)])
            #expect(foreign == "refunds_creditor_check")
            #expect(await violation(data, [refund(60), "UPDATE refunds SET status = 'failed'", refund(100)]) == nil)
            let after = try await refunded(data)
            #expect(after == "0,100")
            let revived = await violation(data, ["UPDATE refunds SET status = 'paid' WHERE amount_cents = 60"])
            #expect(revived == "receipts_refunded_check")
        }
    }

    @Test func `a receipt of a failed payment cannot be refunded`() async throws {
        try await TestData.with { data in
            let negative = await violation(
                data, ["UPDATE refunds SET status = 'failed'", "UPDATE receipts SET outcome_code = 1", refund(1)])
            #expect(negative == "receipts_refunded_outcome_check")
        }
    }

    @Test func `creditors and citizens cannot write a refund of another tenant's receipt`() async throws {
        try await TestData.with { data in
            for tenant: Tenancy in [.only([TestData.beta]), .citizen(TestData.mario)] {
                let written = try? await data.store.transaction(within: tenant) { tx in
                    try await tx.execute(refund(1))
                }
                #expect((written ?? 0) == 0, "\(tenant)")
            }
            let sum = try await refunded(data)
            #expect(sum == "40")
            let changed = try await data.store.transaction(within: .citizen(TestData.mario)) { tx in
                try await tx.execute("UPDATE refunds SET reference = 'x'")
            }
            #expect(changed == 0)
        }
    }

    @Test func `an installment becomes owed again only when the receipt that paid it is voided`() async throws {
        try await TestData.with { data in
            let paid: [SQL] = [
                "UPDATE refunds SET status = 'failed'",
                "UPDATE receipts SET status = 'settled', origin = 'counter'",
                "UPDATE installments SET paid_at = now()",
                "UPDATE positions SET state = 'paid', paid_cents = total_cents",
            ]
            #expect(await violation(data, paid) == nil)
            let unpay: SQL = "UPDATE installments SET paid_at = NULL"
            let void: SQL =
                "UPDATE receipts SET status = 'voided', voided_at = now(), voided_by = 'loop', void_reason = 'x'"
            #expect(await violation(data, [unpay]) == "installments_unpaid_by_void")
            let wordless = await violation(data, ["UPDATE receipts SET status = 'voided'"])
            #expect(wordless == "receipts_voided_check")
            let online = await violation(data, ["UPDATE receipts SET origin = 'pagopa'", void])
            #expect(online == "receipts_voided_origin_check")
            #expect(await violation(data, [void, unpay]) == nil)
            let revived: SQL =
                "UPDATE receipts SET status = 'settled', voided_at = NULL, voided_by = NULL, void_reason = NULL"
            #expect(await violation(data, [revived]) == "receipts_stay_voided")
            #expect(await violation(data, [refund(1)]) == "receipts_refunded_outcome_check")
        }
    }

    @Test func `a write-off belongs to a paid installment and counts in its position`() async throws {
        try await TestData.with { data in
            let unpaid = await violation(data, ["UPDATE installments SET written_off_cents = 1"])
            #expect(unpaid == "installments_written_off_check")
            let all = await violation(data, ["UPDATE installments SET paid_at = now(), written_off_cents = 100"])
            #expect(all == "installments_written_off_check")
            let version = await violation(data, ["UPDATE installments SET written_off_version = 2"])
            #expect(version == "installments_written_off_version_check")
            let short = await violation(data, ["UPDATE positions SET state = 'paid', paid_cents = 60"])
            #expect(short == "positions_paid_state_check")
            let much = await violation(data, ["UPDATE positions SET paid_cents = 60, written_off_cents = 41"])
            #expect(much == "positions_paid_check" || much == "positions_paid_state_check")
            let right = await violation(
                data, ["UPDATE positions SET state = 'paid', paid_cents = 60, written_off_cents = 40"])
            #expect(right == nil)
        }
    }
}

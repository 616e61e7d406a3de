import Accounts
import PagoPA
import Requests
import Storage

extension SandboxOperations {
    /// Deletes what trials have stored at a test creditor: positions, payments, receipts with their RTs, anomalies, refunds, e-mails and imports.
    /// The creditor, its debt types and its journal remain.
    /// - Throws: `Refusal.invalid` for a creditor that is not a test creditor of the caller.
    package func reset(_ creditor: OrganizationTaxCode, by caller: Caller) async throws -> TestReset {
        try await demandTest(creditor, of: caller)
        let now = clock()
        return try await store.transaction(within: caller.tenancy) { tx in
            guard let reset = try await tx.ask(TestCreditors.reset(creditor)) else { throw Self.notTest }
            tx.journal(
                JournalEntry(
                    .sandboxReset, by: caller.actor, creditor: creditor,
                    note: "\(reset.positions) positions, \(reset.attempts) attempts, \(reset.receipts) receipts"),
                at: now)
            return reset
        }
    }

    /// Lets days pass for a test creditor: every due day, every end of validity and every deadline of a payment moves into the past.
    /// - Returns: how many positions changed.
    /// - Throws: as `reset`.
    package func passDays(_ days: Int, of creditor: OrganizationTaxCode, by caller: Caller) async throws -> Int {
        try await demandTest(creditor, of: caller)
        let now = clock()
        return try await store.transaction(within: caller.tenancy) { tx in
            let changed = try await tx.ask(TestCreditors.passDays(days, of: creditor, at: now))
            tx.journal(
                JournalEntry(.sandboxDaysPassed, by: caller.actor, creditor: creditor, note: "\(days) days"), at: now)
            return changed
        }
    }

    static let notTest = Refusal.invalid([
        Fault("/creditor_tax_code", .notAllowed, "is not a test creditor of this key")
    ])

    func demandTest(_ creditor: OrganizationTaxCode, of caller: Caller) async throws {
        let known = try await store.read(within: caller.tenancy, Creditors.show(creditor, within: caller.tenancy))
        guard known?.isTest == true else { throw Self.notTest }
    }
}

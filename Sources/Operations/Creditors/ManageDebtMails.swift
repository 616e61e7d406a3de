import Accounts
import PagoPA
import Requests
import Storage

extension CreditorOperations {
    /// Which e-mails about debts a creditor sends: none until it chooses some.
    /// - Throws: `Refusal.notFound`.
    package func showDebtMails(of creditor: OrganizationTaxCode, for caller: Caller) async throws -> DebtMailSettings {
        let (known, settings) = try await store.read(
            within: caller.tenancy, Creditors.show(creditor, within: caller.tenancy),
            DebtMails.settings(of: creditor, within: caller.tenancy))
        guard known != nil else { throw Refusal.notFound }
        return settings ?? .none
    }

    /// Chooses which e-mails about debts a creditor sends. What is switched on applies to debts that are published from now on, and to
    /// installments that are due from today on.
    /// - Parameter wanted: the new settings, or the error of the request's body, which is reported after a failed precondition.
    /// - Throws: `Refusal.notFound`, `.preconditionFailed`, `.invalid`.
    package func saveDebtMails(
        of creditor: OrganizationTaxCode, as wanted: Result<DebtMailSettings, any Error>, by caller: Caller,
        demanding precondition: Precondition<DebtMailSettings> = .none
    ) async throws -> DebtMailSettings {
        let now = clock()
        return try await store.transaction(within: caller.tenancy) { tx in
            let (known, stored) = try await tx.ask(
                Creditors.show(creditor, within: caller.tenancy, locking: true),
                DebtMails.settings(of: creditor, within: caller.tenancy))
            guard known != nil else { throw Refusal.notFound }
            let old = stored ?? .none
            try precondition.demand(old)
            let new = try wanted.get()
            if new == old { return old }
            tx.save(new, of: creditor, at: now)
            tx.journal(
                JournalEntry(.creditorSaved, by: caller.actor, creditor: creditor, note: "debt mails"), at: now)
            return new
        }
    }
}

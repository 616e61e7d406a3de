import Accounts
import PagoPA
import Requests
import Storage

extension CreditorOperations {
    /// Returns the registered accounts of a creditor.
    /// - Throws: `Refusal.notFound`.
    package func listAccounts(of creditor: OrganizationTaxCode, for caller: Caller) async throws -> AccountRegister {
        let (known, book) = try await store.read(
            within: caller.tenancy, Creditors.show(creditor, within: caller.tenancy), Accounts.of([creditor]))
        guard known != nil else { throw Refusal.notFound }
        return book
    }

    /// Replaces the whole register. New transfers cannot use an account that is left out; existing transfers do not change.
    /// - Parameter wanted: the new register, or the error of the request's body, which is reported after a failed precondition.
    /// - Throws: `Refusal.notFound`, `.preconditionFailed`, `.invalid`.
    package func saveAccounts(
        of creditor: OrganizationTaxCode, as wanted: Result<AccountRegister, any Error>, by caller: Caller,
        demanding precondition: Precondition<AccountRegister> = .none
    ) async throws -> AccountRegister {
        let now = clock()
        let today = CalendarDate(romeDayOf: now)
        return try await store.transaction(within: caller.tenancy) { tx in
            let (known, types, old) = try await tx.ask(
                Creditors.show(creditor, within: caller.tenancy, locking: true),
                Creditors.debtTypes(of: creditor, within: caller.tenancy), Accounts.of([creditor]))
            guard known != nil else { throw Refusal.notFound }
            try precondition.demand(old)
            let new = try wanted.get()
            let faults = new.faults(knowing: Set(types.map(\.key)), on: today)
            guard faults.isEmpty else { throw Refusal.invalid(faults) }
            tx.save(new, of: creditor, today: today, at: now)
            return try await journalAccounts(of: creditor, before: old, by: caller, in: tx, at: now)
        }
    }

    /// Writes one journal entry for each changed account.
    /// - Returns: the saved register.
    @discardableResult
    func journalAccounts(
        of creditor: OrganizationTaxCode, before old: AccountRegister, by caller: Caller, in tx: Transaction,
        at now: Instant
    ) async throws -> AccountRegister {
        let new = try await tx.ask(Accounts.of([creditor]))
        for iban in Set((old.accounts + new.accounts).map(\.iban)).sorted(by: { $0.value < $1.value }) {
            let before = old.accounts.first { $0.iban == iban }
            let after = new.accounts.first { $0.iban == iban }
            guard before != after else { continue }
            tx.journal(
                JournalEntry(
                    .accountSaved, by: caller.actor, creditor: creditor, from: before?.summary, to: after?.summary,
                    note: iban.value), at: now)
        }
        return new
    }
}

extension CreditorAccount {
    /// The text of the journal entry.
    fileprivate var summary: String {
        let end = validTo.map { " to \($0)" } ?? ""
        let types = debtTypes.isEmpty ? "" : " for " + debtTypes.joined(separator: ", ")
        return "from \(validFrom)\(end)\(isDefault ? ", default" : "")\(types)"
    }
}

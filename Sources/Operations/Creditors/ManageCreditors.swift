import Accounts
import PagoPA
import Requests
import Storage

/// Whether a PUT created or changed the entity.
package enum Saved<Noun: Sendable>: Sendable {
    case created(Noun)
    case changed(Noun)
}

extension CreditorOperations {
    package func show(_ taxCode: OrganizationTaxCode, for caller: Caller) async throws -> Creditor {
        guard
            let creditor = try await store.read(within: caller.tenancy, Creditors.show(taxCode, within: caller.tenancy))
        else { throw Refusal.notFound }
        return creditor
    }

    package func list(page: PageRequest, for caller: Caller) async throws -> Page<Creditor> {
        try await store.read(within: caller.tenancy, Creditors.list(within: caller.tenancy, page: page))
    }

    /// Creates or replaces a creditor. Repeating the stored content is a no-op and needs no precondition.
    /// - Parameter wanted: the new creditor, whose times the operation sets, or the error of the request's body.
    /// - Throws: `Refusal.preconditionFailed` before `.invalid`, and `.preconditionMissing` after it.
    package func save(
        _ taxCode: OrganizationTaxCode, as wanted: Result<Creditor, any Error>, by caller: Caller,
        demanding precondition: Precondition<Creditor> = .none
    ) async throws -> Saved<Creditor> {
        if checksTaxCodes, (try? OrganizationTaxCode(taxCode.value)) == nil {
            throw Refusal.invalid([Fault("/tax_code", .badCheckDigit, "has a wrong check digit")])
        }
        let now = clock()
        return try await store.transaction(within: caller.tenancy) { tx in
            let (old, accounts) = try await tx.ask(
                Creditors.show(taxCode, within: caller.tenancy, locking: true), Accounts.of([taxCode]))
            let isConditionMissing = try precondition.isMissing(for: old)
            let new = try wanted.get().replacing(old, at: now)
            if let old, new.isTest != old.isTest {
                throw Refusal.invalid([Fault("/test", .readOnly, "is set when the creditor is created")])
            }
            if let old, new == old { return .changed(old) }
            if isConditionMissing { throw Refusal.preconditionMissing }
            tx.save(new)
            tx.journal(JournalEntry(.creditorSaved, by: caller.actor, creditor: taxCode), at: now)
            // A database trigger registers the IBAN as the default account, and the postal IBAN.
            try await journalAccounts(of: taxCode, before: accounts, by: caller, in: tx, at: now)
            return old == nil ? .created(new) : .changed(new)
        }
    }

    package func listDebtTypes(of creditor: OrganizationTaxCode, for caller: Caller) async throws -> [DebtType] {
        let (known, types) = try await store.read(
            within: caller.tenancy, Creditors.show(creditor, within: caller.tenancy),
            Creditors.debtTypes(of: creditor, within: caller.tenancy))
        guard known != nil else { throw Refusal.notFound }
        return types
    }

    package func showDebtType(_ key: String, of creditor: OrganizationTaxCode, for caller: Caller) async throws
        -> DebtType
    {
        let type = try await store.read(
            within: caller.tenancy, Creditors.debtType(key, of: creditor, within: caller.tenancy))
        guard let type else { throw Refusal.notFound }
        return type
    }

    /// Creates or replaces a debt type. A change applies to positions that are written afterwards.
    /// - Parameter wanted: the new debt type, whose times the operation sets, or the error of the request's body.
    /// - Throws: `Refusal.preconditionFailed` before `.invalid`, and `.preconditionMissing` after it.
    package func saveDebtType(
        _ key: String, of creditor: OrganizationTaxCode, as wanted: Result<DebtType, any Error>, by caller: Caller,
        demanding precondition: Precondition<DebtType> = .none
    ) async throws -> Saved<DebtType> {
        let now = clock()
        let faults = await faults(of: try? wanted.get().amountSource, savedBy: caller)
        return try await store.transaction(within: caller.tenancy) { tx in
            let (known, old) = try await tx.ask(
                Creditors.show(creditor, within: caller.tenancy, locking: true),
                Creditors.debtType(key, of: creditor, within: caller.tenancy))
            guard known != nil else { throw Refusal.notFound }
            let isConditionMissing = try precondition.isMissing(for: old)
            let new = try wanted.get().replacing(old, at: now)
            if let old, new == old { return .changed(old) }
            guard faults.isEmpty else { throw Refusal.invalid(faults) }
            if isConditionMissing { throw Refusal.preconditionMissing }
            tx.save(new)
            tx.journal(JournalEntry(.debtTypeSaved, by: caller.actor, creditor: creditor, note: key), at: now)
            return old == nil ? .created(new) : .changed(new)
        }
    }

    /// The fault of a URL that the service may not call.
    private func faults(of source: AmountSource?, savedBy caller: Caller) async -> [Fault] {
        guard let source else { return [] }
        return await externalServices.faults(of: source.url, at: "/amount_url", savedBy: caller)
    }
}

import Accounts
import PagoPA
import Requests
import Storage

/// A request to let one person act for another.
package struct DelegationRequest: Sendable {
    /// `nil`: the signed-in citizen.
    package let delegator: TaxCode?
    package let delegate: TaxCode
    /// `nil`: now.
    package let startsAt: Instant?
    /// `nil`: until it is withdrawn.
    package let endsAt: Instant?

    package init(delegator: TaxCode?, delegate: TaxCode, startsAt: Instant?, endsAt: Instant?) {
        self.delegator = delegator
        self.delegate = delegate
        self.startsAt = startsAt
        self.endsAt = endsAt
    }

    func faults(of delegator: TaxCode, startingAt start: Instant, now: Instant) -> [Fault] {
        var faults: [Fault] = []
        if delegate == delegator {
            faults.append(Fault("/delegate_tax_code", .mismatch, "must be another person's"))
        }
        for (pointer, code) in [("/delegator_tax_code", delegator), ("/delegate_tax_code", delegate)]
        where code.isAnonymous {
            faults.append(Fault(pointer, .notAllowed, "must not be ANONIMO"))
        }
        if let endsAt, endsAt <= now {
            faults.append(Fault("/ends_at", .inThePast, "must lie in the future"))
        } else if let endsAt, endsAt <= start {
            faults.append(Fault("/ends_at", .mismatch, "must be after starts_at"))
        }
        return faults
    }
}

extension DelegationOperations {
    /// Lets one person act for another. A citizen gives their own, and operators record those that were given in another way.
    /// - Throws: `Refusal.citizenTokenInvalid` for a key alone that is no operator's, `.proofRequired` for an account that only a mailbox
    ///   proves, `.invalid`.
    package func give(
        _ request: DelegationRequest, by caller: Caller, repeating: Repeating<Delegation>? = nil
    ) async throws -> Once<Delegation> {
        try demandAllowed(caller)
        let delegator = try delegator(of: request, by: caller)
        return try await once(repeating, within: caller.tenancy) { tx, now in
            let start = request.startsAt ?? now
            let faults = request.faults(of: delegator, startingAt: start, now: now)
            guard faults.isEmpty else { throw Refusal.invalid(faults) }
            guard try await tx.ask(Delegations.lockGiven(by: delegator)) < Delegation.maximum else {
                throw Refusal.invalid([
                    Fault(
                        "/delegate_tax_code", .notAllowed,
                        "is one too many: withdraw one of the \(Delegation.maximum) delegations first")
                ])
            }
            let delegation = Delegation(
                id: newID(), delegator: delegator, delegate: request.delegate, startsAt: start,
                endsAt: request.endsAt, createdAt: now)
            tx.insert(delegation)
            tx.journal(
                JournalEntry(.delegationGiven, by: caller.actor, subject: delegation.id.uuid, note: "\(delegation.id)"),
                at: now)
            return delegation
        }
    }

    private func delegator(of request: DelegationRequest, by caller: Caller) throws(Refusal) -> TaxCode {
        guard let citizen = caller.citizen else {
            guard let delegator = request.delegator else {
                throw .invalid([Fault("/delegator_tax_code", .required, "is required")])
            }
            return delegator
        }
        guard citizen.provedBy.isOfPerson else { throw .proofRequired }
        if let named = request.delegator, named != citizen.taxCode {
            throw .invalid([Fault("/delegator_tax_code", .mismatch, "is not the signed-in citizen's")])
        }
        return citizen.taxCode
    }

    /// Operators and signed-in citizens manage delegations.
    private func demandAllowed(_ caller: Caller) throws(Refusal) {
        guard caller.citizen != nil || (caller.kind == .ops && caller.holds(.operations)) else {
            throw .citizenTokenInvalid
        }
    }

    /// A citizen's delegations, given and received, or for operators every one; newest first.
    package func list(page: PageRequest, for caller: Caller) async throws -> Page<Delegation> {
        try demandAllowed(caller)
        let found = try await store.read(
            within: caller.tenancy, Delegations.list(within: caller.tenancy, page: page))
        return try await named(found, for: caller)
    }

    /// With the names that the citizen may see. Operators read tax codes only, and so does an account that only a mailbox proves.
    private func named(_ page: Page<Delegation>, for caller: Caller) async throws -> Page<Delegation> {
        guard let citizen = caller.citizen, citizen.provedBy.isOfPerson, !page.items.isEmpty else { return page }
        let persons = Set(page.items.flatMap { [$0.delegator, $0.delegate] })
        // Accounts are of no tenancy but that of the service itself.
        let known = try await store.read(within: .everyCreditor, Citizens.names(of: Array(persons)))
        return page.map { delegation in
            var delegation = delegation
            delegation.names = delegation.names(for: citizen.taxCode, in: known)
            return delegation
        }
    }

    /// - Throws: `Refusal.notFound`.
    package func show(_ id: Identifier<Delegation>, for caller: Caller) async throws -> Delegation {
        try demandAllowed(caller)
        let found = try await store.read(
            within: caller.tenancy, Delegations.show(id, within: caller.tenancy))
        let page = Page(items: found.map { [$0] } ?? [], next: nil)
        guard let shown = try await named(page, for: caller).items.first else { throw Refusal.notFound }
        return shown
    }

    /// Ends a delegation at once. Both persons may end it. Repeating the request is a no-op.
    /// - Throws: `Refusal.notFound`.
    package func withdraw(_ id: Identifier<Delegation>, by caller: Caller) async throws {
        try demandAllowed(caller)
        let now = clock()
        try await store.transaction(within: caller.tenancy) { tx in
            let found = try await tx.ask(Delegations.show(id, within: caller.tenancy, locking: true))
            guard let found else { throw Refusal.notFound }
            guard found.withdrawnAt == nil else { return }
            tx.withdraw(id, at: now)
            tx.journal(
                JournalEntry(.delegationWithdrawn, by: caller.actor, subject: id.uuid, note: "\(id)"), at: now)
        }
    }

    /// The caller as it acts for the delegator, for one request. The use is in the journal before anything is read.
    /// - Parameter operation: the operation of the contract, for the journal.
    /// - Throws: `Refusal.notFound` unless the citizen is the delegate of an active delegation; `.citizenTokenInvalid`,
    ///   `.proofRequired`.
    package func use(_ id: Identifier<Delegation>, to operation: String, by caller: Caller) async throws -> Caller {
        guard let citizen = caller.citizen else { throw Refusal.citizenTokenInvalid }
        guard citizen.provedBy.isOfPerson else { throw Refusal.proofRequired }
        let now = clock()
        return try await store.transaction(within: caller.tenancy) { tx in
            let found = try await tx.ask(Delegations.show(id, within: caller.tenancy))
            guard let found, found.delegate == citizen.taxCode, found.isActive(at: now) else {
                throw Refusal.notFound
            }
            if found.firstUsedAt == nil { tx.markUsed(id, at: now) }
            tx.journal(
                JournalEntry(.delegationUsed, by: caller.actor, subject: id.uuid, note: "\(id) \(operation)"), at: now)
            return caller.acting(for: found.delegator)
        }
    }
}

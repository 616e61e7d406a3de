import Accounts
import PagoPA
import Requests
import Storage

/// A request to switch something off.
package struct SuspensionRequest: Sendable {
    package let subject: Suspension.Subject
    package let reason: String
    /// `nil`: now.
    package let startsAt: Instant?
    /// `nil`: until it is lifted.
    package let endsAt: Instant?

    package init(subject: Suspension.Subject, reason: String, startsAt: Instant?, endsAt: Instant?) {
        self.subject = subject
        self.reason = reason
        self.startsAt = startsAt
        self.endsAt = endsAt
    }

    func faults(startingAt start: Instant, now: Instant) -> [Fault] {
        guard let endsAt else { return [] }
        if endsAt <= now { return [Fault("/ends_at", .inThePast, "must lie in the future")] }
        if endsAt <= start { return [Fault("/ends_at", .mismatch, "must be after starts_at")] }
        return []
    }
}

extension SuspensionOperations {
    /// Switches a creditor, debt type, PSP or channel off. A suspension of the same subject is replaced.
    /// - Throws: `Refusal.invalid` for a subject that does not exist.
    package func suspend(
        _ request: SuspensionRequest, by caller: Caller, repeating: Repeating<Suspension>? = nil
    ) async throws -> Once<Suspension> {
        let listed = try await isListed(request.subject)
        return try await once(repeating, within: caller.tenancy) { tx, now in
            let start = request.startsAt ?? now
            let faults = request.faults(startingAt: start, now: now)
            guard faults.isEmpty else { throw Refusal.invalid(faults) }
            try await demandKnown(request.subject, isListed: listed, by: caller, in: tx)
            let suspension = Suspension(
                id: newID(), subject: request.subject, reason: request.reason, startsAt: start,
                endsAt: request.endsAt, createdAt: now)
            tx.insert(suspension)
            tx.journal(
                JournalEntry(
                    .suspended, by: caller.actor, creditor: suspension.creditor,
                    note: "\(suspension.subject): \(suspension.reason)"), at: now)
            return suspension
        }
    }

    /// Whether the current PSP list contains the PSP and channel; true for creditors and debt types.
    private func isListed(_ subject: Suspension.Subject) async throws -> Bool {
        switch subject {
        case .creditor, .debtType: return true
        case .psp(let psp): return try await psps.currentList()?.psps.contains { $0.id == psp } ?? false
        case .channel(let psp, let channel):
            let found = try await psps.currentList()?.psps.first { $0.id == psp }
            return found?.channels.contains { $0.id == channel } ?? false
        }
    }

    private func demandKnown(
        _ subject: Suspension.Subject, isListed: Bool, by caller: Caller, in tx: Transaction
    ) async throws {
        switch subject {
        case .creditor(let creditor):
            guard try await tx.ask(Creditors.isKnown(creditor)) else {
                throw Refusal.invalid([
                    Fault("/creditor_tax_code", .unknownReference, "is not a known creditor")
                ])
            }
        case .debtType(let creditor, let key):
            guard try await tx.ask(Creditors.debtType(key, of: creditor, within: caller.tenancy)) != nil else {
                throw Refusal.invalid([
                    Fault("/debt_type", .unknownReference, "is not a debt type of this creditor")
                ])
            }
        case .psp, .channel:
            guard isListed else {
                throw Refusal.invalid([Fault("/psp_id", .unknownReference, "is not in the current PSP list")])
            }
        }
    }

    package func list(page: PageRequest, for caller: Caller) async throws -> Page<Suspension> {
        try await store.read(within: caller.tenancy, Suspensions.list(page: page))
    }

    /// - Throws: `Refusal.notFound`.
    package func show(_ id: Identifier<Suspension>, for caller: Caller) async throws -> Suspension {
        guard let found = try await store.read(within: caller.tenancy, Suspensions.show(id)) else {
            throw Refusal.notFound
        }
        return found
    }

    /// Switches the subject on again. Repeating the request is a no-op.
    /// - Throws: `Refusal.notFound`.
    package func lift(_ id: Identifier<Suspension>, by caller: Caller) async throws {
        let now = clock()
        try await store.transaction(within: caller.tenancy) { tx in
            guard let found = try await tx.ask(Suspensions.show(id, locking: true)) else { throw Refusal.notFound }
            guard found.liftedAt == nil else { return }
            tx.lift(id, at: now)
            tx.journal(
                JournalEntry(
                    .suspensionLifted, by: caller.actor, creditor: found.creditor, note: "\(found.subject)"), at: now)
        }
    }
}

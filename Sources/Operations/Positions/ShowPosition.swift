import Accounts
import PagoPA
import Requests
import Storage

/// A position with what happened to it.
package struct PositionDetail: Sendable {
    package let position: Position
    package let attempts: [PaymentAttempt]
    package let receipts: [Receipt]
    /// Whether the debtor is shown by kind and code alone.
    package var hidesContactData = false

    package init(position: Position, attempts: [PaymentAttempt] = [], receipts: [Receipt] = []) {
        self.position = position
        self.attempts = attempts
        self.receipts = receipts
    }
}

extension Intermediary {
    /// - Throws: `Refusal.notFound` for an unknown id and for another creditor's alike.
    package func showPosition(_ id: Identifier<Position>, for caller: Caller) async throws -> PositionDetail {
        return try await store.transaction(within: caller.tenancy) { tx in
            guard var found = try await detail(of: id, within: caller.tenancy, in: tx) else { throw Refusal.notFound }
            found.hidesContactData = !caller.seesContactData
            return found
        }
    }

    func detail(
        of id: Identifier<Position>, within tenancy: Tenancy, locking: Bool = false, in tx: Transaction
    ) async throws -> PositionDetail? {
        let (position, attempts, receipts) = try await tx.ask(
            Positions.show(id, within: tenancy, locking: locking), PaymentAttempts.on(id, within: tenancy),
            Receipts.of(id, within: tenancy))
        return position.map { PositionDetail(position: $0, attempts: attempts, receipts: receipts) }
    }

    /// 'Cerca' and the list: one page of positions.
    package func listPositions(
        _ filter: PositionFilter, creditor: OrganizationTaxCode?, order: PositionOrder, page: PageRequest,
        for caller: Caller
    ) async throws -> Page<PositionSummary> {
        try caller.demandNamed(filter.debtor, at: "/debtor_tax_code")
        return try await store.transaction(within: caller.tenancy) { tx in
            try await tx.positions(
                filter, within: caller.tenancy.narrowed(to: creditor), order: order, page: page, today: today)
        }
    }

    /// Today in Rome, where due dates are counted.
    package var today: CalendarDate { CalendarDate(romeDayOf: clock()) }
}

extension Caller {
    /// A front end searches for the person in front of it, and nobody is ANONIMO: such a search would show what strangers owe.
    /// - Throws: `Refusal.invalid`.
    func demandNamed(_ taxCode: TaxCode?, at pointer: String) throws(Refusal) {
        guard let taxCode, taxCode.isAnonymous else { return }
        guard kind != .frontend, citizen == nil else {
            throw .invalid([Fault(pointer, .notAllowed, "names nobody: search by notice number, or ask the creditor")])
        }
    }
}

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
        guard var found = try await store.read(within: caller.tenancy, detail(of: id, within: caller.tenancy)) else {
            throw Refusal.notFound
        }
        found.hidesContactData = !caller.seesContactData
        return found
    }

    func detail(of id: Identifier<Position>, within tenancy: Tenancy, locking: Bool = false) -> Query<
        PositionDetail?
    > {
        Positions.show(id, within: tenancy, locking: locking)
            .and(PaymentAttempts.on(id, within: tenancy))
            .and(Receipts.of(id, within: tenancy))
            .map { found, receipts in
                found.0.map { PositionDetail(position: $0, attempts: found.1, receipts: receipts) }
            }
    }

    /// 'Cerca' and the list: one page of positions.
    package func listPositions(
        _ filter: PositionFilter, creditor: OrganizationTaxCode?, order: PositionOrder, page: PageRequest,
        for caller: Caller
    ) async throws -> Page<PositionSummary> {
        try caller.demandNamed(filter.debtor, at: "/debtor_tax_code")
        return try await store.read(
            within: caller.tenancy,
            Positions.list(
                filter, within: caller.tenancy.narrowed(to: creditor), order: order, page: page, today: today))
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

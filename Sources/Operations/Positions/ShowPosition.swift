import Accounts
import PagoPA
import Requests
import Storage

/// A position with its payment attempts and receipts.
package struct PositionDetail: Sendable, Equatable {
    package let position: Position
    package let attempts: [AttemptSummary]
    package let receipts: [ReceiptSummary]
    /// Whether the response shows only the debtor's kind and tax code.
    package var hidesContactData = false

    package init(position: Position, attempts: [AttemptSummary] = [], receipts: [ReceiptSummary] = []) {
        self.position = position
        self.attempts = attempts
        self.receipts = receipts
    }
}

extension PositionOperations {
    /// - Throws: `Refusal.notFound` for an unknown ID and for another creditor's position.
    package func show(_ id: Identifier<Position>, for caller: Caller) async throws -> PositionDetail {
        guard var found = try await store.read(within: caller.tenancy, detail(of: id, within: caller.tenancy)) else {
            throw Refusal.notFound
        }
        found.hidesContactData = !caller.seesContactData
        return found
    }

    /// - Throws: `Refusal.notFound` if the creditor has no position with this external ID, or the caller may not act for it.
    package func show(externalID: String, of creditor: OrganizationTaxCode, for caller: Caller) async throws
        -> PositionDetail
    {
        guard let found = try await find(externalID, of: creditor, for: caller) else { throw Refusal.notFound }
        return found
    }

    /// - Throws: `Refusal.notFound` if no installment of the creditor has this notice number, or the caller may not see its position.
    package func show(noticeNumber: NoticeNumber, of creditor: OrganizationTaxCode, for caller: Caller) async throws
        -> PositionDetail
    {
        let id = try await store.read(within: caller.tenancy, Positions.id(noticeNumber: noticeNumber, of: creditor))
        guard let id else { throw Refusal.notFound }
        return try await show(id, for: caller)
    }

    func find(_ externalID: String, of creditor: OrganizationTaxCode, for caller: Caller) async throws
        -> PositionDetail?
    {
        let stored = try await store.read(
            within: caller.tenancy, Positions.by(externalID: externalID, of: creditor))
        guard let stored else { return nil }
        return try await show(stored.id, for: caller)
    }

    func detail(of id: Identifier<Position>, within tenancy: Tenancy, locking: Bool = false) -> Query<
        PositionDetail?
    > {
        Positions.show(id, within: tenancy, locking: locking)
            .and(PaymentAttempts.summaries(on: id, within: tenancy))
            .and(Receipts.summaries(on: id, within: tenancy))
            .map { found, receipts in
                found.0.map { PositionDetail(position: $0, attempts: found.1, receipts: receipts) }
            }
    }

    /// Returns one page of positions, for 'Cerca' and for the list.
    package func list(
        _ filter: PositionFilter, creditor: OrganizationTaxCode?, order: PositionOrder, page: PageRequest,
        for caller: Caller
    ) async throws -> Page<PositionSummary> {
        try caller.demandNamed(filter.debtor, at: "/debtor_tax_code")
        try caller.demandStaff(for: filter)
        return try await store.readList(
            within: caller.tenancy,
            Positions.list(
                filter, within: caller.tenancy.narrowed(to: creditor), order: order, page: page, today: today))
    }

    /// Today's date in Rome: due dates use Italian time.
    package var today: CalendarDate { CalendarDate(romeDayOf: clock()) }
}

extension Caller {
    /// Rejects searches by name, by metadata and by a part of a number by front ends and citizens, because they would find debts of strangers.
    /// - Throws: `Refusal.invalid`.
    fileprivate func demandStaff(for filter: PositionFilter) throws(Refusal) {
        guard kind == .frontend || kind == .browser || citizen != nil else { return }
        let used = [
            ("/debtor_name", filter.debtorName != nil), ("/metadata_key", filter.metadata != nil),
            ("/notice_number_end", filter.noticeNumberEnd != nil),
            ("/notice_number_part", filter.noticeNumberPart != nil),
        ].filter(\.1)
        guard used.isEmpty else {
            throw .invalid(used.map { Fault($0.0, .notAllowed, "is a filter for creditors and operations only") })
        }
    }

    /// Rejects searches for the tax code ANONIMO by front ends and citizens, because the result would show the debts of strangers.
    /// - Throws: `Refusal.invalid`.
    func demandNamed(_ taxCode: TaxCode?, at pointer: String) throws(Refusal) {
        guard let taxCode, taxCode.isAnonymous else { return }
        guard kind != .frontend, kind != .browser, citizen == nil else {
            throw .invalid([
                Fault(pointer, .notAllowed, "must not be ANONIMO: search by notice number, or ask the creditor")
            ])
        }
    }
}

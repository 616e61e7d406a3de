import Accounts
import PagoPA
import Requests
import Storage

/// What a payment notice asks for now, without any data of its debtor.
package struct FoundNotice: Sendable, Equatable {
    package let creditor: Creditor
    package let position: Position
    package let installment: Installment

    package init(creditor: Creditor, position: Position, installment: Installment) {
        self.creditor = creditor
        self.position = position
        self.installment = installment
    }
}

extension PositionOperations {
    /// Looks up a notice for a caller who has it. The caller may show only what `FoundNotice` allows.
    /// - Throws: `Refusal.notFound` for an unknown notice, for one that was not published, and for one of a creditor that is neither the
    ///   key's nor, for a citizen, of a debt of their own.
    package func lookUp(_ notice: NoticeNumber, of payee: OrganizationTaxCode, for caller: Caller) async throws
        -> FoundNotice
    {
        let tenancy = caller.tenancy(payingNoticesOf: [payee])
        let (position, creditor) = try await store.read(
            within: tenancy,
            Positions.holding(notice, of: payee, within: tenancy).and(Creditors.show(payee, within: tenancy)))
        guard let position, let creditor, position.state != .draft,
            let installment = position.installments.first(where: { $0.noticeNumber == notice })
        else { throw Refusal.notFound }
        return FoundNotice(creditor: creditor, position: position, installment: installment)
    }
}

import PagoPA

/// Whose objects a caller may touch: part of every statement that reads or writes them, and set for every transaction, where
/// PostgreSQL's row level security holds the same walls once more.
package enum Tenancy: Sendable, Equatable {
    /// Ops, and our own loops.
    case everyCreditor
    /// - seesQuarantine: whether receipts in quarantine are seen too. They may be anybody's, so front ends do not see them.
    case only([OrganizationTaxCode], seesQuarantine: Bool = true)
    /// One citizen's own positions, attempts and receipts, whoever the creditor is; or those of one creditor.
    case citizen(TaxCode, of: OrganizationTaxCode? = nil)
    /// A PSP tells of any creditor's money, but of its own attempts only.
    case psp(PSPID)

    /// The same walls, drawn closer; a creditor outside them leaves nothing to see.
    package func narrowed(to creditor: OrganizationTaxCode?) -> Tenancy {
        guard let creditor else { return self }
        switch self {
        case .everyCreditor: return .only([creditor])
        case .only(let creditors, let seesQuarantine):
            return .only(creditors.contains(creditor) ? [creditor] : [], seesQuarantine: seesQuarantine)
        case .citizen(let taxCode, let other):
            return other == nil || other == creditor ? .citizen(taxCode, of: creditor) : .only([])
        case .psp: return self
        }
    }
}

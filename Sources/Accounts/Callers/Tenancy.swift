import PagoPA

/// The objects that a caller may access. Every statement that reads or writes objects filters by it, and every transaction sets
/// it, so that PostgreSQL's row-level security enforces the same filter again.
package enum Tenancy: Sendable, Equatable {
    /// Ops, and background jobs.
    case everyCreditor
    /// - seesQuarantine: whether the caller sees receipts in quarantine. They may belong to any person, so front ends do not see
    /// them.
    case only([OrganizationTaxCode], seesQuarantine: Bool = true)
    /// The positions, attempts and receipts of one citizen, of all creditors or of one.
    case citizen(TaxCode, of: OrganizationTaxCode? = nil)
    /// The entries of these creditors in the registry, and no data of persons.
    case registry([OrganizationTaxCode])
    /// A PSP reports payments to any creditor, but sees only its own attempts.
    case psp(PSPID)

    /// The same tenancy limited to one creditor. It is empty if the creditor is not part of it.
    package func narrowed(to creditor: OrganizationTaxCode?) -> Tenancy {
        guard let creditor else { return self }
        switch self {
        case .everyCreditor: return .only([creditor])
        case .only(let creditors, let seesQuarantine):
            return .only(creditors.contains(creditor) ? [creditor] : [], seesQuarantine: seesQuarantine)
        case .citizen(let taxCode, let other):
            return other == nil || other == creditor ? .citizen(taxCode, of: creditor) : .only([])
        case .registry(let creditors): return .registry(creditors.contains(creditor) ? [creditor] : [])
        case .psp: return self
        }
    }
}

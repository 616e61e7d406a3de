/// Tipo di dovuto: a kind of debt of one creditor, e.g. school meals.
package struct DebtType: Sendable, Equatable {
    package let creditor: OrganizationTaxCode
    /// The creditor's own short name, `[a-z0-9_-]{1,35}`.
    package let key: String
    /// The display names; Italian is required.
    package let descriptions: [Language: String]
    /// Groups debt types for front ends, e.g. `school`.
    package let service: String
    package let taxonomyCode: TaxonomyCode
    /// Whether an installment may still be paid after its due date.
    package let payableAfterDue: Bool
    /// What a payer is asked who requests a payment without a bill; `nil`: payers cannot request one.
    package let requestForm: RequestForm?
    /// Where the present amount of an installment is asked for; `nil`: the stored amount is right.
    package let amountSource: AmountSource?
    package private(set) var createdAt: Instant
    package private(set) var updatedAt: Instant

    package init(
        creditor: OrganizationTaxCode, key: String, descriptions: [Language: String], service: String,
        taxonomyCode: TaxonomyCode, payableAfterDue: Bool, requestForm: RequestForm? = nil,
        amountSource: AmountSource? = nil, createdAt: Instant, updatedAt: Instant
    ) {
        self.creditor = creditor
        self.key = key
        self.descriptions = descriptions
        self.service = service
        self.taxonomyCode = taxonomyCode
        self.payableAfterDue = payableAfterDue
        self.requestForm = requestForm
        self.amountSource = amountSource
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// This content as the successor of the stored debt type: equal to `old` if it changes nothing.
    /// - Parameter old: `nil` for a new debt type.
    package func replacing(_ old: DebtType?, at now: Instant) -> DebtType {
        var new = self
        new.createdAt = old?.createdAt ?? now
        new.updatedAt = old?.updatedAt ?? now
        if new != old { new.updatedAt = now }
        return new
    }

    /// The requested language, otherwise Italian, otherwise the key.
    package func description(in language: Language) -> String {
        descriptions[language] ?? descriptions[.it] ?? key
    }
}

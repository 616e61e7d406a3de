/// The recipient of a receipt's document. Neither version shows the tax code of the other person.
package enum ReceiptAudience: String, Sendable, CaseIterable {
    case payer
    case debtor
}

/// The decision that a counter payment was recorded by mistake.
package struct ReceiptVoid: Sendable, Equatable {
    package let at: Instant
    package let reason: String

    package init(at: Instant, reason: String) {
        self.at = at
        self.reason = reason
    }
}

/// The operator's decision about a receipt that did not match.
package struct ReceiptDecision: Sendable, Equatable {
    package let resolution: ResolutionKind
    package let decidedAt: Instant
    /// The difference that the creditor wrote off by accepting a short payment.
    package let writtenOff: Amount?

    package init(resolution: ResolutionKind, decidedAt: Instant, writtenOff: Amount?) {
        self.resolution = resolution
        self.decidedAt = decidedAt
        self.writtenOff = writtenOff
    }
}

extension Receipt {
    /// Whether payer and debtor are known to be the same person.
    package var isPaidByDebtor: Bool {
        guard let payer = payer?.taxCode, let debtor = debtor?.taxCode else { return false }
        // ANONIMO identifies no person, so two subjects with this code may be different people.
        guard payer.asciiUppercased != TaxCode.anonymousWord else { return false }
        return payer.asciiUppercased == debtor.asciiUppercased
    }

    /// Whether this version shows the tax code of this person.
    package func shows(taxCodeOf person: ReceiptAudience, to audience: ReceiptAudience?) -> Bool {
        isPaidByDebtor || person == audience
    }

    /// The version that a caller receives.
    /// - Parameters:
    ///   - asked: the version that the caller requested; `nil`: the debtor's version, or a citizen's own version.
    ///   - citizen: the caller's tax code if the caller is a citizen, who may only receive their own version.
    /// - Returns: `nil` if a citizen requests the version of another person.
    package func audience(asked: ReceiptAudience?, by citizen: TaxCode?) -> ReceiptAudience? {
        guard let citizen else { return asked ?? .debtor }
        let own = ReceiptAudience.allCases.filter { person in
            let code = person == .payer ? payer?.taxCode : debtor?.taxCode
            return code?.asciiUppercased == citizen.value
        }
        guard let first = own.last else { return nil }
        guard let asked else { return first }
        return own.contains(asked) ? asked : nil
    }

    /// The reason why the payment cannot be voided; `nil` if it can.
    package var obstacleToVoid: String? {
        switch origin {
        case .counter: break
        case .pagopa, .file, .reporting: return "A PSP reported this payment: refund it."
        }
        return refunds.contains { $0.status.counts } ? "It has a refund: mark the refund as failed first." : nil
    }
}

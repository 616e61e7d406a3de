/// Whom a receipt's document is for. Neither version shows the other person's tax code.
package enum ReceiptAudience: String, Sendable, CaseIterable {
    case payer
    case debtor
}

/// That a counter payment was recorded by mistake.
package struct ReceiptVoid: Sendable, Equatable {
    package let at: Instant
    package let reason: String

    package init(at: Instant, reason: String) {
        self.at = at
        self.reason = reason
    }
}

/// What people decided about a receipt that did not fit.
package struct ReceiptDecision: Sendable, Equatable {
    package let resolution: ResolutionKind
    package let decidedAt: Instant
    /// The difference that the creditor gave up by accepting a short payment.
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
        // Two people called ANONIMO are two people.
        guard payer.asciiUppercased != TaxCode.anonymousWord else { return false }
        return payer.asciiUppercased == debtor.asciiUppercased
    }

    /// Whether this version shows that person's tax code.
    package func shows(taxCodeOf person: ReceiptAudience, to audience: ReceiptAudience?) -> Bool {
        isPaidByDebtor || person == audience
    }

    /// The version that a caller gets.
    /// - Parameters:
    ///   - asked: what the caller asked for; `nil`: the debtor's, or a citizen's own.
    ///   - citizen: the caller's tax code when a citizen asks; a citizen gets no other version than their own.
    /// - Returns: `nil` for a version of somebody else.
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

    /// Why a payment at the counter cannot be voided; `nil`: it can.
    package var obstacleToVoid: String? {
        switch origin {
        case .counter: break
        case .pagopa, .file, .reporting: return "A PSP reported this payment: refund it."
        }
        return refunds.contains { $0.status.counts } ? "It has a refund: mark the refund as failed first." : nil
    }
}

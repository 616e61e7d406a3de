import Foundation

/// Ricevuta telematica in the JSON shape of the webhook.
struct RT: Codable, Sendable, Equatable {
    var receiptID: String
    var outcome: Outcome
    var creditorTaxCode: String
    var noticeNumber: String
    var iuv: String
    var attemptID: String
    var paymentContext: String
    var amountCents: Int64
    var feeCents: Int64
    var psp: PSP
    var paidAt: String
    var transfers: [Transfer]
    var payer: Subject?
    var failureReason: String?

    enum Outcome: String, Codable, Sendable {
        case executed = "OK"
        case notExecuted = "KO"
    }

    struct PSP: Codable, Sendable, Equatable {
        let id: String
        let businessName: String
        let channelID: String

        enum CodingKeys: String, CodingKey {
            case id
            case businessName = "business_name"
            case channelID = "channel_id"
        }
    }

    struct Transfer: Codable, Sendable, Equatable {
        let index: Int
        let creditorTaxCode: String
        let amountCents: Int64

        enum CodingKeys: String, CodingKey {
            case index
            case creditorTaxCode = "creditor_tax_code"
            case amountCents = "amount_cents"
        }
    }

    struct Subject: Codable, Sendable, Equatable {
        let kind: String?
        let taxCode: String?
        let fullName: String?
        let email: String?

        enum CodingKeys: String, CodingKey {
            case kind, email
            case taxCode = "tax_code"
            case fullName = "full_name"
        }
    }

    enum CodingKeys: String, CodingKey {
        case outcome, iuv, psp, transfers, payer
        case receiptID = "receipt_id"
        case creditorTaxCode = "creditor_tax_code"
        case noticeNumber = "notice_number"
        case attemptID = "attempt_id"
        case paymentContext = "payment_context"
        case amountCents = "amount_cents"
        case feeCents = "fee_cents"
        case paidAt = "paid_at"
        case failureReason = "failure_reason"
    }
}

extension RT {
    /// One RT for each installment of the cart. The first RT contains the whole fee, because the payer is charged only once.
    /// - Parameters:
    ///   - failureReason: if set, the payment failed: outcome KO, an amount of zero and no transfers.
    ///   - makeID: a fresh receipt id (IUR) of at most 35 characters.
    static func all(
        of payment: Payment, paidAt: Date, failureReason: String? = nil, makeID: () -> String
    ) -> [RT] {
        let call = payment.call
        return call.installments.enumerated().map { position, installment in
            let amount = failureReason == nil ? installment.amountCents : 0
            return RT(
                receiptID: makeID(),
                outcome: failureReason == nil ? .executed : .notExecuted,
                creditorTaxCode: call.creditor.taxCode,
                noticeNumber: installment.noticeNumber,
                iuv: installment.iuv,
                attemptID: call.attemptID,
                paymentContext: payment.paymentContext,
                amountCents: amount,
                feeCents: failureReason == nil && position == 0 ? call.feeCents : 0,
                psp: PSP(
                    id: payment.pspID, businessName: "Simulatore PSP \(payment.pspID)", channelID: payment.channelID),
                paidAt: paidAt.formatted(.iso8601),
                transfers: failureReason == nil ? transfers(of: installment, to: call.creditor.taxCode) : [],
                payer: call.payer.map {
                    Subject(kind: $0.kind, taxCode: $0.taxCode, fullName: $0.fullName, email: $0.email)
                },
                failureReason: failureReason)
        }
    }

    /// The transfers of the start call, or one transfer of the whole amount to the creditor.
    private static func transfers(of installment: StartCall.Installment, to creditor: String) -> [Transfer] {
        guard let parts = installment.transfers, !parts.isEmpty else {
            return [Transfer(index: 1, creditorTaxCode: creditor, amountCents: installment.amountCents)]
        }
        return parts.enumerated().map { index, part in
            Transfer(index: index + 1, creditorTaxCode: part.creditorTaxCode, amountCents: part.amountCents)
        }
    }

    /// The same RT with another amount; its transfer is adjusted, so that the RT stays consistent.
    func withAmount(_ cents: Int64) -> RT {
        var changed = self
        changed.amountCents = cents
        changed.transfers = [Transfer(index: 1, creditorTaxCode: creditorTaxCode, amountCents: cents)]
        return changed
    }

    /// Equal RTs give equal bytes.
    func bytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try [UInt8](encoder.encode(self))
    }
}

import Foundation
import PagoPA

/// Payment attempts of several installments.
enum Cart {
    /// - Parameter outcomes: the outcomes of its installments, which are 59,80 euro each.
    static func attempt(
        _ status: AttemptStatus, _ outcomes: [ItemOutcome], email: EmailAddress? = nil, language: Language = .it
    ) throws -> PaymentAttempt {
        let day = try Instant(rfc3339: "2026-11-20T10:00:00Z")
        let items = try outcomes.enumerated().map { index, outcome in
            let notice = try NoticeCodes.aux3(segregationCode: "01").notice(base: UInt64(index + 1))
            return AttemptItem(
                installment: try Identifier("0199c0de-0000-7000-8000-00000000010\(index)"),
                position: try Identifier("0199c0de-0000-7000-8000-00000000020\(index)"), iuv: notice.iuv,
                noticeNumber: notice, amount: try Amount(cents: 5_980), remittance: "Mensa", outcome: outcome)
        }
        return PaymentAttempt(
            id: try Identifier("0199c0de-0000-7000-8000-000000000001"),
            creditor: try OrganizationTaxCode("12345678903"), status: status, method: try PaymentMethod("CP"),
            psp: try PSPID("ABCDITMM"), pspBusinessName: "Banca Alfa", channel: try ChannelID("canale"),
            amount: try Amount(cents: Int64(5_980 * outcomes.count)), fee: .zero, items: items, payer: nil,
            email: email,
            notifiesFailure: false, returnURL: "https://portale.example.org/", language: language, redirectURL: nil,
            failureReason: nil, createdAt: day, expiresAt: day.adding(seconds: 1_800), finishedAt: nil)
    }

    static func receipt(_ status: Disposition, _ reasons: [AnomalyKind] = []) throws -> Receipt {
        let day = try Instant(rfc3339: "2026-11-20T10:00:00Z")
        return Receipt(
            id: try Identifier("0199c0de-0000-7000-8000-000000000009"), receiptID: "R1", origin: .pagopa,
            status: status, outcome: .executed, creditor: try OrganizationTaxCode("12345678903"), creditorName: nil,
            position: try Identifier("0199c0de-0000-7000-8000-000000000200"), installmentNumber: 1, attempt: nil,
            debtTypeKey: nil, description: "Mensa", document: nil, iuv: try IUV("01000000000000101"),
            noticeNumber: nil, paymentContext: nil, amount: try Amount(cents: 5_980), fee: nil, paidAt: day, psp: nil,
            method: nil, transfers: [], payer: nil, debtor: nil, failureReason: nil, till: nil, reference: nil,
            rtSHA256: nil, receivedAt: day, reviewReasons: reasons)
    }

    static func summary(_ status: Disposition, _ reasons: [AnomalyKind] = []) throws -> ReceiptSummary {
        ReceiptSummary(
            id: try Identifier("0199c0de-0000-7000-8000-000000000009"), attempt: nil, status: status,
            outcome: .executed, amount: try Amount(cents: 5_980), paidAt: try Instant(rfc3339: "2026-11-20T10:00:00Z"),
            hasPosition: true, reviewReasons: reasons, supersededBy: nil)
    }
}

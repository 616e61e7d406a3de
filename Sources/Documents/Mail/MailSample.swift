import PagoPA

extension MailTexts {
    /// An e-mail of this kind about an invented payment, as the creditor's citizens would receive it.
    /// - Returns: `nil` for a kind that is not about a payment.
    package static func sample(
        _ kind: NotificationKind, of creditor: Creditor, logo: MailLogo? = nil, wording: MailWording?,
        language: Language, at now: Instant
    ) throws -> MailText? {
        if kind.asksForPayment {
            return try debtSample(kind, of: creditor, logo: logo, wording: wording, language: language, at: now)
        }
        let amount = try Amount(cents: 4_550)
        let origin: ReceiptOrigin = kind == .counterPayment ? .counter : .pagopa
        let refund = Refund(
            id: try Identifier("0199c0de-0000-7000-8000-000000000003"),
            receipt: try Identifier("0199c0de-0000-7000-8000-000000000001"), anomaly: nil, creditor: creditor.taxCode,
            amount: amount, status: .decided, day: CalendarDate(romeDayOf: now), reference: nil, reason: nil,
            decidedBy: "", version: 1, createdAt: now, updatedAt: now)
        let receipt = Receipt(
            id: try Identifier("0199c0de-0000-7000-8000-000000000001"), receiptID: "0000000000", origin: origin,
            status: .settled, outcome: kind == .paymentFailed ? .notExecuted : .executed, creditor: creditor.taxCode,
            creditorName: creditor.name, position: nil, installmentNumber: 1, attempt: nil, debtTypeKey: nil,
            description: "Mensa scolastica", document: nil, iuv: try IUV(unchecked: "01000000000000159"),
            noticeNumber: nil, paymentContext: nil, amount: amount,
            fee: try origin == .pagopa ? Amount(cents: 150) : nil, paidAt: now, psp: nil, method: nil, transfers: [],
            payer: nil, debtor: nil, failureReason: nil, till: nil, reference: nil, rtSHA256: nil, receivedAt: now)
        let last = CalendarDate(epochDays: CalendarDate(romeDayOf: now).epochDays + 7)
        return about(
            receipt, kind, creditor: creditor, refund: refund, hasReceipt: kind.attachesReceipt,
            link: kind.attachesReceipt
                ? ReceiptLink(url: "https://pagamenti.example.org/receipt-links/EXAMPLE", lastDay: last) : nil,
            logo: logo, wording: wording, language: language)
    }
}

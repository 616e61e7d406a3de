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
        let receipt = try Receipt.invented(
            for: creditor, origin: origin, outcome: kind == .paymentFailed ? .notExecuted : .executed, amount: amount,
            at: now)
        let last = CalendarDate(epochDays: CalendarDate(romeDayOf: now).epochDays + 7)
        return about(
            receipt, kind, creditor: creditor, refund: refund, hasReceipt: kind.attachesReceipt,
            link: kind.attachesReceipt
                ? ReceiptLink(url: "https://pagamenti.example.org/receipt-links/EXAMPLE", lastDay: last) : nil,
            logo: logo, wording: wording, language: language)
    }
}

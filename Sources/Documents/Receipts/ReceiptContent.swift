import PagoPA

/// The content of a receipt's PDF without its layout: headings and rows of label and text, in the reader's language.
///
/// Source: the minimum that pagoPA asks of an analogue copy of the attestation (operation, creditor, IUV, PSP, token, amount,
/// subject; the fee apart), and the note's own list.
package struct ReceiptContent: Sendable, Equatable, PDFContent {
    package struct Section: Sendable, Equatable {
        package let heading: String
        package let rows: [Row]
    }

    package struct Row: Sendable, Equatable {
        package let label: String
        package let text: String
    }

    package let language: Language
    /// The line above the creditor's name: the payment system; empty for a counter payment.
    package let system: String?
    package let title: String
    package let creditorName: String
    /// One sentence with the essential facts: amount, reason, date.
    package let summary: String
    package let sections: [Section]
    package let footer: String
    package let createdAt: Instant

    /// - Parameters:
    ///   - decision: the last decision about the receipt's anomaly.
    ///   - audience: the person whose tax code is shown; `nil`: only that of a debtor who paid.
    package init(
        _ receipt: Receipt, decision: ReceiptDecision?, debtType: DebtType?, for audience: ReceiptAudience?,
        language: Language
    ) {
        let words = Wording<ReceiptText>(language)
        self.language = language
        switch receipt.origin {
        case .counter: system = nil
        case .pagopa, .file, .reporting: system = "pagoPA"
        }
        title = receipt.voided == nil ? words[.title] : words[.voidedTitle]
        creditorName = receipt.creditorName ?? receipt.creditor.value
        summary = words.summary(
            receipt, amount: Self.money(receipt.amount), creditor: receipt.creditorName ?? receipt.creditor.value)
        footer = words[.footer, ["id": receipt.id.description]]
        createdAt = receipt.receivedAt
        sections = [
            Self.payment(receipt, decision, words), Self.debt(receipt, debtType, words),
            Self.creditor(receipt, words), Self.provider(receipt, words), Self.people(receipt, audience, words),
            Self.transfers(receipt, words), Self.evidence(receipt, words),
        ].filter { !$0.rows.isEmpty }
    }

    private static func money(_ amount: Amount) -> String { amount.italian + " €" }

    private static func rows(_ pairs: (String, String?)...) -> [Row] {
        pairs.compactMap { label, text in
            guard let text, !text.isEmpty else { return nil }
            return Row(label: label, text: text)
        }
    }

    private static func payment(
        _ receipt: Receipt, _ decision: ReceiptDecision?, _ words: Wording<ReceiptText>
    ) -> Section {
        let charged = receipt.fee.flatMap { fee in try? receipt.amount.adding(fee) }
        // The IUR is a PSP's number of the payment, and no PSP took part in a payment at the counter.
        let iur = receipt.psp == nil ? nil : receipt.receiptID
        let writtenOff = receipt.status == .settled ? decision?.writtenOff : nil
        return Section(
            heading: words[.payment],
            rows: rows(
                (words[.amount], money(receipt.amount)), (words[.fee], receipt.fee.map(money)),
                (words[.charged], charged.map(money)), (words[.paidAt], receipt.paidAt.romeText),
                (words[.state], words.state(receipt, decision)),
                (words[.voidReason], receipt.voided?.reason), (words[.writtenOff], writtenOff.map(money)),
                (words[.method], receipt.method?.name(in: words.language)), (words[.iur], iur),
                (words[.context], receipt.paymentContext), (words[.till], receipt.till),
                (words[.reference], receipt.reference))
                + receipt.refunds.map { Row(label: words[.refund], text: words.refund($0)) })
    }

    private static func debt(_ receipt: Receipt, _ debtType: DebtType?, _ words: Wording<ReceiptText>)
        -> Section
    {
        Section(
            heading: words[.debt],
            rows: rows(
                (words[.description], receipt.description),
                (words[.debtType], debtType?.description(in: words.language)),
                (
                    words[.document],
                    receipt.document.map { words[.documentNumber, ["number": $0.number, "year": String($0.year)]] }
                ),
                (words[.installment], receipt.installmentNumber.map(String.init)), (words[.iuv], receipt.iuv.value),
                (words[.notice], receipt.noticeNumber?.grouped)))
    }

    private static func creditor(_ receipt: Receipt, _ words: Wording<ReceiptText>) -> Section {
        Section(
            heading: words[.creditor],
            rows: rows((words[.name], receipt.creditorName), (words[.taxCode], receipt.creditor.value)))
    }

    private static func provider(_ receipt: Receipt, _ words: Wording<ReceiptText>) -> Section {
        Section(
            heading: words[.provider],
            rows: rows(
                (words[.name], receipt.psp?.businessName), (words[.identifier], receipt.psp?.id.description),
                (words[.taxCode], receipt.psp?.taxCode), (words[.channel], receipt.psp?.channel)))
    }

    /// Both names, because one person paid for the other; only the reader's tax code.
    private static func people(_ receipt: Receipt, _ audience: ReceiptAudience?, _ words: Wording<ReceiptText>)
        -> Section
    {
        func named(_ subject: RTSubject?, _ person: ReceiptAudience) -> String? {
            subject.flatMap { Self.named($0, withTaxCode: receipt.shows(taxCodeOf: person, to: audience)) }
        }
        return Section(
            heading: words[.people],
            rows: rows((words[.payer], named(receipt.payer, .payer)), (words[.debtor], named(receipt.debtor, .debtor))))
    }

    private static func named(_ subject: RTSubject, withTaxCode: Bool) -> String? {
        let name = subject.fullName.flatMap { $0.isEmpty ? nil : $0 }
        // ANONIMO is not shown as a code, because it adds nothing to the name.
        let isAnonymous = name != nil && subject.taxCode == TaxCode.anonymousWord
        let code = withTaxCode && !isAnonymous ? subject.taxCode : nil
        let parts = [name, code].compactMap(\.self).filter { !$0.isEmpty }
        return parts.isEmpty ? nil : list(parts)
    }

    /// With a left-to-right mark after a part written from right to left: a number after it would be drawn before it.
    private static func list(_ parts: [String]) -> String {
        parts.map { $0.isRightToLeft ? $0 + "\u{200E}" : $0 }.joined(separator: ", ")
    }

    /// The transfers, if there are several.
    private static func transfers(_ receipt: Receipt, _ words: Wording<ReceiptText>) -> Section {
        guard receipt.transfers.count > 1 else { return Section(heading: words[.transfers], rows: []) }
        return Section(
            heading: words[.transfers],
            rows: receipt.transfers.map { transfer in
                let parts = [transfer.creditor.value, money(transfer.amount), transfer.remittance]
                return Row(
                    label: "\(words[.transfer]) \(transfer.index)",
                    text: list(parts.compactMap(\.self)))
            })
    }

    private static func evidence(_ receipt: Receipt, _ words: Wording<ReceiptText>) -> Section {
        Section(heading: words[.evidence], rows: rows((words[.fingerprint], receipt.rtSHA256)))
    }
}

extension String {
    /// Whether the text contains letters of a script from right to left, by the ranges that Unicode reserves for them.
    fileprivate var isRightToLeft: Bool {
        unicodeScalars.contains {
            switch $0.value {
            case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x1_0800...0x1_0FFF, 0x1_E800...0x1_EFFF: true
            default: false
            }
        }
    }
}

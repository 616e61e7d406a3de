import PagoPA

extension MailTexts {
    /// The payment notices of a position are attached.
    /// - Parameter notices: of one position.
    package static func paymentNotice(_ notices: [PaymentNotice], creditor: Creditor, language: Language) -> MailText {
        let words = Wording<PaymentMailText>(language)
        let labels = Wording<NoticeText>(language)
        var facts: [MailText.Fact] = []
        if let first = notices.first {
            facts.append(MailText.Fact(ReceiptText.description.text(in: language), first.position.description))
        }
        if let sum = try? Amount.sum(notices.map(\.installment.amount)) {
            facts.append(MailText.Fact(words[.amountAsked], sum.italian + " €", .large))
        }
        if let day = notices.map(\.installment.dueDate).min() {
            facts.append(MailText.Fact(labels[.due], day.italian))
        }
        facts +=
            notices.count == 1
            ? notices.map { MailText.Fact("IUV", $0.installment.iuv.value) } : []
        return MailText(
            subject: words[.noticeSubject, ["creditor": creditor.name]], language: language.tag,
            sender: creditor.mailSenderName ?? creditor.name,
            blocks: [
                .paragraph(words[.notice, ["creditor": creditor.name]]), .facts(facts),
                .paragraph(words[.noticeAttached]), contact(creditor, words),
            ])
    }
}

import PagoPA

/// The content of a payment notice without its layout: Italian, with a second language beside it if the reader wants one. It has a part
/// for each installment.
package struct NoticeContent: Sendable, Equatable, PDFContent {
    /// The first one; all of them have the same position.
    let notice: PaymentNotice
    let notices: [PaymentNotice]
    /// The language beside Italian.
    let second: Language?

    package init(_ notice: PaymentNotice, language: Language) {
        self.init(first: notice, notices: [notice], language: language)
    }

    /// - Parameter notices: of one position; `nil` if there are none.
    package init?(_ notices: [PaymentNotice], language: Language) {
        guard let first = notices.first else { return nil }
        self.init(first: first, notices: notices, language: language)
    }

    private init(first: PaymentNotice, notices: [PaymentNotice], language: Language) {
        notice = first
        self.notices = notices
        second = language == .it ? nil : language
    }

    var language: Language { .it }
    var title: String {
        NoticeText.title.text(in: .it) + " "
            + (notices.count == 1 ? notice.installment.noticeNumber.grouped : notice.position.description)
    }
    var runningHead: String { "\(title) – \(creditorName)" }
    var creditorName: String { notice.creditor.name }
    /// The same notice has the same bytes.
    var createdAt: Instant { notice.position.updatedAt }

    /// The sum of the parts; beyond the largest amount it is still right.
    var amount: String {
        if notices.count == 1 { return money(notice) }
        return LocalFormats(.it).money(cents: Amount.cents(of: notices.map(\.installment.amount)))
    }

    func money(_ notice: PaymentNotice) -> String { LocalFormats(.it).money(notice.installment.amount) }

    /// `Rata 2 di 3`.
    func installment(of notice: PaymentNotice, in language: Language) -> String {
        let words = Wording<NoticeText>(language)
        let count = notice.position.installments.count
        guard count > 1 else { return words[.singlePayment] }
        return words[.installment, ["number": String(notice.installment.number), "count": String(count)]]
    }

    var recipientLines: [String] {
        guard notice.showsContactData else { return [] }
        let debtor = notice.position.debtor
        return ([debtor.fullName] + (debtor.address?.lines ?? [])).filter { !$0.isEmpty }
    }

    /// ANONIMO is no code that a person has.
    var recipientTaxCode: String? {
        let taxCode = notice.position.debtor.taxCode
        return taxCode.isAnonymous ? nil : taxCode.value
    }

    var contacts: String? { notice.creditor.contactLine }
}

import PagoPA

/// The content of a payment notice without its layout: Italian, with a second language beside it if the reader wants one.
package struct NoticeContent: Sendable, Equatable, PDFContent {
    let notice: PaymentNotice
    /// The language beside Italian.
    let second: Language?

    package init(_ notice: PaymentNotice, language: Language) {
        self.notice = notice
        second = language == .it ? nil : language
    }

    var language: Language { .it }
    var title: String { NoticeText.title.text(in: .it) + " " + notice.installment.noticeNumber.grouped }
    var creditorName: String { notice.creditor.name }
    /// The same notice has the same bytes.
    var createdAt: Instant { notice.position.updatedAt }

    var amount: String { notice.installment.amount.italian + " €" }

    /// `Rata 2 di 3`.
    func installment(in language: Language) -> String {
        let words = Wording<NoticeText>(language)
        let count = notice.position.installments.count
        guard count > 1 else { return words[.singlePayment] }
        return words[.installment, ["number": String(notice.installment.number), "count": String(count)]]
    }

    var recipientLines: [String] {
        guard notice.showsContactData else { return [] }
        let address = notice.position.debtor.address
        let street = address.map { [$0.street, $0.civicNumber].compactMap(\.self).joined(separator: " ") }
        let city = address.map {
            [$0.postalCode, $0.city, $0.province.map { "(\($0))" }, $0.country == "IT" ? nil : $0.country]
                .compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ")
        }
        return [notice.position.debtor.fullName, street, city].compactMap(\.self).filter { !$0.isEmpty }
    }

    /// ANONIMO is no code that a person has.
    var recipientTaxCode: String? {
        let taxCode = notice.position.debtor.taxCode
        return taxCode.isAnonymous ? nil : taxCode.value
    }

    var contacts: String? {
        let ways = [notice.creditor.contactEmail?.value, notice.creditor.contactPhone].compactMap(\.self)
        return ways.isEmpty ? nil : ways.joined(separator: ", ")
    }
}

/// Ente creditore: the public body that collects. Source: SANP, "ente creditore"; codes of notice numbers in pagoPA's "avviso" rules.
package struct Creditor: Sendable, Equatable {
    package let taxCode: OrganizationTaxCode
    package let name: String
    /// The rule by which this creditor's notice numbers are generated.
    package let noticeCodes: NoticeCodes
    package let iban: IBAN
    package let postalIBAN: IBAN?
    /// Five characters assigned by the CBI consortium; shown in home banking.
    package let cbillCode: String?
    package let contactEmail: EmailAddress?
    package let contactPhone: String?
    /// Printed on receipts and notices.
    package let address: PostalAddress?
    /// The creditor's own sentence on its receipts; a language without one has the Italian one.
    package let receiptTexts: [Language: String]
    package let mailSenderName: String?
    package let mailReplyTo: EmailAddress?
    /// The allowed origins of return URLs.
    package let returnURLOrigins: [WebOrigin]
    package let languages: [Language]
    package let helpTopics: [HelpTopic]
    /// The first number of the IUVs that the service generates; `nil`: the service chooses.
    package var iuvStart: Int64?
    /// Whether its data are for trials, which only keys of kind `test` and operations reach. Set at creation, and never changed.
    package var isTest: Bool
    package private(set) var createdAt: Instant
    package private(set) var updatedAt: Instant

    package init(
        taxCode: OrganizationTaxCode, name: String, noticeCodes: NoticeCodes, iban: IBAN, postalIBAN: IBAN? = nil,
        cbillCode: String? = nil, contactEmail: EmailAddress? = nil, contactPhone: String? = nil,
        address: PostalAddress? = nil, receiptTexts: [Language: String] = [:], mailSenderName: String? = nil,
        mailReplyTo: EmailAddress? = nil, returnURLOrigins: [WebOrigin] = [],
        languages: [Language] = [.it], helpTopics: [HelpTopic] = [], iuvStart: Int64? = nil, createdAt: Instant,
        updatedAt: Instant, isTest: Bool = false
    ) {
        self.taxCode = taxCode
        self.name = name
        self.noticeCodes = noticeCodes
        self.iban = iban
        self.postalIBAN = postalIBAN
        self.cbillCode = cbillCode
        self.contactEmail = contactEmail
        self.contactPhone = contactPhone
        self.address = address
        self.receiptTexts = receiptTexts
        self.mailSenderName = mailSenderName
        self.mailReplyTo = mailReplyTo
        self.returnURLOrigins = returnURLOrigins
        self.languages = languages
        self.helpTopics = helpTopics
        self.iuvStart = iuvStart
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.isTest = isTest
    }
}

extension Creditor {
    /// The allowed values of `iuvStart`: the thirteen digits of a number under auxiliary digit 0 or 3.
    package static let iuvStartRange: ClosedRange<Int64> = 1...9_999_999_999_999

    /// The maximum length of a sentence on receipts, in Unicode scalars.
    package static let receiptTextLength = 300

    package func receiptText(in language: Language) -> String? { receiptTexts[language] ?? receiptTexts[.it] }

    /// This content as the successor of the stored creditor: equal to `old` if it changes nothing. Without a start number the old one
    /// remains, because numbers must not return to a range that another system has used.
    /// - Parameter old: `nil` for a new creditor.
    package func replacing(_ old: Creditor?, at now: Instant) -> Creditor {
        var new = self
        new.iuvStart = iuvStart ?? old?.iuvStart
        new.createdAt = old?.createdAt ?? now
        new.updatedAt = old?.updatedAt ?? now
        if new != old { new.updatedAt = now }
        return new
    }
}

/// A text of *Help online*; a creditor's own text replaces the built-in one of the same topic and language.
package struct HelpTopic: Sendable, Equatable {
    package let topic: String
    package let language: Language
    package let title: String
    package let text: String

    package init(topic: String, language: Language, title: String, text: String) {
        self.topic = topic
        self.language = language
        self.title = title
        self.text = text
    }
}

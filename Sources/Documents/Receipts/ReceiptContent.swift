import PagoPA

/// What the document of a receipt says beyond the receipt itself. Members that are not known are left out.
package struct ReceiptContext: Sendable, Equatable {
    /// The last decision about the receipt's anomaly.
    package var decision: ReceiptDecision?
    package var debtType: DebtType?
    package var creditor: Creditor?
    package var logo: CreditorLogo?
    package var position: Position?
    /// The names of registered creditors among the beneficiaries.
    package var beneficiaryNames: [OrganizationTaxCode: String]
    /// The public page that checks this document.
    package var verificationURL: String?

    package init(
        decision: ReceiptDecision? = nil, debtType: DebtType? = nil, creditor: Creditor? = nil,
        logo: CreditorLogo? = nil, position: Position? = nil, beneficiaryNames: [OrganizationTaxCode: String] = [:],
        verificationURL: String? = nil
    ) {
        self.decision = decision
        self.debtType = debtType
        self.creditor = creditor
        self.logo = logo
        self.position = position
        self.beneficiaryNames = beneficiaryNames
        self.verificationURL = verificationURL
    }
}

/// The content of a receipt's PDF without its layout, in the reader's language: who paid how much to whom, when and for what; then
/// the codes.
///
/// Source: the minimum that pagoPA asks of an analogue copy of the attestation (operation, creditor, IUV, PSP, token, amount,
/// subject; the fee apart), and the note's own list.
package struct ReceiptContent: Sendable, Equatable, PDFContent {
    package struct Section: Sendable, Equatable {
        package let heading: String
        package let rows: [Row]
        /// Whether it is set in small letters: codes and lists, of which most readers need none.
        var isCompact = true
    }

    package struct Row: Sendable, Equatable {
        package let label: String
        package let text: String
        /// Whether the label is our own wording, which many receipts share.
        var hasOwnLabel = true
        /// Whether it is a code too long for the usual letters.
        var isLongCode = false
    }

    package let language: Language
    /// The payment system; empty for a counter payment.
    package let system: String?
    package let title: String
    package let creditorName: String
    /// How to reach the creditor.
    package let creditorLines: [String]
    package let logo: CreditorLogo?
    /// For whom this version was made; `nil` if payer and debtor are one person.
    package let version: String?
    package let amount: String
    /// The status of the payment: paid, under review, refunded, void.
    package let state: String
    /// One sentence with the essential facts: amount, reason, date.
    package let summary: String
    package let sections: [Section]
    /// The creditor's own sentence.
    package let sentence: String?
    /// The language of the sentence, if it is not the document's.
    let sentenceLanguage: Language?
    package let footer: String
    package let verificationURL: String?
    package let createdAt: Instant

    /// The amount is before the name, which may be too long for the line.
    var runningHead: String { "\(title) – \(amount) – \(creditorName)" }

    /// - Parameters:
    ///   - audience: the person whose tax code is shown; `nil`: only that of a debtor who paid.
    ///   - isSample: whether the payment is invented, which title and state then say.
    package init(
        _ receipt: Receipt, _ context: ReceiptContext = ReceiptContext(), for audience: ReceiptAudience?,
        language: Language, isSample: Bool = false
    ) {
        let writer = ReceiptWriter(receipt: receipt, context: context, audience: audience, language: language)
        let words = writer.words
        self.language = language
        switch receipt.origin {
        case .counter: system = nil
        case .pagopa, .file, .reporting: system = "pagoPA"
        }
        let title = receipt.voided == nil ? words[.title] : words[.voidedTitle]
        self.title = isSample ? words[.sampleTitle] : title
        creditorName = writer.creditorName
        creditorLines = writer.creditorLines
        logo = context.logo
        sentence = context.creditor?.receiptText(in: language)
        sentenceLanguage = context.creditor?.receiptTexts[language] == nil && language != .it ? .it : nil
        version = writer.version
        amount = writer.formats.money(receipt.amount)
        state = isSample ? words[.sampleState] : words.state(receipt, context.decision)
        summary = words.summary(receipt, creditor: writer.creditorName)
        footer = words[.footer, ["id": receipt.id.description]]
        verificationURL = context.verificationURL
        createdAt = receipt.receivedAt
        sections = [writer.payment, writer.lines, writer.transfers, writer.codes].filter { !$0.rows.isEmpty }
    }
}

import PagoPA

extension ReceiptContent {
    /// The receipt of an invented payment, as the creditor's citizens would see it. Its title and state say so, and it has no code to verify,
    /// so that it cannot pass for a receipt.
    package static func sample(of creditor: Creditor, logo: CreditorLogo?, language: Language, at now: Instant) throws
        -> ReceiptContent
    {
        let payer = RTSubject(kind: .person, taxCode: "", fullName: "Anna Esempio", email: nil)
        let receipt = try Receipt.invented(
            for: creditor, origin: .pagopa, outcome: .executed, amount: Amount(cents: 4_550), payer: payer, at: now)
        return ReceiptContent(
            receipt, ReceiptContext(creditor: creditor, logo: logo), for: .payer, language: language, isSample: true)
    }
}

extension Receipt {
    /// A payment that nobody made, for previews.
    static func invented(
        for creditor: Creditor, origin: ReceiptOrigin, outcome: RTOutcome, amount: Amount, payer: RTSubject? = nil,
        at now: Instant
    ) throws -> Receipt {
        Receipt(
            id: try Identifier("0199c0de-0000-7000-8000-000000000001"), receiptID: "0000000000", origin: origin,
            status: .settled, outcome: outcome, creditor: creditor.taxCode, creditorName: creditor.name, position: nil,
            installmentNumber: 1, attempt: nil, debtTypeKey: nil, description: "Mensa scolastica", document: nil,
            iuv: try IUV(unchecked: "01000000000000159"), noticeNumber: nil, paymentContext: nil, amount: amount,
            fee: try origin == .pagopa ? Amount(cents: 150) : nil, paidAt: now, psp: nil, method: nil, transfers: [],
            payer: payer, debtor: nil, failureReason: nil, till: nil, reference: nil, rtSHA256: nil, receivedAt: now)
    }
}

import PagoPA

/// The mails that we send, in the reader's language. They name no person and hold no tax code: mail travels far.
package enum MailTexts {
    /// The receipt is ready; it is attached.
    package static func receiptReady(_ receipt: Receipt, creditor: Creditor?, language: Language) -> MailText {
        let words = MailWords.of(language)
        let name = name(of: receipt, creditor)
        return MailText(
            subject: filled(words.readySubject, ["creditor": name]), language: language.tag,
            paragraphs: [filled(words.ready, ["creditor": name]), words.attached, contact(creditor, words)],
            facts: [
                (words.description, receipt.description), (words.amount, receipt.amount.italian + " €"),
                (words.paidAt, receipt.paidAt.romeText), (words.iuv, receipt.iuv.value),
            ])
    }

    /// The PSP says that nothing was paid.
    package static func paymentFailed(_ receipt: Receipt, creditor: Creditor?, language: Language) -> MailText {
        let words = MailWords.of(language)
        let name = name(of: receipt, creditor)
        return MailText(
            subject: filled(words.failedSubject, ["creditor": name]), language: language.tag,
            paragraphs: [filled(words.failed, ["creditor": name]), words.again, contact(creditor, words)],
            facts: [
                (words.description, receipt.description), (words.amountAsked, receipt.amount.italian + " €"),
                (words.iuv, receipt.iuv.value),
            ].filter { $0.0 != words.amountAsked || receipt.amount != .zero })
    }

    /// Money goes back to the payer.
    /// - Parameter hasReceipt: whether the receipt as it stands now is attached.
    package static func refundDecided(
        _ receipt: Receipt, refund: Refund?, hasReceipt: Bool, creditor: Creditor?, language: Language
    ) -> MailText {
        let words = RefundMailWords.of(language)
        let common = MailWords.of(language)
        let name = name(of: receipt, creditor)
        return MailText(
            subject: filled(words.subject, ["creditor": name]), language: language.tag,
            paragraphs: [
                filled(words.decided, ["creditor": name]), filled(words.how, ["creditor": name]),
                hasReceipt ? words.attached : nil, contact(creditor, common),
            ].compactMap(\.self),
            facts: [
                (words.amount, refund.map { $0.amount.italian + " €" } ?? ""),
                (common.description, receipt.description),
                (common.amount, receipt.amount.italian + " €"), (common.paidAt, receipt.paidAt.romeText),
                (common.iuv, receipt.iuv.value),
            ].filter { !$0.1.isEmpty })
    }

    package static func test(language: Language) -> MailText {
        let words = MailWords.of(language)
        return MailText(subject: words.testSubject, language: language.tag, paragraphs: [words.test], facts: [])
    }

    private static func name(of receipt: Receipt, _ creditor: Creditor?) -> String {
        creditor?.name ?? receipt.creditorName ?? receipt.creditor.value
    }

    private static func contact(_ creditor: Creditor?, _ words: MailWords) -> String {
        let ways = [creditor?.contactEmail?.value, creditor?.contactPhone].compactMap(\.self)
        return ways.isEmpty ? words.automatic : filled(words.contact, ["ways": ways.joined(separator: ", ")])
    }
}

private struct MailWords {
    let readySubject, ready, attached, failedSubject, failed, again, contact, automatic, testSubject, test: String
    let description, amount, amountAsked, paidAt, iuv: String

    static func of(_ language: Language) -> MailWords {
        switch language {
        case .it: italian
        case .en: english
        case .de: german
        case .fr: french
        case .sl: slovene
        }
    }

    private static let italian = MailWords(
        readySubject: "La ricevuta del pagamento a {creditor} è pronta",
        ready: "Il pagamento a {creditor} è stato registrato e la ricevuta è pronta.",
        attached:
            "La ricevuta è allegata a questo messaggio in formato PDF. È possibile consultarla, scaricarla e stamparla anche dall'Archivio dei pagamenti.",
        failedSubject: "Il pagamento a {creditor} non è riuscito",
        failed: "Il pagamento a {creditor} non è stato eseguito: nessun importo risulta versato.",
        again: "È possibile ripetere il pagamento.",
        contact: "Questo messaggio è inviato automaticamente. Per informazioni: {ways}.",
        automatic: "Questo messaggio è inviato automaticamente.", testSubject: "Messaggio di prova",
        test: "Questo è un messaggio di prova del servizio di pagamento. Se è arrivato, la posta elettronica funziona.",
        description: "Causale", amount: "Importo pagato", amountAsked: "Importo richiesto",
        paidAt: "Data e ora dell'operazione", iuv: "IUV")

    private static let english = MailWords(
        readySubject: "The receipt of your payment to {creditor} is ready",
        ready: "The payment to {creditor} has been recorded and its receipt is ready.",
        attached:
            "The receipt is attached to this message as a PDF. You can also view, download and print it from the archive of payments.",
        failedSubject: "The payment to {creditor} failed",
        failed: "The payment to {creditor} was not made: no amount has been paid.", again: "You can pay again.",
        contact: "This message was sent automatically. For information: {ways}.",
        automatic: "This message was sent automatically.", testSubject: "Test message",
        test: "This is a test message of the payment service. If it has arrived, e-mail works.",
        description: "Reason for payment", amount: "Amount paid", amountAsked: "Amount asked",
        paidAt: "Date and time of the operation", iuv: "IUV")

    private static let german = MailWords(
        readySubject: "Die Quittung Ihrer Zahlung an {creditor} liegt bereit",
        ready: "Die Zahlung an {creditor} wurde verbucht, die Quittung liegt bereit.",
        attached:
            "Die Quittung ist dieser Nachricht als PDF beigefügt. Sie können sie auch im Archiv der Zahlungen ansehen, herunterladen und drucken.",
        failedSubject: "Die Zahlung an {creditor} ist fehlgeschlagen",
        failed: "Die Zahlung an {creditor} wurde nicht ausgeführt: Es wurde kein Betrag eingezahlt.",
        again: "Sie können die Zahlung wiederholen.",
        contact: "Diese Nachricht wurde automatisch versandt. Auskünfte: {ways}.",
        automatic: "Diese Nachricht wurde automatisch versandt.", testSubject: "Testnachricht",
        test: "Dies ist eine Testnachricht des Zahlungsdienstes. Wenn sie angekommen ist, funktioniert die E-Mail.",
        description: "Zahlungsgrund", amount: "Bezahlter Betrag", amountAsked: "Geforderter Betrag",
        paidAt: "Datum und Uhrzeit des Vorgangs", iuv: "IUV")

    private static let french = MailWords(
        readySubject: "Le reçu de votre paiement à {creditor} est prêt",
        ready: "Le paiement à {creditor} a été enregistré et le reçu est prêt.",
        attached:
            "Le reçu est joint à ce message au format PDF. Vous pouvez aussi le consulter, le télécharger et l'imprimer depuis l'archive des paiements.",
        failedSubject: "Le paiement à {creditor} a échoué",
        failed: "Le paiement à {creditor} n'a pas été effectué : aucun montant n'a été versé.",
        again: "Vous pouvez payer à nouveau.",
        contact: "Ce message est envoyé automatiquement. Renseignements : {ways}.",
        automatic: "Ce message est envoyé automatiquement.", testSubject: "Message d'essai",
        test:
            "Ceci est un message d'essai du service de paiement. S'il est arrivé, le courrier électronique fonctionne.",
        description: "Motif du paiement", amount: "Montant payé", amountAsked: "Montant demandé",
        paidAt: "Date et heure de l'opération", iuv: "IUV")

    private static let slovene = MailWords(
        readySubject: "Potrdilo o vašem plačilu ({creditor}) je pripravljeno",
        ready: "Plačilo ({creditor}) je zabeleženo, potrdilo je pripravljeno.",
        attached:
            "Potrdilo je priloženo temu sporočilu v obliki PDF. Lahko si ga ogledate, prenesete in natisnete tudi iz arhiva plačil.",
        failedSubject: "Plačilo ({creditor}) ni uspelo",
        failed: "Plačilo ({creditor}) ni bilo izvedeno: noben znesek ni bil vplačan.",
        again: "Plačilo lahko ponovite.", contact: "To sporočilo je poslano samodejno. Informacije: {ways}.",
        automatic: "To sporočilo je poslano samodejno.", testSubject: "Preskusno sporočilo",
        test: "To je preskusno sporočilo plačilne storitve. Če je prispelo, elektronska pošta deluje.",
        description: "Namen plačila", amount: "Plačani znesek", amountAsked: "Zahtevani znesek",
        paidAt: "Datum in ura operacije", iuv: "IUV")
}

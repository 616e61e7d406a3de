import PagoPA

/// The words of the mails about payments, in each language. `{creditor}` and `{ways}` are filled in.
struct MailWords {
    let readySubject, ready, attached: String
    let reviewSubject, review, payNoMore, proofAttached: String
    let doubleSubject, double, doubleNext: String
    let failedSubject, failed, again: String
    let contact, automatic, testSubject, test: String
    let description, amount, amountAsked, fee, total, paidAt, iuv: String

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
            "Trovi la ricevuta in allegato, in formato PDF. Puoi anche consultarla, scaricarla e stamparla dalla sezione «Archivio».",
        reviewSubject: "Pagamento a {creditor} ricevuto, in verifica",
        review: "È arrivato un pagamento a {creditor}, ma non corrisponde al debito. Il pagamento è in verifica.",
        payNoMore: "Non pagare di nuovo prima dell'esito della verifica.",
        proofAttached: "In allegato trovi la ricevuta di quanto versato, in formato PDF.",
        doubleSubject: "Pagamento doppio a {creditor}",
        double: "È arrivato un pagamento a {creditor} per un debito che risultava già pagato.",
        doubleNext: "L'ente verifica il pagamento e decide il rimborso. Non devi pagare altro per questo debito.",
        failedSubject: "Il pagamento a {creditor} non è riuscito",
        failed: "Il pagamento a {creditor} non è stato eseguito: l'ente non ha ricevuto alcun importo.",
        again: "Puoi ripetere il pagamento.",
        contact: "Questo messaggio è inviato automaticamente. Per informazioni: {ways}.",
        automatic: "Questo messaggio è inviato automaticamente.", testSubject: "Messaggio di prova",
        test: "Questo è un messaggio di prova del servizio di pagamento. Se è arrivato, la posta elettronica funziona.",
        description: "Causale", amount: "Importo pagato", amountAsked: "Importo richiesto", fee: "Commissione del PSP",
        total: "Totale addebitato", paidAt: "Data e ora dell'operazione", iuv: "IUV")

    private static let english = MailWords(
        readySubject: "The receipt of your payment to {creditor} is ready",
        ready: "The payment to {creditor} has been recorded and its receipt is ready.",
        attached:
            "The receipt is attached to this message as a PDF. You can also view, download and print it in the archive of payments.",
        reviewSubject: "Payment to {creditor} received, under review",
        review: "A payment to {creditor} has arrived, but it does not match the debt. The payment is under review.",
        payNoMore: "Do not pay again before the review has ended.",
        proofAttached: "The receipt of what was paid is attached as a PDF.",
        doubleSubject: "Double payment to {creditor}",
        double: "A payment to {creditor} has arrived for a debt that had already been paid.",
        doubleNext:
            "The public body reviews the payment and decides about the refund. You need not pay anything more for this debt.",
        failedSubject: "The payment to {creditor} failed",
        failed: "The payment to {creditor} was not made: the public body has received no amount.",
        again: "You can pay again.", contact: "This message was sent automatically. For information: {ways}.",
        automatic: "This message was sent automatically.", testSubject: "Test message",
        test: "This is a test message of the payment service. If it has arrived, e-mail works.",
        description: "Reason for payment", amount: "Amount paid", amountAsked: "Amount asked", fee: "Fee of the PSP",
        total: "Total charged", paidAt: "Date and time of the operation", iuv: "IUV")

    private static let german = MailWords(
        readySubject: "Die Quittung Ihrer Zahlung an {creditor} liegt bereit",
        ready: "Die Zahlung an {creditor} wurde verbucht, die Quittung liegt bereit.",
        attached:
            "Die Quittung ist dieser Nachricht als PDF beigefügt. Sie können sie auch im Archiv der Zahlungen ansehen, herunterladen und drucken.",
        reviewSubject: "Zahlung an {creditor} eingegangen, in Prüfung",
        review:
            "Eine Zahlung an {creditor} ist eingegangen, entspricht aber nicht der Forderung. Die Zahlung wird geprüft.",
        payNoMore: "Bitte zahlen Sie nicht noch einmal, bevor die Prüfung abgeschlossen ist.",
        proofAttached: "Die Quittung über den gezahlten Betrag ist als PDF beigefügt.",
        doubleSubject: "Doppelte Zahlung an {creditor}",
        double: "Eine Zahlung an {creditor} ist für eine Forderung eingegangen, die schon bezahlt war.",
        doubleNext:
            "Die Behörde prüft die Zahlung und entscheidet über die Rückerstattung. Für diese Forderung müssen Sie nichts mehr zahlen.",
        failedSubject: "Die Zahlung an {creditor} ist fehlgeschlagen",
        failed: "Die Zahlung an {creditor} wurde nicht ausgeführt: Die Behörde hat keinen Betrag erhalten.",
        again: "Sie können die Zahlung wiederholen.",
        contact: "Diese Nachricht wurde automatisch versandt. Auskünfte: {ways}.",
        automatic: "Diese Nachricht wurde automatisch versandt.", testSubject: "Testnachricht",
        test: "Dies ist eine Testnachricht des Zahlungsdienstes. Wenn sie angekommen ist, funktioniert die E-Mail.",
        description: "Zahlungsgrund", amount: "Bezahlter Betrag", amountAsked: "Geforderter Betrag",
        fee: "Gebühr des Zahlungsdienstleisters", total: "Abgebuchter Gesamtbetrag",
        paidAt: "Datum und Uhrzeit des Vorgangs", iuv: "IUV")

    private static let french = MailWords(
        readySubject: "Le reçu de votre paiement à {creditor} est prêt",
        ready: "Le paiement à {creditor} a été enregistré et le reçu est prêt.",
        attached:
            "Le reçu est joint à ce message au format PDF. Vous pouvez aussi le consulter, le télécharger et l'imprimer depuis l'archive des paiements.",
        reviewSubject: "Paiement à {creditor} reçu, en cours de vérification",
        review:
            "Un paiement à {creditor} est arrivé, mais il ne correspond pas à la dette. Le paiement est en cours de vérification.",
        payNoMore: "Ne payez pas à nouveau avant la fin de la vérification.",
        proofAttached: "Le reçu de la somme versée est joint au format PDF.",
        doubleSubject: "Double paiement à {creditor}",
        double: "Un paiement à {creditor} est arrivé pour une dette déjà payée.",
        doubleNext:
            "L'organisme vérifie le paiement et décide du remboursement. Vous n'avez plus rien à payer pour cette dette.",
        failedSubject: "Le paiement à {creditor} a échoué",
        failed: "Le paiement à {creditor} n'a pas été effectué : l'organisme n'a reçu aucun montant.",
        again: "Vous pouvez payer à nouveau.",
        contact: "Ce message est envoyé automatiquement. Renseignements : {ways}.",
        automatic: "Ce message est envoyé automatiquement.", testSubject: "Message d'essai",
        test:
            "Ceci est un message d'essai du service de paiement. S'il est arrivé, le courrier électronique fonctionne.",
        description: "Motif du paiement", amount: "Montant payé", amountAsked: "Montant demandé", fee: "Frais du PSP",
        total: "Total débité", paidAt: "Date et heure de l'opération", iuv: "IUV")

    private static let slovene = MailWords(
        readySubject: "Potrdilo o vašem plačilu ({creditor}) je pripravljeno",
        ready: "Plačilo ({creditor}) je zabeleženo, potrdilo je pripravljeno.",
        attached:
            "Potrdilo je priloženo temu sporočilu v obliki PDF. Lahko si ga ogledate, prenesete in natisnete tudi iz arhiva plačil.",
        reviewSubject: "Plačilo ({creditor}) je prejeto in v preverjanju",
        review: "Plačilo ({creditor}) je prispelo, vendar se ne ujema z dolgom. Plačilo je v preverjanju.",
        payNoMore: "Ne plačajte znova, dokler preverjanje ni končano.",
        proofAttached: "Potrdilo o plačanem znesku je priloženo v obliki PDF.",
        doubleSubject: "Dvojno plačilo ({creditor})",
        double: "Plačilo ({creditor}) je prispelo za dolg, ki je bil že plačan.",
        doubleNext: "Organ preverja plačilo in odloča o vračilu. Za ta dolg vam ni treba plačati ničesar več.",
        failedSubject: "Plačilo ({creditor}) ni uspelo",
        failed: "Plačilo ({creditor}) ni bilo izvedeno: organ ni prejel nobenega zneska.",
        again: "Plačilo lahko ponovite.", contact: "To sporočilo je poslano samodejno. Informacije: {ways}.",
        automatic: "To sporočilo je poslano samodejno.", testSubject: "Preskusno sporočilo",
        test: "To je preskusno sporočilo plačilne storitve. Če je prispelo, elektronska pošta deluje.",
        description: "Namen plačila", amount: "Plačani znesek", amountAsked: "Zahtevani znesek",
        fee: "Provizija ponudnika", total: "Skupaj obremenjeno", paidAt: "Datum in ura operacije", iuv: "IUV")
}

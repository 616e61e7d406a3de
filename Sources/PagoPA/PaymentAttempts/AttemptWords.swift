/// The words of an attempt's message, in each language.
struct AttemptWords {
    let started, waiting, concluded, receiptReady, receiptSoon, mailSent, mailComes: String
    let underReview, doublePayment, reviewed, partlyPaid, paidElsewhere, failure, withdrawal, timeout: String
    /// Before the notice numbers of the installments.
    let paid, elsewhere, unpaid: String

    static func of(_ language: Language) -> AttemptWords {
        switch language {
        case .it: italian
        case .en: english
        case .de: german
        case .fr: french
        case .sl: slovene
        }
    }

    func text(_ message: AttemptMessage) -> String {
        switch message {
        case .started: started
        case .waiting: waiting
        case .concluded(hasReceipt: true, sendsMail: let mail): join(concluded, receiptReady, mail ? mailSent : nil)
        case .concluded(hasReceipt: false, sendsMail: let mail): join(concluded, receiptSoon, mail ? mailComes : nil)
        case .underReview: underReview
        case .doublePayment: doublePayment
        case .reviewed: reviewed
        case .partlyPaid: partlyPaid
        case .paidElsewhere: paidElsewhere
        case .failure: failure
        case .withdrawal: withdrawal
        case .timeout: timeout
        }
    }

    private func join(_ sentences: String?...) -> String { sentences.compactMap(\.self).joined(separator: " ") }

    private static let italian = AttemptWords(
        started:
            "Operazione in corso: completa il pagamento sul portale del prestatore di servizi di pagamento scelto.",
        waiting: "Operazione in corso: in attesa dell'esito dal prestatore di servizi di pagamento.",
        concluded: "Operazione conclusa.", receiptReady: "La ricevuta è pronta.",
        receiptSoon: "La ricevuta sarà disponibile a breve.", mailSent: "La ricevi anche per e-mail.",
        mailComes: "Riceverai un'e-mail appena sarà pronta.",
        underReview:
            "Pagamento ricevuto, in verifica: quanto versato non corrisponde al debito. Non pagare di nuovo prima dell'esito della verifica.",
        doublePayment:
            "Pagamento ricevuto, in verifica: il debito risultava già pagato. L'ente decide il rimborso di quanto versato in più.",
        reviewed:
            "Pagamento ricevuto e verificato dall'ente: non è servito a pagare il debito. Chiedi all'ente i dettagli.",
        partlyPaid: "Operazione conclusa in parte: non tutto è stato pagato.",
        paidElsewhere: "Il debito è stato pagato attraverso un altro canale: non pagarlo di nuovo.",
        failure: "Operazione non riuscita: il pagamento non è stato eseguito. Puoi riprovare.",
        withdrawal: "Operazione annullata. Puoi iniziare un nuovo pagamento.",
        timeout:
            "Tempo scaduto: l'esito del pagamento non è arrivato in tempo. Se hai pagato, la ricevuta arriverà comunque.",
        paid: "Pagati", elsewhere: "Pagati attraverso un altro canale", unpaid: "Non pagati")

    private static let english = AttemptWords(
        started: "Operation in progress: complete the payment on the portal of the chosen payment service provider.",
        waiting: "Operation in progress: waiting for the outcome from the payment service provider.",
        concluded: "Operation concluded.", receiptReady: "The receipt is ready.",
        receiptSoon: "The receipt will be available shortly.", mailSent: "You also receive it by e-mail.",
        mailComes: "You will receive an e-mail as soon as it is ready.",
        underReview:
            "Payment received, under review: what was paid does not match the debt. Do not pay again before the review has ended.",
        doublePayment:
            "Payment received, under review: the debt had already been paid. The public body decides about the refund of the excess.",
        reviewed:
            "Payment received and reviewed by the public body: it did not pay the debt. Ask the public body for details.",
        partlyPaid: "Operation partly concluded: not everything was paid.",
        paidElsewhere: "The debt has been paid through another channel: do not pay it again.",
        failure: "Operation failed: the payment was not made. You can try again.",
        withdrawal: "Operation cancelled. You can start a new payment.",
        timeout:
            "Time expired: the outcome of the payment did not arrive in time. If you have paid, the receipt will still arrive.",
        paid: "Paid", elsewhere: "Paid through another channel", unpaid: "Not paid")

    private static let german = AttemptWords(
        started:
            "Vorgang läuft: Bitte schließen Sie die Zahlung auf dem Portal des gewählten Zahlungsdienstleisters ab.",
        waiting: "Vorgang läuft: Das Ergebnis des Zahlungsdienstleisters steht noch aus.",
        concluded: "Vorgang abgeschlossen.", receiptReady: "Die Quittung liegt bereit.",
        receiptSoon: "Die Quittung ist in Kürze verfügbar.", mailSent: "Sie erhalten sie auch per E-Mail.",
        mailComes: "Sie erhalten eine E-Mail, sobald sie bereitliegt.",
        underReview:
            "Zahlung eingegangen, in Prüfung: Der gezahlte Betrag entspricht nicht der Forderung. Bitte zahlen Sie nicht noch einmal, bevor die Prüfung abgeschlossen ist.",
        doublePayment:
            "Zahlung eingegangen, in Prüfung: Die Forderung war schon bezahlt. Die Behörde entscheidet über die Rückerstattung des zu viel Gezahlten.",
        reviewed:
            "Zahlung eingegangen und von der Behörde geprüft: Sie hat die Forderung nicht beglichen. Auskunft gibt die Behörde.",
        partlyPaid: "Vorgang teilweise abgeschlossen: Nicht alles wurde bezahlt.",
        paidElsewhere: "Die Forderung wurde über einen anderen Kanal bezahlt: Bitte zahlen Sie nicht noch einmal.",
        failure: "Vorgang fehlgeschlagen: Die Zahlung wurde nicht ausgeführt. Sie können es erneut versuchen.",
        withdrawal: "Vorgang abgebrochen. Sie können eine neue Zahlung beginnen.",
        timeout:
            "Zeit abgelaufen: Das Ergebnis der Zahlung ist nicht rechtzeitig eingetroffen. Haben Sie bezahlt, kommt die Quittung trotzdem.",
        paid: "Bezahlt", elsewhere: "Über einen anderen Kanal bezahlt", unpaid: "Nicht bezahlt")

    private static let french = AttemptWords(
        started:
            "Opération en cours : terminez le paiement sur le portail du prestataire de services de paiement choisi.",
        waiting: "Opération en cours : en attente du résultat du prestataire de services de paiement.",
        concluded: "Opération terminée.", receiptReady: "Le reçu est prêt.",
        receiptSoon: "Le reçu sera disponible sous peu.", mailSent: "Vous le recevez aussi par e-mail.",
        mailComes: "Vous recevrez un e-mail dès qu'il sera prêt.",
        underReview:
            "Paiement reçu, en cours de vérification : la somme versée ne correspond pas à la dette. Ne payez pas à nouveau avant la fin de la vérification.",
        doublePayment:
            "Paiement reçu, en cours de vérification : la dette était déjà payée. L'organisme décide du remboursement du trop-perçu.",
        reviewed:
            "Paiement reçu et vérifié par l'organisme : il n'a pas réglé la dette. Renseignez-vous auprès de l'organisme.",
        partlyPaid: "Opération terminée en partie : tout n'a pas été payé.",
        paidElsewhere: "La dette a été payée par un autre canal : ne la payez pas à nouveau.",
        failure: "Opération échouée : le paiement n'a pas été effectué. Vous pouvez réessayer.",
        withdrawal: "Opération annulée. Vous pouvez commencer un nouveau paiement.",
        timeout:
            "Délai dépassé : le résultat du paiement n'est pas arrivé à temps. Si vous avez payé, le reçu arrivera tout de même.",
        paid: "Payés", elsewhere: "Payés par un autre canal", unpaid: "Non payés")

    private static let slovene = AttemptWords(
        started: "Postopek poteka: dokončajte plačilo na portalu izbranega ponudnika plačilnih storitev.",
        waiting: "Postopek poteka: čakamo na izid od ponudnika plačilnih storitev.",
        concluded: "Postopek je zaključen.", receiptReady: "Potrdilo je pripravljeno.",
        receiptSoon: "Potrdilo bo kmalu na voljo.", mailSent: "Prejmete ga tudi po e-pošti.",
        mailComes: "Ko bo pripravljeno, boste prejeli e-pošto.",
        underReview:
            "Plačilo je prejeto in v preverjanju: plačani znesek se ne ujema z dolgom. Ne plačajte znova, dokler preverjanje ni končano.",
        doublePayment:
            "Plačilo je prejeto in v preverjanju: dolg je bil že plačan. Organ odloča o vračilu preveč plačanega zneska.",
        reviewed: "Organ je plačilo prejel in preveril: dolg z njim ni bil poravnan. Za podrobnosti vprašajte organ.",
        partlyPaid: "Postopek je delno zaključen: ni bilo plačano vse.",
        paidElsewhere: "Dolg je bil plačan po drugem kanalu: ne plačajte ga znova.",
        failure: "Postopek ni uspel: plačilo ni bilo izvedeno. Poskusite lahko znova.",
        withdrawal: "Postopek je preklican. Začnete lahko novo plačilo.",
        timeout:
            "Čas je potekel: izid plačila ni prispel pravočasno. Če ste plačali, bo potrdilo kljub temu prispelo.",
        paid: "Plačano", elsewhere: "Plačano po drugem kanalu", unpaid: "Ni plačano")
}

/// The texts of an attempt's message. The Italian texts of an attempt in progress and of a completed one begin as in the
/// service's founding note.
package enum AttemptText: String, TextTable {
    case started, waiting, concluded, receiptReady, receiptSoon, mailSent, mailComes, underReview, doublePayment,
        reviewed, partlyPaid, paidElsewhere, failure, withdrawal, timeout, paid, elsewhere, unpaid

    package var texts: Texts {
        switch self {
        case .started:
            Texts(
                it:
                    "Operazione in corso: completa il pagamento sul portale del prestatore di servizi di pagamento che hai scelto.",
                en: "Payment in progress: complete it on the portal of the payment service provider that you chose.",
                de: "Zahlung läuft: Schließen Sie sie auf dem Portal des gewählten Zahlungsdienstleisters ab.",
                fr:
                    "Paiement en cours : terminez-le sur le portail du prestataire de services de paiement que vous avez choisi.",
                sl: "Plačilo poteka: dokončajte ga na portalu izbranega ponudnika plačilnih storitev.")
        case .waiting:
            Texts(
                it: "Operazione in corso: in attesa dell'esito dal prestatore di servizi di pagamento.",
                en: "Payment in progress: waiting for the outcome from the payment service provider.",
                de: "Zahlung läuft: Das Ergebnis des Zahlungsdienstleisters steht noch aus.",
                fr: "Paiement en cours : en attente de la réponse du prestataire de services de paiement.",
                sl: "Plačilo poteka: izid ponudnika plačilnih storitev še ni znan.")
        case .concluded:
            Texts(
                it: "Operazione conclusa.",
                en: "Payment completed.",
                de: "Zahlung abgeschlossen.",
                fr: "Paiement terminé.",
                sl: "Plačilo je zaključeno.")
        case .receiptReady:
            Texts(
                it: "La ricevuta è pronta.",
                en: "The receipt is ready.",
                de: "Die Quittung liegt bereit.",
                fr: "Le reçu est prêt.",
                sl: "Potrdilo je pripravljeno.")
        case .receiptSoon:
            Texts(
                it: "La ricevuta sarà disponibile a breve.",
                en: "The receipt will be available shortly.",
                de: "Die Quittung ist in Kürze verfügbar.",
                fr: "Le reçu sera bientôt disponible.",
                sl: "Potrdilo bo kmalu na voljo.")
        case .mailSent:
            Texts(
                it: "La ricevi anche per e-mail.",
                en: "You also receive it by e-mail.",
                de: "Sie erhalten sie auch per E-Mail.",
                fr: "Vous le recevez aussi par e-mail.",
                sl: "Prejmete ga tudi po e-pošti.")
        case .mailComes:
            Texts(
                it: "Riceverai un'e-mail appena sarà pronta.",
                en: "You will receive an e-mail as soon as it is ready.",
                de: "Sie erhalten eine E-Mail, sobald sie bereitliegt.",
                fr: "Vous recevrez un e-mail dès qu'il sera prêt.",
                sl: "Ko bo pripravljeno, boste prejeli e-sporočilo.")
        case .underReview:
            Texts(
                it:
                    "Pagamento ricevuto, in verifica: l'importo pagato non corrisponde al debito. Non pagare di nuovo prima dell'esito della verifica.",
                en:
                    "Payment received, under review: the amount paid does not match the debt. Do not pay again before the review has ended.",
                de:
                    "Zahlung eingegangen, in Prüfung: Der bezahlte Betrag stimmt nicht mit der Forderung überein. Zahlen Sie nicht noch einmal, bevor die Prüfung abgeschlossen ist.",
                fr:
                    "Paiement reçu, en cours de vérification : le montant payé ne correspond pas à la dette. Ne payez pas à nouveau avant la fin de la vérification.",
                sl:
                    "Plačilo je prejeto in v preverjanju: plačani znesek se ne ujema z dolgom. Ne plačajte znova, dokler preverjanje ni končano."
            )
        case .doublePayment:
            Texts(
                it:
                    "Pagamento ricevuto, in verifica: il debito risultava già pagato. L'ente decide il rimborso di quanto pagato in più.",
                en:
                    "Payment received, under review: the debt had already been paid. The public body decides on the refund of the excess.",
                de:
                    "Zahlung eingegangen, in Prüfung: Die Forderung war bereits bezahlt. Die Körperschaft entscheidet über die Rückerstattung des zu viel bezahlten Betrags.",
                fr:
                    "Paiement reçu, en cours de vérification : la dette était déjà payée. L'organisme décide du remboursement du trop-perçu.",
                sl:
                    "Plačilo je prejeto in v preverjanju: dolg je bil že plačan. Ustanova odloča o vračilu preveč plačanega zneska."
            )
        case .reviewed:
            Texts(
                it:
                    "Pagamento ricevuto e verificato dall'ente: non è servito a pagare il debito. Chiedi i dettagli all'ente.",
                en:
                    "Payment received and reviewed by the public body: it did not settle the debt. Ask the public body for details.",
                de:
                    "Zahlung eingegangen und von der Körperschaft geprüft: Sie hat die Forderung nicht beglichen. Auskunft erteilt die Körperschaft.",
                fr:
                    "Paiement reçu et vérifié par l'organisme : il n'a pas réglé la dette. Demandez des précisions à l'organisme.",
                sl:
                    "Ustanova je plačilo prejela in preverila: dolg z njim ni bil poravnan. Za podrobnosti se obrnite na ustanovo."
            )
        case .partlyPaid:
            Texts(
                it: "Operazione conclusa in parte: non tutto è stato pagato.",
                en: "Payment completed in part: not everything was paid.",
                de: "Zahlung teilweise abgeschlossen: Es wurde nicht alles bezahlt.",
                fr: "Paiement terminé en partie : tout n'a pas été payé.",
                sl: "Plačilo je delno zaključeno: ni bilo plačano vse.")
        case .paidElsewhere:
            Texts(
                it: "Il debito è stato pagato attraverso un altro canale: non pagarlo di nuovo.",
                en: "The debt has been paid through another channel: do not pay it again.",
                de: "Die Forderung wurde über einen anderen Kanal bezahlt: Bezahlen Sie sie nicht noch einmal.",
                fr: "La dette a été payée par un autre canal : ne la payez pas à nouveau.",
                sl: "Dolg je bil plačan po drugi poti: ne plačajte ga znova.")
        case .failure:
            Texts(
                it: "Operazione non riuscita: il pagamento non è stato eseguito. Puoi riprovare.",
                en: "Payment failed: it was not made. You can try again.",
                de: "Zahlung fehlgeschlagen: Sie wurde nicht ausgeführt. Sie können es erneut versuchen.",
                fr: "Le paiement a échoué : il n'a pas été effectué. Vous pouvez réessayer.",
                sl: "Plačilo ni uspelo: ni bilo izvedeno. Lahko poskusite znova.")
        case .withdrawal:
            Texts(
                it: "Operazione annullata. Puoi iniziare un nuovo pagamento.",
                en: "Payment cancelled. You can start a new one.",
                de: "Zahlung abgebrochen. Sie können eine neue beginnen.",
                fr: "Paiement annulé. Vous pouvez en commencer un nouveau.",
                sl: "Plačilo je preklicano. Lahko začnete novo.")
        case .timeout:
            Texts(
                it:
                    "Tempo scaduto: l'esito del pagamento non è arrivato in tempo. Se hai pagato, riceverai comunque la ricevuta.",
                en:
                    "Time expired: the outcome of the payment did not arrive in time. If you have paid, you will still receive the receipt.",
                de:
                    "Zeit abgelaufen: Das Ergebnis der Zahlung ist nicht rechtzeitig eingetroffen. Wenn Sie bezahlt haben, erhalten Sie die Quittung trotzdem.",
                fr:
                    "Délai dépassé : la réponse n'est pas arrivée à temps. Si vous avez payé, vous recevrez tout de même le reçu.",
                sl: "Čas je potekel: izid plačila ni prispel pravočasno. Če ste plačali, boste potrdilo vseeno prejeli."
            )
        // These labels precede the notice numbers of the installments.
        case .paid:
            Texts(it: "Pagati", en: "Paid", de: "Bezahlt", fr: "Payés", sl: "Plačano")
        case .elsewhere:
            Texts(
                it: "Pagati attraverso un altro canale",
                en: "Paid through another channel",
                de: "Über einen anderen Kanal bezahlt",
                fr: "Payés par un autre canal",
                sl: "Plačano po drugi poti")
        case .unpaid:
            Texts(it: "Non pagati", en: "Not paid", de: "Nicht bezahlt", fr: "Non payés", sl: "Ni plačano")
        }
    }
}

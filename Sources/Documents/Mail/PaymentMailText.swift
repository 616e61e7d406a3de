import PagoPA

/// The texts of mails about payments. `{creditor}` and `{ways}` (to contact it) are placeholders; ``ReceiptText`` has the labels of
/// the facts below them.
package enum PaymentMailText: String, TextTable {
    case readySubject, ready, attached, counterSubject, counter, reviewSubject, review, payNoMore, proofAttached,
        doubleSubject, double,
        doubleNext, failedSubject, failed, again, amountAsked, refundSubject, refundDecided, refundNext,
        refundAttached, refundAmount, openReceipt, linkValid, linkExpiredTitle, linkExpired, contact, automatic,
        testSubject, test, webhookSubject,
        webhookPaused, webhookNext

    package var texts: Texts {
        switch self {
        case .readySubject:
            Texts(
                it: "La ricevuta del pagamento a {creditor} è pronta",
                en: "The receipt of the payment to {creditor} is ready",
                de: "Die Quittung der Zahlung an {creditor} liegt bereit",
                fr: "Le reçu du paiement à {creditor} est prêt",
                sl: "Potrdilo o plačilu ({creditor}) je pripravljeno")
        case .ready:
            Texts(
                it: "Il pagamento a {creditor} è stato registrato e la ricevuta è pronta.",
                en: "The payment to {creditor} has been recorded and its receipt is ready.",
                de: "Die Zahlung an {creditor} wurde erfasst, die Quittung liegt bereit.",
                fr: "Le paiement à {creditor} a été enregistré et le reçu est prêt.",
                sl: "Plačilo ({creditor}) je zabeleženo, potrdilo je pripravljeno.")
        case .attached:
            Texts(
                it:
                    "Trovi la ricevuta in allegato, in formato PDF. Puoi anche vederla, scaricarla e stamparla dalla sezione «Archivio».",
                en: "The receipt is attached as a PDF. You can also view, download and print it in the archive.",
                de:
                    "Die Quittung ist als PDF beigefügt. Sie können sie auch im Archiv ansehen, herunterladen und drucken.",
                fr:
                    "Le reçu est joint au format PDF. Vous pouvez aussi le consulter, le télécharger et l'imprimer depuis les archives.",
                sl: "Potrdilo je priloženo v obliki PDF. Ogledate si ga, prenesete in natisnete ga lahko tudi v arhivu."
            )
        case .counterSubject:
            Texts(
                it: "Pagamento allo sportello di {creditor} registrato",
                en: "Payment at the counter of {creditor} recorded",
                de: "Zahlung am Schalter von {creditor} erfasst",
                fr: "Paiement au guichet enregistré ({creditor})",
                sl: "Plačilo na blagajni ({creditor}) je zabeleženo")
        case .counter:
            Texts(
                it: "{creditor} ha registrato il pagamento allo sportello e la ricevuta è pronta.",
                en: "{creditor} has recorded the payment at its counter, and the receipt is ready.",
                de: "{creditor} hat die Zahlung am Schalter erfasst, die Quittung liegt bereit.",
                fr: "{creditor} a enregistré le paiement au guichet et le reçu est prêt.",
                sl: "{creditor}: plačilo na blagajni je zabeleženo, potrdilo je pripravljeno.")
        case .reviewSubject:
            Texts(
                it: "Pagamento a {creditor} ricevuto, in verifica",
                en: "Payment to {creditor} received, under review",
                de: "Zahlung an {creditor} eingegangen, in Prüfung",
                fr: "Paiement à {creditor} reçu, en cours de vérification",
                sl: "Plačilo ({creditor}) je prejeto in v preverjanju")
        case .review:
            Texts(
                it: "È arrivato un pagamento a {creditor}, ma non corrisponde al debito. Il pagamento è in verifica.",
                en: "A payment to {creditor} has arrived, but it does not match the debt. The payment is under review.",
                de:
                    "Eine Zahlung an {creditor} ist eingegangen, stimmt aber nicht mit der Forderung überein. Die Zahlung wird geprüft.",
                fr:
                    "Un paiement à {creditor} est arrivé, mais il ne correspond pas à la dette. Le paiement est en cours de vérification.",
                sl: "Plačilo ({creditor}) je prispelo, vendar se ne ujema z dolgom. Plačilo je v preverjanju.")
        case .payNoMore:
            Texts(
                it: "Non pagare di nuovo prima dell'esito della verifica.",
                en: "Do not pay again before the review has ended.",
                de: "Zahlen Sie nicht noch einmal, bevor die Prüfung abgeschlossen ist.",
                fr: "Ne payez pas à nouveau avant la fin de la vérification.",
                sl: "Ne plačajte znova, dokler preverjanje ni končano.")
        case .proofAttached:
            Texts(
                it: "Trovi in allegato la ricevuta dell'importo pagato, in formato PDF.",
                en: "The receipt of the amount paid is attached as a PDF.",
                de: "Die Quittung über den bezahlten Betrag ist als PDF beigefügt.",
                fr: "Le reçu du montant payé est joint au format PDF.",
                sl: "Potrdilo o plačanem znesku je priloženo v obliki PDF.")
        case .doubleSubject:
            Texts(
                it: "Pagamento doppio a {creditor}",
                en: "Double payment to {creditor}",
                de: "Doppelte Zahlung an {creditor}",
                fr: "Double paiement à {creditor}",
                sl: "Dvojno plačilo ({creditor})")
        case .double:
            Texts(
                it: "È arrivato un pagamento a {creditor} per un debito che risultava già pagato.",
                en: "A payment to {creditor} has arrived for a debt that had already been paid.",
                de: "Eine Zahlung an {creditor} ist für eine Forderung eingegangen, die bereits bezahlt war.",
                fr: "Un paiement à {creditor} est arrivé pour une dette déjà payée.",
                sl: "Plačilo ({creditor}) je prispelo za dolg, ki je bil že plačan.")
        case .doubleNext:
            Texts(
                it: "L'ente verifica il pagamento e decide il rimborso. Per questo debito non devi pagare altro.",
                en:
                    "The public body reviews the payment and decides on the refund. You do not have to pay anything more for this debt.",
                de:
                    "Die Körperschaft prüft die Zahlung und entscheidet über die Rückerstattung. Für diese Forderung müssen Sie nichts mehr bezahlen.",
                fr:
                    "L'organisme vérifie le paiement et décide du remboursement. Vous n'avez plus rien à payer pour cette dette.",
                sl: "Ustanova preverja plačilo in odloča o vračilu. Za ta dolg vam ni treba plačati ničesar več.")
        case .failedSubject:
            Texts(
                it: "Il pagamento a {creditor} non è riuscito",
                en: "The payment to {creditor} failed",
                de: "Die Zahlung an {creditor} ist fehlgeschlagen",
                fr: "Le paiement à {creditor} a échoué",
                sl: "Plačilo ({creditor}) ni uspelo")
        case .failed:
            Texts(
                it: "Il pagamento a {creditor} non è stato eseguito: l'ente non ha ricevuto alcun pagamento.",
                en: "The payment to {creditor} was not made: the public body has received no payment.",
                de: "Die Zahlung an {creditor} wurde nicht ausgeführt: Die Körperschaft hat keine Zahlung erhalten.",
                fr: "Le paiement à {creditor} n'a pas été effectué : l'organisme n'a reçu aucun paiement.",
                sl: "Plačilo ({creditor}) ni bilo izvedeno: ustanova ni prejela nobenega plačila.")
        case .again:
            Texts(
                it: "Puoi riprovare.",
                en: "You can try again.",
                de: "Sie können es erneut versuchen.",
                fr: "Vous pouvez réessayer.",
                sl: "Lahko poskusite znova.")
        case .amountAsked:
            Texts(
                it: "Importo richiesto",
                en: "Amount requested",
                de: "Geforderter Betrag",
                fr: "Montant demandé",
                sl: "Zahtevani znesek")
        case .refundSubject:
            Texts(
                it: "{creditor} ha deciso di rimborsarti",
                en: "{creditor} has decided to refund you",
                de: "{creditor} hat eine Rückerstattung an Sie beschlossen",
                fr: "{creditor} a décidé de vous rembourser",
                sl: "{creditor}: odločeno je, da prejmete vračilo")
        case .refundDecided:
            Texts(
                it: "{creditor} ha deciso di rimborsarti questo pagamento, o una parte di esso.",
                en: "{creditor} has decided to refund you this payment, or part of it.",
                de: "{creditor} hat beschlossen, Ihnen diese Zahlung ganz oder teilweise zurückzuerstatten.",
                fr: "{creditor} a décidé de vous rembourser ce paiement, en tout ou en partie.",
                sl: "{creditor}: odločeno je, da se vam to plačilo v celoti ali delno vrne.")
        case .refundNext:
            Texts(
                it:
                    "Il rimborso lo esegue direttamente {creditor}, non attraverso pagoPA. Per sapere quando e come lo ricevi, contatta l'ente.",
                en:
                    "{creditor} makes the refund itself, not through pagoPA. To know when and how you will receive it, contact the public body.",
                de:
                    "{creditor} nimmt die Rückerstattung selbst vor, nicht über pagoPA. Wann und wie Sie das Geld erhalten, erfahren Sie bei der Körperschaft.",
                fr:
                    "{creditor} effectue le remboursement directement, et non par pagoPA. Pour savoir quand et comment vous le recevrez, contactez l'organisme.",
                sl:
                    "Vračilo izvede ustanova ({creditor}) sama, ne prek sistema pagoPA. Kdaj in kako ga prejmete, vprašajte ustanovo."
            )
        case .refundAttached:
            Texts(
                it: "Trovi in allegato la ricevuta aggiornata, in formato PDF.",
                en: "The updated receipt is attached as a PDF.",
                de: "Die aktualisierte Quittung ist als PDF beigefügt.",
                fr: "Le reçu mis à jour est joint au format PDF.",
                sl: "Posodobljeno potrdilo je priloženo v obliki PDF.")
        case .refundAmount:
            Texts(
                it: "Importo del rimborso",
                en: "Amount of the refund",
                de: "Betrag der Rückerstattung",
                fr: "Montant du remboursement",
                sl: "Znesek vračila")
        case .openReceipt:
            Texts(
                it: "Apri la ricevuta (PDF)",
                en: "Open the receipt (PDF)",
                de: "Quittung öffnen (PDF)",
                fr: "Ouvrir le reçu (PDF)",
                sl: "Odprite potrdilo (PDF)")
        case .linkValid:
            Texts(
                it:
                    "Il link funziona fino al {day} compreso. Chi lo ha può vedere la ricevuta: non inoltrare questo messaggio a estranei.",
                en:
                    "The link works up to and including {day}. Anybody who has it can see the receipt: do not forward this message to strangers.",
                de:
                    "Der Link funktioniert bis einschließlich {day}. Wer ihn hat, kann die Quittung sehen: Leiten Sie diese Nachricht nicht an Fremde weiter.",
                fr:
                    "Le lien fonctionne jusqu'au {day} inclus. Toute personne qui l'a peut voir le reçu : ne transférez pas ce message à des inconnus.",
                sl:
                    "Povezava deluje do vključno {day}. Kdor jo ima, lahko vidi potrdilo: tega sporočila ne posredujte neznancem."
            )
        case .linkExpiredTitle:
            Texts(
                it: "Il link non è valido o è scaduto",
                en: "The link is not valid or has expired",
                de: "Der Link ist ungültig oder abgelaufen",
                fr: "Le lien n'est pas valable ou a expiré",
                sl: "Povezava ni veljavna ali je potekla")
        case .linkExpired:
            Texts(
                it:
                    "La ricevuta è allegata all'e-mail in cui hai trovato il link. Puoi anche vederla e scaricarla dalla sezione «Archivio».",
                en:
                    "The receipt is attached to the e-mail in which you found the link. You can also view and download it in the archive.",
                de:
                    "Die Quittung ist der E-Mail beigefügt, in der Sie den Link gefunden haben. Sie können sie auch im Archiv ansehen und herunterladen.",
                fr:
                    "Le reçu est joint à l'e-mail dans lequel vous avez trouvé le lien. Vous pouvez aussi le consulter et le télécharger depuis les archives.",
                sl:
                    "Potrdilo je priloženo e-poštnemu sporočilu, v katerem je povezava. Ogledate si ga in prenesete ga lahko tudi v arhivu."
            )
        case .contact:
            Texts(
                it: "Questo è un messaggio automatico. Per informazioni: {ways}.",
                en: "This is an automatic message. For information: {ways}.",
                de: "Dies ist eine automatische Nachricht. Auskünfte: {ways}.",
                fr: "Ce message est automatique. Renseignements : {ways}.",
                sl: "To je samodejno sporočilo. Informacije: {ways}.")
        case .automatic:
            Texts(
                it: "Questo è un messaggio automatico.",
                en: "This is an automatic message.",
                de: "Dies ist eine automatische Nachricht.",
                fr: "Ce message est automatique.",
                sl: "To je samodejno sporočilo.")
        case .testSubject:
            Texts(
                it: "Messaggio di prova",
                en: "Test message",
                de: "Testnachricht",
                fr: "Message d'essai",
                sl: "Preskusno sporočilo")
        case .test:
            Texts(
                it:
                    "Questo è un messaggio di prova del servizio di pagamento. Se lo leggi, l'invio delle e-mail funziona.",
                en: "This is a test message of the payment service. If you can read it, sending e-mail works.",
                de:
                    "Dies ist eine Testnachricht des Zahlungsdienstes. Wenn Sie sie lesen, funktioniert der E-Mail-Versand.",
                fr:
                    "Ceci est un message d'essai du service de paiement. Si vous le lisez, l'envoi des e-mails fonctionne.",
                sl: "To je preskusno sporočilo plačilne storitve. Če ga berete, pošiljanje e-pošte deluje.")
        case .webhookSubject:
            Texts(
                it: "L'invio degli eventi al tuo sistema è sospeso",
                en: "Sending events to your system is paused",
                de: "Der Versand von Ereignissen an Ihr System ist angehalten",
                fr: "L'envoi des événements à votre système est suspendu",
                sl: "Pošiljanje dogodkov vašemu sistemu je ustavljeno")
        case .webhookPaused:
            Texts(
                it:
                    "Il servizio di pagamento non invia più gli eventi all'indirizzo del tuo sistema (webhook), perché il sistema li ha rifiutati (410), non li ha accettati per tre giorni, o la chiave API non è più valida.",
                en:
                    "The payment service no longer sends events to the address of your system (webhook), because the system has refused them (410), has not accepted them for three days, or the API key is no longer valid.",
                de:
                    "Der Zahlungsdienst sendet keine Ereignisse mehr an die Adresse Ihres Systems (Webhook), weil das System sie abgelehnt hat (410), sie drei Tage lang nicht angenommen hat oder der API-Schlüssel nicht mehr gültig ist.",
                fr:
                    "Le service de paiement n'envoie plus les événements à l'adresse de votre système (webhook), car le système les a refusés (410), ne les a pas acceptés pendant trois jours, ou la clé API n'est plus valable.",
                sl:
                    "Plačilna storitev ne pošilja več dogodkov na naslov vašega sistema (webhook), ker jih je sistem zavrnil (410), jih tri dni ni sprejel ali ključ API ni več veljaven."
            )
        case .webhookNext:
            Texts(
                it:
                    "Nessun evento è andato perso. Quando il tuo sistema è pronto, riattiva l'iscrizione con l'API: riceverai gli eventi dal primo che manca.",
                en:
                    "No event is lost. When your system is ready, activate the subscription again with the API: you will get the events from the first missing one.",
                de:
                    "Kein Ereignis ist verloren. Wenn Ihr System bereit ist, aktivieren Sie das Abonnement wieder über die API: Sie erhalten die Ereignisse ab dem ersten fehlenden.",
                fr:
                    "Aucun événement n'est perdu. Quand votre système est prêt, réactivez l'abonnement avec l'API : vous recevrez les événements à partir du premier manquant.",
                sl:
                    "Noben dogodek ni izgubljen. Ko je vaš sistem pripravljen, naročnino znova vklopite prek API: prejeli boste dogodke od prvega manjkajočega."
            )
        }
    }
}

/// Words for the codes of the service, on the pages for staff.
enum DeskWords {
    /// `anomaly` and `receipt_conflict` are the key `anomalyReceiptConflict`.
    static func key(_ prefix: String, _ code: String) -> String {
        let parts = (prefix + "_" + code).split { $0 == "_" || $0 == "-" }.map(String.init)
        let rest = parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
        return (parts.first ?? "") + rest.joined()
    }

    static let table = """
        anomalyReceiptConflict | Due RT diverse con lo stesso identificativo | Two different RTs with the same id | Zwei verschiedene RT mit derselben Kennung | Deux RT différentes avec le même identifiant | Dva različna RT z isto oznako
        anomalyAmountMismatch | Importo diverso dal dovuto | Amount differs from the debt | Betrag weicht von der Forderung ab | Montant différent du dû | Znesek se razlikuje od terjatve
        anomalyPartialPayment | Pagamento parziale | Partial payment | Teilzahlung | Paiement partiel | Delno plačilo
        anomalyAlreadyPaid | Pagato due volte | Paid twice | Doppelt bezahlt | Payé deux fois | Plačano dvakrat
        anomalyPositionCancelled | Pagamento di una posizione annullata | Payment of a cancelled debt | Zahlung einer stornierten Forderung | Paiement d’une créance annulée | Plačilo preklicane terjatve
        anomalyPositionExpired | Pagamento di una posizione scaduta | Payment of an expired debt | Zahlung einer abgelaufenen Forderung | Paiement d’une créance échue | Plačilo zapadle terjatve
        anomalyPositionDraft | Pagamento di una bozza | Payment of a draft | Zahlung eines Entwurfs | Paiement d’un brouillon | Plačilo osnutka
        anomalyUnknownIuv | IUV sconosciuto | Unknown IUV | Unbekannter IUV | IUV inconnu | Neznan IUV
        anomalyUnknownCreditor | Ente sconosciuto | Unknown public body | Unbekannte Körperschaft | Organisme inconnu | Neznana ustanova
        anomalyUnreadableRt | RT non leggibile | Unreadable RT | Unlesbare RT | RT illisible | Neberljiv RT
        anomalyContradictoryRt | RT che si contraddice | Contradictory RT | Widersprüchliche RT | RT contradictoire | Protisloven RT
        anomalyUnexpectedBeneficiary | Beneficiario inatteso | Unexpected beneficiary | Unerwarteter Begünstigter | Bénéficiaire inattendu | Nepričakovan upravičenec
        explainReceiptConflict | È arrivata una seconda RT con lo stesso identificativo e altro contenuto. Accettarla la mette al posto della prima. | A second RT arrived with the same id and other content. If you accept it, it replaces the first. | Eine zweite RT kam mit derselben Kennung und anderem Inhalt. Wenn Sie sie annehmen, ersetzt sie die erste. | Une deuxième RT est arrivée avec le même identifiant et un autre contenu. Si vous l’acceptez, elle remplace la première. | Prispel je drugi RT z isto oznako in drugo vsebino. Če ga sprejmete, nadomesti prvega.
        explainAmountMismatch | L’importo pagato non è quello della rata. Se accetti, la differenza in meno viene stralciata e quella in più rimborsata. | The amount paid is not that of the instalment. If you accept, a shortfall is written off and an excess is refunded. | Der gezahlte Betrag ist nicht der der Rate. Wenn Sie annehmen, wird ein Fehlbetrag ausgebucht und ein Überschuss zurückerstattet. | Le montant payé n’est pas celui du versement. Si vous acceptez, le manque est passé en perte et l’excédent remboursé. | Plačani znesek ni znesek obroka. Če ga sprejmete, se primanjkljaj odpiše, presežek pa vrne.
        explainPartialPayment | Il PSP ha eseguito solo una parte dei versamenti. Se accetti, il resto viene stralciato. | The PSP executed only some of the transfers. If you accept, the rest is written off. | Der PSP hat nur einen Teil der Überweisungen ausgeführt. Wenn Sie annehmen, wird der Rest ausgebucht. | Le PSP n’a effectué qu’une partie des versements. Si vous acceptez, le reste est passé en perte. | PSP je izvedel le del nakazil. Če jih sprejmete, se preostanek odpiše.
        explainAlreadyPaid | La rata era già pagata: il denaro va rimborsato o assegnato a un’altra posizione. | The instalment was paid before: the money is to be refunded or assigned to another debt. | Die Rate war schon bezahlt: Das Geld ist zurückzuerstatten oder einer anderen Forderung zuzuordnen. | Le versement était déjà payé : l’argent est à rembourser ou à attribuer à une autre créance. | Obrok je bil že plačan: denar je treba vrniti ali dodeliti drugi terjatvi.
        explainPositionCancelled | La posizione era annullata quando è arrivato il pagamento. | The debt was cancelled when the payment arrived. | Die Forderung war storniert, als die Zahlung eintraf. | La créance était annulée quand le paiement est arrivé. | Terjatev je bila ob prejemu plačila preklicana.
        explainPositionExpired | La posizione era scaduta quando è stata pagata. | The debt had expired when it was paid. | Die Forderung war abgelaufen, als sie bezahlt wurde. | La créance était échue quand elle a été payée. | Terjatev je bila ob plačilu zapadla.
        explainPositionDraft | La posizione è ancora una bozza. Pubblicala, poi accetta. | The debt is still a draft. Publish it, then accept. | Die Forderung ist noch ein Entwurf. Veröffentlichen Sie sie und nehmen Sie dann an. | La créance est encore un brouillon. Publiez-la, puis acceptez. | Terjatev je še osnutek. Objavite jo, nato sprejmite.
        explainUnknownIuv | Nessuna posizione ha questo IUV. Assegna il pagamento alla posizione giusta, o rimborsalo. | No debt has this IUV. Assign the payment to the right debt, or refund it. | Keine Forderung hat diesen IUV. Ordnen Sie die Zahlung der richtigen Forderung zu oder erstatten Sie sie zurück. | Aucune créance n’a cet IUV. Attribuez le paiement à la bonne créance, ou remboursez-le. | Nobena terjatev nima tega IUV. Plačilo dodelite pravi terjatvi ali ga vrnite.
        explainUnknownCreditor | L’ente della RT non è registrato. | The public body of the RT is not registered. | Die Körperschaft der RT ist nicht registriert. | L’organisme de la RT n’est pas enregistré. | Ustanova iz RT ni registrirana.
        explainUnreadableRt | Il PSP ha inviato e firmato un messaggio che non si legge come RT. Chi gestisce il servizio può registrarne il contenuto. | The PSP sent and signed a message that cannot be read as an RT. Operations can enter its content. | Der PSP hat eine signierte Nachricht gesendet, die nicht als RT lesbar ist. Der Betrieb kann ihren Inhalt erfassen. | Le PSP a envoyé et signé un message qui ne se lit pas comme une RT. L’exploitation peut en saisir le contenu. | PSP je poslal podpisano sporočilo, ki ga ni mogoče prebrati kot RT. Upravljavec lahko vnese njegovo vsebino.
        explainContradictoryRt | La RT dice cose diverse sullo stesso importo. | The RT contradicts itself about the money. | Die RT widerspricht sich beim Geld. | La RT se contredit sur l’argent. | RT si nasprotuje glede denarja.
        explainUnexpectedBeneficiary | Il denaro è andato ad altri beneficiari o in altre parti rispetto alla posizione. | The money went to other beneficiaries, or in other parts, than the debt says. | Das Geld ging an andere Begünstigte oder in anderen Teilen als in der Forderung. | L’argent est allé à d’autres bénéficiaires, ou en d’autres parts, que ceux de la créance. | Denar je šel drugim upravičencem ali v drugih delih, kot določa terjatev.
        decideAccept | Accetta: la ricevuta paga la rata | Accept: the receipt pays the instalment | Annehmen: Die Quittung bezahlt die Rate | Accepter : le reçu paie le versement | Sprejmi: potrdilo plača obrok
        decideRefund | Rimborsa: il denaro torna a chi ha pagato | Refund: the money goes back to the payer | Zurückerstatten: Das Geld geht an den Zahler zurück | Rembourser : l’argent retourne au payeur | Vrni: denar se vrne plačniku
        decideMatch | Assegna a un’altra posizione | Assign to another debt | Einer anderen Forderung zuordnen | Attribuer à une autre créance | Dodeli drugi terjatvi
        decideReject | Chiudi senza fare niente | Close without action | Ohne Maßnahme schließen | Clore sans suite | Zaključi brez ukrepa
        resolutionAccept | accettata | accepted | angenommen | acceptée | sprejeto
        resolutionRefund | rimborsata | refunded | zurückerstattet | remboursée | vrnjeno
        resolutionReject | chiusa senza azione | closed without action | ohne Maßnahme geschlossen | close sans suite | zaključeno brez ukrepa
        resolutionMatch | assegnata a una posizione | assigned to a debt | einer Forderung zugeordnet | attribuée à une créance | dodeljeno terjatvi
        resolutionAppeared | la posizione è arrivata dopo | the debt arrived later | die Forderung kam später | la créance est arrivée ensuite | terjatev je prispela pozneje
        resolutionEntered | contenuto registrato | content entered | Inhalt erfasst | contenu saisi | vsebina vnesena
        attemptCreated | Creato | Created | Angelegt | Créée | Ustvarjen
        attemptRedirected | Inviato al PSP | Sent to the PSP | Zum PSP geschickt | Envoyée au PSP | Poslan PSP
        attemptInProgress | In corso | In progress | Läuft | En cours | V teku
        attemptSucceeded | Riuscito | Succeeded | Erfolgreich | Réussie | Uspel
        attemptPartiallySucceeded | Riuscito in parte | Partly succeeded | Teilweise erfolgreich | Réussie en partie | Delno uspel
        attemptFailed | Non riuscito | Failed | Fehlgeschlagen | Échouée | Neuspešen
        attemptCancelled | Annullato | Cancelled | Abgebrochen | Annulée | Preklican
        attemptExpired | Tempo scaduto | Time expired | Zeit abgelaufen | Délai dépassé | Čas je potekel
        attemptPaidElsewhere | Pagato in altro modo | Paid another way | Anders bezahlt | Payé autrement | Plačano drugače
        receiptRecorded | Registrata, non paga niente | Recorded, pays nothing | Erfasst, bezahlt nichts | Enregistré, ne paie rien | Zapisano, ne plača ničesar
        receiptAnomaly | Con un’anomalia | With an anomaly | Mit einer Unstimmigkeit | Avec une anomalie | Z nepravilnostjo
        receiptQuarantined | In quarantena | In quarantine | In Quarantäne | En quarantaine | V karanteni
        refundDecided | Da pagare | To be paid | Zu zahlen | À payer | Za plačilo
        refundPaid | Pagato | Paid | Gezahlt | Payé | Plačano
        refundFailed | Non riuscito | Failed | Fehlgeschlagen | Échoué | Neuspešno
        mailReceiptReady | Ricevuta pronta | Receipt ready | Quittung bereit | Reçu prêt | Potrdilo pripravljeno
        mailCounterPayment | Pagamento allo sportello | Counter payment | Schalterzahlung | Paiement au guichet | Plačilo na blagajni
        mailPaymentUnderReview | Pagamento in verifica | Payment under review | Zahlung in Prüfung | Paiement en cours de vérification | Plačilo v preverjanju
        mailDoublePayment | Pagamento doppio | Double payment | Doppelte Zahlung | Double paiement | Dvojno plačilo
        mailPaymentFailed | Pagamento non riuscito | Payment failed | Zahlung fehlgeschlagen | Paiement échoué | Plačilo ni uspelo
        mailRefundDecided | Rimborso deciso | Refund decided | Rückerstattung beschlossen | Remboursement décidé | Odločeno o vračilu
        deliveryQueued | In coda | Queued | In der Warteschlange | En file d’attente | V čakalni vrsti
        deliverySending | In invio | Being sent | Wird gesendet | En cours d’envoi | Se pošilja
        deliverySent | Inviata | Sent | Gesendet | Envoyé | Poslano
        deliveryRetrying | Nuovo tentativo in attesa | Waiting for a retry | Wartet auf neuen Versuch | En attente d’un nouvel essai | Čaka na nov poskus
        deliveryDead | Non consegnata | Not delivered | Nicht zugestellt | Non distribué | Ni dostavljeno
        deliverySkipped | Non inviata | Not sent | Nicht gesendet | Non envoyé | Ni poslano
        deliveryBounced | Respinta dal destinatario | Bounced | Unzustellbar zurück | Retourné | Zavrnjeno
        importReceiving | In arrivo | Receiving | Wird empfangen | Réception | Prejemanje
        importWaiting | In attesa | Waiting | Wartet | En attente | Čaka
        importRunning | In corso | Running | Läuft | En cours | V teku
        importDone | Concluso | Done | Fertig | Terminé | Končano
        importFailed | Non riuscito | Failed | Fehlgeschlagen | Échoué | Neuspešno
        outcomeCreated | Create | Created | Angelegt | Créées | Ustvarjene
        outcomeRepeated | Già presenti | Already there | Schon vorhanden | Déjà présentes | Že obstajajo
        outcomeRefused | Rifiutate | Refused | Abgelehnt | Refusées | Zavrnjene
        groupDay | Giorno | Day | Tag | Jour | Dan
        groupPsp | PSP | PSP | PSP | PSP | PSP
        groupCreditor | Ente creditore | Public body | Gläubigerkörperschaft | Organisme créancier | Ustanova upnica
        groupDebtType | Tipo di debito | Debt type | Forderungsart | Type de créance | Vrsta terjatve
        groupMethod | Modalità di pagamento | Payment method | Zahlungsart | Mode de paiement | Način plačila
        refusedAnomalyNotOpen | L’anomalia è già decisa | The anomaly is already resolved | Über die Unstimmigkeit ist schon entschieden | L’anomalie est déjà décidée | O nepravilnosti je že odločeno
        refusedResolutionNotPossible | Questa decisione non è possibile; il servizio indica l’alternativa | This decision is not possible; the service names the alternative | Diese Entscheidung ist nicht möglich; der Dienst nennt die Alternative | Cette décision n’est pas possible ; le service indique l’alternative | Ta odločitev ni mogoča; storitev navaja drugo možnost
        refusedPreconditionFailed | Nel frattempo è cambiato. Qui vedi la versione nuova: controlla e decidi di nuovo | It has changed in the meantime. This is the new version: check it and decide again | Es wurde inzwischen geändert. Hier sehen Sie die neue Fassung: Prüfen und entscheiden Sie erneut | Il a été modifié entre-temps. Voici la nouvelle version : vérifiez et décidez de nouveau | Medtem se je spremenilo. Tu je nova različica: preverite in odločite znova
        refusedRefundNotPossible | Il rimborso non è possibile | The refund is not possible | Die Rückerstattung ist nicht möglich | Le remboursement n’est pas possible | Vračilo ni mogoče
        refusedRefundNotChangeable | L’esito di questo rimborso non si può più cambiare così | The outcome of this refund can no longer be changed this way | Das Ergebnis dieser Rückerstattung lässt sich so nicht mehr ändern | L’issue de ce remboursement ne peut plus être modifiée ainsi | Izida tega vračila ni več mogoče tako spremeniti
        refusedVoidNotPossible | Questo pagamento non si può annullare | This payment cannot be voided | Diese Zahlung kann nicht annulliert werden | Ce paiement ne peut pas être annulé | Tega plačila ni mogoče razveljaviti
        refusedUndoNotPossible | Questa rinuncia non si può più annullare | This write-off can no longer be undone | Diese Ausbuchung lässt sich nicht mehr rückgängig machen | Cette renonciation ne peut plus être annulée | Tega odpisa ni več mogoče razveljaviti
        refusedPositionUnderReview | Un pagamento di questa posizione è in verifica: decidi prima su quello | A payment of this debt is under review: decide about it first | Eine Zahlung dieser Forderung wird geprüft: Entscheiden Sie zuerst darüber | Un paiement de cette créance est en cours de vérification : décidez-en d’abord | Plačilo te terjatve se preverja: najprej odločite o njem
        refusedInstallmentNotPayable | La rata non si può pagare | The instalment cannot be paid | Die Rate kann nicht bezahlt werden | Le versement ne peut pas être payé | Obroka ni mogoče plačati
        refusedPaymentInProgress | Un pagamento è in corso | A payment is in progress | Eine Zahlung läuft | Un paiement est en cours | Plačilo poteka
        refusedReceiptConflict | Questa RT esiste già con altro contenuto | This RT exists with other content | Diese RT gibt es schon mit anderem Inhalt | Cette RT existe déjà avec un autre contenu | Ta RT že obstaja z drugo vsebino
        refusedTooManyImports | Ci sono già cinque importazioni non finite | There are five unfinished imports already | Es gibt schon fünf unfertige Importe | Il y a déjà cinq importations inachevées | Nedokončanih uvozov je že pet
        refusedIdempotencyKeyReused | Il modulo è già stato inviato. Riapri la pagina | The form was sent before. Open the page again | Das Formular wurde schon gesendet. Öffnen Sie die Seite neu | Le formulaire a déjà été envoyé. Rouvrez la page | Obrazec je bil že poslan. Znova odprite stran
        refusedPositionNotEditable | Lo stato della posizione non lo permette | The state of the debt does not allow this | Der Zustand der Forderung erlaubt das nicht | L’état de la créance ne le permet pas | Stanje terjatve tega ne dovoljuje
        refusedNotificationNotResendable | Questa e-mail non si può inviare di nuovo | This e-mail cannot be sent again | Diese E-Mail kann nicht erneut gesendet werden | Cet e-mail ne peut pas être envoyé à nouveau | Tega sporočila ni mogoče poslati znova
        refusedNotificationNotRetryable | Questa e-mail non aspetta un invio: inviala di nuovo | This e-mail is not waiting to be sent: send it again | Diese E-Mail wartet nicht auf den Versand: Senden Sie sie erneut | Cet e-mail n’attend pas d’envoi : envoyez-le à nouveau | To sporočilo ne čaka na pošiljanje: pošljite ga znova
        mailNewNotice | Nuovo avviso | New notice | Neue Zahlungsmitteilung | Nouvel avis | Novo obvestilo
        mailDueReminder | Promemoria di scadenza | Reminder of a due date | Fälligkeitserinnerung | Rappel d’échéance | Opomnik o roku
        mailPaymentNotice | Avvisi di pagamento | Payment notices | Zahlungsmitteilungen | Avis de paiement | Obvestila o plačilu
        mailTest | Prova di invio | Delivery test | Testversand | Essai d’envoi | Preizkus pošiljanja
        """
}

extension Texts {
    /// The word for a code of the service, or the code if there is none.
    func word(_ prefix: String, _ code: String?) -> String {
        guard let code else { return "" }
        return TextKey(rawValue: DeskWords.key(prefix, code)).map { self[$0] } ?? code
    }
}

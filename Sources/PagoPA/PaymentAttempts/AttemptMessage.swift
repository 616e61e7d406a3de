extension AttemptStatus {
    /// What the payer reads; the Italian words while waiting and at the end are the service's founding note's own.
    package func message(in language: Language) -> String {
        let texts: [Language: String] =
            switch self {
            case .created, .redirected: Self.started
            case .inProgress: Self.waiting
            case .succeeded: Self.concluded
            case .failed: Self.failure
            case .cancelled: Self.withdrawal
            case .expired: Self.timeout
            }
        return texts[language] ?? texts[.it] ?? rawValue
    }

    private static let started: [Language: String] = [
        .it: "Operazione in corso: completare il pagamento sul portale del prestatore di servizi di pagamento scelto.",
        .en: "Operation in progress: complete the payment on the portal of the chosen payment service provider.",
        .de: "Vorgang läuft: Bitte schließen Sie die Zahlung auf dem Portal des gewählten Zahlungsdienstleisters ab.",
        .fr: "Opération en cours : terminez le paiement sur le portail du prestataire de services de paiement choisi.",
        .sl: "Postopek poteka: dokončajte plačilo na portalu izbranega ponudnika plačilnih storitev.",
    ]
    private static let waiting: [Language: String] = [
        .it: "Operazione in corso: siamo in attesa dell'esito dal prestatore di servizi di pagamento.",
        .en: "Operation in progress: we are waiting for the outcome from the payment service provider.",
        .de: "Vorgang läuft: Wir warten auf das Ergebnis des Zahlungsdienstleisters.",
        .fr: "Opération en cours : nous attendons le résultat du prestataire de services de paiement.",
        .sl: "Postopek poteka: čakamo na izid od ponudnika plačilnih storitev.",
    ]
    private static let concluded: [Language: String] = [
        .it:
            "Operazione conclusa. La ricevuta sarà disponibile a breve: un messaggio di posta elettronica avviserà quando sarà pronta.",
        .en: "Operation concluded. The receipt will be available shortly: an e-mail will tell you when it is ready.",
        .de:
            "Vorgang abgeschlossen. Die Quittung ist in Kürze verfügbar: Eine E-Mail informiert Sie, sobald sie bereitsteht.",
        .fr: "Opération terminée. Le reçu sera disponible sous peu : un e-mail vous préviendra lorsqu'il sera prêt.",
        .sl: "Postopek je zaključen. Potrdilo bo kmalu na voljo: o tem vas bo obvestilo elektronsko sporočilo.",
    ]
    private static let failure: [Language: String] = [
        .it: "Operazione non riuscita: il pagamento non è stato eseguito. È possibile riprovare.",
        .en: "Operation failed: the payment was not made. You can try again.",
        .de: "Vorgang fehlgeschlagen: Die Zahlung wurde nicht ausgeführt. Sie können es erneut versuchen.",
        .fr: "Opération échouée : le paiement n'a pas été effectué. Vous pouvez réessayer.",
        .sl: "Postopek ni uspel: plačilo ni bilo izvedeno. Poskusite lahko znova.",
    ]
    private static let withdrawal: [Language: String] = [
        .it: "Operazione annullata. È possibile iniziare un nuovo pagamento.",
        .en: "Operation cancelled. You can start a new payment.",
        .de: "Vorgang abgebrochen. Sie können eine neue Zahlung beginnen.",
        .fr: "Opération annulée. Vous pouvez commencer un nouveau paiement.",
        .sl: "Postopek je preklican. Začnete lahko novo plačilo.",
    ]
    private static let timeout: [Language: String] = [
        .it:
            "Tempo scaduto: l'esito del pagamento non è arrivato in tempo. Se il pagamento è stato eseguito, la ricevuta arriverà comunque.",
        .en:
            "Time expired: the outcome of the payment did not arrive in time. If the payment was made, the receipt will still arrive.",
        .de:
            "Zeit abgelaufen: Das Ergebnis der Zahlung ist nicht rechtzeitig eingetroffen. Wurde die Zahlung ausgeführt, kommt die Quittung trotzdem.",
        .fr:
            "Délai dépassé : le résultat du paiement n'est pas arrivé à temps. Si le paiement a été effectué, le reçu arrivera tout de même.",
        .sl:
            "Čas je potekel: izid plačila ni prispel pravočasno. Če je bilo plačilo izvedeno, bo potrdilo kljub temu prispelo.",
    ]
}

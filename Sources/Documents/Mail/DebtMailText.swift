import PagoPA

/// The texts of mails that ask for a payment. `{creditor}` is a placeholder; ``NoticeText`` has the labels of the facts below them.
package enum DebtMailText: String, TextTable {
    case noticeSubject, notice, reminderSubject, reminder, askedSubject, asked, howToPay, attached, paidAlready,
        creditorTaxCode,
        unsubscribe,
        unsubscribeLink

    package var texts: Texts {
        switch self {
        case .noticeSubject:
            Texts(
                it: "Nuovo avviso di pagamento di {creditor}", en: "New payment notice from {creditor}",
                de: "Neue Zahlungsmitteilung von {creditor}", fr: "Nouvel avis de paiement de {creditor}",
                sl: "Novo obvestilo o plačilu ({creditor})")
        case .notice:
            Texts(
                it: "{creditor} ti invia un avviso di pagamento.",
                en: "{creditor} sends you a payment notice.",
                de: "{creditor} sendet Ihnen eine Zahlungsmitteilung.",
                fr: "{creditor} vous envoie un avis de paiement.",
                sl: "{creditor}: pošiljamo vam obvestilo o plačilu.")
        case .reminderSubject:
            Texts(
                it: "Promemoria: un pagamento a {creditor} scade tra poco",
                en: "Reminder: a payment to {creditor} is due soon",
                de: "Erinnerung: Eine Zahlung an {creditor} wird bald fällig",
                fr: "Rappel : un paiement à {creditor} arrive bientôt à échéance",
                sl: "Opomnik: rok za plačilo ({creditor}) se izteka")
        case .reminder:
            Texts(
                it: "Ti ricordiamo che un pagamento a {creditor} scade tra poco e non risulta ancora pagato.",
                en: "This is to remind you that a payment to {creditor} is due soon and has not been recorded yet.",
                de:
                    "Wir erinnern Sie daran, dass eine Zahlung an {creditor} bald fällig wird und noch nicht erfasst ist.",
                fr:
                    "Nous vous rappelons qu'un paiement à {creditor} arrive bientôt à échéance et n'est pas encore enregistré.",
                sl: "Opominjamo vas, da se rok za plačilo ({creditor}) izteka in plačilo še ni zabeleženo.")
        case .askedSubject:
            Texts(
                it: "Avviso di pagamento di {creditor}", en: "Payment notice from {creditor}",
                de: "Zahlungsmitteilung von {creditor}", fr: "Avis de paiement de {creditor}",
                sl: "Obvestilo o plačilu ({creditor})")
        case .asked:
            Texts(
                it: "{creditor} ti invia l'avviso per pagare l'importo residuo.",
                en: "{creditor} sends you the notice to pay what is still owed.",
                de: "{creditor} sendet Ihnen die Zahlungsmitteilung für den noch offenen Betrag.",
                fr: "{creditor} vous envoie l'avis pour payer ce qui reste dû.",
                sl: "{creditor}: pošiljamo vam obvestilo za plačilo zneska, ki je še odprt.")
        case .howToPay:
            Texts(
                it:
                    "Per pagare usa il sito o l'app dell'ente, della tua banca o di un altro prestatore di servizi di pagamento: ti servono il codice avviso e il codice fiscale dell'ente.",
                en:
                    "To pay, use the website or the app of the public body, of your bank or of another payment service provider: you need the notice number and the tax code of the public body.",
                de:
                    "Zum Bezahlen verwenden Sie die Website oder die App der Körperschaft, Ihrer Bank oder eines anderen Zahlungsdienstleisters: Sie brauchen die Nummer der Zahlungsmitteilung und die Steuernummer der Körperschaft.",
                fr:
                    "Pour payer, utilisez le site ou l'application de l'organisme, de votre banque ou d'un autre prestataire de services de paiement : il vous faut le numéro d'avis et le code fiscal de l'organisme.",
                sl:
                    "Plačate lahko na spletišču ali z aplikacijo ustanove, vaše banke ali drugega ponudnika plačilnih storitev: potrebujete številko obvestila in davčno številko ustanove."
            )
        case .attached:
            Texts(
                it: "Trovi l'avviso in allegato, in formato PDF.",
                en: "The notice is attached as a PDF.",
                de: "Die Mitteilung ist als PDF beigefügt.",
                fr: "L'avis est joint au format PDF.",
                sl: "Obvestilo je priloženo v obliki PDF.")
        case .paidAlready:
            Texts(
                it: "Se hai già pagato, ignora questo messaggio.",
                en: "If you have already paid, ignore this message.",
                de: "Wenn Sie bereits bezahlt haben, ignorieren Sie diese Nachricht.",
                fr: "Si vous avez déjà payé, ignorez ce message.",
                sl: "Če ste že plačali, to sporočilo prezrite.")
        case .creditorTaxCode:
            Texts(
                it: "Codice fiscale dell'ente", en: "Tax code of the public body", de: "Steuernummer der Körperschaft",
                fr: "Code fiscal de l'organisme", sl: "Davčna številka ustanove")
        case .unsubscribe:
            Texts(
                it: "{creditor} invia per e-mail gli avvisi di pagamento e i promemoria delle scadenze.",
                en: "{creditor} sends payment notices and reminders of due dates by e-mail.",
                de: "{creditor} sendet Zahlungsmitteilungen und Erinnerungen an Fälligkeiten per E-Mail.",
                fr: "{creditor} envoie par e-mail les avis de paiement et les rappels d'échéance.",
                sl: "{creditor}: obvestila o plačilu in opomnike pred rokom pošiljamo po e-pošti.")
        case .unsubscribeLink:
            Texts(
                it: "Non voglio più riceverli", en: "I no longer want to receive them",
                de: "Ich möchte sie nicht mehr erhalten", fr: "Je ne veux plus les recevoir",
                sl: "Ne želim jih več prejemati")
        }
    }
}

/// The words of the page that ends e-mails about debts. `{creditor}` is a placeholder.
package enum UnsubscribeText: String, TextTable {
    case title, question, unchanged, button, done, doneNext, unknownTitle, unknown

    package var texts: Texts {
        switch self {
        case .title:
            Texts(
                it: "Avvisi e promemoria per e-mail", en: "Notices and reminders by e-mail",
                de: "Mitteilungen und Erinnerungen per E-Mail", fr: "Avis et rappels par e-mail",
                sl: "Obvestila in opomniki po e-pošti")
        case .question:
            Texts(
                it: "Non vuoi più ricevere avvisi di pagamento e promemoria di {creditor} a questo indirizzo e-mail?",
                en: "Do you want to stop payment notices and reminders from {creditor} to this e-mail address?",
                de:
                    "Möchten Sie an diese E-Mail-Adresse keine Zahlungsmitteilungen und Erinnerungen von {creditor} mehr erhalten?",
                fr:
                    "Ne voulez-vous plus recevoir d'avis de paiement ni de rappels de {creditor} à cette adresse e-mail ?",
                sl: "Na ta e-poštni naslov ne želite več prejemati obvestil o plačilu in opomnikov ({creditor})?")
        case .unchanged:
            Texts(
                it: "I tuoi debiti non cambiano. Continuerai a ricevere le ricevute dei pagamenti.",
                en: "Your debts do not change. You will still receive the receipts of payments.",
                de: "An Ihren Forderungen ändert sich nichts. Quittungen über Zahlungen erhalten Sie weiterhin.",
                fr: "Vos dettes ne changent pas. Vous recevrez toujours les reçus des paiements.",
                sl: "Vaši dolgovi se ne spremenijo. Potrdila o plačilih boste še naprej prejemali.")
        case .button:
            Texts(
                it: "Non inviarmi più avvisi e promemoria", en: "Stop notices and reminders",
                de: "Keine Mitteilungen und Erinnerungen mehr senden", fr: "Ne plus m'envoyer d'avis ni de rappels",
                sl: "Ne pošiljajte mi več obvestil in opomnikov")
        case .done:
            Texts(
                it: "Da ora {creditor} non invia più avvisi di pagamento e promemoria a questo indirizzo e-mail.",
                en: "From now on, {creditor} sends no more payment notices and reminders to this e-mail address.",
                de:
                    "Ab jetzt sendet {creditor} an diese E-Mail-Adresse keine Zahlungsmitteilungen und Erinnerungen mehr.",
                fr:
                    "Désormais, {creditor} n'envoie plus d'avis de paiement ni de rappels à cette adresse e-mail.",
                sl: "Na ta e-poštni naslov odslej ne boste več prejemali obvestil o plačilu in opomnikov ({creditor}).")
        case .doneNext:
            Texts(
                it: "Ricorda le scadenze dei tuoi debiti: trovi i tuoi avvisi nel portale dei pagamenti.",
                en: "Remember the due dates of your debts: you find your notices in the payment portal.",
                de:
                    "Denken Sie an die Fälligkeiten Ihrer Forderungen: Ihre Mitteilungen finden Sie im Zahlungsportal.",
                fr:
                    "Pensez aux échéances de vos dettes : vous trouvez vos avis dans le portail de paiement.",
                sl: "Ne pozabite na roke svojih dolgov: obvestila najdete na plačilnem portalu.")
        case .unknownTitle:
            Texts(
                it: "Il link non è valido", en: "The link is not valid", de: "Der Link ist ungültig",
                fr: "Le lien n'est pas valable", sl: "Povezava ni veljavna")
        case .unknown:
            Texts(
                it: "Apri di nuovo il link dall'e-mail che hai ricevuto, oppure copialo per intero.",
                en: "Open the link again from the e-mail that you received, or copy all of it.",
                de: "Öffnen Sie den Link noch einmal aus der erhaltenen E-Mail, oder kopieren Sie ihn vollständig.",
                fr: "Ouvrez à nouveau le lien depuis l'e-mail reçu, ou copiez-le en entier.",
                sl: "Povezavo znova odprite iz prejetega e-poštnega sporočila ali jo kopirajte v celoti.")
        }
    }
}

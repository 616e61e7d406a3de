import PagoPA

extension MailTexts {
    /// The mailbox is to be proved.
    /// - Parameters:
    ///   - code: the token, shown when there is no link that bears it.
    ///   - hours: how long it is valid.
    package static func verifyEmail(code: String, link: String?, hours: Int, language: Language) -> MailText {
        let words = AccountWords.of(language)
        return text(
            words.verifySubject, [words.verify, words.valid(hours), words.notYou], code: code, link: link, language)
    }

    /// A new password may be chosen.
    package static func passwordReset(code: String, link: String?, hours: Int, language: Language) -> MailText {
        let words = AccountWords.of(language)
        return text(
            words.resetSubject, [words.reset, words.valid(hours), words.notYou], code: code, link: link, language)
    }

    /// Somebody wanted an account for whom there is one.
    package static func registrationAttempt(language: Language) -> MailText {
        let words = AccountWords.of(language)
        return MailText(
            subject: words.attemptSubject, language: language.tag, paragraphs: [words.attempt, words.forgotten],
            facts: [])
    }

    /// A mailbox is to be proved for an account that there is.
    package static func changeEmail(code: String, link: String?, hours: Int, language: Language) -> MailText {
        let words = AccountWords.of(language)
        return text(
            words.changeSubject, [words.change, words.valid(hours), words.notYou], code: code, link: link, language)
    }

    /// To the mailbox that an account had until now.
    package static func emailChanged(language: Language) -> MailText {
        let words = AccountWords.of(language)
        return MailText(
            subject: words.changedSubject, language: language.tag, paragraphs: [words.changed, words.changedNotYou],
            facts: [])
    }

    /// To the mailbox of an account that a smart card has taken from it.
    package static func smartCardProved(language: Language) -> MailText {
        let words = AccountWords.of(language)
        return MailText(
            subject: words.provedSubject, language: language.tag, paragraphs: [words.proved, words.provedNext],
            facts: [])
    }

    private static func text(
        _ subject: String, _ paragraphs: [String], code: String, link: String?, _ language: Language
    ) -> MailText {
        let words = AccountWords.of(language)
        var paragraphs = paragraphs
        paragraphs[0] += " " + (link == nil ? words.enterCode : words.followLink)
        return MailText(
            subject: subject, language: language.tag, paragraphs: paragraphs,
            facts: link == nil ? [(words.code, code)] : [], link: link)
    }
}

private struct AccountWords {
    let verifySubject, verify, resetSubject, reset, attemptSubject, attempt, forgotten: String
    let enterCode, followLink, code, validHours, validHour, notYou: String
    let changeSubject, change, changedSubject, changed, changedNotYou, provedSubject, proved, provedNext: String

    func valid(_ hours: Int) -> String {
        hours == 1 ? validHour : validHours.replacing("{hours}", with: String(hours))
    }

    static func of(_ language: Language) -> AccountWords {
        switch language {
        case .it: italian
        case .en: english
        case .de: german
        case .fr: french
        case .sl: slovene
        }
    }

    private static let italian = AccountWords(
        verifySubject: "Conferma l'indirizzo di posta elettronica",
        verify: "È stata chiesta la registrazione all'area riservata dei pagamenti con questo indirizzo.",
        resetSubject: "Scelta di una nuova password",
        reset: "È stata chiesta una nuova password per l'area riservata dei pagamenti.",
        attemptSubject: "Tentativo di registrazione",
        attempt:
            "Qualcuno ha chiesto di registrarsi all'area riservata dei pagamenti con questo indirizzo o con il codice fiscale dell'utenza che gli corrisponde. L'utenza esiste già e non è cambiata.",
        forgotten:
            "Se sei stato tu e hai dimenticato la password, puoi sceglierne una nuova dalla pagina di accesso. Altrimenti puoi ignorare questo messaggio.",
        enterCode: "Per continuare inserisci questo codice nella pagina da cui è partita la richiesta.",
        followLink: "Per continuare segui il collegamento.", code: "Codice", validHours: "È valido per {hours} ore.",
        validHour: "È valido per un'ora.",
        notYou: "Se non l'hai chiesto tu, ignora questo messaggio e non comunicare a nessuno il suo contenuto.",
        changeSubject: "Conferma il tuo nuovo indirizzo di posta elettronica",
        change: "Hai chiesto di usare questo indirizzo per la tua area riservata dei pagamenti.",
        changedSubject: "L'indirizzo della tua area riservata è cambiato",
        changed:
            "La tua area riservata dei pagamenti usa da ora un altro indirizzo di posta elettronica. A questo indirizzo non arriveranno più messaggi.",
        changedNotYou:
            "Se non l'hai chiesto tu, accedi con la tua carta (TS-CNS, CRS o CIE): l'accesso con la carta chiude tutte le sessioni aperte con la password.",
        provedSubject: "Accesso con la carta alla tua area riservata",
        proved:
            "Il titolare del codice fiscale è entrato con la sua carta (TS-CNS, CRS o CIE) nell'area riservata dei pagamenti che era stata aperta con questo indirizzo. Per sicurezza le sessioni aperte sono state chiuse; password e indirizzo sono stati tolti.",
        provedNext:
            "Se la carta è la tua, puoi impostare di nuovo indirizzo e password nell'area riservata. Altrimenti questa area riservata non è tua e non puoi più usarla."
    )

    private static let english = AccountWords(
        verifySubject: "Confirm your e-mail address",
        verify: "Registration for the personal area of the payment service was asked for with this address.",
        resetSubject: "Choose a new password",
        reset: "A new password for the personal area of the payment service was asked for.",
        attemptSubject: "Somebody tried to register",
        attempt:
            "Somebody asked to register for the personal area of the payment service with this address, or with the tax code of its account. The account exists already and has not changed.",
        forgotten:
            "If it was you and you have forgotten your password, you can choose a new one from the sign-in page. Otherwise you may ignore this message.",
        enterCode: "To go on, enter this code on the page where you asked.", followLink: "To go on, follow the link.",
        code: "Code", validHours: "It is valid for {hours} hours.", validHour: "It is valid for one hour.",
        notYou: "If you did not ask for this, ignore this message and tell nobody what it says.",
        changeSubject: "Confirm your new e-mail address",
        change: "You asked to use this address for your personal area of the payment service.",
        changedSubject: "The address of your personal area has changed",
        changed:
            "Your personal area of the payment service now uses another e-mail address. No more messages will be sent to this one.",
        changedNotYou:
            "If you did not ask for this, sign in with your smart card (TS-CNS, CRS or CIE): signing in with the card ends all sessions that were opened with the password.",
        provedSubject: "Smart card sign-in to your personal area",
        proved:
            "The owner of the tax code signed in with a smart card (TS-CNS, CRS or CIE) to the personal area of the payment service that had been opened with this address. To be safe, all open sessions were ended and the password and the address were removed.",
        provedNext:
            "If the card is yours, you can set address and password again in the personal area. Otherwise this personal area is not yours and you cannot use it any more."
    )

    private static let german = AccountWords(
        verifySubject: "Bestätigen Sie Ihre E-Mail-Adresse",
        verify: "Mit dieser Adresse wurde die Anmeldung zum persönlichen Bereich des Zahlungsdienstes beantragt.",
        resetSubject: "Neues Passwort wählen",
        reset: "Für den persönlichen Bereich des Zahlungsdienstes wurde ein neues Passwort angefordert.",
        attemptSubject: "Registrierungsversuch",
        attempt:
            "Jemand wollte sich mit dieser Adresse oder mit der Steuernummer des zugehörigen Kontos zum persönlichen Bereich des Zahlungsdienstes anmelden. Das Konto besteht bereits und wurde nicht geändert.",
        forgotten:
            "Wenn Sie es waren und Ihr Passwort vergessen haben, können Sie auf der Anmeldeseite ein neues wählen. Andernfalls können Sie diese Nachricht ignorieren.",
        enterCode: "Geben Sie diesen Code auf der Seite ein, auf der Sie die Anfrage gestellt haben.",
        followLink: "Folgen Sie dem Link, um fortzufahren.", code: "Code",
        validHours: "Gültig für {hours} Stunden.", validHour: "Gültig für eine Stunde.",
        notYou:
            "Wenn Sie das nicht beantragt haben, ignorieren Sie diese Nachricht und geben Sie ihren Inhalt an niemanden weiter.",
        changeSubject: "Bestätigen Sie Ihre neue E-Mail-Adresse",
        change: "Sie möchten diese Adresse für Ihren persönlichen Bereich des Zahlungsdienstes verwenden.",
        changedSubject: "Die Adresse Ihres persönlichen Bereichs wurde geändert",
        changed:
            "Ihr persönlicher Bereich des Zahlungsdienstes verwendet ab jetzt eine andere E-Mail-Adresse. An diese Adresse werden keine Nachrichten mehr gesendet.",
        changedNotYou:
            "Wenn Sie das nicht beantragt haben, melden Sie sich mit Ihrer Karte (TS-CNS, CRS oder CIE) an: Die Anmeldung mit der Karte beendet alle Sitzungen, die mit dem Passwort geöffnet wurden.",
        provedSubject: "Anmeldung mit der Karte in Ihrem persönlichen Bereich",
        proved:
            "Die Person, der die Steuernummer gehört, hat sich mit ihrer Karte (TS-CNS, CRS oder CIE) in dem persönlichen Bereich des Zahlungsdienstes angemeldet, der mit dieser Adresse eröffnet worden war. Zur Sicherheit wurden alle offenen Sitzungen beendet sowie Passwort und Adresse entfernt.",
        provedNext:
            "Wenn die Karte Ihnen gehört, können Sie Adresse und Passwort im persönlichen Bereich neu festlegen. Andernfalls gehört dieser Bereich nicht Ihnen und Sie können ihn nicht mehr verwenden."
    )

    private static let french = AccountWords(
        verifySubject: "Confirmez votre adresse électronique",
        verify: "L'inscription à l'espace personnel du service de paiement a été demandée avec cette adresse.",
        resetSubject: "Choisissez un nouveau mot de passe",
        reset: "Un nouveau mot de passe a été demandé pour l'espace personnel du service de paiement.",
        attemptSubject: "Tentative d'inscription",
        attempt:
            "Quelqu'un a demandé à s'inscrire à l'espace personnel du service de paiement avec cette adresse ou avec le code fiscal du compte correspondant. Le compte existe déjà et n'a pas été modifié.",
        forgotten:
            "Si c'était vous et que vous avez oublié votre mot de passe, vous pouvez en choisir un nouveau depuis la page de connexion. Sinon, vous pouvez ignorer ce message.",
        enterCode: "Pour continuer, saisissez ce code sur la page où vous avez fait la demande.",
        followLink: "Pour continuer, suivez le lien.", code: "Code", validHours: "Valable pendant {hours} heures.",
        validHour: "Valable pendant une heure.",
        notYou:
            "Si vous n'êtes pas à l'origine de cette demande, ignorez ce message et n'en communiquez le contenu à personne.",
        changeSubject: "Confirmez votre nouvelle adresse électronique",
        change: "Vous avez demandé à utiliser cette adresse pour votre espace personnel du service de paiement.",
        changedSubject: "L'adresse de votre espace personnel a changé",
        changed:
            "Votre espace personnel du service de paiement utilise désormais une autre adresse électronique. Aucun message ne sera plus envoyé à celle-ci.",
        changedNotYou:
            "Si vous n'êtes pas à l'origine de ce changement, connectez-vous avec votre carte (TS-CNS, CRS ou CIE) : la connexion avec la carte met fin à toutes les sessions ouvertes avec le mot de passe.",
        provedSubject: "Connexion par carte à votre espace personnel",
        proved:
            "Le titulaire du code fiscal s'est connecté avec sa carte (TS-CNS, CRS ou CIE) à l'espace personnel du service de paiement qui avait été ouvert avec cette adresse. Par sécurité, les sessions ouvertes ont été fermées ; le mot de passe et l'adresse ont été retirés.",
        provedNext:
            "Si la carte est la vôtre, vous pouvez définir à nouveau l'adresse et le mot de passe dans l'espace personnel. Sinon, cet espace personnel n'est pas le vôtre et vous ne pouvez plus l'utiliser."
    )

    private static let slovene = AccountWords(
        verifySubject: "Potrdite svoj elektronski naslov",
        verify: "S tem naslovom je bila zahtevana registracija v osebni prostor plačilne storitve.",
        resetSubject: "Izberite novo geslo",
        reset: "Zahtevano je bilo novo geslo za osebni prostor plačilne storitve.",
        attemptSubject: "Poskus registracije",
        attempt:
            "Nekdo se je želel registrirati v osebni prostor plačilne storitve s tem naslovom ali z davčno številko pripadajočega računa. Račun že obstaja in ni bil spremenjen.",
        forgotten:
            "Če ste bili to vi in ste pozabili geslo, lahko na strani za prijavo izberete novo. Sicer lahko to sporočilo prezrete.",
        enterCode: "Za nadaljevanje vnesite to kodo na strani, kjer ste oddali zahtevo.",
        followLink: "Za nadaljevanje sledite povezavi.", code: "Koda", validHours: "Velja {hours} ur.",
        validHour: "Velja eno uro.",
        notYou: "Če tega niste zahtevali, sporočilo prezrite in njegove vsebine nikomur ne razkrijte.",
        changeSubject: "Potrdite svoj novi elektronski naslov",
        change: "Zahtevali ste, da se ta naslov uporablja za vaš osebni prostor plačilne storitve.",
        changedSubject: "Naslov vašega osebnega prostora je spremenjen",
        changed:
            "Vaš osebni prostor plačilne storitve odslej uporablja drug elektronski naslov. Na ta naslov ne bomo več pošiljali sporočil.",
        changedNotYou:
            "Če tega niste zahtevali, se prijavite s svojo kartico (TS-CNS, CRS ali CIE): prijava s kartico konča vse seje, odprte z geslom.",
        provedSubject: "Prijava s kartico v vaš osebni prostor",
        proved:
            "Imetnik davčne številke se je s svojo kartico (TS-CNS, CRS ali CIE) prijavil v osebni prostor plačilne storitve, ki je bil odprt s tem naslovom. Zaradi varnosti so bile odprte seje končane, geslo in naslov pa odstranjena.",
        provedNext:
            "Če je kartica vaša, lahko naslov in geslo znova nastavite v osebnem prostoru. Sicer ta osebni prostor ni vaš in ga ne morete več uporabljati."
    )
}

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
            "Se si tratta di Lei e la password è stata dimenticata, può sceglierne una nuova dalla pagina di accesso. Altrimenti può ignorare questo messaggio.",
        enterCode: "Per continuare inserisca questo codice nella pagina da cui è partita la richiesta.",
        followLink: "Per continuare segua il collegamento.", code: "Codice", validHours: "È valido per {hours} ore.",
        validHour: "È valido per un'ora.",
        notYou: "Se non è stato Lei a chiederlo, ignori questo messaggio e non comunichi a nessuno il suo contenuto.")

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
        notYou: "If you did not ask for this, ignore this message and tell nobody what it says.")

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
            "Wenn Sie das nicht beantragt haben, ignorieren Sie diese Nachricht und geben Sie ihren Inhalt an niemanden weiter."
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
            "Si vous n'êtes pas à l'origine de cette demande, ignorez ce message et n'en communiquez le contenu à personne."
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
        notYou: "Če tega niste zahtevali, sporočilo prezrite in njegove vsebine nikomur ne razkrijte.")
}

import PagoPA

/// The texts of mails about accounts. `{hours}` is replaced by the validity of a code.
package enum AccountMailText: String, TextTable {
    case verifySubject, verify, resetSubject, reset, attemptSubject, attempt, forgotten, enterCode, followLink, orCode,
        code,
        validHours, validHour, notYou, changeSubject, change, changedSubject, changed, changedNotYou, provedSubject,
        proved, provedNext, identitySubject, identityProved, identityNext

    package var texts: Texts {
        switch self {
        case .verifySubject:
            Texts(
                it: "Conferma il tuo indirizzo e-mail",
                en: "Confirm your e-mail address",
                de: "Bestätigen Sie Ihre E-Mail-Adresse",
                fr: "Confirmez votre adresse e-mail",
                sl: "Potrdite svoj e-poštni naslov")
        case .verify:
            Texts(
                it: "Qualcuno ha chiesto di registrarsi all'area riservata dei pagamenti con questo indirizzo.",
                en: "Somebody asked to register for the personal area of the payment service with this address.",
                de:
                    "Mit dieser Adresse wurde die Registrierung für den persönlichen Bereich des Zahlungsdienstes beantragt.",
                fr: "Quelqu'un a demandé à s'inscrire à l'espace personnel du service de paiement avec cette adresse.",
                sl: "Nekdo je s tem naslovom zahteval registracijo v osebni prostor plačilne storitve.")
        case .resetSubject:
            Texts(
                it: "Reimposta la tua password",
                en: "Reset your password",
                de: "Setzen Sie Ihr Passwort zurück",
                fr: "Réinitialisez votre mot de passe",
                sl: "Ponastavite svoje geslo")
        case .reset:
            Texts(
                it: "Qualcuno ha chiesto di reimpostare la password della tua area riservata dei pagamenti.",
                en: "Somebody asked to reset the password of your personal area of the payment service.",
                de: "Für Ihren persönlichen Bereich des Zahlungsdienstes wurde ein neues Passwort angefordert.",
                fr:
                    "Quelqu'un a demandé à réinitialiser le mot de passe de votre espace personnel du service de paiement.",
                sl: "Nekdo je zahteval ponastavitev gesla za vaš osebni prostor plačilne storitve.")
        case .attemptSubject:
            Texts(
                it: "Tentativo di registrazione",
                en: "Attempt to register",
                de: "Registrierungsversuch",
                fr: "Tentative d'inscription",
                sl: "Poskus registracije")
        case .attempt:
            Texts(
                it:
                    "Qualcuno ha chiesto di registrarsi all'area riservata dei pagamenti con questo indirizzo o con il codice fiscale associato a questo account. L'account esiste già e non è stato modificato.",
                en:
                    "Somebody asked to register for the personal area of the payment service with this address, or with the tax code of its account. The account already exists and has not been changed.",
                de:
                    "Jemand wollte sich mit dieser Adresse oder mit der Steuernummer des zugehörigen Kontos für den persönlichen Bereich des Zahlungsdienstes registrieren. Das Konto besteht bereits und wurde nicht geändert.",
                fr:
                    "Quelqu'un a demandé à s'inscrire à l'espace personnel du service de paiement avec cette adresse ou avec le code fiscal associé à ce compte. Le compte existe déjà et n'a pas été modifié.",
                sl:
                    "Nekdo se je želel registrirati v osebni prostor plačilne storitve s tem naslovom ali z davčno številko pripadajočega računa. Račun že obstaja in ni bil spremenjen."
            )
        case .forgotten:
            Texts(
                it:
                    "Se la richiesta è tua e hai dimenticato la password, puoi sceglierne una nuova dalla pagina di accesso. Altrimenti puoi ignorare questo messaggio.",
                en:
                    "If the request was yours and you have forgotten your password, you can choose a new one from the sign-in page. Otherwise you can ignore this message.",
                de:
                    "Wenn die Anfrage von Ihnen stammt und Sie Ihr Passwort vergessen haben, können Sie auf der Anmeldeseite ein neues wählen. Andernfalls können Sie diese Nachricht ignorieren.",
                fr:
                    "Si la demande vient de vous et que vous avez oublié votre mot de passe, vous pouvez en choisir un nouveau depuis la page de connexion. Sinon, vous pouvez ignorer ce message.",
                sl:
                    "Če je zahteva vaša in ste pozabili geslo, lahko na strani za prijavo izberete novo. Sicer lahko to sporočilo prezrete."
            )
        case .enterCode:
            Texts(
                it: "Per continuare inserisci questo codice nella pagina da cui è partita la richiesta.",
                en: "To continue, enter this code on the page where the request was made.",
                de: "Um fortzufahren, geben Sie diesen Code auf der Seite ein, auf der die Anfrage gestellt wurde.",
                fr: "Pour continuer, saisissez ce code sur la page où la demande a été faite.",
                sl: "Za nadaljevanje vnesite to kodo na strani, kjer je bila oddana zahteva.")
        case .followLink:
            Texts(
                it: "Per continuare apri questo link.",
                en: "To continue, open this link.",
                de: "Um fortzufahren, öffnen Sie diesen Link.",
                fr: "Pour continuer, ouvrez ce lien.",
                sl: "Za nadaljevanje odprite to povezavo.")
        case .orCode:
            Texts(
                it: "Oppure inserisci questo codice nella pagina da cui è partita la richiesta.",
                en: "Or enter this code on the page where the request was made.",
                de: "Oder geben Sie diesen Code auf der Seite ein, auf der die Anfrage gestellt wurde.",
                fr: "Ou saisissez ce code sur la page où la demande a été faite.",
                sl: "Ali vnesite to kodo na strani, kjer je bila oddana zahteva.")
        case .code:
            Texts(it: "Codice", en: "Code", de: "Code", fr: "Code", sl: "Koda")
        case .validHours:
            Texts(
                it: "È valido per {hours} ore.",
                en: "It is valid for {hours} hours.",
                de: "Er ist {hours} Stunden gültig.",
                fr: "Il est valable {hours} heures.",
                sl: "Veljavnost v urah: {hours}.")
        case .validHour:
            Texts(
                it: "È valido per un'ora.",
                en: "It is valid for one hour.",
                de: "Er ist eine Stunde gültig.",
                fr: "Il est valable une heure.",
                sl: "Veljavnost: ena ura.")
        case .notYou:
            Texts(
                it: "Se la richiesta non è tua, ignora questo messaggio e non comunicare a nessuno il suo contenuto.",
                en: "If the request was not yours, ignore this message and do not share its content with anybody.",
                de:
                    "Wenn die Anfrage nicht von Ihnen stammt, ignorieren Sie diese Nachricht und geben Sie ihren Inhalt an niemanden weiter.",
                fr: "Si la demande ne vient pas de vous, ignorez ce message et n'en communiquez le contenu à personne.",
                sl: "Če zahteva ni vaša, sporočilo prezrite in njegove vsebine nikomur ne razkrijte.")
        case .changeSubject:
            Texts(
                it: "Conferma il tuo nuovo indirizzo e-mail",
                en: "Confirm your new e-mail address",
                de: "Bestätigen Sie Ihre neue E-Mail-Adresse",
                fr: "Confirmez votre nouvelle adresse e-mail",
                sl: "Potrdite svoj novi e-poštni naslov")
        case .change:
            Texts(
                it: "Hai chiesto di usare questo indirizzo per la tua area riservata dei pagamenti.",
                en: "You asked to use this address for your personal area of the payment service.",
                de: "Sie möchten diese Adresse für Ihren persönlichen Bereich des Zahlungsdienstes verwenden.",
                fr: "Vous avez demandé à utiliser cette adresse pour votre espace personnel du service de paiement.",
                sl: "Zahtevali ste, da se ta naslov uporablja za vaš osebni prostor plačilne storitve.")
        case .changedSubject:
            Texts(
                it: "L'indirizzo e-mail della tua area riservata è cambiato",
                en: "The e-mail address of your personal area has changed",
                de: "Die E-Mail-Adresse Ihres persönlichen Bereichs wurde geändert",
                fr: "L'adresse e-mail de votre espace personnel a changé",
                sl: "E-poštni naslov vašega osebnega prostora je spremenjen")
        case .changed:
            Texts(
                it:
                    "La tua area riservata dei pagamenti ora usa un altro indirizzo e-mail. A questo indirizzo non riceverai più messaggi.",
                en:
                    "Your personal area of the payment service now uses another e-mail address. You will receive no more messages at this one.",
                de:
                    "Ihr persönlicher Bereich des Zahlungsdienstes verwendet jetzt eine andere E-Mail-Adresse. An diese Adresse erhalten Sie keine Nachrichten mehr.",
                fr:
                    "Votre espace personnel du service de paiement utilise désormais une autre adresse e-mail. Vous ne recevrez plus de messages à celle-ci.",
                sl:
                    "Vaš osebni prostor plačilne storitve zdaj uporablja drug e-poštni naslov. Na ta naslov ne boste več prejemali sporočil."
            )
        case .changedNotYou:
            Texts(
                it:
                    "Se la richiesta non è tua, accedi con la tua tessera (TS-CNS, CRS o CIE): l'accesso con la tessera chiude tutte le sessioni aperte con la password.",
                en:
                    "If the request was not yours, sign in with your smart card (TS-CNS, CRS or CIE): signing in with the card ends all sessions that were opened with the password.",
                de:
                    "Wenn die Anfrage nicht von Ihnen stammt, melden Sie sich mit Ihrer Karte (TS-CNS, CRS oder CIE) an: Die Anmeldung mit der Karte beendet alle Sitzungen, die mit dem Passwort geöffnet wurden.",
                fr:
                    "Si la demande ne vient pas de vous, connectez-vous avec votre carte (TS-CNS, CRS ou CIE) : la connexion avec la carte met fin à toutes les sessions ouvertes avec le mot de passe.",
                sl:
                    "Če zahteva ni vaša, se prijavite s svojo kartico (TS-CNS, CRS ali CIE): prijava s kartico konča vse seje, odprte z geslom."
            )
        case .provedSubject:
            Texts(
                it: "Accesso con la tessera alla tua area riservata",
                en: "Smart card sign-in to your personal area",
                de: "Anmeldung mit der Karte in Ihrem persönlichen Bereich",
                fr: "Connexion par carte à votre espace personnel",
                sl: "Prijava s kartico v vaš osebni prostor")
        case .proved:
            Texts(
                it:
                    "Il titolare del codice fiscale è entrato con la sua tessera (TS-CNS, CRS o CIE) nell'area riservata dei pagamenti che era stata aperta con questo indirizzo. Per sicurezza le sessioni aperte sono state chiuse; password e indirizzo sono stati rimossi.",
                en:
                    "The owner of the tax code signed in with a smart card (TS-CNS, CRS or CIE) to the personal area of the payment service that had been opened with this address. For security, all open sessions were ended and the password and the address were removed.",
                de:
                    "Die Person, der die Steuernummer gehört, hat sich mit ihrer Karte (TS-CNS, CRS oder CIE) in dem persönlichen Bereich des Zahlungsdienstes angemeldet, der mit dieser Adresse eröffnet worden war. Zur Sicherheit wurden alle offenen Sitzungen beendet sowie Passwort und Adresse entfernt.",
                fr:
                    "Le titulaire du code fiscal s'est connecté avec sa carte (TS-CNS, CRS ou CIE) à l'espace personnel du service de paiement qui avait été ouvert avec cette adresse. Par sécurité, les sessions ouvertes ont été fermées ; le mot de passe et l'adresse ont été supprimés.",
                sl:
                    "Imetnik davčne številke se je s svojo kartico (TS-CNS, CRS ali CIE) prijavil v osebni prostor plačilne storitve, ki je bil odprt s tem naslovom. Zaradi varnosti so bile odprte seje končane, geslo in naslov pa odstranjena."
            )
        case .provedNext:
            Texts(
                it:
                    "Se la tessera è la tua, puoi impostare di nuovo indirizzo e password nell'area riservata. Altrimenti questa area riservata non è tua e non puoi più usarla.",
                en:
                    "If the card is yours, you can set the address and the password again in the personal area. Otherwise this personal area is not yours and you can no longer use it.",
                de:
                    "Wenn die Karte Ihnen gehört, können Sie Adresse und Passwort im persönlichen Bereich neu festlegen. Andernfalls gehört dieser Bereich nicht Ihnen und Sie können ihn nicht mehr verwenden.",
                fr:
                    "Si la carte est la vôtre, vous pouvez définir à nouveau l'adresse et le mot de passe dans l'espace personnel. Sinon, cet espace personnel n'est pas le vôtre et vous ne pouvez plus l'utiliser.",
                sl:
                    "Če je kartica vaša, lahko naslov in geslo znova nastavite v osebnem prostoru. Sicer ta osebni prostor ni vaš in ga ne morete več uporabljati."
            )
        case .identitySubject:
            Texts(
                it: "Accesso con SPID o CIE alla tua area riservata",
                en: "SPID or CIE sign-in to your personal area",
                de: "Anmeldung mit SPID oder CIE in Ihrem persönlichen Bereich",
                fr: "Connexion par SPID ou CIE à votre espace personnel",
                sl: "Prijava s SPID ali CIE v vaš osebni prostor")
        case .identityProved:
            Texts(
                it:
                    "Il titolare del codice fiscale è entrato con SPID o CIE nell'area riservata dei pagamenti che era stata aperta con questo indirizzo. Per sicurezza le sessioni aperte sono state chiuse; password e indirizzo sono stati rimossi.",
                en:
                    "The owner of the tax code signed in with SPID or CIE to the personal area of the payment service that had been opened with this address. For security, all open sessions were ended and the password and the address were removed.",
                de:
                    "Die Person, der die Steuernummer gehört, hat sich mit SPID oder CIE in dem persönlichen Bereich des Zahlungsdienstes angemeldet, der mit dieser Adresse eröffnet worden war. Zur Sicherheit wurden alle offenen Sitzungen beendet sowie Passwort und Adresse entfernt.",
                fr:
                    "Le titulaire du code fiscal s'est connecté par SPID ou CIE à l'espace personnel du service de paiement qui avait été ouvert avec cette adresse. Par sécurité, les sessions ouvertes ont été fermées ; le mot de passe et l'adresse ont été supprimés.",
                sl:
                    "Imetnik davčne številke se je s SPID ali CIE prijavil v osebni prostor plačilne storitve, ki je bil odprt s tem naslovom. Zaradi varnosti so bile odprte seje končane, geslo in naslov pa odstranjena."
            )
        case .identityNext:
            Texts(
                it:
                    "Se eri tu, puoi impostare di nuovo indirizzo e password nell'area riservata. Altrimenti questa area riservata non è tua e non puoi più usarla.",
                en:
                    "If it was you, you can set the address and the password again in the personal area. Otherwise this personal area is not yours and you can no longer use it.",
                de:
                    "Wenn Sie das waren, können Sie Adresse und Passwort im persönlichen Bereich neu festlegen. Andernfalls gehört dieser Bereich nicht Ihnen und Sie können ihn nicht mehr verwenden.",
                fr:
                    "Si c'était vous, vous pouvez définir à nouveau l'adresse et le mot de passe dans l'espace personnel. Sinon, cet espace personnel n'est pas le vôtre et vous ne pouvez plus l'utiliser.",
                sl:
                    "Če ste bili to vi, lahko naslov in geslo znova nastavite v osebnem prostoru. Sicer ta osebni prostor ni vaš in ga ne morete več uporabljati."
            )
        }
    }
}

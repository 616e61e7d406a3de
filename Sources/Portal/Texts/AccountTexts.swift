/// Texts of sign-in, registration and passwords.
enum AccountTexts {
    static let table = """
        signInTitle | Accedi all’area riservata | Sign in to your personal area | Im persönlichen Bereich anmelden | Accéder à votre espace personnel | Prijava v osebni prostor
        username | E-mail o codice fiscale | E-mail or tax code | E-Mail oder Steuernummer | E-mail ou code fiscal | E-pošta ali davčna številka
        password | Password | Password | Passwort | Mot de passe | Geslo
        forgotPassword | Hai dimenticato la password? | Forgot your password? | Passwort vergessen? | Mot de passe oublié ? | Ste pozabili geslo?
        noAccount | Non hai un account? | No account yet? | Noch kein Konto? | Pas encore de compte ? | Še nimate računa?
        register | Registrati | Register | Registrieren | S’inscrire | Registracija
        signInFailed | Le credenziali non sono corrette, oppure la registrazione non è stata confermata. | The user name or password is wrong, or the registration was not confirmed. | Benutzername oder Passwort ist falsch, oder die Registrierung wurde nicht bestätigt. | L’identifiant ou le mot de passe est incorrect, ou l’inscription n’a pas été confirmée. | Uporabniško ime ali geslo ni pravilno ali pa registracija ni potrjena.
        signInNeeded | Accedi per vedere questa pagina. | Sign in to see this page. | Melden Sie sich an, um diese Seite zu sehen. | Connectez-vous pour voir cette page. | Za ogled te strani se prijavite.
        sessionEnded | La sessione è terminata. Accedi di nuovo. | Your session has ended. Sign in again. | Ihre Sitzung ist beendet. Melden Sie sich erneut an. | Votre session est terminée. Reconnectez-vous. | Vaša seja se je končala. Prijavite se znova.
        signedOut | Sei uscito dall’area riservata. | You have signed out. | Sie haben sich abgemeldet. | Vous êtes déconnecté. | Odjavili ste se.
        otherWays | Altri modi per accedere | Other ways to sign in | Andere Anmeldearten | Autres moyens de connexion | Drugi načini prijave
        withOIDC | Entra con SPID o CIE | Sign in with SPID or CIE | Mit SPID oder CIE anmelden | Se connecter avec SPID ou CIE | Prijava s SPID ali CIE
        withCard | Entra con la tessera (TS-CNS, CIE) | Sign in with a card (TS-CNS, CIE) | Mit Karte anmelden (TS-CNS, CIE) | Se connecter avec une carte (TS-CNS, CIE) | Prijava s kartico (TS-CNS, CIE)
        cardTitle | Accesso con la tessera | Sign-in by smart card | Anmeldung mit Karte | Connexion par carte | Prijava s kartico
        cardText | Inserisci la tessera nel lettore. Il browser ti chiederà il certificato e il PIN. | Put the card into the reader. Your browser will ask for the certificate and the PIN. | Stecken Sie die Karte in das Lesegerät. Der Browser fragt nach Zertifikat und PIN. | Insérez la carte dans le lecteur. Le navigateur demandera le certificat et le code PIN. | Vstavite kartico v čitalnik. Brskalnik bo zahteval potrdilo in PIN.
        cardFailed | La tessera non è stata accettata. Riprova o scegli un altro modo. | The card was not accepted. Try again or choose another way. | Die Karte wurde nicht akzeptiert. Versuchen Sie es erneut oder wählen Sie eine andere Art. | La carte n’a pas été acceptée. Réessayez ou choisissez un autre moyen. | Kartica ni bila sprejeta. Poskusite znova ali izberite drug način.
        oidcFailed | L’accesso con SPID o CIE non è riuscito. Riprova. | Sign-in with SPID or CIE failed. Try again. | Die Anmeldung mit SPID oder CIE ist fehlgeschlagen. Versuchen Sie es erneut. | La connexion avec SPID ou CIE a échoué. Réessayez. | Prijava s SPID ali CIE ni uspela. Poskusite znova.
        registerTitle | Registrazione | Registration | Registrierung | Inscription | Registracija
        registerIntro | Scegli la tua situazione, poi compila il modulo. Riceverai un’e-mail con un codice di conferma. | Choose what applies to you, then fill in the form. You will get an e-mail with a confirmation code. | Wählen Sie, was für Sie gilt, und füllen Sie das Formular aus. Sie erhalten eine E-Mail mit einem Bestätigungscode. | Choisissez votre situation, puis remplissez le formulaire. Vous recevrez un e-mail avec un code de confirmation. | Izberite, kaj velja za vas, nato izpolnite obrazec. Prejeli boste e-pošto s potrditveno kodo.
        kind | Sei | You are | Sie sind | Vous êtes | Vi ste
        kindResident | Residente nel comune | Resident of the municipality | In der Gemeinde wohnhaft | Résident de la commune | Prebivalec občine
        kindAire | Iscritto all’AIRE (residente all’estero) | Registered with AIRE (living abroad) | Im AIRE-Register (im Ausland wohnhaft) | Inscrit à l’AIRE (résidant à l’étranger) | Vpisan v AIRE (prebiva v tujini)
        kindNonResident | Non residente | Not resident | Nicht wohnhaft | Non-résident | Nerezident
        taxCode | Codice fiscale | Tax code | Steuernummer | Code fiscal | Davčna številka
        taxCodeHint | 16 caratteri, come sulla tessera sanitaria. | 16 characters, as on the health card. | 16 Zeichen, wie auf der Gesundheitskarte. | 16 caractères, comme sur la carte sanitaire. | 16 znakov, kot na zdravstveni izkaznici.
        givenName | Nome | Given name | Vorname | Prénom | Ime
        familyName | Cognome | Family name | Nachname | Nom | Priimek
        birthDate | Data di nascita | Date of birth | Geburtsdatum | Date de naissance | Datum rojstva
        birthPlace | Luogo di nascita | Place of birth | Geburtsort | Lieu de naissance | Kraj rojstva
        street | Via o piazza | Street | Straße | Rue | Ulica
        civicNumber | Numero civico | House number | Hausnummer | Numéro | Hišna številka
        postalCode | CAP | Postal code | Postleitzahl | Code postal | Poštna številka
        city | Comune o città | City | Ort | Ville | Kraj
        province | Provincia (sigla) | Province (two letters) | Provinz (zwei Buchstaben) | Province (deux lettres) | Pokrajina (dve črki)
        country | Paese (sigla) | Country (two letters) | Land (zwei Buchstaben) | Pays (deux lettres) | Država (dve črki)
        countryHint | Per esempio IT, BE, DE. | For example IT, BE, DE. | Zum Beispiel IT, BE, DE. | Par exemple IT, BE, DE. | Na primer IT, BE, DE.
        passwordHint | Almeno 12 caratteri; una frase va bene. Non usare il tuo nome o la tua e-mail. | At least 12 characters; a phrase is fine. Do not use your name or e-mail. | Mindestens 12 Zeichen; ein Satz ist gut. Nicht Ihr Name oder Ihre E-Mail. | Au moins 12 caractères ; une phrase convient. N’utilisez ni votre nom ni votre e-mail. | Vsaj 12 znakov; primerna je poved. Ne uporabite imena ali e-pošte.
        consentPrivacy | Ho letto l’informativa sulla privacy | I have read the privacy notice | Ich habe die Datenschutzhinweise gelesen | J’ai lu la notice sur la vie privée | Prebral sem obvestilo o zasebnosti
        consentTerms | Accetto le condizioni del servizio | I accept the terms of service | Ich akzeptiere die Nutzungsbedingungen | J’accepte les conditions du service | Sprejemam pogoje storitve
        errorTaxCode | Il codice fiscale non è corretto | The tax code is not correct | Die Steuernummer ist nicht korrekt | Le code fiscal n’est pas correct | Davčna številka ni pravilna
        errorEmail | L’indirizzo e-mail non è corretto | The e-mail address is not correct | Die E-Mail-Adresse ist nicht korrekt | L’adresse e-mail n’est pas correcte | E-poštni naslov ni pravilen
        errorPassword | La password è troppo corta o troppo facile da indovinare | The password is too short or too easy to guess | Das Passwort ist zu kurz oder zu leicht zu erraten | Le mot de passe est trop court ou trop facile à deviner | Geslo je prekratko ali prelahko
        errorBirthDate | La data non è corretta, o non corrisponde al codice fiscale | The date is not correct, or does not fit the tax code | Das Datum ist nicht korrekt oder passt nicht zur Steuernummer | La date n’est pas correcte, ou ne correspond pas au code fiscal | Datum ni pravilen ali se ne ujema z davčno številko
        errorCountry | Il paese non va bene per la situazione che hai scelto | The country does not fit what you chose above | Das Land passt nicht zu Ihrer Auswahl | Le pays ne convient pas à la situation choisie | Država se ne ujema z vašo izbiro
        errorConsent | Serve il tuo consenso | Your consent is needed | Ihre Zustimmung ist erforderlich | Votre accord est nécessaire | Potrebno je vaše soglasje
        registeredText | Ti abbiamo inviato un’e-mail con un codice. Inseriscilo qui per attivare l’account. | We have sent you an e-mail with a code. Enter it here to activate your account. | Wir haben Ihnen eine E-Mail mit einem Code gesendet. Geben Sie ihn hier ein, um das Konto zu aktivieren. | Nous vous avons envoyé un e-mail avec un code. Saisissez-le ici pour activer le compte. | Poslali smo vam e-pošto s kodo. Vnesite jo tukaj, da aktivirate račun.
        verifyTitle | Conferma la registrazione | Confirm your registration | Registrierung bestätigen | Confirmez votre inscription | Potrdite registracijo
        code | Codice ricevuto per e-mail | Code from the e-mail | Code aus der E-Mail | Code reçu par e-mail | Koda iz e-pošte
        verify | Conferma | Confirm | Bestätigen | Confirmer | Potrdi
        codeWrong | Il codice non è valido o è scaduto. | The code is not valid or has expired. | Der Code ist ungültig oder abgelaufen. | Le code n’est pas valable ou a expiré. | Koda ni veljavna ali je potekla.
        verified | Account attivato. Ora puoi accedere. | Your account is active. You can now sign in. | Ihr Konto ist aktiv. Sie können sich jetzt anmelden. | Votre compte est actif. Vous pouvez vous connecter. | Vaš račun je aktiven. Zdaj se lahko prijavite.
        resetTitle | Password dimenticata | Forgotten password | Passwort vergessen | Mot de passe oublié | Pozabljeno geslo
        resetIntro | Scrivi l’e-mail del tuo account: ti mandiamo un codice per scegliere una nuova password. | Enter the e-mail of your account: we will send you a code to choose a new password. | Geben Sie die E-Mail Ihres Kontos ein: Wir senden Ihnen einen Code für ein neues Passwort. | Saisissez l’e-mail de votre compte : nous vous enverrons un code pour choisir un nouveau mot de passe. | Vnesite e-pošto svojega računa: poslali vam bomo kodo za novo geslo.
        resetSend | Invia il codice | Send the code | Code senden | Envoyer le code | Pošlji kodo
        resetSent | Se l’account esiste, ti abbiamo inviato un’e-mail con un codice. | If the account exists, we have sent you an e-mail with a code. | Falls das Konto existiert, haben wir Ihnen eine E-Mail mit einem Code gesendet. | Si le compte existe, nous vous avons envoyé un e-mail avec un code. | Če račun obstaja, smo vam poslali e-pošto s kodo.
        newPasswordTitle | Scegli una nuova password | Choose a new password | Neues Passwort wählen | Choisissez un nouveau mot de passe | Izberite novo geslo
        newPassword | Nuova password | New password | Neues Passwort | Nouveau mot de passe | Novo geslo
        savePassword | Salva la password | Save the password | Passwort speichern | Enregistrer le mot de passe | Shrani geslo
        passwordSaved | Password cambiata. Ora puoi accedere. | Your password has been changed. You can now sign in. | Ihr Passwort wurde geändert. Sie können sich jetzt anmelden. | Votre mot de passe a été modifié. Vous pouvez vous connecter. | Geslo je spremenjeno. Zdaj se lahko prijavite.
        """
}

/// Texts of the profile, of delegations and of payments without a bill.
enum ProfileTexts {
    static let table = """
        profile | Profilo | Profile | Profil | Profil | Profil
        profileData | Dati e indirizzo | Data and address | Daten und Adresse | Données et adresse | Podatki in naslov
        profileDataText | Cambia nome, indirizzo e lingua delle e-mail. | Change name, address and the language of e-mails. | Name, Adresse und Sprache der E-Mails ändern. | Changez nom, adresse et langue des e-mails. | Spremenite ime, naslov in jezik e-pošte.
        profileSaved | I dati sono salvati. | Your data are saved. | Ihre Daten sind gespeichert. | Vos données sont enregistrées. | Vaši podatki so shranjeni.
        profileChangedMeanwhile | Nel frattempo i dati sono cambiati. Qui vedi quelli nuovi: controllali e salva di nuovo. | Your data have changed in the meantime. These are the new ones: check them and save again. | Ihre Daten wurden inzwischen geändert. Hier sehen Sie die neuen: Prüfen Sie sie und speichern Sie erneut. | Vos données ont changé entre-temps. Voici les nouvelles : vérifiez-les et enregistrez à nouveau. | Podatki so se medtem spremenili. Tu so novi: preverite jih in znova shranite.
        save | Salva | Save | Speichern | Enregistrer | Shrani
        fullName | Nome e cognome, o denominazione | Full name, or name of the organization | Vor- und Nachname oder Bezeichnung | Nom et prénom, ou dénomination | Ime in priimek ali naziv
        address | Indirizzo | Address | Adresse | Adresse | Naslov
        mailLanguage | Lingua delle e-mail | Language of e-mails | Sprache der E-Mails | Langue des e-mails | Jezik e-pošte
        provedBy | Identità verificata con | Identity proved by | Identität nachgewiesen durch | Identité prouvée par | Istovetnost dokazana z
        provedMailbox | la sola e-mail | e-mail only | nur E-Mail | l’e-mail seulement | samo e-pošto
        provedSmartCard | la tessera (TS-CNS, CIE) | a smart card (TS-CNS, CIE) | Karte (TS-CNS, CIE) | la carte (TS-CNS, CIE) | kartico (TS-CNS, CIE)
        provedIdentityProvider | SPID o CIE | SPID or CIE | SPID oder CIE | SPID ou CIE | SPID ali CIE
        changeEmail | Cambia e-mail | Change e-mail address | E-Mail-Adresse ändern | Changer d’e-mail | Sprememba e-pošte
        changeEmailText | L’indirizzo per accedere e per le ricevute. | The address for sign-in and for receipts. | Die Adresse für Anmeldung und Quittungen. | L’adresse pour se connecter et pour les quittances. | Naslov za prijavo in potrdila.
        changeEmailIntro | Ti mandiamo un codice al nuovo indirizzo. Finché non lo confermi, resta valido quello di prima. | We send a code to the new address. Until you confirm it, the former address stays valid. | Wir senden einen Code an die neue Adresse. Bis zur Bestätigung gilt die bisherige. | Nous envoyons un code à la nouvelle adresse. Jusqu’à la confirmation, l’ancienne reste valable. | Na novi naslov pošljemo kodo. Do potrditve velja prejšnji.
        newEmail | Nuova e-mail | New e-mail address | Neue E-Mail-Adresse | Nouvelle adresse e-mail | Nova e-pošta
        emailCodeSent | Ti abbiamo inviato un codice al nuovo indirizzo. | We have sent a code to the new address. | Wir haben einen Code an die neue Adresse gesendet. | Nous avons envoyé un code à la nouvelle adresse. | Na novi naslov smo poslali kodo.
        emailChanged | L’e-mail è cambiata. | Your e-mail address has been changed. | Ihre E-Mail-Adresse wurde geändert. | Votre adresse e-mail a été changée. | E-poštni naslov je spremenjen.
        changePassword | Cambia password | Change password | Passwort ändern | Changer de mot de passe | Sprememba gesla
        setPassword | Scegli una password | Choose a password | Passwort wählen | Choisir un mot de passe | Izbira gesla
        changePasswordText | Esci così da tutti gli altri dispositivi. | This also signs you out on all other devices. | Damit melden Sie sich auch auf allen anderen Geräten ab. | Vous déconnecte aussi de tous les autres appareils. | S tem se odjavite tudi na vseh drugih napravah.
        changePasswordIntro | La nuova password chiude ogni altra sessione, su tutti i dispositivi. Resti collegato solo qui. | A new password ends every other session, on all devices. You stay signed in here only. | Ein neues Passwort beendet jede andere Sitzung, auf allen Geräten. Nur hier bleiben Sie angemeldet. | Un nouveau mot de passe ferme toute autre session, sur tous les appareils. Vous restez connecté seulement ici. | Novo geslo konča vse druge seje na vseh napravah. Prijavljeni ostanete samo tukaj.
        currentPassword | Password attuale | Current password | Aktuelles Passwort | Mot de passe actuel | Trenutno geslo
        currentPasswordWrong | La password attuale non è corretta | The current password is wrong | Das aktuelle Passwort ist falsch | Le mot de passe actuel est incorrect | Trenutno geslo ni pravilno
        passwordChanged | La password è cambiata e le altre sessioni sono chiuse. | Your password has been changed, and the other sessions have ended. | Ihr Passwort wurde geändert, und die anderen Sitzungen sind beendet. | Votre mot de passe a été changé et les autres sessions sont fermées. | Geslo je spremenjeno, druge seje so končane.
        eraseAccount | Cancella l’account | Erase the account | Konto löschen | Supprimer le compte | Izbris računa
        eraseAccountText | Cancella i tuoi dati personali. Pagamenti e ricevute restano all’ente. | Erases your personal data. Payments and receipts stay with the public body. | Löscht Ihre persönlichen Daten. Zahlungen und Quittungen bleiben bei der Behörde. | Supprime vos données personnelles. Paiements et quittances restent à l’organisme. | Izbriše vaše osebne podatke. Plačila in potrdila ostanejo ustanovi.
        eraseIntro | L’account e i suoi dati vengono cancellati subito, e le deleghe finiscono. Non si può annullare. I pagamenti e le ricevute restano agli enti, come vuole la legge. | The account and its data are erased at once, and its delegations end. This cannot be undone. Payments and receipts stay with the public bodies, as the law requires. | Das Konto und seine Daten werden sofort gelöscht, die Vollmachten enden. Das ist endgültig. Zahlungen und Quittungen bleiben bei den Behörden, wie es das Gesetz verlangt. | Le compte et ses données sont supprimés aussitôt, et les délégations prennent fin. C’est définitif. Les paiements et les quittances restent aux organismes, comme la loi l’exige. | Račun in podatki se izbrišejo takoj, pooblastila prenehajo. Tega ni mogoče razveljaviti. Plačila in potrdila ostanejo ustanovam, kot zahteva zakon.
        eraseConfirm | Sì, cancella il mio account | Yes, erase my account | Ja, mein Konto löschen | Oui, supprimer mon compte | Da, izbriši moj račun
        accountErased | L’account è cancellato. | Your account has been erased. | Ihr Konto wurde gelöscht. | Votre compte a été supprimé. | Račun je izbrisan.
        delegations | Deleghe | Delegations | Vollmachten | Délégations | Pooblastila
        delegationsText | Fai agire un’altra persona per te, o agisci per lei. | Let another person act for you, or act for them. | Lassen Sie eine andere Person für Sie handeln, oder handeln Sie für sie. | Laissez une autre personne agir pour vous, ou agissez pour elle. | Druga oseba lahko ravna v vašem imenu ali vi v njenem.
        delegationsIntro | Chi ha una tua delega vede e paga i tuoi debiti e vede le tue ricevute. Puoi revocarla in ogni momento. | A person with your delegation sees and pays your debts, and sees your receipts. You can withdraw it at any time. | Wer Ihre Vollmacht hat, sieht und zahlt Ihre Forderungen und sieht Ihre Quittungen. Sie können sie jederzeit widerrufen. | La personne qui a votre délégation voit et paie vos dettes, et voit vos quittances. Vous pouvez la révoquer à tout moment. | Pooblaščenec vidi in plačuje vaše obveznosti ter vidi vaša potrdila. Pooblastilo lahko kadar koli prekličete.
        delegationProof | Per dare o usare una delega accedi con SPID, CIE o tessera: la sola e-mail non prova chi sei. | To give or use a delegation, sign in with SPID, CIE or a smart card: an e-mail address alone does not prove who you are. | Um eine Vollmacht zu erteilen oder zu nutzen, melden Sie sich mit SPID, CIE oder Karte an: Eine E-Mail-Adresse allein beweist nicht, wer Sie sind. | Pour donner ou utiliser une délégation, connectez-vous avec SPID, CIE ou une carte : l’e-mail seul ne prouve pas qui vous êtes. | Za podelitev ali uporabo pooblastila se prijavite s SPID, CIE ali kartico: sama e-pošta ne dokazuje, kdo ste.
        delegationsReceived | Agisci per altri | You act for others | Sie handeln für andere | Vous agissez pour d’autres | Ravnate v imenu drugih
        delegationsGiven | Altri agiscono per te | Others act for you | Andere handeln für Sie | D’autres agissent pour vous | Drugi ravnajo v vašem imenu
        delegator | Chi ti ha dato la delega | Who gave you the delegation | Wer Ihnen die Vollmacht gab | Qui vous a donné la délégation | Kdo vam je dal pooblastilo
        delegate | A chi hai dato la delega | To whom you gave the delegation | Wem Sie die Vollmacht gaben | À qui vous avez donné la délégation | Komu ste dali pooblastilo
        giveDelegation | Dai una delega | Give a delegation | Vollmacht erteilen | Donner une délégation | Podeli pooblastilo
        delegateTaxCode | Codice fiscale di chi agirà per te | Tax code of the person who will act for you | Steuernummer der Person, die für Sie handelt | Code fiscal de la personne qui agira pour vous | Davčna številka osebe, ki bo ravnala v vašem imenu
        delegationLastDay | Ultimo giorno | Last day | Letzter Tag | Dernier jour | Zadnji dan
        delegationLastDayHint | Senza una data la delega vale finché la revochi. | Without a date the delegation holds until you withdraw it. | Ohne Datum gilt die Vollmacht bis zum Widerruf. | Sans date, la délégation vaut jusqu’à ce que vous la révoquiez. | Brez datuma pooblastilo velja do preklica.
        noDelegations | Non ci sono deleghe. | There are no delegations. | Es gibt keine Vollmachten. | Aucune délégation. | Ni pooblastil.
        delegationActive | Valida | Valid | Gültig | Valable | Veljavno
        delegationInactive | Non valida oggi | Not valid today | Heute nicht gültig | Pas valable aujourd’hui | Danes ne velja
        delegationIsWithdrawn | Revocata | Withdrawn | Widerrufen | Révoquée | Preklicano
        delegationGiven | La delega è data. | The delegation is given. | Die Vollmacht ist erteilt. | La délégation est donnée. | Pooblastilo je podeljeno.
        delegationWithdrawn | La delega è revocata. | The delegation is withdrawn. | Die Vollmacht ist widerrufen. | La délégation est révoquée. | Pooblastilo je preklicano.
        delegationEnded | Questa delega non vale più. Ora agisci per te. | This delegation is no longer valid. You now act for yourself. | Diese Vollmacht gilt nicht mehr. Sie handeln jetzt für sich selbst. | Cette délégation n’est plus valable. Vous agissez maintenant pour vous. | To pooblastilo ne velja več. Zdaj ravnate v svojem imenu.
        delegationStopped | Ora agisci per te. | You now act for yourself. | Sie handeln jetzt für sich selbst. | Vous agissez maintenant pour vous. | Zdaj ravnate v svojem imenu.
        actFor | Agisci per questa persona | Act for this person | Für diese Person handeln | Agir pour cette personne | Ravnaj v imenu te osebe
        actingFor | Stai agendo per conto di {0} | You are acting for {0} | Sie handeln für {0} | Vous agissez pour {0} | Ravnate v imenu osebe {0}
        stopActing | Torna ad agire per te | Act for yourself again | Wieder für sich selbst handeln | Agir à nouveau pour vous | Spet ravnajte v svojem imenu
        withdraw | Revoca | Withdraw | Widerrufen | Révoquer | Prekliči
        spontaneous | Pagamenti spontanei | Payments without a notice | Zahlungen ohne Bescheid | Paiements sans avis | Plačila brez obvestila
        spontaneousText | Paga un servizio per cui non hai ricevuto un avviso. | Pay for a service for which you have no notice. | Zahlen Sie eine Leistung, für die Sie keinen Bescheid haben. | Payez un service pour lequel vous n’avez pas d’avis. | Plačajte storitev, za katero nimate obvestila.
        spontaneousIntro | Scegli che cosa vuoi pagare. | Choose what you want to pay. | Wählen Sie, was Sie zahlen möchten. | Choisissez ce que vous voulez payer. | Izberite, kaj želite plačati.
        noSpontaneous | Al momento non ci sono pagamenti senza avviso. | There are no payments without a notice at the moment. | Zurzeit gibt es keine Zahlungen ohne Bescheid. | Il n’y a pas de paiement sans avis pour le moment. | Trenutno ni plačil brez obvestila.
        spontaneousOwn | Questi pagamenti sono a tuo nome. Torna ad agire per te, poi prosegui. | These payments are in your own name. Act for yourself again, then continue. | Diese Zahlungen lauten auf Ihren eigenen Namen. Handeln Sie wieder für sich selbst und fahren Sie dann fort. | Ces paiements sont à votre nom. Agissez à nouveau pour vous, puis continuez. | Ta plačila so v vašem imenu. Spet ravnajte v svojem imenu in nato nadaljujte.
        amountBounds | Da {0} a {1} | From {0} to {1} | Von {0} bis {1} | De {0} à {1} | Od {0} do {1}
        debtorKind | Chi deve pagare | Who owes the payment | Wer zahlungspflichtig ist | Qui doit payer | Kdo je zavezanec
        kindPerson | Una persona | A person | Eine Person | Une personne | Oseba
        kindOrganization | Una società o un ente | A company or organization | Ein Unternehmen oder eine Organisation | Une société ou un organisme | Podjetje ali organizacija
        """
}

/// Texts of every page: key, Italian, English, German, French and Slovene, one text to a line.
enum CommonTexts {
    static let table = """
        skip | Vai al contenuto | Skip to content | Zum Inhalt springen | Aller au contenu | Preskoči na vsebino
        language | Lingua | Language | Sprache | Langue | Jezik
        menu | Menu principale | Main menu | Hauptmenü | Menu principal | Glavni meni
        breadcrumb | Percorso | Breadcrumb | Pfad | Fil d’Ariane | Pot
        home | Inizio | Home | Startseite | Accueil | Domov
        signIn | Accedi | Sign in | Anmelden | Se connecter | Prijava
        signOut | Esci | Sign out | Abmelden | Se déconnecter | Odjava
        services | Servizi | Services | Dienste | Services | Storitve
        payments | Pagamenti pagoPA | pagoPA payments | pagoPA-Zahlungen | Paiements pagoPA | Plačila pagoPA
        archive | Archivio | Archive | Archiv | Archives | Arhiv
        help | Help online | Online help | Online-Hilfe | Aide en ligne | Spletna pomoč
        payNotice | Paga un avviso | Pay a notice | Zahlungsmitteilung bezahlen | Payer un avis | Plačaj obvestilo
        optional | facoltativo | optional | optional | facultatif | neobvezno
        footer | Pagamenti alla pubblica amministrazione con pagoPA | Payments to the public administration with pagoPA | Zahlungen an die öffentliche Verwaltung mit pagoPA | Paiements à l’administration publique avec pagoPA | Plačila javni upravi s pagoPA
        back | Indietro | Back | Zurück | Retour | Nazaj
        search | Cerca | Search | Suchen | Rechercher | Išči
        details | Dettaglio | Details | Details | Détails | Podrobnosti
        pay | Paga | Pay | Zahlen | Payer | Plačaj
        print | Stampa | Print | Drucken | Imprimer | Natisni
        proceed | Continua | Continue | Weiter | Continuer | Nadaljuj
        amount | Importo | Amount | Betrag | Montant | Znesek
        fee | Commissione | Fee | Gebühr | Commission | Provizija
        total | Totale | Total | Gesamtbetrag | Total | Skupaj
        dueDate | Scadenza | Due date | Fälligkeit | Échéance | Rok plačila
        status | Stato | Status | Status | État | Stanje
        creditor | Ente creditore | Public body | Gläubigerkörperschaft | Organisme créancier | Ustanova upnica
        reason | Causale | Reason for payment | Zahlungsgrund | Motif du paiement | Namen plačila
        document | Documento | Document | Dokument | Document | Dokument
        documentOf | Documento {0} del {1} | Document {0} of {1} | Dokument {0} von {1} | Document {0} de {1} | Dokument {0} iz leta {1}
        year | Anno | Year | Jahr | Année | Leto
        number | Numero | Number | Nummer | Numéro | Številka
        iuv | Codice IUV | IUV code | IUV-Code | Code IUV | Koda IUV
        noticeNumber | Codice avviso | Notice number | Nummer der Zahlungsmitteilung | Numéro d’avis | Številka obvestila
        paidAt | Data del pagamento | Payment date | Zahlungsdatum | Date du paiement | Datum plačila
        psp | Prestatore di servizi di pagamento | Payment service provider | Zahlungsdienstleister | Prestataire de services de paiement | Ponudnik plačilnih storitev
        method | Modalità di pagamento | Payment method | Zahlungsart | Mode de paiement | Način plačila
        action | Azione | Action | Aktion | Action | Dejanje
        nextPage | Pagina successiva | Next page | Nächste Seite | Page suivante | Naslednja stran
        firstPage | Prima pagina | First page | Erste Seite | Première page | Prva stran
        email | Indirizzo e-mail | E-mail address | E-Mail-Adresse | Adresse e-mail | E-poštni naslov
        from | Dal giorno | From | Von | Du | Od
        to | Al giorno | To | Bis | Au | Do
        errorPrefix | Errore: {0} | Error: {0} | Fehler: {0} | Erreur : {0} | Napaka: {0}
        errorsTitle | Controlla questi campi | Check these fields | Bitte diese Felder prüfen | Vérifiez ces champs | Preverite ta polja
        errorRequired | Campo obbligatorio | This field is required | Dieses Feld ist erforderlich | Ce champ est obligatoire | To polje je obvezno
        errorInvalid | Valore non valido | The value is not valid | Der Wert ist ungültig | La valeur n’est pas valable | Vrednost ni veljavna
        notFoundTitle | Pagina non trovata | Page not found | Seite nicht gefunden | Page introuvable | Stran ni najdena
        notFoundText | La pagina non esiste, oppure quello che cerchi non è tuo. | The page does not exist, or it is not yours to see. | Die Seite gibt es nicht, oder sie gehört nicht zu Ihrem Konto. | La page n’existe pas, ou elle n’est pas liée à votre compte. | Strani ni ali pa ne pripada vašemu računu.
        unavailableTitle | Il servizio non risponde | The service is not answering | Der Dienst antwortet nicht | Le service ne répond pas | Storitev se ne odziva
        unavailableText | In questo momento non riusciamo a leggere i dati. Non è stato perso nulla: riprova tra poco. | We cannot read the data right now. Nothing has been lost: try again shortly. | Die Daten sind im Moment nicht erreichbar. Es ist nichts verloren: Versuchen Sie es in Kürze erneut. | Les données sont inaccessibles pour le moment. Rien n’est perdu : réessayez bientôt. | Podatki trenutno niso dosegljivi. Nič ni izgubljeno: poskusite znova čez nekaj trenutkov.
        retry | Riprova | Try again | Erneut versuchen | Réessayer | Poskusi znova
        tooManyText | Troppe richieste. Riprova tra {0} secondi. | Too many requests. Try again in {0} seconds. | Zu viele Anfragen. Versuchen Sie es in {0} Sekunden erneut. | Trop de demandes. Réessayez dans {0} secondes. | Preveč zahtev. Poskusite znova čez {0} sekund.
        formExpiredTitle | Il modulo è scaduto | The form has expired | Das Formular ist abgelaufen | Le formulaire a expiré | Obrazec je potekel
        formExpiredText | Per sicurezza il modulo vale solo per la tua visita. Torna alla pagina e invialo di nuovo. | For your security the form is valid for your visit only. Go back to the page and send it again. | Zu Ihrer Sicherheit gilt das Formular nur für Ihren Besuch. Gehen Sie zurück und senden Sie es erneut. | Pour votre sécurité, le formulaire n’est valable que pour votre visite. Revenez à la page et envoyez-le de nouveau. | Zaradi varnosti obrazec velja samo za vaš obisk. Vrnite se na stran in ga pošljite znova.
        badRequestTitle | Richiesta non valida | The request is not valid | Die Anfrage ist ungültig | La demande n’est pas valable | Zahteva ni veljavna
        badRequestText | La richiesta non è leggibile o è troppo grande. | The request cannot be read or is too large. | Die Anfrage ist nicht lesbar oder zu groß. | La demande est illisible ou trop grande. | Zahteve ni mogoče prebrati ali je prevelika.
        refusedText | La richiesta non è stata accettata. Controlla i dati e riprova. | The request was not accepted. Check the data and try again. | Die Anfrage wurde nicht angenommen. Prüfen Sie die Angaben und versuchen Sie es erneut. | La demande n’a pas été acceptée. Vérifiez les données et réessayez. | Zahteva ni bila sprejeta. Preverite podatke in poskusite znova.
        homeTitle | Paga e trova le tue ricevute | Pay and find your receipts | Zahlen und Ihre Quittungen finden | Payez et retrouvez vos reçus | Plačajte in poiščite potrdila
        homeIntro | Qui vedi quanto devi all’ente, paghi con pagoPA e ritrovi le ricevute dei pagamenti. | Here you see what you owe, pay with pagoPA and find the receipts of your payments. | Hier sehen Sie offene Beträge, zahlen mit pagoPA und finden Ihre Quittungen. | Ici vous voyez ce que vous devez, payez avec pagoPA et retrouvez vos reçus. | Tukaj vidite svoje dolgove, plačate s pagoPA in najdete potrdila o plačilih.
        homeServices | Le prestazioni dell’ente e i loro documenti. | What the public body provides, with its documents. | Die Leistungen der Körperschaft und ihre Dokumente. | Les prestations de l’organisme et leurs documents. | Storitve ustanove in njihovi dokumenti.
        homePayments | Cerca quello che devi pagare e quello che hai già pagato. | Find what you have to pay and what you have paid. | Offene und bezahlte Beträge suchen. | Cherchez ce qui est à payer et ce qui est payé. | Poiščite neplačane in plačane dolgove.
        homeArchive | Le ricevute dei tuoi pagamenti, da vedere, scaricare e stampare. | The receipts of your payments, to view, download and print. | Ihre Quittungen zum Ansehen, Herunterladen und Drucken. | Vos reçus, à voir, télécharger et imprimer. | Potrdila o vaših plačilih za ogled, prenos in tisk.
        homeNotice | Hai un avviso di pagamento? Pagalo senza accedere. | Do you have a payment notice? Pay it without signing in. | Sie haben eine Zahlungsmitteilung? Bezahlen Sie sie ohne Anmeldung. | Vous avez un avis de paiement ? Payez-le sans vous connecter. | Imate obvestilo o plačilu? Plačajte ga brez prijave.
        homeSignIn | Con le tue credenziali, con la tessera o con SPID e CIE. | With your user name, your card, or SPID and CIE. | Mit Benutzername, Karte oder SPID und CIE. | Avec votre identifiant, votre carte, ou SPID et CIE. | Z uporabniškim imenom, kartico ali SPID in CIE.
        homeHelp | Domande e risposte sui pagamenti. | Questions and answers about payments. | Fragen und Antworten zu Zahlungen. | Questions et réponses sur les paiements. | Vprašanja in odgovori o plačilih.
        helpIntro | Scegli un argomento. | Choose a topic. | Wählen Sie ein Thema. | Choisissez un sujet. | Izberite temo.
        helpContacts | Contatti dell’ente | Contacts of the public body | Kontakt der Körperschaft | Contacts de l’organisme | Stiki ustanove
        phone | Telefono | Telephone | Telefon | Téléphone | Telefon
        welcome | Benvenuto nella tua area riservata | Welcome to your personal area | Willkommen in Ihrem persönlichen Bereich | Bienvenue dans votre espace personnel | Dobrodošli v svojem osebnem prostoru
        """
}

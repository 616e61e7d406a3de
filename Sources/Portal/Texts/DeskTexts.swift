/// Texts of the pages for staff.
enum DeskTexts {
    static let table = """
        desk | Ufficio | Staff desk | Büro | Bureau | Pisarna
        deskIntro | Le pagine per chi lavora nell’ente: cerca un pagamento, decidi sulle anomalie, carica le posizioni debitorie. | The pages for the staff: find a payment, decide about anomalies, upload debts. | Die Seiten für die Bediensteten: Zahlungen suchen, über Unstimmigkeiten entscheiden, Forderungen hochladen. | Les pages du personnel : chercher un paiement, décider des anomalies, envoyer des créances. | Strani za zaposlene: poiščite plačilo, odločite o nepravilnostih, naložite terjatve.
        deskSignIn | Accesso all’ufficio | Sign in to the staff desk | Im Büro anmelden | Accéder au bureau | Prijava v pisarno
        deskSignInIntro | Accedi con la chiave API che hai ricevuto. Vedi solo quello che la chiave permette. | Sign in with the API key that you were given. You see only what the key allows. | Melden Sie sich mit dem API-Schlüssel an, den Sie erhalten haben. Sie sehen nur, was der Schlüssel erlaubt. | Connectez-vous avec la clé API que vous avez reçue. Vous ne voyez que ce que la clé permet. | Prijavite se s ključem API, ki ste ga prejeli. Vidite samo tisto, kar ključ dovoljuje.
        deskKey | Chiave API | API key | API-Schlüssel | Clé API | Ključ API
        deskKeyHint | La sessione termina dopo 15 minuti senza attività, e dopo 8 ore. | The session ends after 15 minutes without activity, and after 8 hours. | Die Sitzung endet nach 15 Minuten ohne Aktivität und nach 8 Stunden. | La session se termine après 15 minutes sans activité, et après 8 heures. | Seja se konča po 15 minutah brez dejavnosti in po 8 urah.
        deskKeyWrong | La chiave non è valida, è scaduta o è stata revocata | The key is not valid, has expired or was revoked | Der Schlüssel ist ungültig, abgelaufen oder widerrufen | La clé n’est pas valable, a expiré ou a été révoquée | Ključ ni veljaven, je potekel ali je bil preklican
        deskKeyKind | Questa chiave è di un sito o di una pagina web: serve una chiave per il personale | This key belongs to a site or a web page: a key for staff is needed | Dieser Schlüssel gehört zu einer Website: Es wird ein Schlüssel für Bedienstete benötigt | Cette clé est celle d’un site : il faut une clé pour le personnel | Ta ključ pripada spletnemu mestu: potreben je ključ za zaposlene
        deskForbiddenTitle | Non permesso | Not allowed | Nicht erlaubt | Non autorisé | Ni dovoljeno
        deskForbiddenText | La tua chiave API non permette questa operazione. | Your API key does not allow this operation. | Ihr API-Schlüssel erlaubt diesen Vorgang nicht. | Votre clé API ne permet pas cette opération. | Vaš ključ API te operacije ne dovoljuje.
        deskDone | Fatto. | Done. | Erledigt. | C’est fait. | Opravljeno.
        deskRefused | Il servizio non ha accettato la richiesta | The service did not accept the request | Der Dienst hat die Anfrage nicht angenommen | Le service n’a pas accepté la demande | Storitev zahteve ni sprejela
        deskNothing | Non c’è niente da mostrare. | There is nothing to show. | Es gibt nichts anzuzeigen. | Il n’y a rien à afficher. | Ni ničesar za prikaz.
        deskSave | Salva | Save | Speichern | Enregistrer | Shrani
        deskShow | Mostra | Show | Anzeigen | Afficher | Prikaži
        deskWaiting | Che cosa aspetta | What is waiting | Was wartet | Ce qui attend | Kaj čaka
        deskAnomalies | Anomalie | Anomalies | Unstimmigkeiten | Anomalies | Nepravilnosti
        deskAnomalyKinds | Anomalie aperte per tipo | Open anomalies by kind | Offene Unstimmigkeiten nach Art | Anomalies ouvertes par type | Odprte nepravilnosti po vrsti
        deskAnomaliesIntro | Pagamenti e ricevute telematiche (RT) che aspettano una decisione. | Payments and electronic receipts (RTs) that need a decision. | Zahlungen und elektronische Quittungen (RT), über die zu entscheiden ist. | Paiements et reçus électroniques (RT) qui attendent une décision. | Plačila in elektronska potrdila (RT), ki čakajo na odločitev.
        deskUnreadable | RT non leggibili | Unreadable RTs | Unlesbare RT | RT illisibles | Neberljivi RT
        deskUnreadableText | Messaggi firmati di un PSP che non si leggono come RT. | Signed messages of a PSP that cannot be read as an RT. | Signierte Nachrichten eines PSP, die nicht als RT lesbar sind. | Messages signés d’un PSP qui ne se lisent pas comme une RT. | Podpisana sporočila PSP, ki jih ni mogoče prebrati kot RT.
        deskQuarantine | In quarantena | In quarantine | In Quarantäne | En quarantaine | V karanteni
        deskAttempts | Tentativi di pagamento | Payment attempts | Zahlungsversuche | Tentatives de paiement | Poskusi plačila
        deskAttemptsText | {0} aspettano la RT, {1} sono fermi | {0} wait for their RT, {1} are stuck | {0} warten auf die RT, {1} stehen still | {0} attendent la RT, {1} sont bloquées | {0} jih čaka na RT, {1} jih je obstalo
        deskMails | E-mail | E-mails | E-Mails | E-mails | E-pošta
        deskMailsText | {0} non consegnate | {0} not delivered | {0} nicht zugestellt | {0} non distribués | {0} nedostavljenih
        deskDeadJobs | Lavori in background fermi | Background jobs that have stopped | Angehaltene Hintergrunddienste | Tâches d’arrière-plan arrêtées | Ustavljena opravila v ozadju
        deskKind | Tipo | Kind | Art | Type | Vrsta
        deskOldest | La più vecchia | Oldest | Älteste | La plus ancienne | Najstarejša
        deskOpened | Aperta il | Opened | Eröffnet am | Ouverte le | Odprta
        deskStateOpen | Aperta | Open | Offen | Ouverte | Odprta
        deskStateResolved | Decisa | Resolved | Entschieden | Décidée | Rešena
        deskPSPID | Identificativo del PSP | Identifier of the PSP | Kennung des PSP | Identifiant du PSP | Oznaka PSP
        deskSearchText | IUV, codice avviso, nome o codice fiscale | IUV, notice number, name or tax code | IUV, Nummer der Zahlungsmitteilung, Name oder Steuernummer | IUV, numéro d’avis, nom ou code fiscal | IUV, številka obvestila, ime ali davčna številka
        deskSearchHint | Quello che scrivi non compare nell’indirizzo della pagina. | What you type is not part of the page’s address. | Ihre Eingabe steht nicht in der Adresse der Seite. | Votre saisie n’apparaît pas dans l’adresse de la page. | Vneseno besedilo ni del naslova strani.
        deskSearchKind | Cerca per | Search by | Suchen nach | Chercher par | Išči po
        deskKindAny | Riconosci da solo | Detect automatically | Automatisch erkennen | Détection automatique | Samodejno prepoznaj
        deskKindIuv | Codice IUV | IUV code | IUV-Code | Code IUV | Koda IUV
        deskKindNotice | Codice avviso | Notice number | Nummer der Zahlungsmitteilung | Numéro d’avis | Številka obvestila
        deskKindNoticeEnd | Ultime cifre del codice avviso | Last digits of the notice number | Letzte Ziffern der Nummer der Zahlungsmitteilung | Derniers chiffres du numéro d’avis | Zadnje števke številke obvestila
        deskKindTaxCode | Codice fiscale | Tax code | Steuernummer | Code fiscal | Davčna številka
        deskKindName | Nome | Name | Name | Nom | Ime
        deskKindDocument | Numero del documento | Number of the document | Nummer des Dokuments | Numéro du document | Številka dokumenta
        deskPositions | Posizioni debitorie | Debts | Forderungen | Créances | Terjatve
        deskPosition | Posizione debitoria | Debt | Forderung | Créance | Terjatev
        deskDebtor | Intestatario del debito | Debtor | Schuldner | Débiteur | Dolžnik
        deskExternalID | Codice dell’ente | Key of the public body | Schlüssel der Körperschaft | Clé de l’organisme | Oznaka ustanove
        deskWrittenOff | Stralciato | Written off | Ausgebucht | Passé en perte | Odpisano
        deskTimeline | Che cosa è successo | What happened | Verlauf | Ce qui s’est passé | Potek dogodkov
        deskHidden | La tua chiave non permette di vedere: {0}. | Your key does not allow you to see: {0}. | Ihr Schlüssel erlaubt keinen Einblick in: {0}. | Votre clé ne permet pas de voir : {0}. | Vaš ključ ne dovoljuje ogleda: {0}.
        deskCreated | Posizione creata | Debt created | Forderung angelegt | Créance créée | Terjatev ustvarjena
        deskAttemptStarted | Pagamento avviato | Payment started | Zahlung begonnen | Paiement commencé | Plačilo začeto
        deskAttemptEnded | Fine del tentativo: {0} | End of the attempt: {0} | Ende des Versuchs: {0} | Fin de la tentative : {0} | Konec poskusa: {0}
        deskRTArrived | RT arrivata | RT received | RT eingegangen | RT reçue | RT prejet
        deskAnomalyOpened | Anomalia: {0} | Anomaly: {0} | Unstimmigkeit: {0} | Anomalie : {0} | Nepravilnost: {0}
        deskDecided | Decisione: {0} | Decision: {0} | Entscheidung: {0} | Décision : {0} | Odločitev: {0}
        deskRefundDecided | Rimborso deciso | Refund decided | Rückerstattung beschlossen | Remboursement décidé | Odločeno o vračilu
        deskMailOf | E-mail: {0} | E-mail: {0} | E-Mail: {0} | E-mail : {0} | E-pošta: {0}
        deskRecipient | Destinatario | Recipient | Empfänger | Destinataire | Prejemnik
        deskJournal | Giornale degli eventi | Journal | Journal | Journal | Dnevnik
        deskWhy | Motivo | Reason | Grund | Raison | Razlog
        deskWhyHint | Resta nel giornale degli eventi. | It is recorded in the journal. | Er wird im Journal gespeichert. | Elle est enregistrée dans le journal. | Zapisan bo v dnevniku.
        deskWho | Chi ha deciso | Decided by | Entschieden von | Décidé par | Odločil
        deskReference | Riferimento | Reference | Referenz | Référence | Sklic
        deskRTBytes | RT come è arrivata | RT as received | RT wie empfangen | RT telle que reçue | RT, kot je bil prejet
        deskOfficialRT | RT ufficiale (XML) | Official RT (XML) | Offizielle RT (XML) | RT officielle (XML) | Uradni RT (XML)
        deskEvidence | Documento originale | Original document | Originaldokument | Document d’origine | Izvirni dokument
        deskNote | Nota di lettura | Note of the reader | Lesevermerk | Note de lecture | Opomba ob branju
        deskViolations | Regole non rispettate | Violated rules | Verletzte Regeln | Règles non respectées | Kršena pravila
        deskCandidate | Posizione proposta | Proposed debt | Vorgeschlagene Forderung | Créance proposée | Predlagana terjatev
        deskDecide | Decidi | Decide | Entscheiden | Décider | Odloči
        deskDecision | Decisione | Decision | Entscheidung | Décision | Odločitev
        deskDecidedAt | Deciso il | Decided on | Entschieden am | Décidé le | Odločeno
        deskDebt | Posizione a cui assegnare | Debt to assign to | Zuzuordnende Forderung | Créance à attribuer | Terjatev za dodelitev
        deskDebtHint | Codice avviso, IUV o identificativo. Serve solo per l’assegnazione. | Notice number, IUV or id. Only for an assignment. | Nummer der Zahlungsmitteilung, IUV oder Kennung. Nur für eine Zuordnung. | Numéro d’avis, IUV ou identifiant. Seulement pour une attribution. | Številka obvestila, IUV ali oznaka. Samo za dodelitev.
        deskNoDebt | Nessuna posizione, o più di una, ha questo codice | No debt, or more than one, has this number | Keine oder mehrere Forderungen haben diese Nummer | Aucune créance, ou plusieurs, n’a ce numéro | Te številke nima nobena terjatev ali pa jih ima več
        deskRefundAmount | Importo da rimborsare | Amount to refund | Betrag der Rückerstattung | Montant à rembourser | Znesek za vračilo
        deskRefundAmountHint | Per esempio 12,50. Vuoto significa tutto quello che resta. | For example 12,50. Empty means everything that is left. | Zum Beispiel 12,50. Leer bedeutet der ganze Rest. | Par exemple 12,50. Vide signifie tout le reste. | Na primer 12,50. Prazno pomeni ves preostanek.
        deskRefunds | Rimborsi | Refunds | Rückerstattungen | Remboursements | Vračila
        deskRefund | Rimborso | Refund | Rückerstattung | Remboursement | Vračilo
        deskRefundsIntro | I rimborsi decisi si pagano in banca; qui si registra l’esito. | Refunds that were decided are paid by the bank; their outcome is recorded here. | Beschlossene Rückerstattungen zahlt die Bank; hier wird das Ergebnis erfasst. | Les remboursements décidés sont payés par la banque ; leur issue est enregistrée ici. | Odobrena vračila plača banka; tukaj se zapiše njihov izid.
        deskRefundDecide | Decidi un rimborso | Decide a refund | Rückerstattung beschließen | Décider un remboursement | Odobri vračilo
        deskRefundText | Il rimborso compare sulla ricevuta, e chi ha pagato riceve un’e-mail. | The refund is shown on the receipt, and the payer gets an e-mail. | Die Rückerstattung steht auf der Quittung, und der Zahler erhält eine E-Mail. | Le remboursement figure sur le reçu, et le payeur reçoit un e-mail. | Vračilo je navedeno na potrdilu, plačnik pa prejme e-pošto.
        deskRefundChange | Registra l’esito | Record the outcome | Ergebnis erfassen | Enregistrer l’issue | Zapiši izid
        deskDay | Data | Date | Datum | Date | Datum
        deskTime | Ora | Time | Uhrzeit | Heure | Ura
        deskCounter | Registra un pagamento allo sportello | Record a counter payment | Schalterzahlung erfassen | Enregistrer un paiement au guichet | Zapiši plačilo na blagajni
        deskTill | Sportello | Counter | Schalter | Guichet | Blagajna
        deskTillHint | Per esempio: Economato, sportello 2. | For example: Treasurer’s office, counter 2. | Zum Beispiel: Stadtkasse, Schalter 2. | Par exemple : Trésorerie, guichet 2. | Na primer: Finančni oddelek, blagajna 2.
        deskReferenceHint | Il numero della quietanza o dello scontrino. | The number of the slip or receipt. | Die Nummer des Belegs. | Le numéro du reçu. | Številka potrdila ali računa.
        deskVoid | Annulla la registrazione | Void the record | Erfassung annullieren | Annuler l’enregistrement | Razveljavi zapis
        deskVoidText | Per un pagamento registrato per errore: la ricevuta resta, annullata, e la rata torna da pagare. | For a payment recorded by mistake: the receipt remains as void, and the instalment is owed again. | Für eine irrtümlich erfasste Zahlung: Die Quittung bleibt als ungültig erhalten, und die Rate ist wieder offen. | Pour un paiement enregistré par erreur : le reçu reste, annulé, et le versement est de nouveau dû. | Za pomotoma zapisano plačilo: potrdilo ostane razveljavljeno, obrok pa je znova odprt.
        deskEnterRT | Registra una RT | Enter an RT | RT erfassen | Saisir une RT | Vnesi RT
        deskEnterRTText | Per una RT arrivata per PEC o su carta, o che il servizio non ha potuto leggere. Valgono le regole delle altre RT. | For an RT that arrived by PEC or on paper, or that the service could not read. The rules are those of every RT. | Für eine RT, die per PEC oder auf Papier kam oder die der Dienst nicht lesen konnte. Es gelten die Regeln jeder RT. | Pour une RT arrivée par PEC ou sur papier, ou que le service n’a pas pu lire. Les règles sont celles de toute RT. | Za RT, ki je prispel po PEC ali na papirju ali ga storitev ni mogla prebrati. Veljajo pravila vseh RT.
        deskOutcome | Esito | Outcome | Ergebnis | Issue | Izid
        deskOutcomeOK | Pagamento eseguito | Payment executed | Zahlung ausgeführt | Paiement effectué | Plačilo izvedeno
        deskOutcomeKO | Pagamento non eseguito | Payment not executed | Zahlung nicht ausgeführt | Paiement non effectué | Plačilo ni izvedeno
        deskEvidenceFile | Documento ricevuto | Document received | Erhaltenes Dokument | Document reçu | Prejeti dokument
        deskEvidenceHint | PDF, XML, immagine o messaggio PEC, al massimo 180 KB. | PDF, XML, picture or PEC message, at most 180 KB. | PDF, XML, Bild oder PEC-Nachricht, höchstens 180 KB. | PDF, XML, image ou message PEC, au maximum 180 Ko. | PDF, XML, slika ali sporočilo PEC, največ 180 KB.
        deskImports | Importazioni | Imports | Importe | Importations | Uvozi
        deskImport | Importazione | Import | Import | Importation | Uvoz
        deskImportsIntro | Carica un file con nuove posizioni debitorie. Una riga sbagliata non ferma le altre. | Upload a file of new debts. A wrong row stops no other row. | Laden Sie eine Datei mit neuen Forderungen hoch. Eine falsche Zeile hält keine andere auf. | Envoyez un fichier de nouvelles créances. Une ligne fausse n’en arrête aucune autre. | Naložite datoteko z novimi terjatvami. Napačna vrstica ne ustavi drugih.
        deskFile | File | File | Datei | Fichier | Datoteka
        deskFileHint | CSV o NDJSON in UTF-8, al massimo 32 MB e 100.000 righe. | CSV or NDJSON in UTF-8, at most 32 MB and 100,000 rows. | CSV oder NDJSON in UTF-8, höchstens 32 MB und 100.000 Zeilen. | CSV ou NDJSON en UTF-8, au maximum 32 Mo et 100 000 lignes. | CSV ali NDJSON v UTF-8, največ 32 MB in 100.000 vrstic.
        deskFileWrong | Il file non si può leggere | The file cannot be read | Die Datei ist nicht lesbar | Le fichier n’est pas lisible | Datoteke ni mogoče prebrati
        deskDryRun | Prova | Dry run | Probelauf | Essai | Poskus
        deskDryRunHint | Con la prova vedi gli esiti, e non viene creata nessuna posizione. | A dry run shows the outcomes and creates no debt. | Ein Probelauf zeigt die Ergebnisse und legt keine Forderung an. | Un essai montre les issues et ne crée aucune créance. | Poskus pokaže izide in ne ustvari nobene terjatve.
        deskSend | Carica | Upload | Hochladen | Envoyer | Naloži
        deskSentAt | Caricato il | Uploaded on | Hochgeladen am | Envoyé le | Naloženo
        deskRows | Righe | Rows | Zeilen | Lignes | Vrstice
        deskLine | Riga | Line | Zeile | Ligne | Vrstica
        deskProgress | Avanzamento | Progress | Fortschritt | Progression | Napredek
        deskProgressText | Elaborate {0} righe su {1}. La pagina si aggiorna da sola. | {0} of {1} rows processed. The page updates itself. | {0} von {1} Zeilen verarbeitet. Die Seite aktualisiert sich selbst. | {0} lignes traitées sur {1}. La page se met à jour seule. | Obdelanih {0} od {1} vrstic. Stran se posodablja sama.
        deskStatistics | Totali | Totals | Summen | Totaux | Vsote
        deskStatisticsIntro | Le ricevute di al massimo 92 giorni, per giorno di pagamento. | The receipts of at most 92 days, by day of payment. | Die Quittungen von höchstens 92 Tagen nach Zahlungstag. | Les reçus d’au plus 92 jours, par jour de paiement. | Potrdila največ 92 dni po dnevu plačila.
        deskGroup | Raggruppa per | Group by | Gruppieren nach | Grouper par | Združi po
        deskPlotTitle | Importi per gruppo: {0} | Amounts by group: {0} | Beträge nach Gruppe: {0} | Montants par groupe : {0} | Zneski po skupini: {0}
        deskPlotText | Barre degli importi dal {0} al {1}. Gli stessi numeri sono nella tabella. | Bars of the amounts from {0} to {1}. The same numbers are in the table. | Balken der Beträge vom {0} bis {1}. Dieselben Zahlen stehen in der Tabelle. | Barres des montants du {0} au {1}. Les mêmes nombres sont dans le tableau. | Stolpci zneskov od {0} do {1}. Iste številke so v tabeli.
        deskWithoutPSP | Senza PSP | Without a PSP | Ohne PSP | Sans PSP | Brez PSP
        deskPSPs | PSP | PSPs | PSP | PSP | PSP
        deskPSPList | Elenco dei PSP | List of PSPs | Liste der PSP | Liste des PSP | Seznam PSP
        deskHealth | Pagamenti dell’ultima ora | Payments of the last hour | Zahlungen der letzten Stunde | Paiements de la dernière heure | Plačila zadnje ure
        deskHealthy | Funziona | Working | Funktioniert | Fonctionne | Deluje
        deskFailing | Ha problemi | Failing | Gestört | En panne | Ne deluje
        deskRefusedPayments | Rifiutati | Refused | Abgelehnt | Refusés | Zavrnjena
        deskNotStarted | Non avviati | Not started | Nicht begonnen | Non commencés | Nezačeta
        deskOn | Attivo | On | Aktiv | Actif | Vklopljen
        deskOff | Sospeso | Suspended | Ausgesetzt | Suspendu | Izklopljen
        deskSuspensions | Sospensioni | Suspensions | Aussetzungen | Suspensions | Izklopi
        deskSubject | Che cosa è sospeso | What is suspended | Was ausgesetzt ist | Ce qui est suspendu | Kaj je izklopljeno
        deskSuspend | Sospendi un PSP | Suspend a PSP | PSP aussetzen | Suspendre un PSP | Izklopi PSP
        deskSuspendHint | Lo legge chi vuole pagare. | People who want to pay read it. | Wer zahlen will, liest ihn. | Les personnes qui veulent payer la lisent. | Preberejo ga tisti, ki želijo plačati.
        deskUntil | Fino al giorno compreso | Until this day, included | Bis einschließlich | Jusqu’au jour inclus | Do vključno dne
        deskUntilHint | Vuoto significa fino alla riattivazione. | Empty means until it is lifted. | Leer bedeutet bis zur Aufhebung. | Vide signifie jusqu’à la levée. | Prazno pomeni do preklica.
        deskLift | Riattiva {0} | Lift: {0} | Aufheben: {0} | Lever : {0} | Prekliči: {0}
        deskCreditors | Enti | Public bodies | Körperschaften | Organismes | Ustanove
        deskCreditorsIntro | Il logo sui documenti e le parole delle e-mail di un ente. | The logo on documents and the words in e-mails of a public body. | Das Logo auf Dokumenten und die Texte der E-Mails einer Körperschaft. | Le logo sur les documents et les mots des e-mails d’un organisme. | Logotip na dokumentih in besedila e-pošte ustanove.
        deskLogo | Logo | Logo | Logo | Logo | Logotip
        deskLogoFile | Immagine PNG o SVG | PNG or SVG picture | PNG- oder SVG-Bild | Image PNG ou SVG | Slika PNG ali SVG
        deskLogoHint | Al massimo 128 KB. Compare su ricevute e avvisi. Un SVG ha solo tracciati: converti i testi in tracciati. | At most 128 KB. It appears on receipts and notices. An SVG has paths only: convert texts to paths. | Höchstens 128 KB. Es erscheint auf Quittungen und Zahlungsmitteilungen. Ein SVG hat nur Pfade: Wandeln Sie Texte in Pfade um. | Au maximum 128 Ko. Elle figure sur les reçus et les avis. Un SVG n’a que des tracés : convertissez les textes en tracés. | Največ 128 KB. Prikazana je na potrdilih in obvestilih. SVG ima samo poti: besedila pretvorite v poti.
        deskLogoText | Testo alternativo | Alternative text | Alternativtext | Texte alternatif | Nadomestno besedilo
        deskLogoTextHint | Che cosa mostra l’immagine, per chi non la vede. | What the picture shows, for those who do not see it. | Was das Bild zeigt, für Menschen, die es nicht sehen. | Ce que montre l’image, pour qui ne la voit pas. | Kaj prikazuje slika, za tiste, ki je ne vidijo.
        deskColor | Colore | Colour | Farbe | Couleur | Barva
        deskColorHint | Per esempio #0066CC. | For example #0066CC. | Zum Beispiel #0066CC. | Par exemple #0066CC. | Na primer #0066CC.
        deskSample | Vedi una ricevuta di esempio | View an example of a receipt | Muster einer Quittung ansehen | Voir un exemple de reçu | Oglej si primer potrdila
        deskSentence | Frase sulle ricevute | Sentence on receipts | Satz auf Quittungen | Phrase sur les reçus | Stavek na potrdilih
        deskWordings | Parole delle e-mail | Words in e-mails | Texte der E-Mails | Mots des e-mails | Besedila e-pošte
        deskWordingsText | Scegli un’e-mail e una lingua per scrivere oggetto e prima frase, e vedere l’anteprima. | Choose an e-mail and a language to write subject and first sentence, and to see the preview. | Wählen Sie eine E-Mail und eine Sprache, um Betreff und ersten Satz zu schreiben und die Vorschau zu sehen. | Choisissez un e-mail et une langue pour écrire l’objet et la première phrase, et voir l’aperçu. | Izberite e-pošto in jezik, da napišete zadevo in prvi stavek ter vidite predogled.
        deskWrite | Scrivi | Write | Schreiben | Écrire | Napiši
        deskWordingText | L’anteprima riguarda un pagamento inventato, e non viene inviato niente. | The preview is about an invented payment, and nothing is sent. | Die Vorschau betrifft eine erfundene Zahlung, und es wird nichts gesendet. | L’aperçu concerne un paiement inventé, et rien n’est envoyé. | Predogled se nanaša na izmišljeno plačilo in nič se ne pošlje.
        deskWordingHint | Puoi usare {creditor}, {amount}, {description} e {iuv}. Vuoto significa il testo del servizio. | You may use {creditor}, {amount}, {description} and {iuv}. Empty means the service’s own text. | Sie können {creditor}, {amount}, {description} und {iuv} verwenden. Leer bedeutet den Text des Dienstes. | Vous pouvez utiliser {creditor}, {amount}, {description} et {iuv}. Vide signifie le texte du service. | Uporabite lahko {creditor}, {amount}, {description} in {iuv}. Prazno pomeni besedilo storitve.
        deskMailSubject | Oggetto | Subject | Betreff | Objet | Zadeva
        deskMailSentence | Prima frase | First sentence | Erster Satz | Première phrase | Prvi stavek
        deskPreview | Anteprima | Preview | Vorschau | Aperçu | Predogled
        deskMail | E-mail | E-mail | E-Mail | E-mail | E-pošta
        deskMailResend | Invia di nuovo | Send again | Erneut senden | Envoyer à nouveau | Pošlji znova
        deskMailResendText | Parte una nuova e-mail con lo stesso contenuto. Quella di prima resta com’è. | A new e-mail with the same content is sent. The former one stays as it is. | Eine neue E-Mail mit demselben Inhalt wird gesendet. Die bisherige bleibt, wie sie ist. | Un nouvel e-mail avec le même contenu est envoyé. Le précédent reste tel quel. | Pošlje se novo sporočilo z isto vsebino. Prejšnje ostane, kot je.
        deskMailTo | Indirizzo e-mail | E-mail address | E-Mail-Adresse | Adresse e-mail | E-poštni naslov
        deskMailToHint | Vuoto: lo stesso indirizzo di prima. L’indirizzo non resta nel giornale. | Empty: the same address as before. The journal does not store the address. | Leer: dieselbe Adresse wie bisher. Das Journal speichert die Adresse nicht. | Vide : la même adresse qu’avant. Le journal n’enregistre pas l’adresse. | Prazno: isti naslov kot prej. Dnevnik naslova ne shrani.
        deskMailRetry | Riprova adesso | Try again now | Jetzt erneut versuchen | Réessayer maintenant | Poskusi zdaj
        deskMailRetryText | Mette questa e-mail in testa alla coda, con i tentativi da capo. | Puts this e-mail at the head of the queue and restarts its attempts. | Stellt diese E-Mail an den Anfang der Warteschlange und zählt die Versuche neu. | Place cet e-mail en tête de file et remet ses essais à zéro. | To sporočilo postavi na začetek vrste in poskuse začne znova.
        deskMailAttempts | Tentativi | Attempts | Versuche | Essais | Poskusi
        deskMailResentOf | Nuovo invio di un’altra e-mail | Sent again after another e-mail | Erneuter Versand einer anderen E-Mail | Nouvel envoi d’un autre e-mail | Ponovno pošiljanje drugega sporočila
        deskPublish | Pubblica | Publish | Veröffentlichen | Publier | Objavi
        deskPublishText | La posizione è una bozza. Pubblicata, chi deve pagare la vede e la può pagare. | This is a draft. Once it is published, the debtor sees it and can pay it. | Dies ist ein Entwurf. Nach der Veröffentlichung sieht der Schuldner sie und kann sie zahlen. | C’est un brouillon. Une fois publiée, le débiteur la voit et peut la payer. | To je osnutek. Po objavi ga dolžnik vidi in lahko plača.
        deskCancel | Annulla la posizione | Cancel the debt | Forderung stornieren | Annuler la créance | Prekliči terjatev
        deskCancelText | Annullata, non si può più pagare. Si può ripristinare. | A cancelled debt can no longer be paid. It can be restored. | Eine stornierte Forderung kann nicht mehr gezahlt werden. Sie kann wiederhergestellt werden. | Une créance annulée ne peut plus être payée. Elle peut être rétablie. | Preklicane terjatve ni več mogoče plačati. Lahko se obnovi.
        deskRestore | Ripristina | Restore | Wiederherstellen | Rétablir | Obnovi
        deskRestoreText | La posizione è annullata. Ripristinata, si può pagare di nuovo. | This debt is cancelled. Once it is restored, it can be paid again. | Diese Forderung ist storniert. Wiederhergestellt kann sie wieder gezahlt werden. | Cette créance est annulée. Rétablie, elle peut être payée à nouveau. | Ta terjatev je preklicana. Po obnovi jo je spet mogoče plačati.
        deskWriteOff | Rinuncia al resto | Write off the rest | Rest ausbuchen | Renoncer au reste | Odpiši preostanek
        deskWriteOffText | L’ente non chiede più le rate ancora dovute. Si può annullare finché la posizione non cambia. | The public body no longer claims the instalments that are still owed. This can be undone until the debt changes. | Die Körperschaft fordert die noch offenen Raten nicht mehr. Das lässt sich rückgängig machen, solange sich die Forderung nicht ändert. | L’organisme ne réclame plus les versements encore dus. Cela peut être annulé tant que la créance ne change pas. | Ustanova ne zahteva več dolgovanih obrokov. To je mogoče razveljaviti, dokler se terjatev ne spremeni.
        deskUndoWriteOff | Chiedi di nuovo il resto | Claim the rest again | Rest wieder fordern | Réclamer à nouveau le reste | Znova zahtevaj preostanek
        deskUndoWriteOffText | Annulla l’ultima rinuncia: le rate tornano dovute, con lo stesso avviso. Si può fare solo se dopo non è successo niente. | Undoes the last write-off: its instalments are owed again, with the same notice. This is possible only if nothing has happened since. | Macht die letzte Ausbuchung rückgängig: Ihre Raten sind wieder offen, mit derselben Zahlungsmitteilung. Das geht nur, wenn seither nichts geschehen ist. | Annule la dernière renonciation : ses versements sont à nouveau dus, avec le même avis. C’est possible seulement si rien ne s’est passé depuis. | Razveljavi zadnji odpis: obroki so spet dolgovani, z istim obvestilom. To je mogoče le, če se od takrat ni zgodilo nič.
        """
}

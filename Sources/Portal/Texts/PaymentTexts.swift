/// Texts of services, payments and receipts.
enum PaymentTexts {
    static let table = """
        servicesTitle | Servizi al cittadino | Services for citizens | Dienste für Bürgerinnen und Bürger | Services aux citoyens | Storitve za občane
        servicesIntro | Scegli un servizio per vedere i documenti e le somme da pagare. | Choose a service to see its documents and the sums to pay. | Wählen Sie einen Dienst, um Dokumente und offene Beträge zu sehen. | Choisissez un service pour voir les documents et les sommes à payer. | Izberite storitev za ogled dokumentov in zneskov.
        serviceSchool | Servizi scolastici | School services | Schuldienste | Services scolaires | Šolske storitve
        serviceWaste | Tassa sui rifiuti | Waste tax | Müllgebühr | Taxe sur les déchets | Pristojbina za odpadke
        serviceTraffic | Polizia locale e multe | Traffic fines | Verkehrsstrafen | Amendes | Prometne kazni
        serviceSport | Sport e impianti | Sports facilities | Sportanlagen | Sport et installations | Šport in objekti
        serviceOther | Altri servizi | Other services | Weitere Dienste | Autres services | Druge storitve
        noServices | Non ci sono servizi. | There are no services. | Es gibt keine Dienste. | Aucun service. | Ni storitev.
        documents | Documenti | Documents | Dokumente | Documents | Dokumenti
        noDocuments | Non ci sono documenti. | There are no documents. | Es gibt keine Dokumente. | Aucun document. | Ni dokumentov.
        statusOpen | Da pagare | To pay | Zu zahlen | À payer | Za plačilo
        statusPartiallyPaid | Pagato in parte | Partly paid | Teilweise bezahlt | Payé en partie | Delno plačano
        statusPaid | Pagato | Paid | Bezahlt | Payé | Plačano
        statusExpired | Scaduto | Expired | Abgelaufen | Échu | Zapadlo
        statusCancelled | Annullato | Cancelled | Storniert | Annulé | Preklicano
        statusDraft | In preparazione | In preparation | In Vorbereitung | En préparation | V pripravi
        statusInProgress | Pagamento in corso | Payment in progress | Zahlung läuft | Paiement en cours | Plačilo poteka
        underReview | Un pagamento è in verifica presso l’ente. Non pagare di nuovo. | A payment is under review by the public body. Do not pay again. | Eine Zahlung wird von der Körperschaft geprüft. Zahlen Sie nicht noch einmal. | Un paiement est en cours de vérification. Ne payez pas une deuxième fois. | Plačilo se preverja pri ustanovi. Ne plačujte še enkrat.
        lines | Voci | Items | Posten | Postes | Postavke
        quantity | Quantità | Quantity | Menge | Quantité | Količina
        installments | Rate | Instalments | Raten | Versements | Obroki
        installment | Rata {0} | Instalment {0} | Rate {0} | Versement {0} | Obrok {0}
        noticePDF | Avviso di pagamento (PDF) | Payment notice (PDF) | Zahlungsmitteilung (PDF) | Avis de paiement (PDF) | Obvestilo o plačilu (PDF)
        receipts | Ricevute | Receipts | Quittungen | Reçus | Potrdila
        receipt | Ricevuta | Receipt | Quittung | Reçu | Potrdilo
        paid | Già pagato | Already paid | Bereits bezahlt | Déjà payé | Že plačano
        residual | Resta da pagare | Left to pay | Noch zu zahlen | Reste à payer | Še za plačilo
        searchIntro | Cerca i debiti a tuo nome: da pagare e pagati. | Search the debts in your name: to pay and paid. | Suchen Sie Ihre offenen und bezahlten Beträge. | Cherchez vos dettes : à payer et payées. | Poiščite svoje dolgove: neplačane in plačane.
        filterAll | Tutti | All | Alle | Toutes | Vse
        filterToPay | Da pagare | To pay | Zu zahlen | À payer | Za plačilo
        filterPaid | Pagati | Paid | Bezahlt | Payées | Plačani
        documentYear | Anno del documento | Year of the document | Jahr des Dokuments | Année du document | Leto dokumenta
        documentNumber | Numero del documento | Number of the document | Nummer des Dokuments | Numéro du document | Številka dokumenta
        results | Risultati | Results | Ergebnisse | Résultats | Rezultati
        noResults | Nessun risultato. | No results. | Keine Ergebnisse. | Aucun résultat. | Ni rezultatov.
        step | Passo {0} di {1} | Step {0} of {1} | Schritt {0} von {1} | Étape {0} sur {1} | Korak {0} od {1}
        chooseMethod | Scegli come pagare | Choose how to pay | Zahlungsart wählen | Choisissez comment payer | Izberite način plačila
        groupCard | Carta di credito, di debito o prepagata | Credit, debit or prepaid card | Kredit-, Debit- oder Prepaidkarte | Carte de crédit, de débit ou prépayée | Kreditna, debetna ali predplačniška kartica
        groupBank | Conto corrente | Bank account | Bankkonto | Compte bancaire | Bančni račun
        groupOther | Altri modi | Other ways | Andere Arten | Autres moyens | Drugi načini
        feeRange | Commissione da {0} a {1} | Fee from {0} to {1} | Gebühr von {0} bis {1} | Commission de {0} à {1} | Provizija od {0} do {1}
        feeExact | Commissione {0} | Fee {0} | Gebühr {0} | Commission {0} | Provizija {0}
        noMethods | Per questo importo non c’è nessun modo di pagamento. | There is no way to pay this amount. | Für diesen Betrag gibt es keine Zahlungsart. | Aucun mode de paiement pour ce montant. | Za ta znesek ni načina plačila.
        choosePSP | Scegli con chi pagare | Choose a payment service provider | Zahlungsdienstleister wählen | Choisissez le prestataire | Izberite ponudnika
        choosePSPIntro | Dal meno caro. Il totale comprende la commissione. | The cheapest comes first. The total includes the fee. | Der günstigste zuerst. Der Gesamtbetrag enthält die Gebühr. | Du moins cher au plus cher. Le total comprend la commission. | Najprej najcenejši. Skupni znesek vključuje provizijo.
        pspChoice | {0}: commissione {1}, totale {2} | {0}: fee {1}, total {2} | {0}: Gebühr {1}, gesamt {2} | {0} : commission {1}, total {2} | {0}: provizija {1}, skupaj {2}
        receiptEmail | E-mail per la ricevuta | E-mail for the receipt | E-Mail für die Quittung | E-mail pour le reçu | E-pošta za potrdilo
        startPayment | Vai al pagamento | Go to the payment | Zur Zahlung | Aller au paiement | Na plačilo
        goTitle | Stai per pagare con {0} | You are about to pay with {0} | Sie zahlen gleich mit {0} | Vous allez payer avec {0} | Plačali boste pri {0}
        goText | Si apre il sito di {0}. Finito il pagamento torni qui. | The site of {0} opens. After the payment you come back here. | Die Seite von {0} wird geöffnet. Nach der Zahlung kommen Sie hierher zurück. | Le site de {0} va s’ouvrir. Après le paiement vous reviendrez ici. | Odprla se bo stran {0}. Po plačilu se vrnete sem.
        goButton | Vai al sito di {0} | Go to the site of {0} | Zur Seite von {0} | Aller au site de {0} | Na stran {0}
        cancelPayment | Annulla il pagamento | Cancel the payment | Zahlung abbrechen | Annuler le paiement | Prekliči plačilo
        cancelTooLate | Il pagamento non si può più annullare. | The payment can no longer be cancelled. | Die Zahlung kann nicht mehr abgebrochen werden. | Le paiement ne peut plus être annulé. | Plačila ni več mogoče preklicati.
        progressTitle | Pagamento in corso | Payment in progress | Zahlung läuft | Paiement en cours | Plačilo poteka
        progressText | Aspettiamo la conferma. La pagina si aggiorna da sola; puoi anche chiuderla: la ricevuta arriva per e-mail e resta nell’archivio. | We are waiting for the confirmation. The page updates itself; you may close it: the receipt is sent by e-mail and stays in the archive. | Wir warten auf die Bestätigung. Die Seite aktualisiert sich selbst; Sie können sie schließen: Die Quittung kommt per E-Mail und bleibt im Archiv. | Nous attendons la confirmation. La page se met à jour seule ; vous pouvez la fermer : le reçu arrive par e-mail et reste dans les archives. | Čakamo na potrditev. Stran se posodablja sama; lahko jo zaprete: potrdilo pride po e-pošti in ostane v arhivu.
        refresh | Aggiorna | Refresh | Aktualisieren | Actualiser | Osveži
        doneTitle | Operazione conclusa | Payment completed | Zahlung abgeschlossen | Paiement terminé | Plačilo je zaključeno
        failedTitle | Pagamento non riuscito | Payment failed | Zahlung fehlgeschlagen | Paiement échoué | Plačilo ni uspelo
        cancelledTitle | Pagamento annullato | Payment cancelled | Zahlung abgebrochen | Paiement annulé | Plačilo preklicano
        expiredTitle | Tempo scaduto | Time expired | Zeit abgelaufen | Délai dépassé | Čas je potekel
        elsewhereTitle | Già pagato in altro modo | Already paid another way | Bereits anders bezahlt | Déjà payé autrement | Že plačano drugače
        payAgain | Paga di nuovo | Pay again | Erneut zahlen | Payer à nouveau | Plačaj znova
        viewReceipt | Apri la ricevuta (PDF) | Open the receipt (PDF) | Quittung öffnen (PDF) | Ouvrir le reçu (PDF) | Odpri potrdilo (PDF)
        downloadReceipt | Scarica la ricevuta (PDF) | Download the receipt (PDF) | Quittung herunterladen (PDF) | Télécharger le reçu (PDF) | Prenesi potrdilo (PDF)
        payInProgress | C’è già un pagamento in corso. Aspetta il risultato prima di riprovare. | A payment is already in progress. Wait for its result before you try again. | Eine Zahlung läuft bereits. Warten Sie das Ergebnis ab. | Un paiement est déjà en cours. Attendez son résultat avant de réessayer. | Plačilo že poteka. Pred ponovnim poskusom počakajte na izid.
        notPayable | Questa somma non si può pagare: è già pagata, scaduta o annullata. | This sum cannot be paid: it is paid, expired or cancelled. | Dieser Betrag kann nicht gezahlt werden: bezahlt, abgelaufen oder storniert. | Cette somme ne peut pas être payée : elle est payée, échue ou annulée. | Tega zneska ni mogoče plačati: je plačan, zapadel ali preklican.
        pspFailed | Il prestatore scelto non risponde. Non è stato addebitato nulla: riprova o scegline un altro. | The provider that you chose is not answering. Nothing was charged: try again or choose another. | Der gewählte Dienstleister antwortet nicht. Es wurde nichts belastet: Versuchen Sie es erneut oder wählen Sie einen anderen. | Le prestataire choisi ne répond pas. Rien n’a été débité : réessayez ou choisissez-en un autre. | Izbrani ponudnik se ne odziva. Nič ni bilo zaračunano: poskusite znova ali izberite drugega.
        suspended | In questo momento questo servizio non accetta pagamenti. | This service does not accept payments at the moment. | Dieser Dienst nimmt derzeit keine Zahlungen an. | Ce service n’accepte pas de paiements en ce moment. | Ta storitev trenutno ne sprejema plačil.
        choosePSPError | Scegli un prestatore | Choose a provider | Wählen Sie einen Dienstleister | Choisissez un prestataire | Izberite ponudnika
        archiveIntro | Le ricevute dei tuoi pagamenti. | The receipts of your payments. | Die Quittungen Ihrer Zahlungen. | Les reçus de vos paiements. | Potrdila o vaših plačilih.
        noReceipts | Non ci sono ricevute. | There are no receipts. | Es gibt keine Quittungen. | Aucun reçu. | Ni potrdil.
        origin | Canale | Channel | Kanal | Canal | Kanal
        originPagopa | pagoPA | pagoPA | pagoPA | pagoPA | pagoPA
        originCounter | Sportello | Counter | Schalter | Guichet | Blagajna
        originOther | Altro canale | Another channel | Anderer Kanal | Autre canal | Drug kanal
        receiptSettled | Pagamento registrato | Payment recorded | Zahlung erfasst | Paiement enregistré | Plačilo zabeleženo
        receiptReview | In verifica | Under review | In Prüfung | En cours de vérification | V preverjanju
        receiptVoided | Annullata | Void | Ungültig | Annulé | Razveljavljeno
        receiptFailed | Pagamento non riuscito | Payment failed | Zahlung fehlgeschlagen | Paiement échoué | Plačilo ni uspelo
        refunded | Rimborso | Refund | Rückerstattung | Remboursement | Vračilo
        receiptID | Identificativo della ricevuta | Receipt identifier | Kennung der Quittung | Identifiant du reçu | Oznaka potrdila
        guestTitle | Paga un avviso senza accedere | Pay a notice without signing in | Zahlungsmitteilung ohne Anmeldung bezahlen | Payer un avis sans se connecter | Plačaj obvestilo brez prijave
        guestIntro | Copia i dati dall’avviso di pagamento. | Copy the data from the payment notice. | Übernehmen Sie die Angaben aus der Zahlungsmitteilung. | Recopiez les données de l’avis de paiement. | Prepišite podatke z obvestila.
        guestNoticeHint | 18 cifre. | 18 digits. | 18 Ziffern. | 18 chiffres. | 18 števk.
        guestFind | Trova l’avviso | Find the notice | Zahlungsmitteilung suchen | Trouver l’avis | Poišči obvestilo
        guestNotFound | Non troviamo questo avviso. Controlla l’ente e il codice. | We cannot find this notice. Check the public body and the number. | Wir finden diese Zahlungsmitteilung nicht. Prüfen Sie Körperschaft und Nummer. | Nous ne trouvons pas cet avis. Vérifiez l’organisme et le numéro. | Obvestila ni mogoče najti. Preverite ustanovo in številko.
        chooseInstallments | Scegli le rate da pagare | Choose the instalments to pay | Raten zum Zahlen wählen | Choisissez les versements à payer | Izberite obroke za plačilo
        chooseInstallmentsHint | Puoi pagare fino a {0} rate insieme, con una sola commissione. | You can pay up to {0} instalments together, with one fee. | Sie können bis zu {0} Raten zusammen zahlen, mit einer einzigen Gebühr. | Vous pouvez payer jusqu’à {0} versements ensemble, avec une seule commission. | Hkrati lahko plačate do {0} obrokov z eno provizijo.
        chooseInstallmentsError | Scegli almeno una rata | Choose at least one instalment | Wählen Sie mindestens eine Rate | Choisissez au moins un versement | Izberite vsaj en obrok
        tooManyInstallments | Scegli al massimo {0} rate | Choose at most {0} instalments | Wählen Sie höchstens {0} Raten | Choisissez au plus {0} versements | Izberite največ {0} obrokov
        severalInstallments | Puoi pagare una rata alla volta, oppure fino a {0} insieme. | You can pay one instalment at a time, or up to {0} together. | Sie können eine Rate nach der anderen zahlen oder bis zu {0} zusammen. | Vous pouvez payer un versement à la fois, ou jusqu’à {0} ensemble. | Plačate lahko po en obrok ali do {0} hkrati.
        allNotices | Avvisi di tutte le rate (PDF) | Notices of all instalments (PDF) | Zahlungsmitteilungen aller Raten (PDF) | Avis de tous les versements (PDF) | Obvestila za vse obroke (PDF)
        options | Come puoi pagare questo debito | How you can pay this debt | So können Sie diese Forderung zahlen | Comment payer cette dette | Kako lahko plačate ta dolg
        optionsText | Scegli una sola opzione: con il primo pagamento le altre vengono annullate. Finché il pagamento di un’opzione è in corso, le altre non si possono pagare. | Choose one option only: the first payment cancels the others. While a payment of one option is in progress, the others cannot be paid. | Wählen Sie nur eine Möglichkeit: Mit der ersten Zahlung werden die anderen storniert. Solange eine Zahlung läuft, können die anderen nicht gezahlt werden. | Choisissez une seule option : le premier paiement annule les autres. Tant qu’un paiement est en cours, les autres ne peuvent pas être payées. | Izberite samo eno možnost: s prvim plačilom so druge preklicane. Dokler plačilo ene možnosti poteka, drugih ni mogoče plačati.
        optionShown | questa pagina | this page | diese Seite | cette page | ta stran
        optionSingle | in un’unica soluzione | in one payment | in einer Zahlung | en une fois | v enem plačilu
        optionInstallments | in {0} rate | in {0} instalments | in {0} Raten | en {0} versements | v {0} obrokih
        optionReplaced | Hai pagato questo debito in un altro modo, perciò questa opzione è annullata. | This debt was paid another way, so this option is cancelled. | Diese Forderung wurde auf andere Weise gezahlt, daher ist diese Möglichkeit storniert. | Cette dette a été payée autrement, cette option est donc annulée. | Ta dolg je bil plačan drugače, zato je ta možnost preklicana.
        amountChanged | L’importo è cambiato: qui vedi quello di oggi. Controllalo e prosegui. Non è stato addebitato nulla. | The amount has changed: this is the amount of today. Check it and continue. Nothing was charged. | Der Betrag hat sich geändert: Hier sehen Sie den heutigen. Prüfen Sie ihn und fahren Sie fort. Es wurde nichts abgebucht. | Le montant a changé : voici celui d’aujourd’hui. Vérifiez-le et continuez. Rien n’a été débité. | Znesek se je spremenil: tu je današnji. Preverite ga in nadaljujte. Nič ni bilo bremenjeno.
        noLongerOwed | L’ente dice che non devi più pagare questa somma. | The public body says that this sum is no longer owed. | Die Körperschaft teilt mit, dass dieser Betrag nicht mehr geschuldet wird. | L’organisme indique que cette somme n’est plus due. | Ustanova sporoča, da tega zneska ni več treba plačati.
        disabledDraft | Non ancora pubblicata | Not yet published | Noch nicht veröffentlicht | Pas encore publiée | Še ni objavljeno
        disabledPaid | Già pagata | Already paid | Schon gezahlt | Déjà payé | Že plačano
        disabledCancelled | Annullata dall’ente | Cancelled by the public body | Von der Körperschaft storniert | Annulé par l’organisme | Preklicala ustanova
        disabledWrittenOff | Non più dovuta | No longer owed | Nicht mehr geschuldet | N’est plus dû | Ni več dolgovano
        disabledOverdue | Scaduta: chiedi all’ente come pagare | Overdue: ask the public body how to pay | Überfällig: Fragen Sie die Körperschaft, wie Sie zahlen können | Échéance passée : demandez à l’organisme comment payer | Rok je potekel: vprašajte ustanovo, kako plačati
        disabledValidityEnded | Non più pagabile: il termine è passato | No longer payable: the time limit has passed | Nicht mehr zahlbar: Die Frist ist abgelaufen | Ne peut plus être payé : le délai est passé | Ni več plačljivo: rok je minil
        disabledUnderReview | Un pagamento è in verifica. Non pagare di nuovo. | A payment is under review. Do not pay again. | Eine Zahlung wird geprüft. Zahlen Sie nicht noch einmal. | Un paiement est en cours de vérification. Ne payez pas à nouveau. | Plačilo se preverja. Ne plačajte znova.
        disabledPaymentInProgress | C’è un pagamento in corso | A payment is in progress | Eine Zahlung läuft | Un paiement est en cours | Plačilo poteka
        disabledAlternativeInProgress | È in corso il pagamento di un’altra opzione di questo debito | Another option of this debt is being paid | Eine andere Möglichkeit dieser Forderung wird gerade gezahlt | Une autre option de cette dette est en cours de paiement | Poteka plačilo druge možnosti tega dolga
        disabledSuspended | L’ente ha sospeso i pagamenti | The public body has suspended payments | Die Körperschaft hat Zahlungen ausgesetzt | L’organisme a suspendu les paiements | Ustanova je plačila začasno ustavila
        """
}

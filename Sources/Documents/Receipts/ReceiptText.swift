import PagoPA

/// The words of the receipt, which mails about payments use too; Italian is the one that counts. `{amount}`, `{creditor}`, `{at}`
/// (an instant), `{day}` and similar placeholders are replaced by facts.
package enum ReceiptText: String, TextTable {
    case title, voidedTitle, sampleTitle, sampleState, summary, counterSummary, voidedSummary, payment, amount, fee,
        charged, paidAt, method,
        iur, context, till, reference, state, paid, underReview, paidTwice, accepted, rejected, refundDecided, refunded,
        partlyRefunded, voided, voidReason, writtenOff, refund, decidedRefund, paidRefund, failedRefund,
        refundReference, description, debtType, document, documentNumber, installment, installmentOf, dueDate, iuv,
        notice, creditor, taxCode, provider, providerTaxCode, identifier, channel, payer, debtor,
        payerVersion, debtorVersion, lines, transfers, transfer, codes, fingerprint, verification, verificationHow,
        verificationCode, footer

    package var texts: Texts {
        switch self {
        case .title:
            Texts(
                it: "Ricevuta di pagamento",
                en: "Payment receipt",
                de: "Zahlungsquittung",
                fr: "Reçu de paiement",
                sl: "Potrdilo o plačilu")
        case .voidedTitle:
            Texts(
                it: "Ricevuta di pagamento ANNULLATA",
                en: "Payment receipt VOID",
                de: "Zahlungsquittung UNGÜLTIG",
                fr: "Reçu de paiement ANNULÉ",
                sl: "Potrdilo o plačilu – RAZVELJAVLJENO")
        case .sampleTitle:
            Texts(
                it: "Esempio di ricevuta, senza valore",
                en: "Example of a receipt, without value",
                de: "Muster einer Quittung, ohne Gültigkeit",
                fr: "Exemple de reçu, sans valeur",
                sl: "Primer potrdila, brez veljave")
        case .sampleState:
            Texts(
                it: "Nessuno ha pagato: i dati sono inventati",
                en: "Nobody has paid: the facts are invented",
                de: "Niemand hat bezahlt: Die Angaben sind erfunden",
                fr: "Personne n'a payé : les données sont inventées",
                sl: "Nihče ni plačal: podatki so izmišljeni")
        case .summary:
            Texts(
                it: "{creditor} ha ricevuto {amount} il {at} tramite il sistema pagoPA.",
                en: "{creditor} received {amount} on {at}, Italian time, through the pagoPA system.",
                de: "{creditor} hat am {at}, italienische Zeit, über das System pagoPA {amount} erhalten.",
                fr: "{creditor} a reçu {amount} le {at}, heure italienne, par le système pagoPA.",
                sl: "{creditor}: prejeto {amount}, {at} po italijanskem času, prek sistema pagoPA.")
        case .counterSummary:
            Texts(
                it: "{creditor} ha ricevuto {amount} il {at} allo sportello.",
                en: "{creditor} received {amount} on {at}, Italian time, at the counter.",
                de: "{creditor} hat am {at}, italienische Zeit, am Schalter {amount} erhalten.",
                fr: "{creditor} a reçu {amount} le {at}, heure italienne, au guichet.",
                sl: "{creditor}: prejeto {amount}, {at} po italijanskem času, na blagajni.")
        case .voidedSummary:
            Texts(
                it:
                    "Questa ricevuta è annullata dal {day}: il pagamento di {amount} allo sportello di {creditor} era stato registrato per errore e non è valido.",
                en:
                    "This receipt has been void since {day}: the payment of {amount} at the counter of {creditor} was recorded by mistake and is not valid.",
                de:
                    "Diese Quittung ist seit {day} ungültig: Die Zahlung von {amount} am Schalter von {creditor} wurde irrtümlich erfasst und gilt nicht.",
                fr:
                    "Ce reçu est annulé depuis le {day} : le paiement de {amount} au guichet de {creditor} avait été enregistré par erreur et n'est pas valable.",
                sl:
                    "To potrdilo je razveljavljeno od {day}: plačilo {amount} na blagajni ({creditor}) je bilo zabeleženo po pomoti in ne velja."
            )
        case .payment:
            Texts(it: "Pagamento", en: "Payment", de: "Zahlung", fr: "Paiement", sl: "Plačilo")
        case .amount: VerificationText.amount.texts
        case .fee:
            Texts(
                it: "Commissione del PSP",
                en: "PSP's fee",
                de: "Gebühr des PSP",
                fr: "Commission du PSP",
                sl: "Provizija PSP")
        case .charged:
            Texts(
                it: "Totale addebitato",
                en: "Total charged",
                de: "Abgebuchter Gesamtbetrag",
                fr: "Total débité",
                sl: "Skupaj bremenjeno")
        case .paidAt:
            Texts(
                it: "Data e ora del pagamento",
                en: "Date and time of payment",
                de: "Datum und Uhrzeit der Zahlung",
                fr: "Date et heure du paiement",
                sl: "Datum in ura plačila")
        case .method:
            Texts(
                it: "Modalità di pagamento",
                en: "Payment method",
                de: "Zahlungsart",
                fr: "Mode de paiement",
                sl: "Način plačila")
        case .iur:
            Texts(
                it: "Identificativo univoco di riscossione (IUR)",
                en: "Unique collection identifier (IUR)",
                de: "Einzahlungskennung (IUR)",
                fr: "Identifiant unique d'encaissement (IUR)",
                sl: "Oznaka vplačila (IUR)")
        case .context:
            Texts(
                it: "Codice contesto di pagamento (CCP)",
                en: "Payment context code (CCP)",
                de: "Code des Zahlungskontexts (CCP)",
                fr: "Code du contexte de paiement (CCP)",
                sl: "Oznaka plačilnega konteksta (CCP)")
        case .till:
            Texts(it: "Sportello", en: "Counter", de: "Schalter", fr: "Guichet", sl: "Blagajna")
        case .reference:
            Texts(
                it: "Riferimento interno",
                en: "Internal reference",
                de: "Interne Referenz",
                fr: "Référence interne",
                sl: "Interna oznaka")
        // The status of the payment.
        case .state:
            Texts(it: "Stato", en: "Status", de: "Status", fr: "État", sl: "Stanje")
        case .paid: VerificationText.paid.texts
        case .underReview: VerificationText.underReview.texts
        case .paidTwice:
            Texts(
                it: "Pagamento doppio: l'importo era già stato pagato, in verifica presso l'ente",
                en: "Double payment: the amount had already been paid, under review by the public body",
                de: "Doppelte Zahlung: Der Betrag war schon bezahlt, wird von der Körperschaft geprüft",
                fr: "Double paiement : le montant avait déjà été payé, en cours de vérification par l'organisme",
                sl: "Dvojno plačilo: znesek je bil že plačan, ustanova ga preverja")
        case .accepted:
            Texts(
                it: "Pagato: l'ente ha accettato il pagamento il {day}",
                en: "Paid: the public body accepted the payment on {day}",
                de: "Bezahlt: Die Körperschaft hat die Zahlung am {day} angenommen",
                fr: "Payé : l'organisme a accepté le paiement le {day}",
                sl: "Plačano: ustanova je plačilo sprejela {day}")
        case .rejected:
            Texts(
                it: "Pagamento ricevuto: l'ente ha concluso la verifica il {day} e il pagamento non salda il debito",
                en:
                    "Payment received: the public body finished its review on {day} and the payment does not settle the debt",
                de:
                    "Zahlung eingegangen: Die Körperschaft hat die Prüfung am {day} abgeschlossen, die Zahlung begleicht die Forderung nicht",
                fr:
                    "Paiement reçu : l'organisme a terminé la vérification le {day} et le paiement ne règle pas la dette",
                sl: "Plačilo prejeto: ustanova je preverjanje končala {day}, plačilo ne poravna dolga")
        case .refundDecided:
            Texts(
                it: "Pagamento ricevuto: l'ente ha deciso il rimborso il {day}",
                en: "Payment received: the public body decided on a refund on {day}",
                de: "Zahlung eingegangen: Die Körperschaft hat am {day} die Rückerstattung beschlossen",
                fr: "Paiement reçu : l'organisme a décidé le remboursement le {day}",
                sl: "Plačilo prejeto: ustanova je {day} odločila o vračilu")
        case .refunded: VerificationText.refunded.texts
        case .partlyRefunded: VerificationText.partlyRefunded.texts
        case .voided:
            Texts(it: "Annullata", en: "Void", de: "Ungültig", fr: "Annulé", sl: "Razveljavljeno")
        case .voidReason:
            Texts(
                it: "Motivo dell'annullamento",
                en: "Reason for voiding",
                de: "Grund der Annullierung",
                fr: "Motif de l'annulation",
                sl: "Razlog razveljavitve")
        case .writtenOff:
            Texts(
                it: "Importo a cui l'ente ha rinunciato",
                en: "Amount waived by the public body",
                de: "Betrag, auf den die Körperschaft verzichtet hat",
                fr: "Montant auquel l'organisme a renoncé",
                sl: "Znesek, ki se mu je ustanova odpovedala")
        case .refund:
            Texts(it: "Rimborso", en: "Refund", de: "Rückerstattung", fr: "Remboursement", sl: "Vračilo")
        case .decidedRefund:
            Texts(
                it: "{amount}, deciso il {day}",
                en: "{amount}, decided on {day}",
                de: "{amount}, beschlossen am {day}",
                fr: "{amount}, décidé le {day}",
                sl: "{amount}, odločeno {day}")
        case .paidRefund:
            Texts(
                it: "{amount}, pagato il {day}",
                en: "{amount}, paid on {day}",
                de: "{amount}, ausgezahlt am {day}",
                fr: "{amount}, payé le {day}",
                sl: "{amount}, izplačano {day}")
        case .failedRefund:
            Texts(
                it: "{amount}, non riuscito il {day}",
                en: "{amount}, failed on {day}",
                de: "{amount}, fehlgeschlagen am {day}",
                fr: "{amount}, échoué le {day}",
                sl: "{amount}, neuspelo {day}")
        case .refundReference:
            Texts(it: "riferimento", en: "reference", de: "Referenz", fr: "référence", sl: "oznaka")
        // The payment, the payee and the payer.
        case .description:
            Texts(
                it: "Causale",
                en: "Reason for payment",
                de: "Zahlungsgrund",
                fr: "Motif du paiement",
                sl: "Namen plačila")
        case .debtType:
            Texts(
                it: "Tipo di debito",
                en: "Type of debt",
                de: "Art der Forderung",
                fr: "Type de dette",
                sl: "Vrsta dolga")
        case .document:
            Texts(it: "Documento", en: "Document", de: "Dokument", fr: "Document", sl: "Dokument")
        case .documentNumber:
            Texts(
                it: "n. {number} del {year}",
                en: "no. {number} of {year}",
                de: "Nr. {number} aus dem Jahr {year}",
                fr: "n° {number} de {year}",
                sl: "št. {number} iz leta {year}")
        case .installment:
            Texts(it: "Rata", en: "Instalment", de: "Rate", fr: "Versement", sl: "Obrok")
        case .installmentOf:
            Texts(
                it: "{number} di {count}", en: "{number} of {count}", de: "{number} von {count}",
                fr: "{number} sur {count}", sl: "{number} od {count}")
        case .dueDate:
            Texts(it: "Scadenza", en: "Due date", de: "Fälligkeit", fr: "Échéance", sl: "Rok plačila")
        case .iuv:
            Texts(
                it: "Identificativo univoco di versamento (IUV)",
                en: "Unique payment identifier (IUV)",
                de: "Eindeutige Zahlungskennung (IUV)",
                fr: "Identifiant unique de versement (IUV)",
                sl: "Enolična oznaka plačila (IUV)")
        case .notice:
            Texts(
                it: "Codice avviso",
                en: "Notice number",
                de: "Nummer der Zahlungsmitteilung",
                fr: "Numéro d'avis",
                sl: "Številka obvestila")
        case .creditor: VerificationText.creditor.texts
        case .taxCode:
            Texts(it: "Codice fiscale", en: "Tax code", de: "Steuernummer", fr: "Code fiscal", sl: "Davčna številka")
        case .provider:
            Texts(
                it: "Prestatore di servizi di pagamento (PSP)",
                en: "Payment service provider (PSP)",
                de: "Zahlungsdienstleister (PSP)",
                fr: "Prestataire de services de paiement (PSP)",
                sl: "Ponudnik plačilnih storitev (PSP)")
        case .providerTaxCode:
            Texts(
                it: "Codice fiscale del PSP",
                en: "Tax code of the PSP",
                de: "Steuernummer des PSP",
                fr: "Code fiscal du PSP",
                sl: "Davčna številka PSP")
        case .identifier:
            Texts(
                it: "Identificativo del PSP",
                en: "Identifier of the PSP",
                de: "Kennung des PSP",
                fr: "Identifiant du PSP",
                sl: "Oznaka PSP")
        case .channel:
            Texts(it: "Canale", en: "Channel", de: "Kanal", fr: "Canal", sl: "Kanal")
        case .payer:
            Texts(it: "Chi ha pagato", en: "Paid by", de: "Bezahlt von", fr: "Payé par", sl: "Plačnik")
        case .debtor:
            Texts(it: "Intestatario del debito", en: "Debtor", de: "Schuldner", fr: "Débiteur", sl: "Dolžnik")
        case .payerVersion:
            Texts(
                it: "Copia per chi ha pagato",
                en: "Copy for the person who paid",
                de: "Ausfertigung für die zahlende Person",
                fr: "Exemplaire pour la personne qui a payé",
                sl: "Izvod za plačnika")
        case .debtorVersion:
            Texts(
                it: "Copia per l'intestatario del debito",
                en: "Copy for the debtor",
                de: "Ausfertigung für den Schuldner",
                fr: "Exemplaire pour le débiteur",
                sl: "Izvod za dolžnika")
        case .lines:
            Texts(
                it: "Voci del debito",
                en: "Items of the debt",
                de: "Posten der Forderung",
                fr: "Postes de la dette",
                sl: "Postavke dolga")
        case .transfers:
            Texts(
                it: "Ripartizione tra i beneficiari",
                en: "Split among beneficiaries",
                de: "Aufteilung auf die Begünstigten",
                fr: "Répartition entre les bénéficiaires",
                sl: "Razdelitev med prejemnike")
        case .transfer:
            Texts(it: "Versamento", en: "Transfer", de: "Überweisung", fr: "Virement", sl: "Nakazilo")
        case .codes:
            Texts(it: "Codici", en: "Codes", de: "Kennzeichen", fr: "Codes", sl: "Oznake")
        case .fingerprint:
            Texts(
                it: "Impronta SHA-256 della RT",
                en: "SHA-256 hash of the RT",
                de: "SHA-256-Prüfwert der RT",
                fr: "Empreinte SHA-256 de la RT",
                sl: "Zgoščena vrednost SHA-256 potrdila RT")
        case .verification:
            Texts(
                it: "Verifica della ricevuta",
                en: "Check of the receipt",
                de: "Prüfung der Quittung",
                fr: "Vérification du reçu",
                sl: "Preverjanje potrdila")
        case .verificationHow:
            Texts(
                it: "Inquadra il codice o apri questa pagina: dice se la ricevuta è autentica e qual è il suo stato.",
                en: "Scan the code or open this page: it says whether the receipt is genuine, and its status.",
                de:
                    "Scannen Sie den Code oder öffnen Sie diese Seite: Sie sagt, ob die Quittung echt ist, und ihren Stand.",
                fr: "Scannez le code ou ouvrez cette page : elle dit si le reçu est authentique, et son état.",
                sl: "Skenirajte kodo ali odprite to stran: pove, ali je potrdilo pristno, in njegovo stanje.")
        case .verificationCode:
            Texts(
                it: "Codice QR della pagina {url}",
                en: "QR code of the page {url}",
                de: "QR-Code der Seite {url}",
                fr: "Code QR de la page {url}",
                sl: "Koda QR strani {url}")
        case .footer:
            Texts(
                it: "Ricevuta {id}, conservata in formato elettronico.",
                en: "Receipt {id}, stored in electronic form.",
                de: "Quittung {id}, elektronisch aufbewahrt.",
                fr: "Reçu {id}, conservé sous forme électronique.",
                sl: "Potrdilo {id}, shranjeno v elektronski obliki.")
        }
    }
}

import PagoPA

/// The words of the receipt, which mails about payments use too; Italian is the one that counts. `{amount}`, `{creditor}`, `{at}`
/// (an instant), `{day}` and similar placeholders are replaced by facts.
package enum ReceiptText: String, TextTable {
    case title, voidedTitle, summary, counterSummary, voidedSummary, payment, amount, fee, charged, paidAt, method,
        iur, context, till, reference, state, paid, underReview, accepted, rejected, refundDecided, refunded,
        partlyRefunded, voided, voidReason, writtenOff, refund, decidedRefund, paidRefund, failedRefund,
        refundReference, debt, description, debtType, document, documentNumber, installment, iuv, notice, creditor,
        name, taxCode, provider, identifier, channel, people, payer, debtor, transfers, transfer, evidence,
        fingerprint, footer

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
        case .amount:
            Texts(
                it: "Importo pagato",
                en: "Amount paid",
                de: "Bezahlter Betrag",
                fr: "Montant payé",
                sl: "Plačani znesek")
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
        case .paid:
            Texts(it: "Pagato", en: "Paid", de: "Bezahlt", fr: "Payé", sl: "Plačano")
        case .underReview:
            Texts(
                it: "Pagamento ricevuto, in verifica presso l'ente",
                en: "Payment received, under review by the public body",
                de: "Zahlung eingegangen, wird von der Körperschaft geprüft",
                fr: "Paiement reçu, en cours de vérification par l'organisme",
                sl: "Plačilo prejeto, ustanova ga preverja")
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
        case .refunded:
            Texts(
                it: "Pagamento ricevuto e rimborsato",
                en: "Payment received and refunded",
                de: "Zahlung eingegangen und zurückerstattet",
                fr: "Paiement reçu et remboursé",
                sl: "Plačilo prejeto in vrnjeno")
        case .partlyRefunded:
            Texts(
                it: "Pagamento ricevuto, rimborsato in parte",
                en: "Payment received, refunded in part",
                de: "Zahlung eingegangen, teilweise zurückerstattet",
                fr: "Paiement reçu, remboursé en partie",
                sl: "Plačilo prejeto, delno vrnjeno")
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
        case .debt:
            Texts(
                it: "Che cosa è stato pagato",
                en: "What was paid",
                de: "Was bezahlt wurde",
                fr: "Ce qui a été payé",
                sl: "Kaj je bilo plačano")
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
            Texts(it: "Rata", en: "Installment", de: "Rate", fr: "Versement n°", sl: "Obrok")
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
                sl: "Številka plačilnega obvestila")
        case .creditor:
            Texts(
                it: "Ente creditore",
                en: "Public body",
                de: "Gläubigerkörperschaft",
                fr: "Organisme créancier",
                sl: "Ustanova upnica")
        case .name:
            Texts(it: "Denominazione", en: "Name", de: "Bezeichnung", fr: "Dénomination", sl: "Naziv")
        case .taxCode:
            Texts(it: "Codice fiscale", en: "Tax code", de: "Steuernummer", fr: "Code fiscal", sl: "Davčna številka")
        case .provider:
            Texts(
                it: "Prestatore di servizi di pagamento (PSP)",
                en: "Payment service provider (PSP)",
                de: "Zahlungsdienstleister (PSP)",
                fr: "Prestataire de services de paiement (PSP)",
                sl: "Ponudnik plačilnih storitev (PSP)")
        case .identifier:
            Texts(it: "Identificativo", en: "Identifier", de: "Kennung", fr: "Identifiant", sl: "Oznaka")
        case .channel:
            Texts(it: "Canale", en: "Channel", de: "Kanal", fr: "Canal", sl: "Kanal")
        case .people:
            Texts(it: "Soggetti", en: "Parties", de: "Beteiligte", fr: "Parties", sl: "Udeleženci")
        case .payer:
            Texts(it: "Chi ha pagato", en: "Paid by", de: "Bezahlt von", fr: "Payé par", sl: "Plačnik")
        case .debtor:
            Texts(it: "Intestatario del debito", en: "Debtor", de: "Schuldner", fr: "Débiteur", sl: "Dolžnik")
        case .transfers:
            Texts(
                it: "Ripartizione tra i beneficiari",
                en: "Split among beneficiaries",
                de: "Aufteilung auf die Begünstigten",
                fr: "Répartition entre les bénéficiaires",
                sl: "Razdelitev med prejemnike")
        case .transfer:
            Texts(it: "Versamento", en: "Transfer", de: "Überweisung", fr: "Virement", sl: "Nakazilo")
        case .evidence:
            Texts(
                it: "Ricevuta telematica (RT)",
                en: "Electronic receipt (RT)",
                de: "Elektronische Quittung (RT)",
                fr: "Reçu électronique (RT)",
                sl: "Elektronsko potrdilo (RT)")
        case .fingerprint:
            Texts(
                it: "Impronta SHA-256 della RT",
                en: "SHA-256 hash of the RT",
                de: "SHA-256-Prüfwert der RT",
                fr: "Empreinte SHA-256 de la RT",
                sl: "Zgoščena vrednost SHA-256 potrdila RT")
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

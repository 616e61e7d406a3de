import PagoPA

/// The words of the receipt in one language; Italian is the one that counts.
struct ReceiptWords: Sendable {
    let title, payment, amount, fee, charged, paidAt, state, paid, underReview, method, iur, context, till,
        reference: String
    let debt, description, debtType, document, installment, iuv, notice: String
    let creditor, name, taxCode, provider, identifier, channel, people, payer, debtor: String
    let transfers, transfer, evidence, fingerprint: String
    /// `{amount}`, `{creditor}`, `{at}` stand for the facts.
    let summaryPattern: String
    let footerPattern: String

    func footer(_ id: String) -> String { filled(footerPattern, ["id": id]) }

    static func of(_ language: Language) -> ReceiptWords {
        switch language {
        case .it: italian
        case .en: english
        case .de: german
        case .fr: french
        case .sl: slovene
        }
    }

    private static let italian = ReceiptWords(
        title: "Ricevuta di pagamento", payment: "Pagamento", amount: "Importo pagato",
        fee: "Commissione applicata dal prestatore", charged: "Totale addebitato",
        paidAt: "Data e ora dell'operazione", state: "Stato", paid: "Pagato",
        underReview: "Pagamento ricevuto, in verifica presso l'ente", method: "Modalità di pagamento",
        iur: "Identificativo della riscossione (IUR)", context: "Codice contesto pagamento (CCP)", till: "Sportello",
        reference: "Riferimento di sportello", debt: "Che cosa è stato pagato", description: "Causale",
        debtType: "Tipo di debito", document: "Documento (numero / anno)", installment: "Rata",
        iuv: "Identificativo univoco versamento (IUV)", notice: "Numero avviso", creditor: "Ente creditore",
        name: "Denominazione", taxCode: "Codice fiscale", provider: "Prestatore di servizi di pagamento (PSP)",
        identifier: "Identificativo", channel: "Canale", people: "Persone", payer: "Versante",
        debtor: "Soggetto pagatore", transfers: "Ripartizione tra i beneficiari", transfer: "Versamento",
        evidence: "Ricevuta telematica (RT)", fingerprint: "Impronta SHA-256 della RT",
        summaryPattern: "{creditor} ha ricevuto {amount} il {at}, ora italiana, tramite il sistema pagoPA.",
        footerPattern:
            "Ricevuta {id}, conservata in formato elettronico.")

    private static let english = ReceiptWords(
        title: "Payment receipt", payment: "Payment", amount: "Amount paid", fee: "Fee charged by the provider",
        charged: "Total charged", paidAt: "Date and time of the operation", state: "State", paid: "Paid",
        underReview: "Payment received, under review by the public body", method: "Payment method",
        iur: "Collection identifier (IUR)", context: "Payment context code (CCP)", till: "Counter",
        reference: "Counter reference", debt: "What was paid", description: "Reason for payment",
        debtType: "Type of debt", document: "Document (number / year)", installment: "Installment",
        iuv: "Unique payment identifier (IUV)", notice: "Notice number", creditor: "Creditor", name: "Name",
        taxCode: "Tax code", provider: "Payment service provider (PSP)", identifier: "Identifier", channel: "Channel",
        people: "People", payer: "Payer", debtor: "Debtor", transfers: "Split among beneficiaries",
        transfer: "Transfer", evidence: "Electronic receipt (RT)", fingerprint: "SHA-256 of the RT",
        summaryPattern: "{creditor} received {amount} on {at}, Italian time, through the pagoPA system.",
        footerPattern: "Receipt {id}, kept in electronic form.")

    private static let german = ReceiptWords(
        title: "Zahlungsquittung", payment: "Zahlung", amount: "Bezahlter Betrag", fee: "Gebühr des Anbieters",
        charged: "Belasteter Gesamtbetrag", paidAt: "Datum und Uhrzeit des Vorgangs", state: "Status",
        paid: "Bezahlt", underReview: "Zahlung eingegangen, wird von der Körperschaft geprüft",
        method: "Zahlungsart", iur: "Kennung des Inkassos (IUR)", context: "Zahlungskontext (CCP)", till: "Schalter",
        reference: "Schalterbeleg", debt: "Was bezahlt wurde", description: "Zahlungsgrund", debtType: "Art der Schuld",
        document: "Dokument (Nummer / Jahr)", installment: "Rate", iuv: "Eindeutige Zahlungskennung (IUV)",
        notice: "Nummer der Zahlungsaufforderung", creditor: "Gläubigerkörperschaft", name: "Bezeichnung",
        taxCode: "Steuernummer", provider: "Zahlungsdienstleister (PSP)", identifier: "Kennung", channel: "Kanal",
        people: "Personen", payer: "Einzahler", debtor: "Schuldner", transfers: "Aufteilung auf die Begünstigten",
        transfer: "Überweisung", evidence: "Elektronische Quittung (RT)", fingerprint: "SHA-256 der RT",
        summaryPattern: "{creditor} hat am {at}, italienische Zeit, über das System pagoPA {amount} erhalten.",
        footerPattern: "Quittung {id}, elektronisch aufbewahrt.")

    private static let french = ReceiptWords(
        title: "Reçu de paiement", payment: "Paiement", amount: "Montant payé", fee: "Commission du prestataire",
        charged: "Total débité", paidAt: "Date et heure de l'opération", state: "État", paid: "Payé",
        underReview: "Paiement reçu, en cours de vérification par l'organisme", method: "Mode de paiement",
        iur: "Identifiant d'encaissement (IUR)", context: "Code du contexte de paiement (CCP)", till: "Guichet",
        reference: "Référence du guichet", debt: "Ce qui a été payé", description: "Motif du paiement",
        debtType: "Type de dette", document: "Document (numéro / année)", installment: "Échéance",
        iuv: "Identifiant unique de versement (IUV)", notice: "Numéro d'avis", creditor: "Organisme créancier",
        name: "Dénomination", taxCode: "Code fiscal", provider: "Prestataire de services de paiement (PSP)",
        identifier: "Identifiant", channel: "Canal", people: "Personnes", payer: "Payeur", debtor: "Débiteur",
        transfers: "Répartition entre les bénéficiaires", transfer: "Versement",
        evidence: "Reçu électronique (RT)", fingerprint: "Empreinte SHA-256 de la RT",
        summaryPattern: "{creditor} a reçu {amount} le {at}, heure italienne, par le système pagoPA.",
        footerPattern: "Reçu {id}, conservé sous forme électronique.")

    private static let slovene = ReceiptWords(
        title: "Potrdilo o plačilu", payment: "Plačilo", amount: "Plačani znesek", fee: "Provizija ponudnika",
        charged: "Skupaj bremenjeno", paidAt: "Datum in ura operacije", state: "Stanje", paid: "Plačano",
        underReview: "Plačilo prejeto, ustanova ga preverja", method: "Način plačila",
        iur: "Oznaka izterjave (IUR)", context: "Oznaka plačilnega konteksta (CCP)", till: "Blagajna",
        reference: "Oznaka blagajne", debt: "Kaj je bilo plačano", description: "Namen plačila",
        debtType: "Vrsta dolga", document: "Dokument (številka / leto)", installment: "Obrok",
        iuv: "Enolična oznaka vplačila (IUV)", notice: "Številka obvestila", creditor: "Ustanova upnica",
        name: "Naziv", taxCode: "Davčna številka", provider: "Ponudnik plačilnih storitev (PSP)",
        identifier: "Oznaka", channel: "Kanal", people: "Osebe", payer: "Plačnik", debtor: "Dolžnik",
        transfers: "Razdelitev med prejemnike", transfer: "Vplačilo", evidence: "Elektronsko potrdilo (RT)",
        fingerprint: "Odtis SHA-256 potrdila RT",
        summaryPattern: "{creditor}: prejeto {amount}, {at} po italijanskem času, prek sistema pagoPA.",
        footerPattern: "Potrdilo {id}, hranjeno v elektronski obliki.")
}

/// `{name}` replaced by its fact, in one pass: a fact that looks like a placeholder stays as it is.
func filled(_ pattern: String, _ facts: [String: String]) -> String {
    var text = ""
    var rest = pattern[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
        text += rest[..<open]
        text += facts[String(rest[open..<close].dropFirst())] ?? ""
        rest = rest[close...].dropFirst()
    }
    return text + rest
}

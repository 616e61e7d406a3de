/// The words of the public page that says whether a receipt is genuine.
package enum VerificationText: String, TextTable {
    case title, genuine, unknown, compare, creditor, amount, paidOn, state, paid, accepted, underReview, paidTwice,
        rejected, refundDecided, partlyRefunded, refunded, voided, replaced

    package var texts: Texts {
        switch self {
        case .title:
            Texts(
                it: "Verifica di una ricevuta", en: "Check of a receipt", de: "Prüfung einer Quittung",
                fr: "Vérification d'un reçu", sl: "Preverjanje potrdila")
        case .genuine:
            Texts(
                it: "Il codice è di una ricevuta autentica.", en: "The code belongs to a genuine receipt.",
                de: "Der Code gehört zu einer echten Quittung.", fr: "Le code est celui d'un reçu authentique.",
                sl: "Koda pripada pristnemu potrdilu.")
        case .unknown:
            Texts(
                it: "Il codice non è di una ricevuta: il documento può essere falso, oppure il codice non è completo.",
                en: "The code belongs to no receipt: the document may be forged, or the code is incomplete.",
                de:
                    "Der Code gehört zu keiner Quittung: Das Dokument kann gefälscht sein, oder der Code ist unvollständig.",
                fr: "Le code n'est celui d'aucun reçu : le document peut être faux, ou le code est incomplet.",
                sl: "Koda ne pripada nobenemu potrdilu: dokument je morda ponarejen ali koda ni popolna.")
        case .compare:
            Texts(
                it: "Confronta questi dati con quelli del documento. Se sono diversi, il documento è stato modificato.",
                en: "Compare these facts with those of the document. If they differ, the document was changed.",
                de:
                    "Vergleichen Sie diese Angaben mit denen des Dokuments. Weichen sie ab, wurde das Dokument verändert.",
                fr: "Comparez ces données avec celles du document. Si elles diffèrent, le document a été modifié.",
                sl: "Primerjajte te podatke s podatki na dokumentu. Če se razlikujejo, je bil dokument spremenjen.")
        case .creditor:
            Texts(
                it: "Ente creditore", en: "Public body", de: "Gläubigerkörperschaft", fr: "Organisme créancier",
                sl: "Ustanova upnica")
        case .amount:
            Texts(
                it: "Importo pagato", en: "Amount paid", de: "Bezahlter Betrag", fr: "Montant payé",
                sl: "Plačani znesek")
        case .paidOn:
            Texts(
                it: "Data del pagamento", en: "Date of payment", de: "Datum der Zahlung", fr: "Date du paiement",
                sl: "Datum plačila")
        case .state:
            Texts(
                it: "Stato di oggi", en: "Status today", de: "Heutiger Stand", fr: "État actuel", sl: "Današnje stanje")
        case .paid: Texts(it: "Pagato", en: "Paid", de: "Bezahlt", fr: "Payé", sl: "Plačano")
        case .accepted:
            Texts(
                it: "Pagato: l'ente ha accettato il pagamento", en: "Paid: the public body accepted the payment",
                de: "Bezahlt: Die Körperschaft hat die Zahlung angenommen",
                fr: "Payé : l'organisme a accepté le paiement", sl: "Plačano: ustanova je plačilo sprejela")
        case .underReview:
            Texts(
                it: "Pagamento ricevuto, in verifica presso l'ente",
                en: "Payment received, under review by the public body",
                de: "Zahlung eingegangen, wird von der Körperschaft geprüft",
                fr: "Paiement reçu, en cours de vérification par l'organisme",
                sl: "Plačilo prejeto, ustanova ga preverja")
        case .paidTwice:
            Texts(
                it: "Pagamento doppio, in verifica presso l'ente",
                en: "Double payment, under review by the public body",
                de: "Doppelte Zahlung, wird von der Körperschaft geprüft",
                fr: "Double paiement, en cours de vérification par l'organisme",
                sl: "Dvojno plačilo, ustanova ga preverja")
        case .rejected:
            Texts(
                it: "Pagamento ricevuto, che non salda il debito",
                en: "Payment received, which does not settle the debt",
                de: "Zahlung eingegangen, die die Forderung nicht begleicht",
                fr: "Paiement reçu, qui ne règle pas la dette",
                sl: "Plačilo prejeto, ki ne poravna dolga")
        case .refundDecided:
            Texts(
                it: "Pagamento ricevuto, rimborso deciso", en: "Payment received, refund decided",
                de: "Zahlung eingegangen, Rückerstattung beschlossen", fr: "Paiement reçu, remboursement décidé",
                sl: "Plačilo prejeto, vračilo odločeno")
        case .partlyRefunded:
            Texts(
                it: "Pagamento ricevuto, rimborsato in parte", en: "Payment received, refunded in part",
                de: "Zahlung eingegangen, teilweise zurückerstattet", fr: "Paiement reçu, remboursé en partie",
                sl: "Plačilo prejeto, delno vrnjeno")
        case .refunded:
            Texts(
                it: "Pagamento ricevuto e rimborsato", en: "Payment received and refunded",
                de: "Zahlung eingegangen und zurückerstattet", fr: "Paiement reçu et remboursé",
                sl: "Plačilo prejeto in vrnjeno")
        case .voided:
            Texts(
                it: "Ricevuta annullata: il pagamento non è valido", en: "Void receipt: the payment is not valid",
                de: "Ungültige Quittung: Die Zahlung gilt nicht", fr: "Reçu annulé : le paiement n'est pas valable",
                sl: "Razveljavljeno potrdilo: plačilo ne velja")
        case .replaced:
            Texts(
                it: "Ricevuta sostituita da una corretta", en: "Receipt replaced by a corrected one",
                de: "Quittung durch eine berichtigte ersetzt", fr: "Reçu remplacé par un reçu corrigé",
                sl: "Potrdilo nadomeščeno s popravljenim")
        }
    }
}

extension VerificationText {
    package init(_ state: ReceiptState) {
        self =
            switch state {
            case .paid: .paid
            case .accepted: .accepted
            case .underReview: .underReview
            case .paidTwice: .paidTwice
            case .rejected: .rejected
            case .refundDecided: .refundDecided
            case .partlyRefunded: .partlyRefunded
            case .refunded: .refunded
            case .voided: .voided
            case .replaced: .replaced
            }
    }
}

import PagoPA

/// What a receipt says of the way in which it was paid and of what was decided about it, in one language.
struct DecisionWords: Sendable {
    /// `{amount}`, `{creditor}`, `{at}` stand for the facts.
    let counterSummary, voidedSummary: String
    let voidedTitle, voided, voidReason: String
    /// `{day}` stands for the day of the decision.
    let accepted, rejected, refundDecided: String
    let refunded, partlyRefunded, writtenOff, refund: String
    /// `{amount}`, `{day}` stand for the facts.
    let decidedRefund, paidRefund, failedRefund: String
    let reference: String

    /// The sentence at the head of the receipt.
    func summary(_ receipt: Receipt, amount: String, creditor: String, words: ReceiptWords) -> String {
        let facts = ["amount": amount, "creditor": creditor, "at": receipt.paidAt.romeText]
        if let voided = receipt.voided {
            return filled(voidedSummary, facts.merging(["day": day(voided.at)]) { old, _ in old })
        }
        switch receipt.origin {
        case .counter: return filled(counterSummary, facts)
        case .pagopa, .file, .reporting: return filled(words.summaryPattern, facts)
        }
    }

    /// How the payment stands: paid, voided, waiting for people, or decided.
    func state(_ receipt: Receipt, _ decision: ReceiptDecision?, words: ReceiptWords) -> String {
        let decided = ["day": decision.map { day($0.decidedAt) } ?? ""]
        switch receipt.status {
        case .voided: return voided
        case .settled: return decision?.resolution == .accept ? filled(accepted, decided) : words.paid
        case .recorded, .quarantined: return words.underReview
        case .anomaly:
            let paidBack = Amount.cents(of: receipt.refunds.filter { $0.status == .paid }.map(\.amount))
            if paidBack > 0 { return paidBack < receipt.amount.cents ? partlyRefunded : refunded }
            switch decision?.resolution {
            case .refund: return filled(refundDecided, decided)
            case .reject: return filled(rejected, decided)
            case .accept, .match, .appeared, .entered, nil: return words.underReview
            }
        }
    }

    func refund(_ refund: Refund) -> String {
        let pattern =
            switch refund.status {
            case .decided: decidedRefund
            case .paid: paidRefund
            case .failed: failedRefund
            }
        let text = filled(pattern, ["amount": refund.amount.italian + " €", "day": refund.day.italian])
        return refund.reference.map { "\(text), \(reference) \($0)" } ?? text
    }

    private func day(_ instant: Instant) -> String { CalendarDate(romeDayOf: instant).italian }

    static func of(_ language: Language) -> DecisionWords {
        switch language {
        case .it: italian
        case .en: english
        case .de: german
        case .fr: french
        case .sl: slovene
        }
    }

    private static let italian = DecisionWords(
        counterSummary: "{creditor} ha ricevuto {amount} il {at}, ora italiana, allo sportello.",
        voidedSummary:
            "Questa ricevuta è annullata dal {day}: il pagamento di {amount} allo sportello di {creditor} era stato registrato per errore e non è valido.",
        voidedTitle: "Ricevuta di pagamento ANNULLATA", voided: "Annullata", voidReason: "Motivo dell'annullamento",
        accepted: "Pagato: l'ente ha accettato il pagamento il {day}",
        rejected: "Pagamento ricevuto: l'ente ha concluso la verifica il {day} e il pagamento non salda il debito",
        refundDecided: "Pagamento ricevuto: l'ente ha deciso il rimborso il {day}",
        refunded: "Pagamento ricevuto e rimborsato", partlyRefunded: "Pagamento ricevuto, rimborsato in parte",
        writtenOff: "Importo a cui l'ente ha rinunciato",
        refund: "Rimborso", decidedRefund: "{amount}, deciso il {day}", paidRefund: "{amount}, pagato il {day}",
        failedRefund: "{amount}, non riuscito il {day}", reference: "riferimento")

    private static let english = DecisionWords(
        counterSummary: "{creditor} received {amount} on {at}, Italian time, at the counter.",
        voidedSummary:
            "This receipt has been void since {day}: the payment of {amount} at the counter of {creditor} was recorded by mistake and is not valid.",
        voidedTitle: "Payment receipt VOID", voided: "Void", voidReason: "Reason for voiding",
        accepted: "Paid: the public body accepted the payment on {day}",
        rejected:
            "Payment received: the public body finished its review on {day} and the payment does not settle the debt",
        refundDecided: "Payment received: the public body decided the refund on {day}",
        refunded: "Payment received and refunded", partlyRefunded: "Payment received, refunded in part",
        writtenOff: "Amount waived by the public body", refund: "Refund",
        decidedRefund: "{amount}, decided on {day}", paidRefund: "{amount}, paid on {day}",
        failedRefund: "{amount}, failed on {day}", reference: "reference")

    private static let german = DecisionWords(
        counterSummary: "{creditor} hat am {at}, italienische Zeit, am Schalter {amount} erhalten.",
        voidedSummary:
            "Diese Quittung ist seit {day} ungültig: Die Zahlung von {amount} am Schalter von {creditor} wurde irrtümlich erfasst und gilt nicht.",
        voidedTitle: "Zahlungsquittung UNGÜLTIG", voided: "Ungültig", voidReason: "Grund der Annullierung",
        accepted: "Bezahlt: Die Körperschaft hat die Zahlung am {day} angenommen",
        rejected:
            "Zahlung eingegangen: Die Körperschaft hat die Prüfung am {day} abgeschlossen, die Zahlung tilgt die Schuld nicht",
        refundDecided: "Zahlung eingegangen: Die Körperschaft hat am {day} die Rückzahlung beschlossen",
        refunded: "Zahlung eingegangen und zurückgezahlt",
        partlyRefunded: "Zahlung eingegangen, teilweise zurückgezahlt",
        writtenOff: "Betrag, auf den die Körperschaft verzichtet hat", refund: "Rückzahlung",
        decidedRefund: "{amount}, beschlossen am {day}", paidRefund: "{amount}, gezahlt am {day}",
        failedRefund: "{amount}, gescheitert am {day}", reference: "Referenz")

    private static let french = DecisionWords(
        counterSummary: "{creditor} a reçu {amount} le {at}, heure italienne, au guichet.",
        voidedSummary:
            "Ce reçu est annulé depuis le {day} : le paiement de {amount} au guichet de {creditor} avait été enregistré par erreur et n'est pas valable.",
        voidedTitle: "Reçu de paiement ANNULÉ", voided: "Annulé", voidReason: "Motif de l'annulation",
        accepted: "Payé : l'organisme a accepté le paiement le {day}",
        rejected:
            "Paiement reçu : l'organisme a terminé la vérification le {day} et le paiement ne solde pas la dette",
        refundDecided: "Paiement reçu : l'organisme a décidé le remboursement le {day}",
        refunded: "Paiement reçu et remboursé", partlyRefunded: "Paiement reçu, remboursé en partie",
        writtenOff: "Montant auquel l'organisme a renoncé",
        refund: "Remboursement", decidedRefund: "{amount}, décidé le {day}", paidRefund: "{amount}, payé le {day}",
        failedRefund: "{amount}, échoué le {day}", reference: "référence")

    private static let slovene = DecisionWords(
        counterSummary: "{creditor}: prejeto {amount}, {at} po italijanskem času, na blagajni.",
        voidedSummary:
            "To potrdilo je razveljavljeno od {day}: plačilo {amount} na blagajni ({creditor}) je bilo zabeleženo po pomoti in ne velja.",
        voidedTitle: "Potrdilo o plačilu – RAZVELJAVLJENO", voided: "Razveljavljeno",
        voidReason: "Razlog razveljavitve",
        accepted: "Plačano: ustanova je plačilo sprejela {day}",
        rejected: "Plačilo prejeto: ustanova je preverjanje končala {day}, plačilo ne poravna dolga",
        refundDecided: "Plačilo prejeto: ustanova je {day} odločila o vračilu",
        refunded: "Plačilo prejeto in vrnjeno", partlyRefunded: "Plačilo prejeto, delno vrnjeno",
        writtenOff: "Znesek, ki se mu je ustanova odpovedala",
        refund: "Vračilo", decidedRefund: "{amount}, odločeno {day}", paidRefund: "{amount}, plačano {day}",
        failedRefund: "{amount}, neuspelo {day}", reference: "oznaka")
}

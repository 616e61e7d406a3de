/// Why an installment cannot be paid now, for the person who wants to pay it.
extension DisabledCode: TextTable {
    package var texts: Texts {
        switch self {
        case .draft:
            Texts(
                it: "L'avviso non è ancora stato pubblicato.",
                en: "The notice has not been published yet.",
                de: "Die Zahlungsmitteilung ist noch nicht veröffentlicht.",
                fr: "L'avis n'est pas encore publié.",
                sl: "Obvestilo še ni objavljeno.")
        case .paid:
            Texts(
                it: "È già stato pagato.",
                en: "It has already been paid.",
                de: "Das ist bereits bezahlt.",
                fr: "C'est déjà payé.",
                sl: "To je že plačano.")
        case .cancelled:
            Texts(
                it: "L'ente l'ha annullato: non pagare.",
                en: "The public body cancelled it: do not pay.",
                de: "Die Körperschaft hat es storniert: Zahlen Sie nicht.",
                fr: "L'organisme l'a annulé : ne payez pas.",
                sl: "Ustanova je to preklicala: ne plačajte.")
        case .writtenOff:
            Texts(
                it: "L'ente non chiede più questo importo: non pagare.",
                en: "The public body no longer asks for this amount: do not pay.",
                de: "Die Körperschaft verlangt diesen Betrag nicht mehr: Zahlen Sie nicht.",
                fr: "L'organisme ne réclame plus ce montant : ne payez pas.",
                sl: "Ustanova tega zneska ne zahteva več: ne plačajte.")
        case .overdue, .validityEnded:
            Texts(
                it: "Il termine per pagare è passato: rivolgiti all'ente.",
                en: "The time to pay has passed: contact the public body.",
                de: "Die Zahlungsfrist ist abgelaufen: Wenden Sie sich an die Körperschaft.",
                fr: "Le délai de paiement est dépassé : contactez l'organisme.",
                sl: "Rok za plačilo je potekel: obrnite se na ustanovo.")
        case .underReview:
            Texts(
                it: "Un pagamento è in verifica: non pagare di nuovo.",
                en: "A payment is under review: do not pay again.",
                de: "Eine Zahlung wird geprüft: Zahlen Sie nicht noch einmal.",
                fr: "Un paiement est en cours de vérification : ne payez pas à nouveau.",
                sl: "Plačilo je v preverjanju: ne plačajte znova.")
        case .paymentInProgress, .alternativeInProgress:
            Texts(
                it: "Un pagamento è in corso: attendi l'esito.",
                en: "A payment is in progress: wait for its outcome.",
                de: "Eine Zahlung läuft: Warten Sie das Ergebnis ab.",
                fr: "Un paiement est en cours : attendez le résultat.",
                sl: "Plačilo poteka: počakajte na izid.")
        case .suspended:
            Texts(
                it: "I pagamenti sono sospesi per il momento: riprova più tardi.",
                en: "Payments are suspended for the moment: try again later.",
                de: "Zahlungen sind zurzeit ausgesetzt: Versuchen Sie es später.",
                fr: "Les paiements sont suspendus pour le moment : réessayez plus tard.",
                sl: "Plačila so trenutno ustavljena: poskusite pozneje.")
        }
    }
}

/// The texts about the choice of a PSP.
package enum PSPText: String, TextTable {
    case notOffered = "not_offered"

    package var texts: Texts {
        switch self {
        case .notOffered:
            Texts(
                it: "Nessun prestatore di servizi di pagamento accetta questo importo con questa modalità.",
                en: "No payment service provider accepts this amount with this payment method.",
                de: "Kein Zahlungsdienstleister nimmt diesen Betrag mit dieser Zahlungsart an.",
                fr: "Aucun prestataire de services de paiement n'accepte ce montant avec ce mode de paiement.",
                sl: "Noben ponudnik plačilnih storitev ne sprejme tega zneska s tem načinom plačila.")
        }
    }
}

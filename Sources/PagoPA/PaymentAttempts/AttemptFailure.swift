/// Why a payment attempt failed, as a stable code. The PSP's own words are stored beside it.
package enum AttemptFailure: String, Sendable, CaseIterable {
    /// The process that started the payment ended before the PSP answered.
    case startInterrupted = "start_interrupted"
    case pspTimedOut = "psp_timed_out"
    case pspUnreachable = "psp_unreachable"
    /// The PSP did not accept the start of the payment.
    case pspRefused = "psp_refused"
    /// The PSP reports that nothing was paid.
    case paymentRefused = "payment_refused"

    /// The stored reason of a failure in the service's own words.
    package var reason: String {
        switch self {
        case .startInterrupted: "the start was interrupted"
        case .pspTimedOut: "the PSP did not answer in time"
        case .pspUnreachable: "the PSP could not be reached"
        case .pspRefused: "the PSP did not accept the payment"
        case .paymentRefused: "the PSP reports that nothing was paid"
        }
    }

    /// The failure of a stored reason: any other words are the PSP's, about a payment that was not made.
    package init(reason: String) {
        self = Self.allCases.first { $0.reason == reason } ?? .paymentRefused
    }
}

/// What a failed payment means for its payer.
extension AttemptFailure: TextTable {
    package var texts: Texts {
        switch self {
        case .startInterrupted:
            Texts(
                it: "Il pagamento non è partito: puoi riprovare.",
                en: "The payment did not start: you can try again.",
                de: "Die Zahlung wurde nicht begonnen: Sie können es noch einmal versuchen.",
                fr: "Le paiement n'a pas commencé : vous pouvez réessayer.",
                sl: "Plačilo se ni začelo: lahko poskusite znova.")
        case .pspTimedOut:
            Texts(
                it: "Il prestatore di servizi di pagamento non ha risposto in tempo: puoi riprovare.",
                en: "The payment service provider did not answer in time: you can try again.",
                de: "Der Zahlungsdienstleister hat nicht rechtzeitig geantwortet: Sie können es noch einmal versuchen.",
                fr: "Le prestataire de services de paiement n'a pas répondu à temps : vous pouvez réessayer.",
                sl: "Ponudnik plačilnih storitev ni odgovoril pravočasno: lahko poskusite znova.")
        case .pspUnreachable:
            Texts(
                it: "Il prestatore di servizi di pagamento non è raggiungibile: puoi riprovare o sceglierne un altro.",
                en: "The payment service provider cannot be reached: you can try again or choose another one.",
                de:
                    "Der Zahlungsdienstleister ist nicht erreichbar: Sie können es noch einmal versuchen oder einen anderen wählen.",
                fr:
                    "Le prestataire de services de paiement n'est pas joignable : vous pouvez réessayer ou en choisir un autre.",
                sl: "Ponudnik plačilnih storitev ni dosegljiv: lahko poskusite znova ali izberete drugega.")
        case .pspRefused:
            Texts(
                it: "Il prestatore di servizi di pagamento non ha accettato il pagamento: puoi sceglierne un altro.",
                en: "The payment service provider did not accept the payment: you can choose another one.",
                de: "Der Zahlungsdienstleister hat die Zahlung nicht angenommen: Sie können einen anderen wählen.",
                fr:
                    "Le prestataire de services de paiement n'a pas accepté le paiement : vous pouvez en choisir un autre.",
                sl: "Ponudnik plačilnih storitev ni sprejel plačila: lahko izberete drugega.")
        case .paymentRefused:
            Texts(
                it: "Il pagamento non è stato eseguito: puoi riprovare.",
                en: "The payment was not made: you can try again.",
                de: "Die Zahlung wurde nicht ausgeführt: Sie können es noch einmal versuchen.",
                fr: "Le paiement n'a pas été effectué : vous pouvez réessayer.",
                sl: "Plačilo ni bilo izvedeno: lahko poskusite znova.")
        }
    }
}

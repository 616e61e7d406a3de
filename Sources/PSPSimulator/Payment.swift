import Foundation

/// One payment that the service started here.
struct Payment: Sendable {
    let id: String
    let pspID: String
    let channelID: String
    let call: StartCall
    let startedAt: Date
    var lastAction: PortalAction?
    /// When the service cancelled it; no payment is possible after this instant.
    var cancelledAt: Date?
    /// The posts for this payment, oldest first.
    var deliveries: [Delivery] = []

    var totalCents: Int64 { call.amountCents + call.feeCents }

    /// Codice contesto pagamento: at most 35 characters, so the attempt's id is written without its dashes.
    var paymentContext: String { String(call.attemptID.filter { $0 != "-" }.prefix(35)) }
}

/// The actions that a person can choose on the portal page.
enum PortalAction: String, Codable, Sendable, CaseIterable {
    /// Pays; the RT follows at once.
    case pay
    /// The PSP rejects the payment: outcome KO, with an RT of the failure.
    case refuse
    /// The payer cancels: as above with another reason.
    case cancel
    /// Pays; the RT follows after a delay.
    case late
    /// Pays; the same RT is sent twice.
    case twice
    /// Pays; the RT has an amount that is one cent too high.
    case wrongAmount = "wrong_amount"
    /// Pays; no RT is ever sent.
    case never
    /// Pays; then sends another RT with the same key and different content.
    case conflict

    /// `nil` when the payment succeeds.
    var failureReason: String? {
        switch self {
        case .refuse: "Pagamento rifiutato dal prestatore di servizi di pagamento"
        case .cancel: "Pagamento annullato dall'utente"
        case .pay, .late, .twice, .wrongAmount, .never, .conflict: nil
        }
    }

    /// Whether the action sends an RT of a successful payment, which a payment does only once.
    var sendsReceiptOfMoney: Bool {
        switch self {
        case .pay, .late, .twice, .wrongAmount, .conflict: true
        case .refuse, .cancel, .never: false
        }
    }
}

import Foundation

/// The most recent payments, in memory; older ones are removed to limit memory.
actor PaymentStore {
    enum Claim: Sendable {
        case granted(Payment)
        case unknown
        /// The RT of the successful payment was already sent.
        case alreadyPaid
        /// The service cancelled the payment.
        case cancelled
    }

    enum Cancellation: Sendable, Equatable {
        case cancelled
        case unknown
        case alreadyPaid
    }

    static let defaultCapacity = 10_000
    static let deliveriesKept = 50

    private let capacity: Int
    private var payments: [String: Payment] = [:]
    private var idsByAttempt: [String: String] = [:]
    private var paid: Set<String> = []
    private var order: [String] = []

    init(capacity: Int = PaymentStore.defaultCapacity) {
        self.capacity = capacity
    }

    /// The payment of this call; a repeated call returns the payment that it created first.
    func start(_ call: StartCall, psp: String, channel: String, at now: Date) -> Payment {
        let key = "\(psp)/\(call.attemptID)"
        if let id = idsByAttempt[key], let known = payments[id] { return known }
        let payment = Payment(
            id: UUID().uuidString.lowercased(), pspID: psp, channelID: channel, call: call, startedAt: now)
        payments[payment.id] = payment
        idsByAttempt[key] = payment.id
        order.append(payment.id)
        if order.count > capacity, let oldest = order.first {
            order = Array(order.dropFirst())
            forget(oldest)
        }
        return payment
    }

    /// Allows only one paying action per payment, even if the button is pressed several times.
    func claim(_ id: String, for action: PortalAction) -> Claim {
        guard var payment = payments[id] else { return .unknown }
        if paid.contains(id) { return .alreadyPaid }
        if payment.cancelledAt != nil { return .cancelled }
        if action.sendsReceiptOfMoney { paid.insert(id) }
        payment.lastAction = action
        payments[id] = payment
        return .granted(payment)
    }

    /// Cancels this PSP's payment for this attempt; repeating it is a no-op.
    func cancel(_ id: String, psp: String, attempt: String, at now: Date) -> Cancellation {
        guard var payment = payments[id], payment.pspID == psp, payment.call.attemptID == attempt else {
            return .unknown
        }
        if paid.contains(id) { return .alreadyPaid }
        payment.cancelledAt = payment.cancelledAt ?? now
        payments[id] = payment
        return .cancelled
    }

    func add(_ delivery: Delivery, to id: String) {
        guard var payment = payments[id] else { return }
        payment.deliveries.append(delivery)
        payment.deliveries = payment.deliveries.suffix(Self.deliveriesKept)
        payments[id] = payment
    }

    func payment(_ id: String) -> Payment? { payments[id] }

    /// Newest first.
    func latest(_ count: Int) -> [Payment] { order.suffix(count).reversed().compactMap { payments[$0] } }

    private func forget(_ id: String) {
        guard let payment = payments.removeValue(forKey: id) else { return }
        idsByAttempt["\(payment.pspID)/\(payment.call.attemptID)"] = nil
        paid.remove(id)
    }
}

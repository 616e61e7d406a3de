import Foundation

/// Simulates the PSP behind the page: executes the chosen action and notifies the service.
struct Portal: Sendable {
    static let delaySecondsRange = 0...3_600
    static let defaultDelaySeconds = 10

    let book: PaymentStore
    let courier: Courier
    let secrets: Secrets

    /// Posts the outcome, then the RTs of the action; delayed RTs are sent after this returns.
    /// - Returns: the posts made before returning.
    func perform(_ action: PortalAction, on payment: Payment, delaySeconds: Int) async throws -> [Delivery] {
        guard let signer = secrets.signers(of: payment.pspID).first else { throw SecretsError.missing }
        var deliveries = [try await sendOutcome(of: action, on: payment, signer: signer)]
        let receipts = try bodies(for: action, of: payment)
        guard action == .late else {
            for body in receipts { deliveries.append(await send(body, of: payment, signer: signer)) }
            return deliveries
        }
        Task {
            do { try await Task.sleep(for: .seconds(delaySeconds)) } catch { return }
            for body in receipts { _ = await send(body, of: payment, signer: signer) }
        }
        return deliveries
    }

    /// The RTs to post, in order.
    func bodies(for action: PortalAction, of payment: Payment) throws -> [[UInt8]] {
        let receipts = RT.all(
            of: payment, paidAt: .now, failureReason: action.failureReason, makeID: { Portal.makeReceiptID() })
        switch action {
        case .pay, .late, .refuse, .cancel:
            return try receipts.map { try $0.bytes() }
        case .twice:
            return try (receipts + receipts).map { try $0.bytes() }
        case .wrongAmount:
            return try receipts.map { try $0.withAmount($0.amountCents + 1).bytes() }
        case .conflict:
            return try (receipts + receipts.map { $0.withAmount($0.amountCents + 1) }).map { try $0.bytes() }
        case .never:
            return []
        }
    }

    /// IUR: `PSP` and a UUID without dashes, 35 characters.
    static func makeReceiptID() -> String {
        "PSP" + UUID().uuidString.lowercased().filter { $0 != "-" }
    }

    private func sendOutcome(of action: PortalAction, on payment: Payment, signer: WebhookSigner) async throws
        -> Delivery
    {
        let call = OutcomeCall(
            attemptID: payment.call.attemptID, outcome: action.outcome, detail: action.failureReason)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = try [UInt8](encoder.encode(call))
        let delivery = await courier.post(.outcome, body, to: payment.call.outcomesURL, signer: signer)
        await book.add(delivery, to: payment.id)
        return delivery
    }

    private func send(_ body: [UInt8], of payment: Payment, signer: WebhookSigner) async -> Delivery {
        let delivery = await courier.post(.receipt, body, to: payment.call.receiptsURL, signer: signer)
        await book.add(delivery, to: payment.id)
        return delivery
    }
}

/// How the portal's page ended, for display only.
struct OutcomeCall: Encodable, Sendable {
    enum Outcome: String, Encodable, Sendable {
        case completed
        case refused
        case cancelled
    }

    let attemptID: String
    let outcome: Outcome
    let detail: String?

    enum CodingKeys: String, CodingKey {
        case outcome, detail
        case attemptID = "attempt_id"
    }
}

extension PortalAction {
    var outcome: OutcomeCall.Outcome {
        switch self {
        case .refuse: .refused
        case .cancel: .cancelled
        case .pay, .late, .twice, .wrongAmount, .never, .conflict: .completed
        }
    }
}

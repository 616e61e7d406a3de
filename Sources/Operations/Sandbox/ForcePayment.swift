import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

/// The outcome that a trial forces.
package enum ForcedOutcome: String, Sendable, CaseIterable {
    case pay
    /// The payment fails.
    case refuse
    /// The same RT arrives twice.
    case twice
    /// The RT states one cent too much.
    case wrongAmount = "wrong_amount"
    /// A second RT has the key of the first one and another amount.
    case conflict
}

/// How the intake answered one RT of a trial.
package enum ForcedAnswer: Sendable, Equatable {
    case received(ReceivedRT)
    case conflict(anomaly: Identifier<Anomaly>)
}

extension SandboxOperations {
    /// The PSP of trials. It has no secret and is in no list, so only this operation sends RTs in its name.
    package static let psp = "QZTESTXX"

    /// Posts the RTs of a PSP for one debt of a test creditor through the intake of the webhook, without a signature and without the network.
    /// - Parameter render: renders the body of the intake's response.
    /// - Returns: the answers in the order of the RTs, one or two.
    /// - Throws: `Refusal.invalid` for a creditor that is not a test creditor of the caller, and for an unknown notice number.
    package func force(
        _ outcome: ForcedOutcome, of noticeNumber: NoticeNumber, at creditor: OrganizationTaxCode, by caller: Caller,
        render: @escaping Renderer<RTAcknowledgement, [UInt8]>
    ) async throws -> [ForcedAnswer] {
        try await demandTest(creditor, of: caller)
        let position: Position
        do {
            position = try await positions.show(noticeNumber: noticeNumber, of: creditor, for: caller).position
        } catch Refusal.notFound {
            throw Refusal.invalid([Fault("/notice_number", .unknownReference, "is not known")])
        }
        guard let installment = position.installments.first(where: { $0.noticeNumber == noticeNumber }) else {
            throw Refusal.invalid([Fault("/notice_number", .unknownReference, "is not known")])
        }
        return try await post(
            outcome,
            of: TestPayment(
                receiptID: newID(Receipt.self).description.filter { $0 != "-" }, creditor: creditor,
                noticeNumber: noticeNumber, amount: installment.amount, psp: try PSPID(Self.psp), attempt: nil),
            render: render)
    }

    /// Posts the RTs of one payment through the intake of the webhook.
    func post(
        _ outcome: ForcedOutcome, of payment: TestPayment, render: @escaping Renderer<RTAcknowledgement, [UInt8]>
    ) async throws -> [ForcedAnswer] {
        let amount = payment.amount.cents
        let other = amount + 1  // amounts have at most 11 digits
        let amounts: [Int64] =
            switch outcome {
            case .pay: [amount]
            case .refuse: [0]
            case .twice: [amount, amount]
            case .wrongAmount: [other]
            case .conflict: [amount, other]
            }
        let paidAt = clock()
        var answers: [ForcedAnswer] = []
        for cents in amounts {
            let bytes = payment.rt(cents: cents, paidAt: paidAt)
            let rt = try rts.read(bytes, as: .json, from: payment.psp)
            let body = RTBody(
                psp: payment.psp, messageID: "sandbox-\(payment.receiptID)", contentType: RTSyntax.json.rawValue,
                bytes: bytes, sha256: SHA256.digest(bytes), fingerprint: SHA256.digest(rt.meaning))
            do {
                answers.append(.received(try await rts.receive(rt, body: body, render: render)))
            } catch Refusal.receiptConflict(let anomaly) {
                answers.append(.conflict(anomaly: anomaly))
            }
        }
        return answers
    }
}

/// A payment that a trial invents.
struct TestPayment {
    let receiptID: String
    let creditor: OrganizationTaxCode
    let noticeNumber: NoticeNumber
    let amount: Amount
    let psp: PSPID
    let attempt: Identifier<PaymentAttempt>?

    /// - Parameter cents: 0 for a payment that failed.
    fileprivate func rt(cents: Int64, paidAt: Instant) -> [UInt8] {
        let transfers =
            cents == 0 ? "" : #"{"index":1,"creditor_tax_code":"\#(creditor.value)","amount_cents":\#(cents)}"#
        let attemptID = attempt.map { #""attempt_id":"\#($0)","# } ?? ""
        return Array(
            """
            {"receipt_id":"\(receiptID)","outcome":"\(cents == 0 ? "KO" : "OK")","creditor_tax_code":"\(creditor.value)",\
            "notice_number":"\(noticeNumber.value)","amount_cents":\(cents),\(attemptID)\
            "psp":{"id":"\(psp)","business_name":"PSP di prova"},"paid_at":"\(paidAt.rfc3339)","transfers":[\(transfers)]}
            """.utf8)
    }
}

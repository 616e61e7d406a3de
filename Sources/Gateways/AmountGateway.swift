import Cryptography
import JSON
import Workers

/// The question for the present amount of one installment.
package struct AmountCall: Sendable {
    package let url: String
    /// The valid secrets, newest first.
    package let secrets: [WebhookSecret]
    /// The id of the message.
    package let id: String
    package let creditorTaxCode: String
    package let debtType: String
    package let externalID: String
    package let installment: Int
    package let noticeNumber: String
    package let iuv: String
    package let amountCents: Int64
    package let dueDate: String

    package init(
        url: String, secrets: [WebhookSecret], id: String, creditorTaxCode: String, debtType: String,
        externalID: String, installment: Int, noticeNumber: String, iuv: String, amountCents: Int64, dueDate: String
    ) {
        self.url = url
        self.secrets = secrets
        self.id = id
        self.creditorTaxCode = creditorTaxCode
        self.debtType = debtType
        self.externalID = externalID
        self.installment = installment
        self.noticeNumber = noticeNumber
        self.iuv = iuv
        self.amountCents = amountCents
        self.dueDate = dueDate
    }

    var body: [UInt8] {
        JSONWriter.object { json in
            json.field("creditor_tax_code", creditorTaxCode)
            json.field("debt_type", debtType)
            json.field("external_id", externalID)
            json.field("installment", installment)
            json.field("notice_number", noticeNumber)
            json.field("iuv", iuv)
            json.field("amount_cents", amountCents)
            json.field("due_date", dueDate)
        }
    }
}

/// The members of the creditor's answer.
package struct AmountAnswer: Sendable, Equatable {
    package let isPayable: Bool
    /// Present if it is payable.
    package let amountCents: Int64?
    package let notificationFeeCents: Int64?

    package init(isPayable: Bool, amountCents: Int64?, notificationFeeCents: Int64?) {
        self.isPayable = isPayable
        self.amountCents = amountCents
        self.notificationFeeCents = notificationFeeCents
    }
}

package enum AmountFailure: Error, Sendable, Equatable {
    case timedOut
    case unreachable
    case notAllowed
    /// Nothing was sent: all threads are busy, or the service stops.
    case busy
    /// Another status than 200, or a body without the members of an answer.
    case malformedAnswer
}

/// Asks creditors for present amounts (Standard Webhooks). Redirects are not followed. Each creditor has its own limit.
package final class AmountGateway: Sendable {
    package static let threads = 16
    package static let maximumWaiting = 128
    /// Concurrent calls to one URL.
    package static let maximumCallsPerURL = 4
    package static let maximumWaitingPerURL = 16
    /// The time limit of a call: waiting for a thread, name resolution and the answer. It leaves the PSP most of the time of a start.
    package static let callSeconds = 3

    private let workers: CurlWorkers
    private let policy: OutboundPolicy
    private let now: @Sendable () -> Int64

    /// - Parameter now: the Unix time in seconds, for the signature.
    package init(policy: OutboundPolicy, now: @escaping @Sendable () -> Int64) {
        self.policy = policy
        self.now = now
        workers = CurlWorkers(
            name: "amount", threads: Self.threads,
            limits: QueueLimits(
                waiting: Self.maximumWaiting, waitingPerKey: Self.maximumWaitingPerURL,
                runningPerKey: Self.maximumCallsPerURL)
        ) { CurlHandle() }
    }

    package func stop() { workers.stop() }

    package func ask(_ question: AmountCall) async throws(AmountFailure) -> AmountAnswer {
        let call = HTTPCall.signed(
            question.body, id: question.id, to: question.url, with: question.secrets, at: now(), policy: policy)
        let answer: HTTPCall.Answer
        do throws(HTTPCall.Failure) {
            answer = try await workers.perform(call, for: question.url, until: .now + .seconds(Self.callSeconds))
        } catch {
            switch error {
            case .notSent: throw .busy
            case .timedOut: throw .timedOut
            case .notAllowed: throw .notAllowed
            case .unreachable: throw .unreachable
            case .tooLarge: throw .malformedAnswer
            }
        }
        return try read(answer)
    }

    private func read(_ answer: HTTPCall.Answer) throws(AmountFailure) -> AmountAnswer {
        guard answer.status == 200, answer.contentType?.lowercased().hasPrefix("application/json") ?? false,
            let json = try? JSONValue.parse(answer.body), case .object = json
        else { throw .malformedAnswer }
        var isPayable = true
        switch json["payable"] {
        case .bool(let flag)?: isPayable = flag
        case nil: break
        default: throw .malformedAnswer
        }
        let amount = try cents(json["amount_cents"])
        let fee = try cents(json["notification_fee_cents"])
        guard !isPayable || amount != nil else { throw .malformedAnswer }
        return AmountAnswer(isPayable: isPayable, amountCents: amount, notificationFeeCents: fee)
    }

    private func cents(_ member: JSONValue?) throws(AmountFailure) -> Int64? {
        switch member {
        case .integer(let number)?: number
        case nil: nil
        default: throw .malformedAnswer
        }
    }
}

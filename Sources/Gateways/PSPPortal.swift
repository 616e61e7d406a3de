import Foundation
import JSON
import Seals

/// What a PSP is told when a payment begins.
package struct PSPStart: Sendable {
    package struct Installment: Sendable {
        package let iuv: String
        package let noticeNumber: String
        package let amountCents: Int64
        package let description: String

        package init(iuv: String, noticeNumber: String, amountCents: Int64, description: String) {
            self.iuv = iuv
            self.noticeNumber = noticeNumber
            self.amountCents = amountCents
            self.description = description
        }
    }

    package struct Payer: Sendable {
        package let kind: String
        package let taxCode: String
        package let fullName: String
        package let email: String?

        package init(kind: String, taxCode: String, fullName: String, email: String?) {
            self.kind = kind
            self.taxCode = taxCode
            self.fullName = fullName
            self.email = email
        }
    }

    package let startURL: String
    /// What the call is signed with.
    package let secret: WebhookSecret
    package let attemptID: String
    package let creditorTaxCode: String
    package let creditorName: String
    package let installments: [Installment]
    package let amountCents: Int64
    package let feeCents: Int64
    package let payer: Payer?
    package let returnURL: String
    package let receiptsURL: String
    package let outcomesURL: String
    package let expiresAt: String
    package let language: String

    package init(
        startURL: String, secret: WebhookSecret, attemptID: String, creditorTaxCode: String, creditorName: String,
        installments: [Installment], amountCents: Int64, feeCents: Int64, payer: Payer?, returnURL: String,
        receiptsURL: String, outcomesURL: String, expiresAt: String, language: String
    ) {
        self.startURL = startURL
        self.secret = secret
        self.attemptID = attemptID
        self.creditorTaxCode = creditorTaxCode
        self.creditorName = creditorName
        self.installments = installments
        self.amountCents = amountCents
        self.feeCents = feeCents
        self.payer = payer
        self.returnURL = returnURL
        self.receiptsURL = receiptsURL
        self.outcomesURL = outcomesURL
        self.expiresAt = expiresAt
        self.language = language
    }

    var body: [UInt8] {
        JSONWriter.object { json in
            json.field("attempt_id", attemptID)
            json.object("creditor") { json in
                json.field("tax_code", creditorTaxCode)
                json.field("name", creditorName)
            }
            json.array("installments", installments) { json, installment in
                json.beginObject()
                json.field("iuv", installment.iuv)
                json.field("notice_number", installment.noticeNumber)
                json.field("amount_cents", installment.amountCents)
                json.field("description", installment.description)
                json.endObject()
            }
            json.field("amount_cents", amountCents)
            json.field("fee_cents", feeCents)
            if let payer {
                json.object("payer") { json in
                    json.field("kind", payer.kind)
                    json.field("tax_code", payer.taxCode)
                    json.field("full_name", payer.fullName)
                    json.field("email", payer.email)
                }
            }
            json.field("return_url", returnURL)
            json.field("receipts_url", receiptsURL)
            json.field("outcomes_url", outcomesURL)
            json.field("expires_at", expiresAt)
            json.field("language", language)
        }
    }
}

package enum PSPPortalFailure: Error, Sendable, Equatable {
    case timedOut
    case unreachable(String)
    /// It answered with another status than 200.
    case refused(status: Int)
    /// It answered 200 with something that is not a portal's address.
    case malformedAnswer(String)
    /// Its address is one that must not be called.
    case notAllowed
    /// Too many calls wait already.
    case busy
}

/// Asks PSPs to begin payments.
package final class PSPPortal: Sendable {
    private let workers: CurlWorkers
    private let policy: OutboundPolicy
    private let now: @Sendable () -> Int64

    /// - Parameter now: unix seconds, for the signature.
    package init(
        policy: OutboundPolicy, threads: Int = 16, maximumWaiting: Int = 64, now: @escaping @Sendable () -> Int64
    ) {
        self.policy = policy
        self.now = now
        workers = CurlWorkers(name: "psp", threads: threads, maximumWaiting: maximumWaiting)
    }

    package func stop() { workers.stop() }

    /// - Returns: the address of the PSP's portal for this payment.
    package func start(_ start: PSPStart) async throws(PSPPortalFailure) -> String {
        do { try policy.check(start.startURL) } catch { throw .notAllowed }
        let body = start.body
        let id = "start_\(start.attemptID)"
        let timestamp = now()
        let call = HTTPCall(
            url: start.startURL,
            headers: [
                "webhook-id: \(id)", "webhook-timestamp: \(timestamp)",
                "webhook-signature: \(WebhookSignature.sign(id: id, timestamp: timestamp, body: body, secret: start.secret))",
            ], body: body, policy: policy)
        let outcome: Result<HTTPCall.Answer, HTTPCall.Failure>
        do { outcome = try await workers.run { call.perform($0) } } catch { throw .busy }
        switch outcome {
        case .success(let answer): return try redirectURL(answer)
        case .failure(.timedOut): throw .timedOut
        case .failure(.notAllowed): throw .notAllowed
        case .failure(.unreachable(let detail)): throw .unreachable(detail)
        case .failure(.tooLarge): throw .malformedAnswer("larger than \(HTTPCall.maximumAnswerBytes) bytes")
        }
    }

    private func redirectURL(_ answer: HTTPCall.Answer) throws(PSPPortalFailure) -> String {
        guard answer.status == 200 else { throw .refused(status: answer.status) }
        guard answer.contentType?.lowercased().hasPrefix("application/json") ?? false else {
            throw .malformedAnswer("not application/json")
        }
        let json: JSONValue
        do { json = try JSONValue.parse(answer.body) } catch { throw .malformedAnswer("not JSON") }
        guard case .string(let url)? = json["redirect_url"], url.utf8.count <= 2_048,
            (try? policy.check(url, isPage: true)) != nil
        else { throw .malformedAnswer("no redirect_url that a browser may be sent to") }
        return url
    }
}

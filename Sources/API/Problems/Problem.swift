import Accounts
import HTTPTypes
import JSON
import PagoPA
import Requests

/// A problem response (RFC 9457): one occurrence of a kind of problem. The texts are for people and may change.
package struct Problem: Error, Sendable, Equatable {
    package let kind: ProblemKind
    package var detail: String?
    package var violations: [Violation] = []
    package var retryAfterSeconds: Int?
    package var anomaly: String?
    package var allow: String?
    /// What the payer saw or accepted, and what is owed now, in cents.
    package var amounts: ChangedAmounts?
    /// pagoPA's fault code, where pagoPA has one for the problem.
    package var paaCode: String?

    package var status: HTTPResponse.Status { kind.status }

    package init(
        _ kind: ProblemKind, detail: String? = nil, violations: [Violation] = [], retryAfterSeconds: Int? = nil,
        anomaly: String? = nil, allow: String? = nil
    ) {
        self.kind = kind
        self.detail = detail
        self.violations = violations
        self.retryAfterSeconds = retryAfterSeconds
        self.anomaly = anomaly
        self.allow = allow
    }

    func reply(instance: String, correlationID: String, links: Links) -> Reply {
        let body = JSONWriter.object {
            write(into: &$0, instance: instance, correlationID: correlationID, links: links)
        }
        var headers: HTTPFields = [.contentType: "application/problem+json; charset=utf-8"]
        headers[.retryAfter] = retryAfterSeconds.map(String.init)
        headers[.allow] = allow
        if status == .unauthorized { headers[.wwwAuthenticate] = kind.challenge }
        return Reply(status, headers: headers, body: body)
    }

    /// Writes the problem's members into the open object.
    func write(into json: inout JSONWriter, instance: String, correlationID: String, links: Links) {
        json.field("type", links.problem(kind.code))
        json.field("title", kind.title)
        json.field("status", status.code)
        json.field("detail", detail.map { plainText($0, upTo: 1_024) })
        json.field("instance", instance.isEmpty ? nil : plainText(instance, upTo: 512))
        json.field("correlation_id", correlationID)
        json.field("retry_after_seconds", retryAfterSeconds)
        json.field("anomaly_id", anomaly)
        json.field("paa_fault", paaCode)
        json.field("previous_amount_cents", amounts?.previousCents)
        json.field("present_amount_cents", amounts?.presentCents)
        guard !violations.isEmpty else { return }
        json.array("violations", violations) { json, violation in
            json.beginObject()
            // A pointer contains names that the caller chose, of any length.
            json.field("pointer", plainText(violation.pointer, upTo: 300))
            json.field("code", violation.code)
            json.field("detail", plainText(violation.detail, upTo: 500))
            json.endObject()
        }
    }
}

/// The two amounts of the problem `amount-changed`.
package struct ChangedAmounts: Sendable, Equatable {
    let previousCents: Int64
    let presentCents: Int64
}

extension Problem {
    static let notFound = Problem(
        .notFound, detail: "Check the address and the id, and whether this caller may see it.")
    static let unavailable = Problem(
        .unavailable,
        detail: "The request was applied completely or not at all. Send it again, with the same Idempotency-Key.",
        retryAfterSeconds: 5)
    static let internalFault = Problem(.internalError, detail: "The service logged it under the correlation id.")

    /// - Parameter wanted: the media type that the operation reads.
    static func unsupportedMediaType(_ wanted: String) -> Problem {
        Problem(.unsupportedMediaType, detail: "Send \(wanted).")
    }

    static func malformed(_ detail: String) -> Problem { Problem(.malformedRequest, detail: detail) }

    static func badParameters(_ violations: [Violation]) -> Problem {
        Problem(
            .malformedRequest, detail: "A query parameter or header is wrong; violations lists each.",
            violations: violations)
    }

    static func invalid(_ violations: [Violation]) -> Problem { Problem(.invalidRequest, violations: violations) }

    /// The one place that gives each refusal its kind.
    package init(_ refusal: Refusal) {
        switch refusal {
        case .invalid(let faults): self = .invalid(faults.map { Violation($0) })
        case .rtUnreadable(let syntax, let detail):
            self = .malformed(detail)
            if syntax == .xml { paaCode = "PAA_SINTASSI_XSD" }
        case .rtRefused(let syntax, let faults):
            self = .invalid(faults.map { Violation($0) })
            if syntax == .xml { paaCode = "PAA_SINTASSI_XSD" }
        case .notFound: self = .notFound
        case .unauthenticated:
            self.init(.unauthenticated, detail: "The credential is missing, unknown, expired or revoked.")
        case .citizenTokenInvalid:
            self.init(.citizenTokenInvalid, detail: "The citizen's token is missing, unknown, expired or ended.")
        case .signInFailed:
            self.init(
                .signInFailed, detail: "User name or password is wrong, or the e-mail address is not verified.")
        case .signInThrottled(let seconds):
            self.init(
                .tooManyRequests, detail: "The next sign-in attempt is possible in \(seconds) s.",
                retryAfterSeconds: seconds)
        case .smartCardRefused:
            self.init(
                .smartCardRefused,
                detail: "No valid certificate of a CRS, TS-CNS or CIE arrived by a trusted connection.")
        case .idTokenRefused:
            self.init(.idTokenRefused, detail: "The ID token does not open a session. Let the citizen sign in again.")
        case .identityProviderUnavailable(let seconds):
            self.init(
                .identityProviderUnavailable,
                detail: "The keys of the identity provider cannot be fetched. Send the same token again later.",
                retryAfterSeconds: seconds)
        case .proofRequired:
            self.init(
                .proofRequired, detail: "The citizen has to sign in with a smart card, SPID or CIE to see this.")
        case .forbidden(let scope): self.init(.forbidden, detail: "The scope \(scope.rawValue) is needed.")
        case .busy(let seconds):
            self = Problem.unavailable
            retryAfterSeconds = seconds
        case .preconditionMissing:
            self.init(.preconditionRequired, detail: "Use If-Match with the ETag of your last GET.")
        case .preconditionFailed:
            self.init(.preconditionFailed, detail: "Read the resource again: the precondition does not hold any more.")
        case .idempotencyKeyInUse:
            self.init(
                .idempotencyKeyInUse, detail: "Send the request again in a moment to get its response.",
                retryAfterSeconds: 1)
        case .idempotencyKeyReused:
            self.init(.idempotencyKeyReused, detail: "A key belongs to one request; use a new one.")
        case .idempotencyKeyMissing:
            self.init(.idempotencyKeyMissing, detail: "Send a new Idempotency-Key with every new request.")
        case .secretShownOnce:
            self.init(.secretShownOnce, detail: "Revoke what was created and create another one.")
        case .externalIDTaken:
            self.init(
                .externalIDTaken,
                detail: "Another position of this creditor has this external id and other content.")
        case .noticeNumberTaken(let pointer):
            self.init(
                .noticeNumberTaken, detail: "Another position of this creditor uses it; an IUV is never used twice.",
                violations: [Violation(pointer, .alreadyUsed, "is already used by another position")])
        case .noticeNumbersExhausted:
            self.init(
                .noticeNumbersExhausted,
                detail: "The next numbers of this creditor have all been used, or are too long for its notice numbers.")
        case .positionNotEditable(let status):
            self.init(.positionNotEditable, detail: "The position is \(status.rawValue).")
        case .positionNotDeletable(let why): self.init(.positionNotDeletable, detail: why)
        case .paymentInProgress(let seconds):
            self.init(
                .paymentInProgress,
                detail: "Another attempt holds the installment for at most \(seconds) seconds more.",
                retryAfterSeconds: seconds)
        case .installmentNotPayable(let status, let pointer):
            self.init(
                .installmentNotPayable, detail: "The installment is \(status.rawValue).",
                violations: pointer.isEmpty ? [] : [Violation(pointer, .wrongState, "is \(status.rawValue)")])
        case .positionUnderReview(let reasons, let pointer):
            let kinds = reasons.map(\.rawValue).joined(separator: ", ")
            self.init(
                .positionUnderReview, detail: "The position has open anomalies: \(kinds).",
                violations: pointer.isEmpty ? [] : [Violation(pointer, .wrongState, "is under review")])
        case .suspended(let suspension):
            let end = suspension.endsAt.map { " until \($0.rfc3339)" } ?? ""
            self.init(
                .suspended,
                detail: "The \(suspension.subject) is switched off\(end), for this reason: \(suspension.reason).")
        case .amountChanged(let previous, let present):
            self.init(
                .amountChanged,
                detail: "The amount is \(present.cents) cents now; it was \(previous.cents) cents.")
            amounts = ChangedAmounts(previousCents: previous.cents, presentCents: present.cents)
        case .noLongerOwed:
            self.init(.noLongerOwed, detail: "The creditor says that an installment is not owed any more.")
        case .amountUnavailable:
            self.init(
                .amountUnavailable, detail: "The creditor does not say what is owed now. Nothing was reserved.",
                retryAfterSeconds: 30)
        case .attemptNotCancellable(let status):
            self.init(.attemptNotCancellable, detail: "The attempt is \(status.rawValue).")
        case .pspRefused:
            self.init(.pspRefused, detail: "The attempt has failed and its installments are free.")
        case .pspUnreachable:
            self.init(.pspUnreachable, detail: "The attempt has failed and its installments are free.")
        case .pspTimedOut:
            self.init(.pspTimedOut, detail: "The attempt has failed and its installments are free.")
        case .receiptConflict(let anomaly):
            self.init(
                .receiptConflict,
                detail: "Both bodies are stored and the first one counts until people have resolved the anomaly.",
                anomaly: anomaly.description)
        case .notificationNotRetryable(let state):
            self.init(.notificationNotRetryable, detail: "The e-mail is \(state.rawValue).")
        case .notificationNotResendable(let why): self.init(.notificationNotResendable, detail: why)
        case .anomalyNotOpen: self.init(.anomalyNotOpen, detail: "It has been resolved before.")
        case .resolutionNotPossible(let why): self.init(.resolutionNotPossible, detail: why)
        case .voidNotPossible(let why): self.init(.voidNotPossible, detail: why)
        case .undoNotPossible(let why): self.init(.undoNotPossible, detail: why)
        case .noticeNotPossible(let why): self.init(.noticeNotPossible, detail: why)
        case .refundNotPossible(let why): self.init(.refundNotPossible, detail: why)
        case .refundNotChangeable(let status):
            self.init(.refundNotChangeable, detail: "The refund is \(status.rawValue).")
        case .eventsExpired(let days):
            self.init(
                .eventsExpired,
                detail:
                    "Events can be read for \(days) days. Read the objects with their lists, then the feed without after."
            )
        case .tooManySubscriptions(let maximum):
            self.init(.tooManySubscriptions, detail: "A key may have \(maximum) webhook subscriptions.")
        case .tooManyPositionRequests(let seconds):
            self.init(
                .tooManyRequests,
                detail: "The next request to this creditor is possible in \(seconds) s.", retryAfterSeconds: seconds)
        case .tooManyImports(let maximum):
            self.init(
                .tooManyImports, detail: "A key may have \(maximum) unfinished imports.", retryAfterSeconds: 5)
        case .tooManyNoticeBatches(let maximum):
            self.init(
                .tooManyNoticeBatches, detail: "A creditor may have \(maximum) unfinished batches of notices.",
                retryAfterSeconds: 5)
        case .noticesNotReady(let status):
            self.init(.noticesNotReady, detail: "The batch is \(status.rawValue).")
        }
    }
}

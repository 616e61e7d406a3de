import HTTPTypes
import JSON
import PagoPA

/// An answer of RFC 9457. Its `type` ends in a stable code; the texts are for people and may change.
package struct Problem: Error, Sendable, Equatable {
    package let code: String
    package let status: HTTPResponse.Status
    package let title: String
    package var detail: String?
    package var violations: [Violation] = []
    package var retryAfterSeconds: Int?
    package var anomaly: String?
    package var allow: String?
    /// pagoPA's own code, where the field has one.
    package var paaCode: String?

    package init(
        _ code: String, _ status: HTTPResponse.Status, _ title: String, detail: String? = nil,
        violations: [Violation] = [], retryAfterSeconds: Int? = nil, anomaly: String? = nil, allow: String? = nil
    ) {
        self.code = code
        self.status = status
        self.title = title
        self.detail = detail
        self.violations = violations
        self.retryAfterSeconds = retryAfterSeconds
        self.anomaly = anomaly
        self.allow = allow
    }

    package static let typeBase = "https://quietanza.example/problems/"

    func reply(instance: String, correlationID: String) -> Reply {
        let body = JSONWriter.object { json in
            json.field("type", Self.typeBase + code)
            json.field("title", title)
            json.field("status", status.code)
            json.field("detail", detail.map { plainText($0, upTo: 1_024) })
            json.field("instance", plainText(instance, upTo: 512))
            json.field("correlation_id", correlationID)
            json.field("retry_after_seconds", retryAfterSeconds)
            json.field("anomaly_id", anomaly)
            json.field("paa_fault", paaCode)
            if !violations.isEmpty {
                json.array("violations", violations) { json, violation in
                    json.beginObject()
                    // Names in it are the caller's, of any length.
                    json.field("pointer", plainText(violation.pointer, upTo: 300))
                    json.field("detail", plainText(violation.detail, upTo: 500))
                    json.endObject()
                }
            }
        }
        var headers: HTTPFields = [.contentType: "application/problem+json; charset=utf-8"]
        headers[.retryAfter] = retryAfterSeconds.map(String.init)
        headers[.allow] = allow
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        return Reply(status, headers: headers, body: body)
    }
}

extension Problem {
    static let notFound = Problem("not-found", .notFound, "There is nothing here for this caller")
    static let unauthenticated = Problem(
        "unauthenticated", .unauthorized, "A valid credential is needed",
        detail: "The credential is missing, unknown, expired or revoked.")
    static let unavailable = Problem(
        "unavailable", .serviceUnavailable, "The service can not answer now",
        detail: "Nothing was done by halves; the same request may be sent again.", retryAfterSeconds: 5)
    static let internalFault = Problem(
        "internal-error", .internalServerError, "Something is wrong on our side",
        detail: "It is in our log under the correlation id.")

    /// - Parameter wanted: the one that is understood.
    static func unsupportedMediaType(_ wanted: String) -> Problem {
        Problem(
            "unsupported-media-type", .unsupportedMediaType, "The media type is not understood",
            detail: "Send \(wanted).")
    }

    static func malformed(_ detail: String) -> Problem {
        Problem("malformed-request", .badRequest, "The request can not be read", detail: detail)
    }

    static func badParameters(_ violations: [Violation]) -> Problem {
        Problem("malformed-request", .badRequest, "A parameter of the request is wrong", violations: violations)
    }

    static func invalid(_ violations: [Violation]) -> Problem {
        Problem("invalid-request", .unprocessableContent, "The request breaks some rules", violations: violations)
    }

    /// The one place that gives each refusal its status and code.
    package init(_ refusal: Refusal) {
        switch refusal {
        case .invalid(let faults): self = .invalid(faults.map { Violation($0.pointer, $0.detail) })
        case .notFound: self = .notFound
        case .unauthenticated: self = .unauthenticated
        case .citizenTokenInvalid:
            self.init(
                "citizen-token-invalid", .unauthorized, "The citizen has to sign in",
                detail: "The citizen's token is missing, unknown, expired or ended.")
        case .signInFailed:
            self.init(
                "sign-in-failed", .unauthorized, "Name or password is wrong",
                detail: "Or the account's e-mail address is not verified.")
        case .signInThrottled(let seconds):
            self.init(
                "too-many-requests", .tooManyRequests, "Too many tries to sign in",
                detail: "The next try may be made in \(seconds) s.", retryAfterSeconds: seconds)
        case .smartCardRefused:
            self.init(
                "smart-card-refused", .unauthorized, "The smart card opens no session",
                detail: "No certificate of a CRS, TS-CNS or CIE came by a trusted way, or it is not good.")
        case .forbidden(let scope):
            self.init(
                "forbidden", .forbidden, "The credential lacks a scope",
                detail: "The scope \(scope.rawValue) is needed.")
        case .externalIDTaken:
            self.init(
                "external-id-taken", .conflict, "The external id is taken",
                detail: "A position with this external id was kept before with other content.")
        case .noticeNumberTaken(let pointer):
            self.init(
                "notice-number-taken", .conflict, "The notice number is taken",
                detail: "Another position of this creditor bears it; an IUV is never used twice.",
                violations: [Violation(pointer, "is borne by another position")])
        case .positionNotEditable(let status):
            self.init(
                "position-not-editable", .conflict, "The position can not be changed so",
                detail: "The position is \(status.rawValue).")
        case .paymentInProgress(let seconds):
            self.init(
                "payment-in-progress", .conflict, "A payment is in progress",
                detail: "Another attempt holds the installment for \(seconds) seconds more at most.",
                retryAfterSeconds: seconds)
        case .installmentNotPayable(let status, let pointer):
            self.init(
                "installment-not-payable", .conflict,
                "The installment can not be paid", detail: "It is \(status.rawValue).",
                violations: pointer.isEmpty ? [] : [Violation(pointer, "is \(status.rawValue)")])
        case .attemptNotCancellable(let status):
            self.init(
                "attempt-not-cancellable", .conflict, "The attempt can not be cancelled",
                detail: "It is \(status.rawValue).")
        case .preconditionMissing:
            self.init(
                "precondition-required", .preconditionRequired, "If-Match is needed",
                detail: "Read the resource and send its ETag in If-Match.")
        case .preconditionFailed:
            self.init(
                "precondition-failed", .preconditionFailed, "The resource has changed",
                detail: "Read it again: its ETag is no longer the one in If-Match.")
        case .pspRefused:
            self.init("psp-refused", .badGateway, "The PSP did not accept the payment", detail: "Nothing is held.")
        case .pspUnreachable:
            self.init("psp-unreachable", .badGateway, "The PSP can not be reached", detail: "Nothing is held.")
        case .pspTimedOut:
            self.init("psp-timed-out", .gatewayTimeout, "The PSP did not answer in time", detail: "Nothing is held.")
        case .idempotencyKeyInUse:
            self.init(
                "idempotency-key-in-use", .conflict, "The first request is still running",
                detail: "Send it again in a moment to get its answer.", retryAfterSeconds: 1)
        case .idempotencyKeyReused:
            self.init(
                "idempotency-key-reused", .unprocessableContent, "The Idempotency-Key was used for another request",
                detail: "A key belongs to one request; take a new one.")
        case .idempotencyKeyMissing:
            self.init(
                "idempotency-key-missing", .badRequest, "An Idempotency-Key is needed",
                detail: "Send a key of your own making, the same with each repeat of this request.")
        case .secretShownOnce:
            self.init(
                "secret-shown-once", .conflict, "The first answer held a secret",
                detail: "It is shown once only; revoke what was made and make another.")
        case .rtUnreadable(let detail):
            self = .malformed(detail)
            paaCode = "PAA_SINTASSI_XSD"
        case .rtRefused(let isSyntax, let faults):
            self = .invalid(faults.map { Violation($0.pointer, $0.detail) })
            paaCode = isSyntax ? "PAA_SINTASSI_XSD" : "PAA_SEMANTICA"
        case .receiptConflict(let anomaly):
            self.init(
                "receipt-conflict", .conflict, "The same RT came before with other content",
                detail: "Both bodies are kept, the first one counts, and people will look at it.",
                anomaly: anomaly.description)
        case .notificationNotRetryable(let state):
            self.init(
                "notification-not-retryable", .conflict, "The e-mail can not be tried again",
                detail: "It is \(state.rawValue).")
        case .anomalyNotOpen:
            self.init("anomaly-not-open", .conflict, "The anomaly is not open", detail: "It has been resolved before.")
        case .resolutionNotPossible(let why):
            self.init(
                "resolution-not-possible", .conflict, "The anomaly can not be resolved so", detail: why)
        case .busy(let seconds):
            self = Problem.unavailable
            retryAfterSeconds = seconds
        }
    }
}

import Accounts
import Foundation
import HTTPTypes
import JSON
import PagoPA
import Requests
import Testing

@testable import API

/// The responses to refusals and the pages about problems.
@Suite struct ProblemResponseTests {
    private static let anomaly = try! Identifier<Anomaly>("0199c0de-0000-7000-8000-000000000006")  // a valid literal

    private static let psp = try! PSPID("ABCDITMM")  // a valid literal
    private static let suspension = Suspension(
        id: Identifier(uuid: anomaly.uuid), subject: .psp(psp), reason: "Maintenance", startsAt: Sample.now,
        endsAt: nil, createdAt: Sample.now)

    /// Each refusal with its code and status.
    static let refusals: [(Refusal, String, Int)] = [
        (.invalid([Fault("/a", .required, "is required")]), "invalid-request", 422),
        (.notFound, "not-found", 404), (.unauthenticated, "unauthenticated", 401),
        (.citizenTokenInvalid, "citizen-token-invalid", 401), (.signInFailed, "sign-in-failed", 401),
        (.signInThrottled(retryAfterSeconds: 7), "too-many-requests", 429),
        (.smartCardRefused, "smart-card-refused", 401), (.idTokenRefused, "id-token-refused", 401),
        (.identityProviderUnavailable(retryAfterSeconds: 30), "identity-provider-unavailable", 503),
        (.proofRequired, "proof-required", 403),
        (.forbidden(.refundsWrite), "forbidden", 403), (.externalIDTaken, "external-id-taken", 409),
        (.tooManyImports(maximum: 5), "too-many-imports", 409),
        (.tooManyNoticeBatches(maximum: 2), "too-many-notice-batches", 409),
        (.noticesNotReady(.running), "notices-not-ready", 409),
        (.amountChanged(from: .zero, to: .maximum), "amount-changed", 409), (.noLongerOwed, "no-longer-owed", 409),
        (.amountUnavailable, "amount-unavailable", 503),
        (.tooManyPositionRequests(retryAfterSeconds: 7), "too-many-requests", 429),
        (.noticeNumberTaken(pointer: "/installments/0/iuv"), "notice-number-taken", 409),
        (.noticeNumbersExhausted, "notice-numbers-exhausted", 409),
        (.positionNotEditable(.paid), "position-not-editable", 409),
        (.positionNotDeletable("Why."), "position-not-deletable", 409),
        (.paymentInProgress(secondsLeft: 90), "payment-in-progress", 409),
        (.installmentNotPayable(.paid, pointer: "/installments/0"), "installment-not-payable", 409),
        (.positionUnderReview([.alreadyPaid], pointer: "/installments/0"), "position-under-review", 409),
        (.suspended(suspension), "suspended", 409),
        (.attemptNotCancellable(.succeeded), "attempt-not-cancellable", 409),
        (.preconditionMissing, "precondition-required", 428), (.preconditionFailed, "precondition-failed", 412),
        (.pspRefused, "psp-refused", 502), (.pspUnreachable, "psp-unreachable", 502),
        (.pspTimedOut, "psp-timed-out", 504), (.idempotencyKeyInUse, "idempotency-key-in-use", 409),
        (.idempotencyKeyReused, "idempotency-key-reused", 422),
        (.idempotencyKeyMissing, "idempotency-key-missing", 400), (.secretShownOnce, "secret-shown-once", 409),
        (.rtUnreadable(.json, "not JSON"), "malformed-request", 400),
        (.rtRefused(.xml, [Fault("/RT/x", .required, "is required")]), "invalid-request", 422),
        (.receiptConflict(anomaly: anomaly), "receipt-conflict", 409),
        (.notificationNotRetryable(.sent), "notification-not-retryable", 409),
        (.notificationNotResendable("Why."), "notification-not-resendable", 409),
        (.anomalyNotOpen, "anomaly-not-open", 409), (.resolutionNotPossible("Why."), "resolution-not-possible", 409),
        (.voidNotPossible("Why."), "void-not-possible", 409), (.undoNotPossible("Why."), "undo-not-possible", 409),
        (.noticeNotPossible("Why."), "notice-not-possible", 409),
        (.refundNotPossible("Why."), "refund-not-possible", 409),
        (.refundNotChangeable(.failed), "refund-not-changeable", 409),
        (.busy(retryAfterSeconds: 3), "unavailable", 503),
    ]

    private func reply(_ refusal: Refusal) -> Reply {
        Problem(refusal).reply(instance: "/v1/x", correlationID: "c-1", links: Sample.links)
    }

    @Test(arguments: refusals) func `a refusal has its code and status`(refusal: Refusal, code: String, status: Int)
        throws
    {
        let reply = reply(refusal)
        let value = try JSONValue.parse(reply.body)
        #expect(reply.status.code == status)
        #expect(value["status"] == .integer(Int64(status)))
        #expect(value["type"] == .string("https://pay.example.org/problems/\(code)"))
        #expect(value["instance"] == .string("/v1/x") && value["correlation_id"] == .string("c-1"))
        #expect(reply.headers[.contentType] == "application/problem+json; charset=utf-8")
    }

    @Test(arguments: refusals) func `a refusal has a title and a detail that is a sentence`(
        refusal: Refusal, code: String, status: Int
    ) throws {
        let value = try JSONValue.parse(reply(refusal).body)
        guard case .string(let title)? = value["title"] else {
            Issue.record("\(code) has no title")
            return
        }
        #expect(!title.isEmpty && !title.hasSuffix("."))
        if case .string(let detail)? = value["detail"], detail != "not JSON" {
            #expect(detail.hasSuffix("."), "\(detail)")
        }
    }

    @Test(arguments: refusals)
    func `only a 401 names how to authenticate, and waits are in Retry-After and in the body`(
        refusal: Refusal, code: String, status: Int
    ) throws {
        let reply = reply(refusal)
        #expect((reply.headers[.wwwAuthenticate] == "Bearer") == (status == 401))
        let seconds = try JSONValue.parse(reply.body)["retry_after_seconds"]
        #expect(reply.headers[.retryAfter].flatMap { Int64($0) }.map(JSONValue.integer) == seconds)
    }

    @Test func `the waits of refusals are those of the operation`() {
        let waits: [(Refusal, String)] = [
            (.signInThrottled(retryAfterSeconds: 7), "7"), (.paymentInProgress(secondsLeft: 90), "90"),
            (.idempotencyKeyInUse, "1"), (.busy(retryAfterSeconds: 3), "3"),
        ]
        for (refusal, seconds) in waits { #expect(reply(refusal).headers[.retryAfter] == seconds) }
    }

    @Test func `a conflict names its anomaly, and a refused official RT has pagoPA's code`() throws {
        let conflict = try JSONValue.parse(reply(.receiptConflict(anomaly: Self.anomaly)).body)
        #expect(conflict["anomaly_id"] == .string(Self.anomaly.description))

        for refusal: Refusal in [.rtUnreadable(.xml, "not XML"), .rtRefused(.xml, [])] {
            #expect(try JSONValue.parse(reply(refusal).body)["paa_fault"] == .string("PAA_SINTASSI_XSD"))
        }
        for refusal: Refusal in [.rtUnreadable(.json, "not JSON"), .rtRefused(.json, []), .notFound] {
            #expect(try JSONValue.parse(reply(refusal).body)["paa_fault"] == nil)
        }
    }

    @Test func `the violations of a refusal have pointer, code and detail`() throws {
        let value = try JSONValue.parse(
            reply(.invalid([Fault("/a", .required, "is required"), Fault("/b", .tooLong, "is too long")])).body)
        #expect(
            try value["violations"]
                == JSONValue(
                    """
                    [{"pointer":"/a","code":"required","detail":"is required"},
                    {"pointer":"/b","code":"too_long","detail":"is too long"}]
                    """))
        #expect(try JSONValue.parse(reply(.notFound).body)["violations"] == nil)
    }

    @Test func `texts of callers in a problem are shortened and have no control characters`() throws {
        let long = String(repeating: "é", count: 5_000) + "\u{7}\u{202E}"
        let problem = Problem(.invalidRequest, detail: long, violations: [Violation(long, .badFormat, long)])
        let reply = problem.reply(instance: "/" + long, correlationID: "c", links: Sample.links)
        #expect(reply.body.count < 6_000)
        let text = String(decoding: reply.body, as: UTF8.self)
        #expect(!text.unicodeScalars.contains("\u{7}") && !text.unicodeScalars.contains("\u{202E}"))
    }

    // MARK: Pages

    private func page(_ code: String?, accept: String) async throws -> RouteRunner.Outcome {
        let runner = try await RouteRunner.shared.value
        return try await runner.send(
            code == nil ? "list_problems" : "show_problem", parameters: ["code": code ?? ""], accept: accept)
    }

    @Test(arguments: ProblemKind.all) func `a problem's page shows title, cause, cure and an example in both formats`(
        kind: ProblemKind
    ) async throws {
        guard case .reply(let json) = try await page(kind.code, accept: "application/json"),
            case .reply(let html) = try await page(kind.code, accept: "text/html")
        else {
            Issue.record("no page of \(kind.code)")
            return
        }
        let value = try JSONValue.parse(json.body)
        #expect(value["code"] == .string(kind.code) && value["title"] == .string(kind.title))
        #expect(value["cause"] == .string(kind.cause) && value["cure"] == .string(kind.cure))
        #expect(value["example"]?["type"] == value["type"] && value["example"]?["status"] == value["status"])

        let text = String(decoding: html.body, as: UTF8.self)
        #expect(html.headers[.contentType] == "text/html; charset=utf-8")
        #expect(html.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'; style-src 'sha256-") == true)
        #expect(text.hasPrefix("<!DOCTYPE html>") && text.contains("<code>\(kind.code)</code>"))
        #expect(!text.contains("<script") && text.components(separatedBy: "<h1>").count == 2)
    }

    @Test func `the index lists every problem and every violation code`() async throws {
        guard case .reply(let json) = try await page(nil, accept: ""),
            case .reply(let html) = try await page(nil, accept: "text/html,*/*;q=0.8"),
            case .array(let items)? = try JSONValue.parse(json.body)["items"],
            case .array(let codes)? = try JSONValue.parse(json.body)["violation_codes"]
        else {
            Issue.record("no index")
            return
        }
        #expect(items.map { $0["code"] } == ProblemKind.all.map { .string($0.code) })
        #expect(codes.map { $0["code"] } == FaultCode.allCases.map { .string($0.rawValue) })
        let text = String(decoding: html.body, as: UTF8.self)
        for kind in ProblemKind.all { #expect(text.contains("/problems/\(kind.code)\"")) }
        for code in FaultCode.allCases { #expect(text.contains("<code>\(code.rawValue)</code>")) }
    }

    @Test(arguments: ["", "x", "Not-Found", "not-found/", "<script>"]) func `an unknown problem has no page`(
        code: String
    ) async throws {
        #expect(try await page(code, accept: "text/html") == .problem("not-found", []))
    }
}

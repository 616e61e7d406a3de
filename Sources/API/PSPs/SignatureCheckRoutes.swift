import Accounts
import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Text

func signatureCheckRoutes(
    _ secrets: SecretOperations, _ configuration: APIConfiguration, clock: @escaping @Sendable () -> Instant
) -> [Route] {
    let handlers = SignatureCheckHandlers(
        secrets: secrets, limiter: RateLimiter(limitPerMinute: configuration.signatureChecksPerMinute), clock: clock)
    return [
        Route(
            .post, "/v1/psps/{psp_id}/signature-check", "check_signature", scope: .operations, handlers.checkSignature)
    ]
}

private struct SignatureCheckHandlers: Sendable {
    let secrets: SecretOperations
    /// A check computes many signatures, so each key has a lower limit for it.
    let limiter: RateLimiter
    let clock: @Sendable () -> Instant

    /// The request is the PSP's request as it arrived, with an API key in addition.
    func checkSignature(_ request: KeyRequest) async throws -> Reply {
        guard let psp = try? PSPID(request.parameter("psp_id")) else { throw Refusal.notFound }
        guard request.contentType?.isXML == true || request.mediaType == "application/json" else {
            throw Problem.unsupportedMediaType("application/json or application/xml")
        }
        let rate = limiter.count(.key(request.caller.key.id), at: clock())
        guard rate.isAllowed else {
            throw Problem(
                .tooManyRequests, detail: "\(rate.limit) checks a minute are allowed.",
                retryAfterSeconds: rate.resetSeconds)
        }
        let lines = WebhookSignature.Lines(request.headers)
        let check = try await secrets.check(lines, body: request.body, of: psp, for: request.caller)
        return .json { json in
            json.field("psp_id", psp.value)
            json.field("checked_at", check.at.rfc3339)
            check.write(into: &json, request)
        }
    }
}

extension SignatureCheck {
    /// The maximum length of a header's value in the answer, in characters.
    private static let shownCharacters = 256

    fileprivate func write(into json: inout JSONWriter, _ request: KeyRequest) {
        let problem = Problem(diagnosis.verdict, at: at)
        json.field("accepted", problem == nil)
        json.field("problem", problem?.kind.code)
        json.field("detail", problem?.detail)
        json.array("headers", [HTTPField.Name.webhookID, .webhookTimestamp, .webhookSignature]) { json, name in
            let lines = request.headers[values: name]
            json.beginObject()
            json.field("name", name.canonicalName)
            json.field("lines", lines.count)
            json.field(
                "value",
                lines.first.map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(Self.shownCharacters))) })
            json.endObject()
        }
        json.field("skew_seconds", diagnosis.skewSeconds)
        json.field("tolerance_seconds", WebhookSignature.toleranceSeconds)
        json.field("signatures", diagnosis.signatures)
        json.object("signed_text") { json in
            json.field("prefix", diagnosis.prefix)
            json.field("bytes", diagnosis.signedBytes)
            json.field("sha256", Hex.encode(diagnosis.signedSHA256))
        }
        json.object("body") { json in
            json.field("bytes", request.body.count)
            json.field("sha256", Hex.encode(bodySHA256))
        }
        json.array("secrets", secrets) { json, secret in
            json.beginObject()
            json.field("id", secret.entry.id.description)
            json.field("created_at", secret.entry.createdAt.rfc3339)
            json.field("revoked_at", secret.entry.revokedAt?.rfc3339)
            json.field("last_used_at", secret.entry.lastUsedAt?.rfc3339)
            json.field("matches", secret.matches)
            json.endObject()
        }
        json.array("causes", diagnosis.causes) { json, cause in
            json.beginObject()
            json.field("code", cause.rawValue)
            json.field("detail", cause.detail)
            json.endObject()
        }
    }
}

extension WebhookDiagnosis.Cause {
    fileprivate var detail: String {
        switch self {
        case .headerMissing:
            "Send webhook-id, webhook-timestamp and webhook-signature. Check that no proxy removes them."
        case .headerInvalid: "Send one webhook-id without a dot and one webhook-timestamp for each message."
        case .timestampInMilliseconds: "webhook-timestamp is in milliseconds. Send whole seconds."
        case .timestampNotSeconds: "webhook-timestamp must be Unix time in whole seconds, in digits only."
        case .clockOff: "Synchronize the clock by NTP, and make a new timestamp and signature for each repeat."
        case .versionMissing: "Put v1, before the signature."
        case .notBase64: "Write the signature in base64 with padding, not in hexadecimal digits or base64url."
        case .secretNotDecoded:
            "Decode the secret: the key is the bytes that the base64 after whsec_ encodes, not its text."
        case .secretRevoked: "The signature is right for a secret that was revoked. Use a valid one."
        case .idNotSigned: "The signed text lacks webhook-id. Sign id.timestamp.body."
        case .timestampNotSigned: "The signed text lacks webhook-timestamp. Sign id.timestamp.body."
        case .bodyOnlySigned: "The signed text is the body only. Sign id.timestamp.body."
        case .bodyReserialized:
            "The body that was signed is spelled differently from the body that arrived. Sign the bytes that are sent."
        case .unknown:
            "No secret of this PSP matches. Compare the SHA-256 of the body and of the signed text with the sender's."
        }
    }
}

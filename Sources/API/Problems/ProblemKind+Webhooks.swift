import Cryptography
import HTTPTypes
import JSON
import PagoPA

extension ProblemKind {
    /// Which check a signed call of a PSP failed. The answers are the same whether the PSP is known or not.
    static let ofWebhooks: [ProblemKind] = [
        .webhookHeaderMissing, .webhookHeaderInvalid, .webhookTimestamp, .webhookSignature,
    ]

    static let webhookHeaderMissing = ProblemKind(
        "webhook-header-missing", .unauthorized, "Webhook header missing",
        cause: "webhook-id, webhook-timestamp or webhook-signature is missing or empty; violations lists which.",
        cure: "Send the three headers of Standard Webhooks 1.0. Check that no proxy removes them.",
        example: "Send webhook-signature.")
    static let webhookHeaderInvalid = ProblemKind(
        "webhook-header-invalid", .unauthorized, "Webhook header invalid",
        cause:
            "webhook-id is not 1 to 256 visible ASCII characters without a dot, or a header came twice with different values.",
        cure: "Send one webhook-id and one webhook-timestamp for each message.",
        example: "webhook-id is 1 to 256 visible ASCII characters without a dot, the same in each line.")
    static let webhookTimestamp = ProblemKind(
        "webhook-timestamp", .unauthorized, "Webhook timestamp not accepted",
        cause:
            "webhook-timestamp is not Unix time in whole seconds, or it differs from our clock by more than 5 minutes.",
        cure:
            "Synchronize the clock by NTP, and make a new timestamp and signature each time a message is sent, "
            + "its repeats included. detail gives our time.",
        example: "webhook-timestamp is 310 s behind our clock; 300 s are allowed. Our time is 1795435200.")
    static let webhookSignature = ProblemKind(
        "webhook-signature", .unauthorized, "Webhook signature not valid",
        cause:
            "No signature in webhook-signature matches a valid secret of the PSP in the path, over exactly these bytes.",
        cure:
            "Sign id.timestamp.body over the raw bytes of the body with the bytes of the secret after whsec_, and send "
            + "v1,<base64>. Check the PSP's id in the path and that the secret was not revoked.",
        example: "No v1 signature matches.")
}

extension Problem {
    /// `nil` for a valid signature.
    init?(_ verdict: WebhookSignature.Verdict, at now: Instant) {
        let ourTime = "Our time is \(now.unixSeconds) (\(Instant(microseconds: now.unixSeconds * 1_000_000).rfc3339))."
        switch verdict {
        case .valid: return nil
        case .missing(let headers):
            let names = headers.map(\.rawValue)
            self.init(
                .webhookHeaderMissing, detail: "Send \(names.joined(separator: ", ")).",
                violations: names.map { Violation($0, .required, "is required") })
        case .malformed(let header):
            let detail =
                switch header {
                case .id: "must be 1 to 256 visible ASCII characters without a dot, the same in each line"
                case .timestamp, .signature: "must be the same in each line"
                }
            self.init(
                .webhookHeaderInvalid, detail: "\(header.rawValue) \(detail).",
                violations: [Violation(header.rawValue, .badFormat, detail)])
        case .notSeconds:
            self.init(
                .webhookTimestamp, detail: "webhook-timestamp must be Unix time in whole seconds. \(ourTime)",
                violations: [
                    Violation(
                        WebhookSignature.Header.timestamp.rawValue, .badFormat, "must be Unix time in whole seconds")
                ])
        case .stale(let skew):
            let difference = "\(skew.magnitude) s \(skew < 0 ? "behind" : "ahead of") our clock"
            self.init(
                .webhookTimestamp,
                detail:
                    "webhook-timestamp is \(difference); \(WebhookSignature.toleranceSeconds) s are allowed. \(ourTime)",
                violations: [
                    Violation(WebhookSignature.Header.timestamp.rawValue, .outOfRange, "is \(difference)")
                ])
        case .noMatch:
            self.init(
                .webhookSignature,
                detail: "No v1 signature matches id.timestamp.body with a valid secret of the PSP in the path.")
        }
    }
}

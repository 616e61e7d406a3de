import Accounts
import Cryptography
import HTTPTypes
import JSON
import Logging
import Metrics
import Operations
import PagoPA
import Requests

/// Verifies that a PSP signed the body of its call.
struct WebhookAuthentication: Sendable {
    /// The valid secrets of a PSP; none for an unknown one.
    let findSecrets: @Sendable (PSPID) async throws -> [PSPSecret]
    /// Records that this secret was used.
    let record: @Sendable (PSPSecret) async throws -> Void
    let clock: @Sendable () -> Instant
    let logger: Logger

    /// - Parameter psp: `nil` when the path does not name a PSP.
    /// - Throws: a 401 that does not depend on whether the PSP exists.
    func verify(_ headers: HTTPFields, of psp: PSPID?, over body: [UInt8]) async throws -> PSPID {
        var secrets: [PSPSecret] = []
        if let psp { secrets = try await findSecrets(psp) }
        let now = clock()
        let lines = WebhookSignature.Lines(headers)
        let (verdict, match) = WebhookSignature.match(
            lines, body: body, secrets: secrets.map(\.secret), nowUnixSeconds: now.unixSeconds)
        if let problem = Problem(verdict, at: now) {
            report(problem, verdict, psp, isKnown: !secrets.isEmpty)
            throw problem
        }
        guard let psp, let match, secrets.indices.contains(match) else { throw Refusal.unauthenticated }
        do { try await record(secrets[match]) } catch {
            // The call of the PSP does not depend on it.
            logger.warning("the use of a webhook secret was not recorded", metadata: ["error": "\(error)"])
        }
        return psp
    }

    /// The caller gets the same answer whether the PSP exists or not; the log and the metrics distinguish the two cases. Calls in the name
    /// of an unknown PSP are not worth a warning.
    private func report(_ problem: Problem, _ verdict: WebhookSignature.Verdict, _ psp: PSPID?, isKnown: Bool) {
        Counter(
            label: "webhook_refused_total",
            dimensions: [("psp", isKnown ? "known" : "unknown"), ("reason", problem.kind.code)]
        ).increment()
        var metadata: Logger.Metadata = [
            "psp": "\(psp?.value ?? "-")", "psp_known": "\(isKnown)", "reason": "\(problem.kind.code)",
        ]
        metadata["correlation_id"] = Correlation.id.map { "\($0)" }
        if case .stale(let skew) = verdict { metadata["skew_seconds"] = "\(skew)" }
        metadata["headers"] =
            problem.violations.isEmpty ? nil : "\(problem.violations.map(\.pointer).joined(separator: " "))"
        logger.log(level: isKnown ? .warning : .info, "webhook call refused", metadata: metadata)
    }
}

extension WebhookSignature.Lines {
    init(_ headers: HTTPFields) {
        self.init(
            id: headers[values: .webhookID], timestamp: headers[values: .webhookTimestamp],
            signature: headers[values: .webhookSignature])
    }
}

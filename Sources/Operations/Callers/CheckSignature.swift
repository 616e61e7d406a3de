import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

/// What the service would make of a signed call, without executing it.
package struct SignatureCheck: Sendable {
    package struct Secret: Sendable {
        package let entry: WebhookSecretEntry
        /// Whether the signature was made with it, at any time of the clock.
        package let matches: Bool
    }

    package let at: Instant
    package let diagnosis: WebhookDiagnosis
    /// The examined secrets, the valid ones first.
    package let secrets: [Secret]
    package let bodySHA256: [UInt8]
}

extension SecretOperations {
    /// The maximum number of a PSP's secrets that a check examines. Each is tried with every usual mistake.
    package static let maximumCheckedSecrets = 10

    /// Examines a signed call of a PSP. Nothing is stored, and the secrets are not part of the result.
    /// - Throws: `Refusal.notFound` for a test key and a PSP that is not one of trials, whether that PSP exists or not.
    package func check(_ lines: WebhookSignature.Lines, body: [UInt8], of psp: PSPID, for caller: Caller) async throws
        -> SignatureCheck
    {
        guard caller.kind != .test || TrialPSP.isReserved(psp) else { throw Refusal.notFound }
        let now = clock()
        // The tenancy of a test key cannot read secrets.
        let found = try await store.read(
            within: .psp(psp), Secrets.latest(of: psp, count: Self.maximumCheckedSecrets))
        let candidates = try found.map {
            WebhookDiagnosis.Candidate(secret: try opened($0.stored), isRevoked: $0.entry.revokedAt != nil)
        }
        let diagnosis = WebhookDiagnosis(lines, body: body, candidates: candidates, nowUnixSeconds: now.unixSeconds)
        return SignatureCheck(
            at: now, diagnosis: diagnosis,
            secrets: zip(found, diagnosis.matches).map { SignatureCheck.Secret(entry: $0.entry, matches: $1) },
            bodySHA256: SHA256.digest(body))
    }
}

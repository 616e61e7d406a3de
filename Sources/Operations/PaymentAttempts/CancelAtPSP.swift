import Accounts
import Gateways
import Logging
import Metrics
import PagoPA
import Requests
import Storage

extension AttemptOperations {
    /// Longer than the timeout of a call, so that two instances do not make the same call at once.
    static let cancellationLeaseSeconds = 30

    /// Sends the cancellation that has been due longest to its PSP. The call is signed in the same way as a start.
    /// - Returns: whether there was one to send.
    package func sendNextCancellation() async throws -> Bool {
        let claimed = try await store.transaction(within: .everyCreditor) { tx in
            try await tx.claimCancellation(leaseSeconds: Self.cancellationLeaseSeconds)
        }
        guard let call = claimed else { return false }
        let secrets = try await self.secrets.valid(of: call.psp)
        do {
            try await externalServices.cancelPayment(
                PSPCancellation(
                    psp: call.psp.value, cancelURL: call.cancelURL, secrets: secrets,
                    attemptID: call.attempt.description,
                    traceparent: call.trace.map { TraceContext(id: $0).traceparent() }))
            try await store.transaction(within: .everyCreditor) { [now = clock()] tx in tx.markDelivered(call, at: now)
            }
            count("delivered")
        } catch let failure as PSPPortalFailure {
            let wait = CancellationRetryPlan.waitSeconds(afterFailures: call.tries)
            logger.warning(
                "a PSP could not be notified that a payment has ended",
                metadata: [
                    "attempt_id": "\(call.attempt)", "psp": "\(call.psp)", "failure": "\(failure)",
                    "again_in_seconds": "\(wait.map(String.init) ?? "never")",
                ])
            try await store.transaction(within: .everyCreditor) { tx in
                tx.markFailed(call, error: String("\(failure)".prefix(500)), waitSeconds: wait)
            }
            count(wait == nil ? "failed" : "retrying")
        }
        return true
    }

    private func count(_ result: String) {
        Counter(label: "psp_cancellations_total", dimensions: [("result", result)]).increment()
    }
}

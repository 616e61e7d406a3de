/// When to notify a PSP again that a payment has ended. The PSP knows the attempt's deadline, so the retries end after about an hour.
package enum CancellationRetryPlan {
    /// Seconds to wait after the first, second, … failed try.
    package static let waitsSeconds = [5, 30, 120, 600, 1_800]

    /// - Parameter failures: tries that failed so far, the last one included; from 1.
    /// - Returns: `nil` when no try is left.
    package static func waitSeconds(afterFailures failures: Int) -> Int? {
        guard failures >= 1, failures <= waitsSeconds.count else { return nil }
        return waitsSeconds[failures - 1]
    }
}

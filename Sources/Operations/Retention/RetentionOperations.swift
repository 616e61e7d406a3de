import Accounts
import Logging
import PagoPA
import Storage

/// Deletion of expired data.
package struct RetentionOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let logger: Logger
    /// How long an e-mail address is retained after its last use.
    let addressLifeDays: Int

    /// How many rows one transaction deletes at most.
    package static let retentionBatch = 1_000

    /// Counts the expired rows of each retention rule. It changes nothing.
    package func countExpired() async throws -> [(rule: RetentionRule, rows: Int)] {
        let now = clock()
        var found: [(RetentionRule, Int)] = []
        for rule in RetentionRule.allCases {
            let rows = try await store.transaction(within: .everyCreditor) { tx in
                try await tx.countExpired(rule, before: rule.end(at: now, addressLifeDays: addressLifeDays))
            }
            found.append((rule, rows))
        }
        return found
    }

    /// Deletes all expired data in batches. Some rules erase only personal data of a row.
    /// - Returns: the number of rows per rule.
    package func deleteExpired() async throws -> [(rule: RetentionRule, rows: Int)] {
        let now = clock()
        var forgotten: [(RetentionRule, Int)] = []
        for rule in RetentionRule.allCases {
            var rows = 0
            var batch = 0
            repeat {
                try Task.checkCancellation()
                batch = try await store.transaction(within: .everyCreditor) { tx in
                    try await tx.deleteExpired(
                        rule, before: rule.end(at: now, addressLifeDays: addressLifeDays),
                        limit: Self.retentionBatch, at: now)
                }
                rows += batch
            } while batch == Self.retentionBatch
            forgotten.append((rule, rows))
            if rows > 0 {
                logger.info("expired data deleted", metadata: ["rule": "\(rule.rawValue)", "rows": "\(rows)"])
            }
        }
        return forgotten
    }
}

import Accounts
import PagoPA
import Requests
import Storage

extension PositionOperations {
    /// Longer than the drawing of `batchNotices` notices takes while other documents have their turns. If a process stops, its batch is
    /// continued after this time.
    static let batchLeaseSeconds = 180
    /// How many notices are drawn and stored at once. It bounds the memory.
    static let batchNotices = 20
    /// How long after a failure, such as an unreachable database, a batch waits.
    static let batchRetrySeconds = 5

    /// Claims a batch of notices that waits or whose process has stopped, and draws its notices until each position has an outcome.
    /// - Returns: whether there was one.
    package func drawNextNotices() async throws -> Bool {
        let claimed = try await store.transaction(within: .everyCreditor) { tx in
            try await tx.claimNoticeBatch(leaseSeconds: Self.batchLeaseSeconds)
        }
        guard let claimed else { return false }
        do { try await draw(claimed) } catch is NoticeBatchLost {
            // Another process continues it.
        } catch {
            // Not cancelled when the service stops. If the release fails too, the lease expires.
            await Task { [store] in
                try? await store.transaction(within: .everyCreditor) { tx in
                    tx.release(claimed, retryAfterSeconds: error is CancellationError ? 0 : Self.batchRetrySeconds)
                }
            }.value
            throw error
        }
        return true
    }

    private func draw(_ claimed: ClaimedNoticeBatch) async throws {
        let batch = claimed.batch
        let key = try await store.read(within: .everyCreditor, APIKeys.show(batch.key))
        guard let key, key.revokedAt == nil else { return try await end(claimed, by: .stopped) }
        let caller = Caller(key: key)
        while true {
            try Task.checkCancellation()
            let waiting = try await store.read(
                within: .everyCreditor, NoticeBatches.waiting(Self.batchNotices, in: batch.id))
            if waiting.isEmpty { break }
            let documents = try await drawNotices(
                of: waiting.map(\.position), within: .only([batch.creditor]), language: batch.language, for: caller)
            let items = waiting.map { one in
                NoticeBatchItem(
                    number: one.number, position: one.position,
                    outcome: documents[one.position] ?? .leftOut("The position does not exist."))
            }
            let now = clock()
            try await store.transaction(within: .everyCreditor) { tx in
                try await tx.record(items, of: claimed, leaseSeconds: Self.batchLeaseSeconds, at: now)
            }
        }
        try await end(claimed, by: .finished)
    }

    private func end(_ claimed: ClaimedNoticeBatch, by event: NoticeBatchStatus.Event) async throws {
        let now = clock()
        try await store.transaction(within: .everyCreditor) { tx in tx.finish(claimed, by: event, at: now) }
    }
}

import Accounts
import Foundation
import PagoPA
import Storage
import Workers

/// Wakes callers that wait for a payment attempt to change. PostgreSQL notifies every instance, so it does not matter which one made the
/// change.
package actor AttemptWatch {
    private var waiting: [Identifier<PaymentAttempt>: [UUID: AsyncStream<Void>.Continuation]] = [:]
    private var isDraining = false
    /// A caller without a permit gets an immediate response and has to poll again. One API key can use at most a quarter of the permits.
    static let maximumWaiting = 5_000
    static let maximumWaitingPerKey = maximumWaiting / 4
    private let permits: Permits

    init(maximumWaiting: Int = AttemptWatch.maximumWaiting, perKey: Int = AttemptWatch.maximumWaitingPerKey) {
        permits = Permits(total: maximumWaiting, perKey: perKey)
    }

    /// A stream that yields at each change and ends when the service stops; `nil` when too many wait already.
    func changes(of attempt: Identifier<PaymentAttempt>, for caller: Caller) -> AsyncStream<Void>? {
        let key = caller.key.id.description
        guard !isDraining, permits.take(for: key) else { return nil }
        let token = UUID()
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        waiting[attempt, default: [:]][token] = continuation
        continuation.onTermination = { [weak self, permits] _ in
            permits.giveBack(key)
            Task { await self?.leave(attempt, token) }
        }
        return stream
    }

    package func wake(_ event: WakeUp) {
        if event.channel == nil {
            for continuation in waiting.values.flatMap(\.values) { continuation.yield() }
        } else if event.channel == Channels.attempts, let id = try? Identifier<PaymentAttempt>(event.payload) {
            for continuation in (waiting[id] ?? [:]).values { continuation.yield() }
        }
    }

    /// Ends all waits at shutdown: waiting callers get a response now, and new callers do not wait.
    package func drain() {
        isDraining = true
        for continuation in waiting.values.flatMap(\.values) { continuation.finish() }
    }

    private func leave(_ attempt: Identifier<PaymentAttempt>, _ token: UUID) {
        guard waiting[attempt]?.removeValue(forKey: token) != nil else { return }
        if waiting[attempt]?.isEmpty == true { waiting[attempt] = nil }
    }
}

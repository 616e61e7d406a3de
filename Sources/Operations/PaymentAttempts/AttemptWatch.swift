import Accounts
import Foundation
import PagoPA
import Storage
import Workers

/// Wakes callers that wait for an attempt to change. The database notifies, so it does not matter which instance changed it.
package actor AttemptWatch {
    private var waiting: [Identifier<PaymentAttempt>: [UUID: AsyncStream<Void>.Continuation]] = [:]
    private var isDraining = false
    /// Callers without a permit do not wait: they are answered at once and ask again. One API key has a quarter.
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

    /// The service stops: those who wait are answered now, and nobody waits any more.
    package func drain() {
        isDraining = true
        for continuation in waiting.values.flatMap(\.values) { continuation.finish() }
    }

    private func leave(_ attempt: Identifier<PaymentAttempt>, _ token: UUID) {
        guard waiting[attempt]?.removeValue(forKey: token) != nil else { return }
        if waiting[attempt]?.isEmpty == true { waiting[attempt] = nil }
    }
}

import Foundation
import PagoPA
import Storage

/// Wakes whoever waits for an attempt to change. Told by the database, so that it does not matter which instance changed it.
package actor AttemptWatch {
    private var waiting: [Identifier<PaymentAttempt>: [UUID: AsyncStream<Void>.Continuation]] = [:]
    /// More than this many wait no longer: they are answered at once and ask again.
    static let maximumWaiting = 5_000
    private var count = 0

    /// A stream that yields at each change; `nil` when too many wait already.
    func changes(of attempt: Identifier<PaymentAttempt>) -> AsyncStream<Void>? {
        guard count < Self.maximumWaiting else { return nil }
        count += 1
        let token = UUID()
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        waiting[attempt, default: [:]][token] = continuation
        continuation.onTermination = { [weak self] _ in Task { await self?.leave(attempt, token) } }
        return stream
    }

    package func wake(_ event: WakeUp) {
        if event.channel == nil {
            for continuation in waiting.values.flatMap(\.values) { continuation.yield() }
        } else if event.channel == Channels.attempts, let id = try? Identifier<PaymentAttempt>(event.payload) {
            for continuation in (waiting[id] ?? [:]).values { continuation.yield() }
        }
    }

    private func leave(_ attempt: Identifier<PaymentAttempt>, _ token: UUID) {
        guard waiting[attempt]?.removeValue(forKey: token) != nil else { return }
        count -= 1
        if waiting[attempt]?.isEmpty == true { waiting[attempt] = nil }
    }
}

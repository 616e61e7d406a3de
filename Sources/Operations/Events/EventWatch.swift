import Accounts
import Foundation
import PagoPA
import Storage
import Workers

/// Wakes the readers that follow the feed of events. PostgreSQL notifies every instance, so it does not matter which one wrote an event.
package actor EventWatch {
    /// Why a reader reads again.
    package enum Signal: Sendable {
        /// There may be new events.
        case changed
        /// Some time has passed. The reader also shows its client that the connection works.
        case beat
    }

    /// A reader. It is forgotten when its signals are released.
    package struct Follower: Sendable {
        let id: UUID
        /// Ends when the service stops.
        package let signals: AsyncStream<Signal>
    }

    private struct Registered {
        /// `nil`: every creditor.
        let creditors: Set<String>?
        let continuation: AsyncStream<Signal>.Continuation
        /// On which second of each period the reader gets its beat, so that not all of them read at the same time.
        let second: Int
        var isHeldBack = false
    }

    /// In this process.
    package static let maximumFollowers = 200
    package static let maximumFollowersPerKey = 10
    /// A reader that was not woken reads again after this time: a notification may have been lost, or the key revoked.
    package static let beatSeconds = 15

    private let permits: Permits
    private var registered: [UUID: Registered] = [:]
    private var isDraining = false
    private var seconds = 0

    package init(maximum: Int = EventWatch.maximumFollowers, perKey: Int = EventWatch.maximumFollowersPerKey) {
        permits = Permits(total: maximum, perKey: perKey)
    }

    /// - Returns: `nil` when the key, or all keys, have as many readers as allowed.
    package func follow(for caller: Caller) -> Follower? {
        let key = caller.key.id.description
        guard permits.take(for: key) else { return nil }
        let id = UUID()
        let (stream, continuation) = AsyncStream<Signal>.makeStream(bufferingPolicy: .bufferingNewest(1))
        registered[id] = Registered(
            creditors: Self.creditors(of: caller.tenancy), continuation: continuation,
            second: registered.count % Self.beatSeconds)
        continuation.onTermination = { [weak self, permits] _ in
            permits.giveBack(key)
            Task { await self?.leave(id) }
        }
        if isDraining { continuation.finish() }
        return Follower(id: id, signals: stream)
    }

    package func wake(_ event: WakeUp) {
        guard event.channel == nil || event.channel == Channels.events else { return }
        for reader in registered.values
        where event.channel == nil || reader.creditors?.contains(event.payload) ?? true {
            reader.continuation.yield(.changed)
        }
    }

    /// Wakes the reader within a second. It has read, but some events cannot be shown yet.
    func wakeSoon(_ follower: Follower) { registered[follower.id]?.isHeldBack = true }

    /// To be called once a second.
    package func secondPassed() {
        seconds = (seconds + 1) % Self.beatSeconds
        for (id, reader) in registered {
            if reader.second == seconds {
                reader.continuation.yield(.beat)
            } else if reader.isHeldBack {
                reader.continuation.yield(.changed)
            }
            if reader.isHeldBack { registered[id]?.isHeldBack = false }
        }
    }

    /// Ends all readers at shutdown, also those that still come.
    package func drain() {
        isDraining = true
        for reader in registered.values { reader.continuation.finish() }
    }

    private static func creditors(of tenancy: Tenancy) -> Set<String>? {
        switch tenancy {
        case .everyCreditor: nil
        case .only(let creditors, _): Set(creditors.map(\.value))
        // Their events are not in the feed.
        case .citizen, .psp, .registry: []
        }
    }

    private func leave(_ id: UUID) { registered[id] = nil }
}

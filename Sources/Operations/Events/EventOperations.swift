import Accounts
import PagoPA
import Requests
import Storage

/// The feed of events, from which callers hear of changes without reading the objects again and again.
package struct EventOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    package let watch = EventWatch()

    /// How long an event can be read.
    package static let keptDays = 30

    /// Reads the next events of the caller's creditors, in the order of the transactions that wrote them.
    /// - Parameter progress: how far the caller has read; `nil` to begin with the oldest event.
    /// - Returns: at most `limit` events. With fewer, the caller has read all of them.
    /// - Throws: `Refusal.eventsExpired` if events that the caller has not read may have expired, or if the cursor is from another database.
    package func read(after progress: FeedProgress?, limit: Int, for caller: Caller) async throws -> Feed {
        try await read(after: progress, limit: limit) { since in
            try await store.read(
                within: caller.tenancy,
                Events.feed(after: progress?.cursor, since: since, within: caller.tenancy, limit: limit))
        }
    }

    /// Like `read`, for a reader that waits for the next signal when it has read everything.
    package func read(
        after progress: FeedProgress?, limit: Int, for caller: Caller, following follower: EventWatch.Follower
    ) async throws -> Feed {
        try await read(after: progress, limit: limit) { since in
            // Asked first: if the transaction that holds events back ended between the two, the reader would not see them and not be woken.
            let (areHeldBack, part) = try await store.read(
                within: caller.tenancy, Events.areHeldBack(within: caller.tenancy),
                Events.feed(after: progress?.cursor, since: since, within: caller.tenancy, limit: limit))
            // Nobody notifies when the transaction that holds them back has ended.
            if areHeldBack { await watch.wakeSoon(follower) }
            return part
        }
    }

    private func read(
        after progress: FeedProgress?, limit: Int, _ part: (_ since: Instant) async throws -> FeedPart
    ) async throws -> Feed {
        let now = clock()
        let oldest = now.adding(seconds: -Self.keptDays * RetentionRule.daySeconds)
        if let progress, progress.readUntil < oldest { throw Refusal.eventsExpired(days: Self.keptDays) }
        let part = try await part(oldest)
        // A cursor that was issued is not above the horizon, which only grows: the database has been replaced by an older one.
        if let progress, progress.cursor.order > part.horizon { throw Refusal.eventsExpired(days: Self.keptDays) }
        let last = part.events.last
        let isWhole = part.events.count < limit
        return Feed(
            events: part.events,
            next: FeedProgress(
                cursor: last?.cursor ?? progress?.cursor ?? part.start,
                readUntil: isWhole ? now : last?.at ?? now))
    }
}

/// A part of the feed, and where the next one begins.
package struct Feed: Sendable {
    package let events: [Event]
    package let next: FeedProgress

    package init(events: [Event], next: FeedProgress) {
        self.events = events
        self.next = next
    }
}

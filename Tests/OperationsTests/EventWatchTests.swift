import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Storage
import Testing

/// Who is woken to read the feed of events.
@Suite struct EventWatchTests {
    private static func caller(_ creditors: [OrganizationTaxCode], kind: CallerKind = .creditor) -> Caller {
        Caller(
            key: APIKey(
                id: Identifier(uuid: UUID()), name: "reader", kind: kind, prefix: "qz_reader", scopes: [.eventsRead],
                creditors: creditors, createdAt: Instant(microseconds: 0)))
    }

    private static let comune = TestIntermediary.comune
    private static let provincia = TestIntermediary.provincia

    /// Of each reader the signals until the service stops.
    private static func signals(_ follower: EventWatch.Follower) async -> [EventWatch.Signal] {
        var all: [EventWatch.Signal] = []
        for await signal in follower.signals { all.append(signal) }
        return all
    }

    @Test func `a reader is woken by its creditors' events only, and by a lost connection to the database`()
        async throws
    {
        let notifications: [(WakeUp, own: Int, both: Int, none: Int)] = [
            (WakeUp(channel: Channels.events, payload: Self.comune.value), 1, 1, 0),
            (WakeUp(channel: Channels.events, payload: Self.provincia.value), 0, 1, 0),
            (WakeUp(channel: Channels.attempts, payload: Self.comune.value), 0, 0, 0),
            (WakeUp(channel: nil, payload: ""), 1, 1, 1),
        ]
        for (notification, own, both, none) in notifications {
            let watch = EventWatch()
            let readers = [[Self.comune], [Self.comune, Self.provincia], []]
            var followers: [EventWatch.Follower] = []
            for creditors in readers { followers.append(try #require(await watch.follow(for: Self.caller(creditors)))) }

            await watch.wake(notification)
            await watch.drain()

            var counts: [Int] = []
            for follower in followers { counts.append(await Self.signals(follower).count) }
            #expect(counts == [own, both, none], "\(notification)")
        }
    }

    @Test func `every reader gets one beat in each period, and wake-ups that it has not read are one`() async throws {
        for others in 0..<EventWatch.beatSeconds + 2 {
            let watch = EventWatch()
            var idle: [EventWatch.Follower?] = []
            for _ in 0..<others { idle.append(await watch.follow(for: Self.caller([]))) }
            let follower = try #require(await watch.follow(for: Self.caller([Self.comune])))
            for _ in 0..<EventWatch.beatSeconds { await watch.secondPassed() }
            var signals = follower.signals.makeAsyncIterator()
            #expect(await signals.next() == .beat)
            await watch.wake(WakeUp(channel: nil, payload: ""))
            await watch.wake(WakeUp(channel: nil, payload: ""))
            #expect(await signals.next() == .changed)
            let waiting = Task { await Self.signals(follower) }
            await watch.drain()
            #expect(await waiting.value == [])
            #expect(idle.count == others)
        }
    }

    @Test func `a key and the service have a limited number of readers, and one that has left does not count`()
        async throws
    {
        let watch = EventWatch(maximum: 3, perKey: 2)
        let (one, other) = (Self.caller([Self.comune]), Self.caller([Self.comune]))
        var followers: [EventWatch.Follower] = []
        for caller in [one, one] { followers.append(try #require(await watch.follow(for: caller))) }
        #expect(await watch.follow(for: one) == nil)
        followers.append(try #require(await watch.follow(for: other)))
        #expect(await watch.follow(for: other) == nil)
        followers = []
        #expect(await watch.follow(for: one) != nil)
    }

    @Test func `a reader waits for events that a running transaction holds back, and is woken again`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let caller = Self.caller([Self.comune])
            let follower = try #require(await service.events.watch.follow(for: caller))
            var signals = follower.signals.makeAsyncIterator()
            let listening = Task {
                for await event in test.store.wakeUps(on: [Channels.events]) {
                    await service.events.watch.wake(event)
                }
            }
            defer { listening.cancel() }
            // Listening has started.
            #expect(await signals.next() == .changed)
            var progress = try await service.events.read(after: nil, limit: 10, for: caller, following: follower).next
            var types: [EventType] = []
            try await test.store.transaction(within: .everyCreditor) { early in
                _ = try await early.execute("SELECT pg_current_xact_id()")
                _ = try await test.create(test.draft("debt"), with: service)
                // The notification of the change.
                #expect(await signals.next() == .changed)
                let feed = try await service.events.read(
                    after: progress, limit: 10, for: caller, following: follower)
                progress = feed.next
                #expect(feed.events == [])
            }
            // Nobody notifies of the end of the other transaction. Transactions of other tests may hold the events back as well.
            while types.isEmpty {
                await service.events.watch.secondPassed()
                _ = await signals.next()
                let feed = try await service.events.read(
                    after: progress, limit: 10, for: caller, following: follower)
                progress = feed.next
                types += feed.events.map(\.type)
            }
            #expect(types == [.positionCreated])
        }
    }
}

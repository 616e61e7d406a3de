import Accounts
import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Synchronization
import TestSupport
import Testing

@testable import API

/// What a stream of events sends.
@Suite struct EventStreamTests {
    /// Parts of the feed, which end with a service that stops.
    private final class Source: Sendable {
        let (signals, signal) = AsyncStream<EventWatch.Signal>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let parts: Mutex<[Result<[Event], CredentialChanged>]>
        let read = Mutex<[FeedProgress?]>([])

        init(_ parts: [Result<[Event], CredentialChanged>]) { self.parts = Mutex(parts) }

        func feed(after progress: FeedProgress?) async throws -> Feed {
            read.withLock { $0.append(progress) }
            let part = parts.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            // The next signal, or the end.
            if parts.withLock(\.isEmpty) { signal.finish() } else { signal.yield(.changed) }
            let events = try part?.get() ?? []
            let cursor = events.last?.cursor ?? progress?.cursor ?? FeedCursor(order: 0, number: 0)
            return Feed(events: events, next: FeedProgress(cursor: cursor, readUntil: Sample.now))
        }

        /// - Parameter seconds: how long the stream has lasted.
        func stream(seconds: Double = 0) -> EventStream {
            EventStream(
                signals: signals, text: { "\($0.cursor.order)-\($0.cursor.number)" },
                read: { try await self.feed(after: $0) }, secondsSinceStart: { seconds })
        }
    }

    private static func events(_ numbers: ClosedRange<Int64>) throws -> [Event] {
        try numbers.map { number in
            let id = try Identifier<Event>("01a2076c-3248-7101-9f2c-6a5200001eef")
            return Event(
                id: id, cursor: FeedCursor(order: 7, number: number), at: Sample.now, type: .positionChanged,
                creditor: try OrganizationTaxCode("12345678903"), subject: id.uuid, position: Identifier(uuid: id.uuid),
                attempt: nil, receipt: nil, from: nil, to: nil)
        }
    }

    /// - Returns: the parts that were sent, and whether the body ended in order.
    private static func send(_ stream: EventStream) async throws -> (parts: [String], isComplete: Bool) {
        let sent = Mutex<[String]>([])
        let reply = stream.reply(beginningWith: try await stream.read(nil))
        #expect(reply.headers[.contentType] == "text/event-stream; charset=utf-8")
        do {
            try await #require(reply.stream).parts { part in
                sent.withLock { $0.append(String(decoding: part, as: UTF8.self)) }
            }
        } catch is CredentialChanged { return (sent.withLock(\.self), false) }
        return (sent.withLock(\.self), true)
    }

    @Test func `an event is an id, a type and a line of JSON, and the stream begins with the time of a new try`()
        async throws
    {
        let source = Source([.success([]), .success(try Self.events(1...2)), .success([])])
        let (parts, isComplete) = try await Self.send(source.stream())

        #expect(isComplete && parts.count == 2)
        #expect(parts.first == "retry: 3000\n: heartbeat\nid: 0-0\n\n")
        let json = String(decoding: JSONWriter.object { try! Self.events(1...1)[0].write(into: &$0) }, as: UTF8.self)
        #expect(
            parts.last == (1...2).map { "id: 7-\($0)\nevent: position.changed\ndata: \(json)\n\n" }.joined())
        // Each read begins where the one before ended.
        #expect(source.read.withLock { $0.map { $0?.cursor.number } } == [nil, 0, 2])
    }

    @Test func `a reader that is behind gets part after part without waiting`() async throws {
        let full = Int64(EventStream.partEvents)
        let source = Source([
            .success(try Self.events(1...full)), .success(try Self.events(full + 1...2 * full)), .success([]),
        ])
        let (parts, isComplete) = try await Self.send(source.stream())
        #expect(isComplete && parts.map { $0.matches(of: #/event: /#).count } == [0, Int(full), Int(full)])
    }

    @Test func `a stream ends in order after its time, and is cut off when its key has changed`() async throws {
        let old = Source([.success(try Self.events(1...1)), .success([]), .success([])])
        let ended = try await Self.send(old.stream(seconds: Double(EventStream.maximumSeconds)))
        #expect(ended.isComplete && ended.parts.count == 2 && old.read.withLock(\.count) == 1)

        let revoked = Source([.success(try Self.events(1...1)), .failure(CredentialChanged()), .success([])])
        let cut = try await Self.send(revoked.stream())
        #expect(!cut.isComplete && cut.parts.count == 2)
    }

    @Test func `a beat without events is a comment with the id`() async throws {
        let (signals, signal) = AsyncStream<EventWatch.Signal>.makeStream()
        let reads = Atomic(0)
        let stream = EventStream(
            signals: signals, text: { _ in "x" },
            read: { _ in
                // The second read follows the beat.
                if reads.add(1, ordering: .relaxed).newValue == 2 { signal.finish() }
                return Feed(
                    events: [], next: FeedProgress(cursor: FeedCursor(order: 0, number: 0), readUntil: Sample.now))
            })
        signal.yield(.beat)
        #expect(try await Self.send(stream).parts == ["retry: 3000\n", ""].map { "\($0): heartbeat\nid: x\n\n" })
    }

    @Test func `the header counts instead of the parameter, and a stream has no limit`() async throws {
        let runner = try await RouteRunner.shared.value
        let list = CursorCodec(runner.cursorAuthenticator, for: .everyCreditor)
        func cursor(daysAgo: Int) -> String {
            let readUntil = Sample.now.adding(seconds: -daysAgo * 86_400).microseconds
            return list.text(
                of: Cursor(order: "events", key: 7, subkey: "1 \(readUntil)", id: Cursor.noID), in: .events)
        }
        let media = EventStream.mediaType
        #expect(
            try await runner.send("list_events", query: [("limit", "5")], accept: media)
                == .problem("malformed-request", ["limit not_allowed"]))
        for accept in [media, ""] {
            #expect(
                try await runner.send("list_events", headers: [.lastEventID: "x"], accept: accept)
                    == .problem("malformed-request", ["Last-Event-ID bad_format"]))
            let (old, new) = (cursor(daysAgo: 31), cursor(daysAgo: 1))
            #expect(
                try await runner.send(
                    "list_events", headers: [.lastEventID: new], query: [("after", old)], accept: accept) == .operation)
            #expect(
                try await runner.send(
                    "list_events", headers: [.lastEventID: old], query: [("after", new)], accept: accept)
                    == .problem("events-expired", []))
        }
    }
}

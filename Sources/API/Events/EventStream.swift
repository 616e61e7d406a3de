import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

/// The feed of events as a response that does not end: server-sent events (WHATWG HTML, section 9.2). The stream reads the feed when there are
/// new events, and shows its client from time to time that the connection works.
struct EventStream: Sendable {
    static let mediaType = "text/event-stream"
    /// The largest number of events that are read and sent at once. A client has the time of a part of a response to take them.
    static let partEvents = 100
    /// Shorter than `FramingRules.streamDeadlineSeconds`, so that a stream ends in order. The client continues with another one.
    static let maximumSeconds = 3_000
    /// When a client whose stream has ended, or one over the limit, may try again.
    static let retrySeconds = 3

    /// Ends when the service stops.
    let signals: AsyncStream<EventWatch.Signal>
    /// What the client sends back as `Last-Event-ID`.
    let text: @Sendable (FeedProgress) -> String
    let read: @Sendable (FeedProgress?) async throws -> Feed
    /// Returns the time since the first call, for tests.
    var secondsSinceStart: @Sendable () -> Double = {
        let began = ContinuousClock.now
        return { (ContinuousClock.now - began).seconds }
    }()

    /// - Parameter first: what was read when the request arrived.
    func reply(beginningWith first: Feed) -> Reply {
        let credential = RequestCredential.current
        var reply = Reply(.ok, headers: [.contentType: "\(Self.mediaType); charset=utf-8"])
        // Some proxies would otherwise collect the events.
        reply.headers[.accelBuffering] = "no"
        reply.stream = StreamedBody { send in
            try await self.send(from: first, send) { progress in
                // A key that is revoked meanwhile gets no further event.
                try await RequestCredential.$current.withValue(credential?.unconfirmed) {
                    try await self.read(progress)
                }
            }
        }
        return reply
    }

    private func send(
        from first: Feed, _ send: ([UInt8]) async throws -> Void, next: (FeedProgress) async throws -> Feed
    ) async throws {
        var feed = first
        try await send(Array("retry: \(Self.retrySeconds * 1_000)\n".utf8) + heartbeat(feed.next))
        var signals = signals.makeAsyncIterator()
        while true {
            if !feed.events.isEmpty { try await send(bytes(of: feed.events)) }
            let mayBeMore = feed.events.count >= Self.partEvents
            if !mayBeMore {
                guard secondsSinceStart() < Double(Self.maximumSeconds), let signal = await signals.next() else {
                    return
                }
                feed = try await next(feed.next)
                if feed.events.isEmpty, signal == .beat { try await send(heartbeat(feed.next)) }
            } else {
                try Task.checkCancellation()
                feed = try await next(feed.next)
            }
        }
    }

    private func bytes(of events: [Event]) -> [UInt8] {
        var bytes: [UInt8] = []
        for event in events {
            let progress = FeedProgress(cursor: event.cursor, readUntil: event.at)
            bytes += "id: \(text(progress))\nevent: \(event.type.rawValue)\ndata: ".utf8
            // JSON has no line ends.
            bytes += JSONWriter.object { event.write(into: &$0) }
            bytes += "\n\n".utf8
        }
        return bytes
    }

    /// A comment, which clients ignore, and how far the reader has read: an id without data is stored and is no event.
    private func heartbeat(_ progress: FeedProgress) -> [UInt8] {
        Array(": heartbeat\nid: \(text(progress))\n\n".utf8)
    }
}

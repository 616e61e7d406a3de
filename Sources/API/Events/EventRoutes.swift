import Accounts
import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func eventRoutes(_ events: EventOperations) -> [Route] {
    let handlers = EventHandlers(events: events)
    return [
        Route(
            .get, "/v1/events", "list_events", scope: .eventsRead, query: ["after", "limit"],
            produces: Route.json + [EventStream.mediaType], handlers.listEvents)
    ]
}

private struct EventHandlers: Sendable {
    let events: EventOperations

    func listEvents(_ request: KeyRequest) async throws -> Reply {
        let codec = FeedProgressCodec(request)
        var reader = QueryReader(request)
        // A client that connects again repeats its URL, so the header is the newer one.
        let first = reader.value("after", codec.progress)
        let after = reader.header(.lastEventID, of: request, codec.progress) ?? first
        if request.accept.prefers(EventStream.mediaType, to: "application/json") {
            reader.reject("limit", for: EventStream.mediaType)
            try reader.finish()
            return try await follow(after: after, codec, for: request.caller)
        }
        let limit = reader.integer("limit", in: 1...Int64(PageRequest.maximumLimit)).map(Int.init)
        try reader.finish()
        let feed = try await events.read(
            after: after, limit: limit ?? PageRequest.defaultLimit, for: request.caller)
        return .json { json in
            json.array("items", feed.events) { json, event in
                json.beginObject()
                event.write(into: &json)
                json.endObject()
            }
            json.field("next_after", codec.text(of: feed.next))
        }
    }

    /// The first part is read at once, so that a request that cannot be answered gets a problem.
    private func follow(after progress: FeedProgress?, _ codec: FeedProgressCodec, for caller: Caller) async throws
        -> Reply
    {
        guard let follower = await events.watch.follow(for: caller) else {
            throw Problem(
                .tooManyStreams,
                detail: "A key follows the feed at most \(EventWatch.maximumFollowersPerKey) times at a time, "
                    + "an instance of the service serves \(EventWatch.maximumFollowers).",
                retryAfterSeconds: EventStream.retrySeconds)
        }
        let stream = EventStream(signals: follower.signals, text: codec.text) { [events] progress in
            try await events.read(
                after: progress, limit: EventStream.partEvents, for: caller, following: follower)
        }
        return stream.reply(beginningWith: try await stream.read(progress))
    }
}

/// Writes and reads `next_after`. Unlike the cursor of a list it is valid for every key, because it contains nothing of a creditor, and a reader
/// continues when its key gets another creditor.
private struct FeedProgressCodec: Sendable {
    private let cursors: CursorCodec
    private static let order = "events"

    init(_ request: some AuthorizedRequest) {
        cursors = CursorCodec(request.content.cursorAuthenticator, for: .everyCreditor)
    }

    func text(of progress: FeedProgress) -> String {
        cursors.text(
            of: Cursor(
                order: Self.order, key: progress.cursor.order,
                subkey: "\(progress.cursor.number) \(progress.readUntil.microseconds)", id: Cursor.noID), in: .events)
    }

    func progress(_ text: String) throws(InvalidValue) -> FeedProgress {
        let cursor: Cursor
        do { cursor = try cursors.cursor(text, in: .events, order: Self.order) } catch { throw Self.unknown }
        var parts = ArraySlice(cursor.subkey.split(separator: " ").map { Int64($0) })
        guard let number = parts.popFirst() ?? nil, let readUntil = parts.popFirst() ?? nil else { throw Self.unknown }
        return FeedProgress(
            cursor: FeedCursor(order: cursor.key, number: number), readUntil: Instant(microseconds: readUntil))
    }

    private static let unknown = InvalidValue(.badFormat, "is not a next_after of this feed")
}

/// An event as the body of a call of a webhook: the same JSON as in the feed.
package enum EventBody {
    package static func write(_ event: Event) -> [UInt8] { JSONWriter.object { event.write(into: &$0) } }
}

extension Event {
    func write(into json: inout JSONWriter) {
        json.field("id", id.description)
        json.field("type", type.rawValue)
        json.field("at", at.rfc3339)
        json.field("creditor_tax_code", creditor.value)
        json.object("subject") { json in
            json.field("kind", type.subject.rawValue)
            json.field("id", Identifier<Event>(uuid: subject).description)
        }
        json.object("data", writeData)
    }

    private func writeData(into json: inout JSONWriter) {
        switch type.subject {
        case .position, .attempt, .refund, .positionImport:
            json.field("status", to)
            json.field("previous_status", from)
        case .receipt:
            // A counter payment is settled at once, and its entry has no states.
            json.field("status", to ?? Disposition.settled.rawValue)
            json.field("previous_status", from)
        case .anomaly:
            json.field("kind", from)
            json.field("resolution", to)
        }
        if type.subject != .position { json.field("position_id", position?.description) }
        if type.subject != .attempt { json.field("attempt_id", attempt?.description) }
        if type.subject != .receipt { json.field("receipt_id", receipt?.description) }
    }
}

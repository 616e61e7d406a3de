import Accounts
import Cryptography
import Foundation
import PagoPA
import Postgres
import Requests

/// A part of the feed.
package struct FeedPart: Sendable {
    /// In the order of the feed.
    package let events: [Event]
    /// Where the part begins, if the caller gave no cursor.
    package let start: FeedCursor
    /// Every event below this order is visible.
    package let horizon: Int64
}

/// Queries for the feed of events, which are entries of the journal.
package enum Events {
    /// The events after a cursor, in order. Only events of transactions below the horizon are read, because a transaction that has a lower
    /// number may still be running: a reader that had passed its events would never see them.
    /// - Parameters:
    ///   - cursor: `nil` for the oldest event since `since`.
    ///   - limit: the largest number of events.
    package static func feed(
        after cursor: FeedCursor?, since: Instant, within tenancy: Tenancy, limit: Int
    ) -> Query<FeedPart> {
        let first: SQL = cursor == nil ? "first_event_order(\(since.sql))" : "0::bigint"
        let begin: SQL = cursor.map { "\($0.order)::bigint, \($0.number)::bigint" } ?? "\(first), \(Int64.max)::bigint"
        let rows = tenancy.merged(.events("j")) { tenant in
            """
            SELECT j.* FROM journal j
            WHERE \(tenant) AND j.event IS NOT NULL AND (j.event_order, j.id) > (\(begin)) AND j.event_order < event_horizon()
            ORDER BY j.event_order, j.id LIMIT \(limit)
            """
        }
        let bounds = Query<(Int64, Int64)?>(
            "SELECT \(first), event_horizon()", row: { (try $0.bigInteger(), try $0.bigInteger()) })
        let events = Query(
            """
            SELECT \(columns) FROM (\(rows)) AS j ORDER BY j.event_order, j.id LIMIT \(limit)
            """, rows: { try $0.event() })
        return bounds.and(events).map { bounds, events in
            FeedPart(
                events: events, start: FeedCursor(order: bounds?.0 ?? 0, number: .max), horizon: bounds?.1 ?? 0)
        }.plannedForValues()
    }

    /// The event with this id, which contains the millisecond of the event. Few events have the same one.
    package static func show(_ id: Identifier<Event>, within tenancy: Tenancy) -> Query<Event?> {
        let first = id.millisecond
        let rows = tenancy.merged(.events("j")) { tenant in
            """
            SELECT j.* FROM journal j
            WHERE \(tenant) AND j.event IS NOT NULL AND j.at >= \(first.sql) AND j.at < \(Instant(microseconds: first.microseconds + 1_000).sql)
                AND j.event_order < event_horizon()
            """
        }
        return Query(
            "SELECT \(columns) FROM (\(rows)) AS j ORDER BY j.event_order, j.id", rows: { try $0.event() }
        ).map { $0.first { $0.id == id } }.plannedForValues()
    }

    private static let columns: SQL = """
        j.id, j.event_order, j.at, j.event, j.creditor_tax_code, j.subject_id, j.position_id, j.attempt_id, j.receipt_id,
        j.from_state, j.to_state, j.trace_id
        """

    /// Whether there are events that no reader sees yet, because a transaction that may write an earlier one still runs.
    package static func areHeldBack(within tenancy: Tenancy) -> Query<Bool> {
        let rows = tenancy.merged(.events("j")) { tenant in
            """
            SELECT 1 FROM journal j WHERE \(tenant) AND j.event IS NOT NULL AND j.event_order >= event_horizon() LIMIT 1
            """
        }
        return Query<Bool?>("SELECT EXISTS (\(rows))", row: { try $0.bool() }).map { $0 ?? false }.plannedForValues()
    }
}

extension Row {
    fileprivate mutating func event() throws -> Event {
        let cursor = FeedCursor(number: try bigInteger(), order: try bigInteger())
        let at = try instant()
        let type: EventType = try word()
        let creditor = try organization()
        let other = try optionalUUID()
        let position: Identifier<Position>? = try optionalIdentifier()
        let attempt: Identifier<PaymentAttempt>? = try optionalIdentifier()
        let receipt: Identifier<Receipt>? = try optionalIdentifier()
        let subject: UUID? =
            switch type.subject {
            case .position: position?.uuid
            case .attempt: attempt?.uuid
            case .receipt: receipt?.uuid
            case .anomaly, .refund, .positionImport: other
            }
        guard let subject else { throw StorageError.fault("an event has no subject") }
        return Event(
            id: .ofEvent(cursor, at: at, about: subject), cursor: cursor, at: at, type: type, creditor: creditor,
            subject: subject, position: position, attempt: attempt, receipt: receipt, from: try optionalText(),
            to: try optionalText(), trace: try optionalUUID())
    }
}

extension FeedCursor {
    /// In the order of the columns.
    fileprivate init(number: Int64, order: Int64) { self.init(order: order, number: number) }
}

extension Identifier<Event> {
    /// The beginning of the millisecond in the id.
    fileprivate var millisecond: Instant {
        let bytes = uuid.uuid
        let milliseconds = [bytes.0, bytes.1, bytes.2, bytes.3, bytes.4, bytes.5].reduce(Int64(0)) {
            $0 << 8 | Int64($1)
        }
        return Instant(microseconds: milliseconds * 1_000)  // 48 bits, so the product fits
    }

    /// The id of an event is not stored: it is computed from the entry's number and subject, which never change. The number alone would tell
    /// how many changes other creditors have.
    fileprivate static func ofEvent(_ cursor: FeedCursor, at: Instant, about subject: UUID) -> Identifier {
        let digest = SHA256.digest(Array("event \(cursor.number) \(subject.uuidString)".utf8))
        var word = DigestWord(value: digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
        return .make(at: at, random: &word)
    }
}

/// Eight bytes of a digest in place of a random number.
private struct DigestWord: RandomNumberGenerator {
    let value: UInt64
    mutating func next() -> UInt64 { value }
}

import Foundation

/// A change that callers may follow. It contains ids and states, and no personal data.
package struct Event: Sendable, Equatable {
    /// The same in every answer and delivery, so that a reader recognizes a repeat.
    package let id: Identifier<Event>
    package let cursor: FeedCursor
    package let at: Instant
    package let type: EventType
    package let creditor: OrganizationTaxCode
    /// The id of the object that the event is about.
    package let subject: UUID
    package let position: Identifier<Position>?
    package let attempt: Identifier<PaymentAttempt>?
    package let receipt: Identifier<Receipt>?
    /// The state before, or the kind of a resolved anomaly.
    package let from: String?
    /// The state after, or the resolution of an anomaly.
    package let to: String?
    /// The id of the trace of the request that caused the change. Deliveries carry it, the feed does not.
    package let trace: UUID?

    package init(
        id: Identifier<Event>, cursor: FeedCursor, at: Instant, type: EventType, creditor: OrganizationTaxCode,
        subject: UUID, position: Identifier<Position>?, attempt: Identifier<PaymentAttempt>?,
        receipt: Identifier<Receipt>?, from: String?, to: String?, trace: UUID? = nil
    ) {
        self.id = id
        self.cursor = cursor
        self.at = at
        self.type = type
        self.creditor = creditor
        self.subject = subject
        self.position = position
        self.attempt = attempt
        self.receipt = receipt
        self.from = from
        self.to = to
        self.trace = trace
    }
}

/// Where a reader continues in the order of all events: after the event with these numbers.
package struct FeedCursor: Sendable, Equatable, Comparable {
    /// The order of the transaction that wrote the event, across restores.
    package let order: Int64
    /// The number of the journal entry.
    package let number: Int64

    package init(order: Int64, number: Int64) {
        self.order = order
        self.number = number
    }

    package static func < (left: FeedCursor, right: FeedCursor) -> Bool {
        (left.order, left.number) < (right.order, right.number)
    }
}

/// How far a caller has read the feed.
package struct FeedProgress: Sendable, Equatable {
    package let cursor: FeedCursor
    /// No event before this instant is left to read.
    package let readUntil: Instant

    package init(cursor: FeedCursor, readUntil: Instant) {
        self.cursor = cursor
        self.readUntil = readUntil
    }
}

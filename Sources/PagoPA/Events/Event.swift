import Foundation

/// A change that callers may follow. It contains ids and states, and no personal data.
package struct Event: Sendable, Equatable {
    /// The same in every answer and delivery, so that a reader recognizes a repeat.
    package let id: Identifier<Event>
    package let place: FeedPlace
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

    package init(
        id: Identifier<Event>, place: FeedPlace, at: Instant, type: EventType, creditor: OrganizationTaxCode,
        subject: UUID, position: Identifier<Position>?, attempt: Identifier<PaymentAttempt>?,
        receipt: Identifier<Receipt>?, from: String?, to: String?
    ) {
        self.id = id
        self.place = place
        self.at = at
        self.type = type
        self.creditor = creditor
        self.subject = subject
        self.position = position
        self.attempt = attempt
        self.receipt = receipt
        self.from = from
        self.to = to
    }
}

/// A place in the order of all events: behind the event with these numbers.
package struct FeedPlace: Sendable, Equatable, Comparable {
    /// The order of the transaction that wrote the event, across restores.
    package let order: Int64
    /// The number of the journal entry.
    package let number: Int64

    package init(order: Int64, number: Int64) {
        self.order = order
        self.number = number
    }

    package static func < (left: FeedPlace, right: FeedPlace) -> Bool {
        (left.order, left.number) < (right.order, right.number)
    }
}

/// How far a caller has read the feed.
package struct FeedCursor: Sendable, Equatable {
    package let place: FeedPlace
    /// No event before this instant is left to read.
    package let readUntil: Instant

    package init(place: FeedPlace, readUntil: Instant) {
        self.place = place
        self.readUntil = readUntil
    }
}

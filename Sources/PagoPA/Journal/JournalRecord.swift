/// A stored journal entry.
package struct JournalRecord: Sendable, Equatable {
    /// Increases with each entry; it orders the events within a position.
    package let number: Int
    package let at: Instant
    package let kind: String
    package let actor: String
    package let correlationID: String?
    package let creditor: String?
    package let position: Identifier<Position>?
    package let attempt: Identifier<PaymentAttempt>?
    package let receipt: Identifier<Receipt>?
    package let from: String?
    package let to: String?
    package let note: String?

    package init(
        number: Int, at: Instant, kind: String, actor: String, correlationID: String?, creditor: String?,
        position: Identifier<Position>?, attempt: Identifier<PaymentAttempt>?, receipt: Identifier<Receipt>?,
        from: String?, to: String?, note: String?
    ) {
        self.number = number
        self.at = at
        self.kind = kind
        self.actor = actor
        self.correlationID = correlationID
        self.creditor = creditor
        self.position = position
        self.attempt = attempt
        self.receipt = receipt
        self.from = from
        self.to = to
        self.note = note
    }
}

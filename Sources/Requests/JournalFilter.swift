import PagoPA

/// The filters of the journal; empty means all entries.
package struct JournalFilter: Sendable, Equatable {
    package var position: Identifier<Position>?
    package var attempt: Identifier<PaymentAttempt>?
    package var receipt: Identifier<Receipt>?
    package var creditor: OrganizationTaxCode?
    /// The kind as it is stored; another build may have written kinds that this one does not know.
    package var kind: String?
    /// The text of an actor, such as `psp:ABCDITMM`.
    package var actor: String?
    /// The first instant.
    package var from: Instant?
    /// The first instant after the last one.
    package var to: Instant?

    package init() {}

    /// The entries of one object, and those of all, are ordered by their numbers, which order its events even if the clocks of two
    /// instances differ. With another filter they are ordered by time, because an index returns them so.
    package func order(isNewestFirst: Bool) -> JournalOrder {
        let isOfOneObject = position != nil || attempt != nil || receipt != nil
        let isOfAll = creditor == nil && kind == nil && actor == nil && from == nil && to == nil
        if isOfOneObject || isOfAll { return isNewestFirst ? .numberDescending : .number }
        return isNewestFirst ? .timeDescending : .time
    }
}

/// The sort orders of the journal, as its cursors name them.
package enum JournalOrder: String, Sendable {
    case number
    case numberDescending = "-number"
    case time = "at"
    case timeDescending = "-at"

    package var isByNumber: Bool { self == .number || self == .numberDescending }
}

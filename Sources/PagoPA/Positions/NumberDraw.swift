/// The rule by which notice numbers are generated for installments that have none.
///
/// The first try uses the next numbers without a check, because the database rejects a used one. After a rejection the numbers are checked
/// in growing batches. So the usual case needs no query, and a range of used numbers is skipped quickly.
package struct NumberDraw: Sendable {
    /// How often the creation of a position is retried because a number was used at the same time.
    package static let maximumTries = 3

    /// How many numbers are needed. The first batch reads as many.
    package let count: Int
    /// Whether used numbers must be left out.
    package let isChecked: Bool
    /// How many more numbers than needed each further batch reads.
    private var spares: ArraySlice<Int>
    private var notices: [NoticeNumber] = []

    /// - Parameter cached: how many numbers a connection to the database caches. When the creditor's start number has just changed, all of
    ///   them are dropped.
    package init(_ count: Int, afterTries tries: Int, cached: Int) {
        self.count = count
        isChecked = tries > 0
        spares = isChecked ? [32, 512, 8_192] : [cached]
    }

    /// - Returns: how many numbers to read next; `nil` when there are enough, or when the last batch had too few.
    package mutating func next(after usable: [NoticeNumber]) -> Int? {
        notices += usable
        guard notices.count < count, let spare = spares.popFirst() else { return nil }
        return count - notices.count + spare
    }

    /// The drawn numbers; `nil` when there are too few.
    package var result: [NoticeNumber]? { notices.count < count ? nil : Array(notices.prefix(count)) }
}

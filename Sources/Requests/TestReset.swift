/// How many rows of a test creditor were deleted.
package struct TestReset: Sendable, Equatable {
    package let positions: Int
    package let attempts: Int
    package let receipts: Int

    package init(positions: Int, attempts: Int, receipts: Int) {
        self.positions = positions
        self.attempts = attempts
        self.receipts = receipts
    }
}

import PagoPA

/// The receipts of some days, counted and summed by one of their properties.
package struct Statistics: Sendable, Equatable {
    package enum Group: String, Sendable, CaseIterable {
        /// The day in Rome of the payment.
        case day
        case creditor
        case debtType = "debt_type"
        case psp
        case method
    }

    /// Sums in cents.
    package struct Sums: Sendable, Equatable {
        package let receipts: Int
        package let amountCents: Int64
        package let feeCents: Int64
        package let refundedCents: Int64

        package init(receipts: Int, amountCents: Int64, feeCents: Int64, refundedCents: Int64) {
            self.receipts = receipts
            self.amountCents = amountCents
            self.feeCents = feeCents
            self.refundedCents = refundedCents
        }
    }

    /// - key: the day, code or id; `nil` for receipts without one, such as the PSP of counter payments.
    package struct Row: Sendable, Equatable {
        package let key: String?
        package let sums: Sums

        package init(key: String?, sums: Sums) {
            self.key = key
            self.sums = sums
        }
    }

    package let range: DayRange
    /// Days in order; otherwise the largest amounts first.
    package let rows: [Row]
    /// All rows, also those beyond the maximum.
    package let total: Sums

    package static let maximumRows = 1_000

    package init(range: DayRange, rows: [Row], total: Sums) {
        self.range = range
        self.rows = rows
        self.total = total
    }
}

/// Days in Rome, both inclusive. Its length is limited, because statistics read each receipt of these days.
package struct DayRange: Sendable, Equatable {
    package let from: CalendarDate
    package let to: CalendarDate

    package static let maximumDays = 92
    package static let defaultDays = 30

    /// - Parameters:
    ///   - from: by default the range has ``defaultDays`` days.
    ///   - to: by default today.
    /// - Throws: `InvalidValue` for a range that is empty or too long.
    package init(from: CalendarDate?, to: CalendarDate?, today: CalendarDate) throws(InvalidValue) {
        let last = to ?? today
        let first = from ?? CalendarDate(epochDays: last.epochDays - Self.defaultDays + 1)
        guard first.epochDays <= last.epochDays else { throw InvalidValue(.mismatch, "must not be after to") }
        guard last.epochDays - first.epochDays < Self.maximumDays else {
            throw InvalidValue(.notAllowed, "must be less than \(Self.maximumDays) days before to")
        }
        self.from = first
        self.to = last
    }
}

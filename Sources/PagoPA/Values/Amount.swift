import Text

/// Importo: euro cents, 0 to 999 999 999,99. Source: stImporto of the RPT/RT schema.
package struct Amount: Sendable, Hashable, Comparable {
    package let cents: Int64

    package static let zero = Amount(known: 0)
    package static let maximum = Amount(known: 99_999_999_999)

    private init(known cents: Int64) {
        self.cents = cents
    }

    package init(cents: Int64) throws(InvalidValue) {
        guard (0...Self.maximum.cents).contains(cents) else {
            throw InvalidValue(.outOfRange, "must be from 0 to \(Self.maximum.cents) cents")
        }
        self.cents = cents
    }

    /// The schema's form, `\d+\.\d{2}`: dot, two decimals, no sign, no grouping.
    package init(decimal: String) throws(InvalidValue) {
        let bytes = Array(decimal.utf8)
        guard bytes.count >= 4, bytes[bytes.count - 3] == UInt8(ascii: ".") else { throw Self.badDecimal }
        let digits = bytes.dropLast(3) + bytes.suffix(2)
        guard digits.allSatisfy(\.isDigit), let cents = Int64(String(decoding: digits, as: UTF8.self)) else {
            throw Self.badDecimal
        }
        try self.init(cents: cents)
    }

    /// Parses euros as other systems write them: `11`, `10.0`, `010.00`, `10,00`, with blanks at the ends. It accepts at most two
    /// decimals, so that it cannot confuse a thousands separator with a decimal separator.
    /// - Returns: `nil` for any other text: with a sign, an exponent or more decimals, or above the maximum.
    package init?(lenientDecimal text: String) {
        let bytes = Array(trimmedText(text).utf8)
        guard (1...Self.maximumToldBytes).contains(bytes.count) else { return nil }
        let whole = bytes.prefix { $0.isDigit }
        let rest = bytes.dropFirst(whole.count)
        let decimals = rest.dropFirst()
        let isFraction = rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",")
        guard !whole.isEmpty, rest.isEmpty || isFraction && (1...2).contains(decimals.count),
            decimals.allSatisfy(\.isDigit),
            let cents = Int64(
                String(decoding: whole + decimals, as: UTF8.self)
                    + String(repeating: "0", count: max(0, 2 - decimals.count))),
            let amount = try? Amount(cents: cents)
        else { return nil }
        self = amount
    }

    private static let maximumToldBytes = 40

    private static let badDecimal = InvalidValue(.badFormat, "must be digits, a dot and two decimals")

    /// - Throws: `InvalidValue` if the sum is greater than `maximum`.
    package func adding(_ other: Amount) throws(InvalidValue) -> Amount {
        try Amount(cents: Self.cents(of: [self, other]))
    }

    /// The sum, which may be greater than `maximum`: for comparison and display, never for storage. It is `Int64.max` on
    /// overflow.
    package static func cents(of amounts: some Sequence<Amount>) -> Int64 {
        amounts.reduce(0) { total, amount in
            let (sum, isBeyond) = total.addingReportingOverflow(amount.cents)
            return isBeyond ? .max : sum
        }
    }

    /// - Throws: `InvalidValue` if the sum is greater than `maximum`.
    package static func sum(_ amounts: some Sequence<Amount>) throws(InvalidValue) -> Amount {
        var total = Amount.zero
        for amount in amounts { total = try total.adding(amount) }
        return total
    }

    package static func < (left: Amount, right: Amount) -> Bool { left.cents < right.cents }

    /// `59.80`
    package var decimal: String { "\(cents / 100).\(twoDigits(Int(cents % 100)))" }

    /// `1.059,80`
    package var italian: String { groupedEuros(cents, thousands: ".", fraction: ",") }
}

func groupedEuros(_ cents: Int64, thousands: String, fraction: String) -> String {
    var whole = String(cents / 100)
    var grouped = ""
    while whole.count > 3 {
        grouped = thousands + whole.suffix(3) + grouped
        whole = String(whole.dropLast(3))
    }
    return whole + grouped + fraction + twoDigits(Int(cents % 100))
}

func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

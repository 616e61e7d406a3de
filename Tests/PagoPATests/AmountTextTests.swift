import PagoPA
import TestSupport
import Testing

/// Amounts as text, against the shapes written as regular expressions.
@Suite struct AmountTextTests {
    /// Euros with at most two decimals, after blanks at the ends are removed; `nil` for any other text.
    private func cents(told text: String) -> Int64? {
        guard let match = trimmedText(text).wholeMatch(of: /([0-9]+)(?:[.,]([0-9]{1,2}))?/) else { return nil }
        let decimals = match.2.map { $0.count == 1 ? $0 + "0" : String($0) } ?? "00"
        guard let cents = Int64(match.1 + decimals), cents <= Amount.maximum.cents else { return nil }
        return cents
    }

    @Test func `an amount that another system writes is read exactly, or not at all`() throws {
        var random = SeededRandom(seed: 53)
        let pieces = ["0", "1", "9", "10", "99", "000", ".", ",", "-", "+", " ", "e", "'", "٣", "€", "\u{A0}", "\n"]
        var accepted = 0
        for _ in 0..<4_000 {
            let text = (0..<Int.random(in: 1...5, using: &random)).map { _ in pieces.randomElement(using: &random) ?? ""
            }
            .joined()
            let read = Amount(lenientDecimal: text)
            if read?.cents != cents(told: text) { Issue.record("\(text): \(String(describing: read))") }
            if read != nil { accepted += 1 }
            let isExact = text.wholeMatch(of: /[0-9]+\.[0-9]{2}/) != nil
            if (try? Amount(decimal: text))?.cents != (isExact ? cents(told: text) : nil) { Issue.record("\(text)") }
        }
        #expect(accepted > 300)
        #expect(Amount(lenientDecimal: String(repeating: "0", count: 39) + "1")?.cents == 100)
        #expect(Amount(lenientDecimal: String(repeating: "0", count: 40) + "1") == nil)
        #expect(Amount(lenientDecimal: "999999999.99") == .maximum && Amount(lenientDecimal: "1000000000") == nil)
    }

    @Test func `the Italian form has a dot before each three digits and the same digits`() throws {
        var random = SeededRandom(seed: 54)
        for width in 1...11 {
            for _ in 0..<50 {
                let bound = (0..<width).reduce(Int64(1)) { power, _ in power * 10 }
                let amount = try Amount(cents: Int64.random(in: 0..<bound, using: &random))
                #expect(amount.italian.wholeMatch(of: /[0-9]{1,3}(\.[0-9]{3})*,[0-9]{2}/) != nil)
                let plain = amount.italian.replacing(".", with: "").replacing(",", with: ".")
                #expect(plain == amount.decimal && Amount(lenientDecimal: plain) == amount)
            }
        }
    }

    @Test func `what is missing or too much of an accepted payment adds up with it to what was owed`() throws {
        var random = SeededRandom(seed: 55)
        for _ in 0..<1_000 {
            let paid = try Amount(cents: Int64.random(in: 0...Amount.maximum.cents, using: &random))
            let owed = try Amount(cents: Int64.random(in: 0...Amount.maximum.cents, using: &random))
            let difference = try AcceptedDifference(paid: paid, owed: owed)
            #expect(paid.cents + difference.writtenOff.cents == owed.cents + difference.excess.cents)
            #expect(difference.writtenOff == .zero || difference.excess == .zero)
        }
    }
}

import PagoPA
import TestSupport
import Testing

@Suite struct AmountSumTests {
    @Test func `a sum is exact, or rejected above the maximum of an amount`() throws {
        #expect(try Amount.sum([Amount.maximum, .zero]) == .maximum)
        #expect(throws: InvalidValue.self) { try Amount.sum([Amount.maximum, .maximum]) }
        #expect(throws: InvalidValue.self) { try Amount.maximum.adding(Amount(cents: 1)) }
        #expect(Amount.cents(of: [Amount.maximum, .maximum]) == 2 * Amount.maximum.cents)
        #expect(Amount.cents(of: []) == 0)
    }

    @Test func `sums of random amounts agree with plain arithmetic`() throws {
        var random = SeededRandom(seed: 34)
        for _ in 0..<2_000 {
            let amounts = try (0..<Int.random(in: 0...40, using: &random)).map { _ in
                try Amount(cents: Int64.random(in: 0...Amount.maximum.cents, using: &random))
            }
            let plain = amounts.map(\.cents).reduce(0, +)
            #expect(Amount.cents(of: amounts) == plain)
            #expect((try? Amount.sum(amounts))?.cents == (plain <= Amount.maximum.cents ? plain : nil))
        }
    }

    @Test func `lines and installments whose sum exceeds the maximum are reported with their pointers`() throws {
        let lines = [
            PositionLine(description: "a", quantity: nil, amount: .maximum),
            PositionLine(description: "b", quantity: nil, amount: .maximum),
        ]
        let day = try CalendarDate("2030-01-31")
        let part = InstallmentDraft(amount: .maximum, dueDate: day, iuv: nil, noticeNumber: nil, transfers: [])
        let faults = PositionSums.faults(lines: lines, installments: [part, part])
        #expect(faults.map(\.pointer) == ["/installments", "/lines"])
    }

    @Test func `a channel rejects an amount whose total with the fee exceeds the maximum`() throws {
        let fee = try Amount(cents: 150)
        let channel = Channel(
            id: try ChannelID("12345678903_01"), method: try PaymentMethod("CP"),
            startURL: "https://psp.example.org/start",
            names: [:], feeBands: [FeeBand(upTo: .maximum, fee: fee)])
        #expect(channel.fee(for: try Amount(cents: Amount.maximum.cents - 150)) == fee)
        #expect(channel.fee(for: try Amount(cents: Amount.maximum.cents - 149)) == nil)
    }
}

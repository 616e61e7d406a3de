import Foundation
import PagoPA
import TestSupport
import Testing

@Suite struct ValuesTests {
    @Test func `every amount reads back as it was written`() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<1_000 {
            let amount = try Amount(cents: Int64.random(in: 0...99_999_999_999, using: &random))
            #expect(try Amount(decimal: amount.decimal) == amount)
        }
        #expect(try Amount(cents: 105_980).italian == "1.059,80")
        #expect(try Amount(cents: 5).italian == "0,05")
        #expect(Amount.maximum.decimal == "999999999.99")
    }

    @Test(arguments: [
        "", "1", "1.0", "1,00", "+1.00", "-1.00", "1.000", ".00", "1e2.00", "1000000000.00", " 1.00", "١.٠٠",
    ])
    func `an invalid amount is rejected`(text: String) {
        #expect(throws: InvalidValue.self) { try Amount(decimal: text) }
    }

    @Test func `amounts never leave their range`() throws {
        #expect(throws: InvalidValue.self) { try Amount(cents: -1) }
        #expect(throws: InvalidValue.self) { try Amount(cents: 100_000_000_000) }
        #expect(throws: InvalidValue.self) { try Amount.maximum.adding(Amount(cents: 1)) }
    }

    @Test(arguments: [
        "2026-02-30", "2025-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026-04-31", "",
    ])
    func `days that do not exist are rejected`(text: String) {
        #expect(throws: InvalidValue.self) { try CalendarDate(text) }
    }

    @Test func `days are counted as in the calendar`() throws {
        #expect(try CalendarDate("2028-02-29").description == "2028-02-29")
        #expect(try CalendarDate("1970-01-01").epochDays == 0)
        #expect(try CalendarDate("2000-03-01").epochDays == 11_017)
        for day in stride(from: 0, to: 60_000, by: 37) { #expect(CalendarDate(epochDays: day).epochDays == day) }
    }

    @Test func `days in Rome begin as the zone file states, in summer and in winter`() throws {
        let rome = try #require(TimeZone(identifier: "Europe/Rome"))
        // Steps of two hours over four years, so that both sides of every clock change are tested.
        for second in stride(from: Int64(1_700_000_000), to: 1_830_000_000, by: 7_200 + 61) {
            let offset = rome.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(second)))
            #expect(RomeTime.offsetSeconds(at: second) == offset, "\(second)")
        }
        let lateEvening = try Instant(rfc3339: "2026-07-31T22:30:00Z")
        #expect(CalendarDate(romeDayOf: lateEvening).description == "2026-08-01")
    }

    @Test(arguments: [
        ("2026-10-09T12:31:00.9Z", "2026-10-09T14:31:00"), ("2026-01-09T12:31:00Z", "2026-01-09T13:31:00"),
        ("2026-10-24T23:59:59Z", "2026-10-25T01:59:59"), ("2026-10-25T00:00:00Z", "2026-10-25T02:00:00+02:00"),
        ("2026-10-25T00:59:59Z", "2026-10-25T02:59:59+02:00"), ("2026-10-25T01:00:00Z", "2026-10-25T02:00:00+01:00"),
        ("2026-10-25T01:59:59Z", "2026-10-25T02:59:59+01:00"), ("2026-10-25T02:00:00Z", "2026-10-25T03:00:00"),
        ("2026-03-29T00:59:59Z", "2026-03-29T01:59:59"), ("2026-03-29T01:00:00Z", "2026-03-29T03:00:00"),
    ])
    func `Rome's local time is shown with its zone only in the hour that occurs twice`(instant: String, clock: String)
        throws
    {
        #expect(try Instant(rfc3339: instant).romeWallClock == clock)
    }

    @Test func `a mail is tried eight times over a day, then it is dead`() {
        let waits = (1...8).map { RetryPlan.waitSeconds(afterFailures: $0, jitter: 0) }

        #expect(waits.last == .some(nil))
        #expect(waits.compactMap(\.self).count == 7)
        #expect((40_000...86_400).contains(waits.compactMap(\.self).reduce(0, +)))
        for failures in 1...7 {
            let plain = RetryPlan.waitSeconds(afterFailures: failures, jitter: 0) ?? 0
            let most = RetryPlan.waitSeconds(afterFailures: failures, jitter: 9) ?? 0
            #expect(most <= plain * 6 / 5)
        }
    }

    @Test func `the first fee band that reaches the amount decides`() throws {
        let bands = try [(1_000, 50), (10_000, 100), (99_999_999_999, 150)].map {
            FeeBand(upTo: try Amount(cents: $0), fee: try Amount(cents: $1))
        }
        let channel = Channel(
            id: try ChannelID("12345678903_01"), method: try PaymentMethod("CP"), startURL: "https://psp.example/start",
            names: [:], feeBands: Array(bands.prefix(2)))
        for (cents, fee) in [(0, 50), (1_000, 50), (1_001, 100), (10_000, 100)] as [(Int64, Int64)] {
            #expect(channel.fee(for: try Amount(cents: cents))?.cents == fee, "\(cents)")
        }
        #expect(channel.fee(for: try Amount(cents: 10_001)) == nil)
    }

    @Test func `PSPs with the same fee have an order that favours none of them and is stable for one payer`() throws {
        let psps = try (0..<6).map { number in
            PSP(
                id: try PSPID("ABIPSP\(number)"), businessName: "Banca \(number)", taxCode: nil, isEnabled: true,
                channels: [
                    Channel(
                        id: try ChannelID("c\(number)"), method: try PaymentMethod("CP"),
                        startURL: "https://psp.example", names: [:],
                        feeBands: [FeeBand(upTo: .maximum, fee: try Amount(cents: 100))])
                ])
        }
        let list = PSPList(version: 1, psps: psps, createdAt: try Instant(rfc3339: "2026-01-01T00:00:00Z"))
        let amount = try Amount(cents: 100)
        var firsts: [PSPID: Int] = [:]
        for payer in 0..<600 {
            let order = list.choices(method: nil, amount: amount, order: .fee, payer: "payer-\(payer)")
            #expect(
                order.map(\.psp.id)
                    == list.choices(method: nil, amount: amount, order: .fee, payer: "payer-\(payer)").map(\.psp.id))
            firsts[try #require(order.first).psp.id, default: 0] += 1
        }
        // The expected count is a hundred each; the six hundred payers are the same every time.
        #expect(firsts.count == 6 && firsts.values.allSatisfy { (60...140).contains($0) })
    }
}

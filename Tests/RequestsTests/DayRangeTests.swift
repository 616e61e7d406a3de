import PagoPA
import TestSupport
import Testing

@testable import Requests

@Suite struct DayRangeTests {
    @Test func `a range has one to ninety-two days, and ends today unless its end is named`() throws {
        var random = SeededRandom(seed: 961)
        let first = try CalendarDate("2000-01-01").epochDays
        for _ in 0..<4_000 {
            let today = CalendarDate(epochDays: first + Int.random(in: 0...20_000, using: &random))
            let to =
                Bool.random(using: &random)
                ? nil : CalendarDate(epochDays: today.epochDays + Int.random(in: -200...200, using: &random))
            let from =
                Bool.random(using: &random)
                ? nil : CalendarDate(epochDays: (to ?? today).epochDays + Int.random(in: -100...5, using: &random))
            let last = to ?? today
            let length = from.map { last.epochDays - $0.epochDays + 1 } ?? DayRange.defaultDays
            do {
                let range = try DayRange(from: from, to: to, today: today)
                #expect((1...DayRange.maximumDays).contains(length) && range.to == last)
                #expect(range.to.epochDays - range.from.epochDays + 1 == length)
            } catch {
                let code = error.code
                #expect(code == (length < 1 ? .mismatch : .notAllowed) && !(1...DayRange.maximumDays).contains(length))
            }
        }
    }

    @Test(arguments: [("2999-12-31", "2999-12-02"), ("1900-01-30", "1900-01-01"), ("2028-02-29", "2028-01-31")])
    func `without its beginning a range has thirty days`(to: String, from: String) throws {
        let range = try DayRange(from: nil, to: CalendarDate(to), today: CalendarDate("2026-11-29"))
        #expect(range.from.description == from && range.to.description == to)
    }

    @Test func `an order of the journal is that of its filters, and says how it is sorted`() throws {
        let changes: [(isOfOneObject: Bool, change: (inout JournalFilter) -> Void)] = [
            (true, { $0.position = Identifier(uuid: Cursor.noID) }),
            (true, { $0.attempt = Identifier(uuid: Cursor.noID) }),
            (true, { $0.receipt = Identifier(uuid: Cursor.noID) }), (false, { $0.kind = "k" }),
            (false, { $0.actor = "a" }), (false, { $0.from = Instant(microseconds: 0) }),
            (false, { $0.to = Instant(microseconds: 0) }),
            (false, { $0.creditor = try? OrganizationTaxCode("12345678903") }),
        ]
        // Every subset of the filters.
        for subset in 0..<(1 << changes.count) {
            var filter = JournalFilter()
            let chosen = changes.indices.filter { subset >> $0 & 1 == 1 }
            for index in chosen { changes[index].change(&filter) }
            let isByNumber = chosen.isEmpty || chosen.contains { changes[$0].isOfOneObject }
            for isNewestFirst in [false, true] {
                let order = filter.order(isNewestFirst: isNewestFirst)
                #expect(order.isByNumber == isByNumber)
                #expect(order.rawValue.hasPrefix("-") == isNewestFirst)
            }
        }
    }

    @Test func `a page never reads more rows than an export, and a request keeps what it asks for`() {
        for limit in [1, 20, 100, 499, 500, 501, 10_000, Int.max] {
            let request = PageRequest(limit: limit, includeTotal: true)
            #expect(request.limit == min(limit, PageRequest.exportLimit) && request.includeTotal)
        }
    }
}

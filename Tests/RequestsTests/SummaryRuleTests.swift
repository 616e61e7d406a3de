import PagoPA
import Testing

@testable import Requests

@Suite struct SummaryRuleTests {
    private let now = Instant(microseconds: 1_800_000_000_000_000)

    @Test func `statistics are of the thirty days until today unless the caller names days`() throws {
        let today = try CalendarDate("2026-11-29")
        let (first, earlier) = (try CalendarDate("2026-10-31"), try CalendarDate("2026-10-02"))
        let range = try DayRange(from: nil, to: nil, today: today)
        #expect(range.to == today && range.from == first)
        let month = try DayRange(from: nil, to: first, today: today)
        #expect(month.from == earlier)
        #expect(throws: InvalidValue.self) {
            try DayRange(from: CalendarDate("2026-08-29"), to: nil, today: today)
        }
        _ = try DayRange(from: CalendarDate("2026-08-30"), to: nil, today: today)
        #expect(throws: InvalidValue.self) {
            try DayRange(from: CalendarDate("2026-11-30"), to: nil, today: today)
        }
    }

    @Test(arguments: [(nil, false), (0, true), (70, true), (71, false)] as [(Int?, Bool)])
    func `a background job is alive for two intervals and a minute after its last run`(age: Int?, isAlive: Bool) {
        let state = BackgroundJobState(
            job: .expiry, intervalSeconds: 5, ranAt: age.map { now.adding(seconds: -$0) }, failedAt: now)
        #expect(state.isAlive(at: now) == isAlive)
    }

    @Test(arguments: [(0, 0, false), (5, 0, false), (5, 2, false), (4, 2, true), (1, 1, true)])
    func `a PSP fails when at least half of its starts fail`(attempts: Int, notStarted: Int, isFailing: Bool) throws {
        let psp = Summary.PSPActivity(
            psp: try PSPID("ABCDITMM"), businessName: "Banca", attempts: attempts, notStarted: notStarted, refused: 0,
            paid: 0)
        #expect(psp.isFailing == isFailing)
    }

    @Test func `the journal of an object is ordered by number, and that of a kind by time`() {
        var filter = JournalFilter()
        #expect(filter.order(isNewestFirst: true) == .numberDescending)
        filter.kind = "rt_received"
        #expect(filter.order(isNewestFirst: false) == .time)
        filter.receipt = Identifier(uuid: Cursor.noID)
        #expect(filter.order(isNewestFirst: false) == .number)
    }
}

import Accounts
import Foundation
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// The pages that an export reads are longer than those of a list, and have the same rows in the same order.
@Suite(.serialized) struct ExportPageTests {
    private static let today = try! CalendarDate("2026-11-28")  // a valid literal

    /// The rows of all pages of this length, and the number of rows on the first page.
    private static func all<Item: Sendable>(
        _ data: TestData, within tenancy: Tenancy, limit: Int, _ list: (PageRequest) -> Query<Page<Item>>
    ) async throws -> (items: [Item], first: Int) {
        var items: [Item] = []
        var first: Int?
        var after: Cursor?
        repeat {
            let page = try await data.store.read(within: tenancy, list(PageRequest(limit: limit, after: after)))
            items += page.items
            first = first ?? page.items.count
            after = page.next
        } while after != nil
        return (items, first ?? 0)
    }

    private static func check<Item: Sendable & Equatable>(
        _ what: String, _ data: TestData, within tenancy: Tenancy, _ list: (PageRequest) -> Query<Page<Item>>
    ) async throws {
        let paged = try await all(data, within: tenancy, limit: PageRequest.maximumLimit, list)
        let exported = try await all(data, within: tenancy, limit: PageRequest.exportLimit, list)
        #expect(exported.first == PageRequest.exportLimit, "\(what)")
        #expect(exported.items.count > PageRequest.exportLimit, "\(what)")
        #expect(exported.items == paged.items, "\(what)")
    }

    @Test func `an export has the rows of the list, in its order, for each list and each kind of key`() async throws {
        try await TestData.with(crowd: 600) { data in
            for tenancy in [Tenancy.only([TestData.alfa]), .only([TestData.alfa, TestData.beta]), .everyCreditor] {
                for order in PositionOrder.allCases {
                    try await Self.check("positions by \(order) within \(tenancy)", data, within: tenancy) {
                        Positions.list(PositionFilter(), within: tenancy, order: order, page: $0, today: Self.today)
                    }
                }
                try await Self.check("receipts within \(tenancy)", data, within: tenancy) {
                    Receipts.list(ReceiptFilter(), within: tenancy, page: $0)
                }
                try await Self.check("anomalies within \(tenancy)", data, within: tenancy) {
                    Anomalies.list(AnomalyFilter(), within: tenancy, page: $0)
                }
                try await Self.check("refunds within \(tenancy)", data, within: tenancy) {
                    Refunds.list(RefundFilter(), within: tenancy, page: $0)
                }
            }
            try await Self.check("journal", data, within: .everyCreditor) {
                Journal.list(JournalFilter(), order: .number, page: $0)
            }
        }
    }
}

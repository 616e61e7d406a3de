import Foundation
import Requests
import Testing

@Suite struct PageTests {
    private func cursor(_ item: Int) -> Cursor {
        Cursor(order: "number", key: Int64(item), id: Cursor.noID)
    }

    @Test(
        arguments: [
            (found: 0, items: 0, next: nil), (found: 2, items: 2, next: nil), (found: 3, items: 3, next: nil),
            (found: 4, items: 3, next: 3),
        ] as [(found: Int, items: Int, next: Int64?)])
    func `a further row means a next page, which begins after the last item`(found: Int, items: Int, next: Int64?) {
        let page = Page(Array(0..<found).map { $0 + 1 }, limit: 3, cursor: cursor)
        #expect(page.items == Array(0..<items).map { $0 + 1 })
        #expect(page.next?.key == next)
        #expect(page.total == nil)
    }

    @Test func `a mapped page has the same cursor and total`() {
        let page = Page([1, 2, 3], limit: 2, total: 9, cursor: cursor).map { "\($0)" }
        #expect(page.items == ["1", "2"])
        #expect(page.next == cursor(2))
        #expect(page.total == 9)
    }

    @Test func `an error of the mapping is thrown`() {
        struct Failed: Error {}
        #expect(throws: Failed.self) {
            try Page([1], limit: 1, cursor: cursor).map { (_: Int) throws -> Int in throw Failed() }
        }
    }

    @Test(arguments: 1...7) func `the pages of a list contain each row once, in order`(limit: Int) {
        let rows = Array(1...20)
        var seen: [Int] = []
        var after: Cursor?
        repeat {
            let rest = rows.filter { Int64($0) > after?.key ?? 0 }
            let page = Page(Array(rest.prefix(limit + 1)), limit: limit, cursor: cursor)
            #expect(page.items.count <= limit)
            seen += page.items
            after = page.next
        } while after != nil
        #expect(seen == rows)
    }

    @Test func `a request without a limit has the default`() {
        let request = PageRequest()
        #expect(request.limit == 20 && request.after == nil && !request.includeTotal)
    }
}

import Foundation

/// Which page of a list, and how long.
package struct PageRequest: Sendable, Equatable {
    package static let defaultLimit = 20
    package static let maximumLimit = 100

    package let limit: Int
    package let after: Cursor?
    package let includeTotal: Bool

    package init(limit: Int = PageRequest.defaultLimit, after: Cursor? = nil, includeTotal: Bool = false) {
        self.limit = limit
        self.after = after
        self.includeTotal = includeTotal
    }
}

package struct Page<Item: Sendable>: Sendable {
    package let items: [Item]
    package let next: Cursor?
    package let total: Int?

    package init(items: [Item], next: Cursor?, total: Int? = nil) {
        self.items = items
        self.next = next
        self.total = total
    }

    /// One page of the rows that a query found.
    /// - Parameters:
    ///   - found: at most one row more than the limit; the additional row shows that there is a next page.
    ///   - cursor: where the next page begins, after this item.
    package init(_ found: [Item], limit: Int, total: Int? = nil, cursor: (Item) -> Cursor) {
        let items = Array(found.prefix(limit))
        self.init(items: items, next: found.count > limit ? items.last.map(cursor) : nil, total: total)
    }

    package func map<Other>(_ change: (Item) throws -> Other) rethrows -> Page<Other> {
        Page<Other>(items: try items.map(change), next: next, total: total)
    }
}

/// Where a page ends: the sort key and id of its last row. Callers get it as an authenticated text only, so that what is read from one
/// was written by us. A page costs the same wherever it begins.
package struct Cursor: Sendable, Equatable {
    /// The order it was made for; a cursor does not fit another order.
    package let order: String
    /// The sort key in microseconds, epoch days or a document year, as the order says.
    package let key: Int64
    /// The second part of a sort key, where there is one.
    package let subkey: String
    package let id: UUID

    /// For lists whose key alone is unique.
    package static let noID = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    package init(order: String, key: Int64, subkey: String = "", id: UUID) {
        self.order = order
        self.key = key
        self.subkey = subkey
        self.id = id
    }
}

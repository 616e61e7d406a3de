import Foundation

/// The position and length of a requested page.
package struct PageRequest: Sendable, Equatable {
    package static let defaultLimit = 20
    package static let maximumLimit = 100
    /// The number of rows that an export reads at once.
    package static let exportLimit = 500

    /// At most `exportLimit`.
    package let limit: Int
    package let after: Cursor?
    package let includeTotal: Bool

    package init(limit: Int = PageRequest.defaultLimit, after: Cursor? = nil, includeTotal: Bool = false) {
        self.limit = min(limit, PageRequest.exportLimit)
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

/// The end of a page: the sort key and id of its last row. Callers get cursors only as authenticated text, so the server can
/// trust a cursor that it decodes. Each page of a list costs the same.
package struct Cursor: Sendable, Equatable {
    /// The order of the list; a cursor is not valid for another order.
    package let order: String
    /// The sort key in microseconds, epoch days or a document year, depending on the order.
    package let key: Int64
    /// The second part of the sort key; empty if there is none.
    package let subkey: String
    package let id: UUID

    /// For lists whose key is unique without an id.
    package static let noID = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    package init(order: String, key: Int64, subkey: String = "", id: UUID) {
        self.order = order
        self.key = key
        self.subkey = subkey
        self.id = id
    }
}

import Foundation
import JSON
import PagoPA
import Postgres

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

    package func map<Other>(_ change: (Item) throws -> Other) rethrows -> Page<Other> {
        Page<Other>(items: try items.map(change), next: next, total: total)
    }
}

/// A place in a list: the sort key and id of the last row seen, opaque to callers. Costs the same on every page.
package struct Cursor: Sendable, Equatable {
    /// The order it was made for; a cursor does not fit another order.
    package let order: String
    /// The sort key in microseconds, epoch days or a document year, as the order says.
    package let key: Int64
    /// The second part of a sort key, where there is one.
    package let subkey: String
    package let id: UUID

    /// For lists whose key alone is unique.
    static let noID = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    package init(order: String, key: Int64, subkey: String = "", id: UUID) {
        self.order = order
        self.key = key
        self.subkey = subkey
        self.id = id
    }

    package var text: String {
        let plain = "\(order)|\(key)|\(id.uuidString)|\(subkey)"
        return Data(plain.utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// - Throws: `InvalidValue` for a text that is not a cursor of ours, or one of another order.
    package init(_ text: String, order: String) throws(InvalidValue) {
        let bad = InvalidValue(.badFormat, "is not a cursor of this list and order")
        guard text.utf8.count <= 512 else { throw bad }
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
        guard let data = Data(base64Encoded: base64), let plain = String(data: data, encoding: .utf8) else { throw bad }
        let parts = plain.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == order, let key = Int64(parts[1]), abs(key) < 1 << 60,
            let id = UUID(uuidString: String(parts[2])),
            !parts[3].unicodeScalars.contains("\0")
        else { throw bad }
        self.init(order: order, key: key, subkey: String(parts[3]), id: id)
    }
}

extension [SQL] {
    /// All of them, or TRUE for none.
    var conjunction: SQL {
        isEmpty ? "TRUE" : joined(separator: " AND ")
    }
}

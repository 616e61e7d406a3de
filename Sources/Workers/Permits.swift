import Synchronization

/// A limited number of permits, of which one key can have only a share.
package final class Permits: Sendable {
    package let total: Int
    package let perKey: Int
    private let held = Mutex<(all: Int, byKey: [String: Int])>((0, [:]))

    package init(total: Int, perKey: Int) {
        self.total = total
        self.perKey = perKey
    }

    /// - Returns: whether a permit was available; if so, call `giveBack` later.
    package func take(for key: String) -> Bool {
        held.withLock { held in
            let own = held.byKey[key, default: 0]
            guard held.all < total, own < perKey else { return false }
            held.all += 1
            held.byKey[key] = own + 1
            return true
        }
    }

    package func giveBack(_ key: String) {
        held.withLock { held in
            guard let own = held.byKey[key] else { return }
            held.all -= 1
            held.byKey[key] = own > 1 ? own - 1 : nil
        }
    }
}

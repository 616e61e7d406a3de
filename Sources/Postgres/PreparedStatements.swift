/// Which statements the server has prepared on one connection, by their text.
struct PreparedStatements {
    private struct Entry {
        let name: String
        var lastUse: UInt64
    }

    private let capacity: Int
    private var entries: [String: Entry] = [:]
    private var clock: UInt64 = 0
    private var lastNumber = 0
    /// Names to be given up on the server with the next flush.
    private(set) var surplus: [String] = []

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var count: Int { entries.count }

    /// The name under which `text` is prepared already.
    mutating func name(of text: String) -> String? {
        guard let index = entries.index(forKey: text) else { return nil }
        clock += 1
        entries.values[index].lastUse = clock
        return entries.values[index].name
    }

    /// A name to prepare `text` under; counts as prepared until `forget`.
    mutating func add(_ text: String) -> String {
        if entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
            surplus.append(oldest.value.name)
        }
        clock += 1
        lastNumber += 1
        let entry = Entry(name: "s\(lastNumber)", lastUse: clock)
        entries[text] = entry
        return entry.name
    }

    /// The server did not prepare it.
    mutating func forget(_ text: String) {
        entries[text] = nil
    }

    /// What was prepared may no longer fit the tables: all is given up.
    mutating func forgetAll() {
        surplus.append(contentsOf: entries.values.map(\.name))
        entries = [:]
    }

    mutating func givenUp(_ name: String) {
        surplus.removeAll { $0 == name }
    }
}

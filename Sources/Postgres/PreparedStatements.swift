/// The statements that the server has prepared on one connection.
struct PreparedStatements {
    private struct Entry {
        let name: String
        var lastUse: UInt64
    }

    private let capacity: Int
    private var entries: [StatementKey: Entry] = [:]
    private var clock: UInt64 = 0
    private var lastNumber = 0
    /// Names that the next flush deallocates on the server.
    private(set) var namesToDeallocate: [String] = []

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var count: Int { entries.count }

    /// The name of the prepared statement, if there is one.
    mutating func name(of key: StatementKey) -> String? {
        guard let index = entries.index(forKey: key) else { return nil }
        clock += 1
        entries.values[index].lastUse = clock
        return entries.values[index].name
    }

    /// Returns a name for a new prepared statement, which counts as prepared until `forget`.
    mutating func add(_ key: StatementKey) -> String {
        if entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
            namesToDeallocate.append(oldest.value.name)
        }
        clock += 1
        lastNumber += 1
        let entry = Entry(name: "s\(lastNumber)", lastUse: clock)
        entries[key] = entry
        return entry.name
    }

    /// Removes a statement that the server failed to prepare.
    mutating func forget(_ key: StatementKey) {
        entries[key] = nil
    }

    /// Deallocates all statements, because their plans may no longer match the tables.
    mutating func forgetAll() {
        namesToDeallocate.append(contentsOf: entries.values.map(\.name))
        entries = [:]
    }

    mutating func deallocated(_ name: String) {
        namesToDeallocate.removeAll { $0 == name }
    }
}

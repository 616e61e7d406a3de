import Synchronization

/// Lets few tests run at the same time.
///
/// Swift Testing starts all tests of a process at once. Hundreds of tests that create databases or start programs together would wait for
/// the machine and for the threads longer than the time limits that some of them test.
package final class Turns: Sendable {
    private struct Waiting {
        let turns: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var free: Int
        var waiting: [Waiting] = []

        /// Removes those who may begin now, in the order in which they came. Whoever wants more turns than are free lets later ones pass,
        /// so that no turn is unused while it waits; it begins at the latest when they have all ended.
        mutating func admit() -> [Waiting] {
            var (admitted, left): ([Waiting], [Waiting]) = ([], [])
            for next in waiting {
                if next.turns <= free {
                    free -= next.turns
                    admitted.append(next)
                } else {
                    left.append(next)
                }
            }
            waiting = left
            return admitted
        }
    }

    private let state: Mutex<State>
    private let limit: Int
    @TaskLocal private static var hasTurn = false

    package init(limit: Int) {
        self.limit = limit
        state = Mutex(State(free: limit))
    }

    /// Runs `body` when it is its turn. A body that asks again has its turn already.
    ///
    /// - Parameter wanted: how many of the turns it occupies; as many as there are, if it wants more.
    package func take<Value>(_ wanted: Int = 1, _ body: () async throws -> Value) async rethrows -> Value {
        if Self.hasTurn { return try await body() }
        let turns = min(wanted, limit)
        await withCheckedContinuation { continuation in
            let admitted = state.withLock { state in
                state.waiting.append(Waiting(turns: turns, continuation: continuation))
                return state.admit()
            }
            for each in admitted { each.continuation.resume() }
        }
        defer {
            let admitted = state.withLock { state in
                state.free += turns
                return state.admit()
            }
            for each in admitted { each.continuation.resume() }
        }
        return try await Self.$hasTurn.withValue(true, operation: body)
    }
}

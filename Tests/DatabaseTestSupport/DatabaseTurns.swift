import Synchronization

/// Lets few tests use the PostgreSQL server of the tests at the same time.
///
/// Swift Testing starts all tests of a process at once. Hundreds of tests that create databases together would wait for the server and
/// for the threads longer than the time limits that some of them test.
package final class DatabaseTurns: Sendable {
    /// Two for each core of a small machine, and one that waits for the disk.
    package static let shared = DatabaseTurns(limit: 5)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    @TaskLocal private static var hasTurn = false

    package init(limit: Int) { state = Mutex(State(free: limit)) }

    /// Runs `body` when it is its turn. A body that asks again has its turn already.
    package func take<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        if Self.hasTurn { return try await body() }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
        defer { pass() }
        return try await Self.$hasTurn.withValue(true, operation: body)
    }

    private func pass() {
        let next = state.withLock { state in
            if state.waiting.isEmpty {
                state.free += 1
                return CheckedContinuation<Void, Never>?.none
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}

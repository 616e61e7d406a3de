import TestSupport
import Testing

/// Two tests with servers run at the same time, because each one mostly waits for programs to start, and consists of many of them.
struct ServerTurns: SuiteTrait, TestTrait, TestScoping {
    private static let turns = Turns(limit: 2)

    let turns: Int
    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        // A suite itself needs no turn, only its tests.
        guard testCase != nil else { return try await function() }
        // The suite around all tests comes first, and this test may have to be alone.
        let wanted = test.traits.compactMap { ($0 as? ServerTurns)?.turns }.max() ?? turns
        try await Self.turns.take(wanted) {
            // Tests wait for programs, which would block the threads of the concurrency pool.
            try await withTaskExecutorPreference(OwnExecutor(), operation: function)
        }
    }
}

extension Trait where Self == ServerTurns {
    static var besideAnother: Self { ServerTurns(turns: 1) }
    /// For tests that measure time or memory, or that occupy both cores.
    static var alone: Self { ServerTurns(turns: 2) }
}

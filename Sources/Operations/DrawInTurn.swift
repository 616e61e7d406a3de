import Requests

/// How often a document of many waits for its turn, a quarter of a second each time.
private let maximumTurns = 40

/// Draws one document of many. Other documents may leave no turn for it at first.
/// - Throws: `Refusal.busy` when they leave none for a long time.
func drawInTurn(_ draw: () async throws -> [UInt8]) async throws -> [UInt8] {
    for _ in 1..<maximumTurns {
        do { return try await draw() } catch Refusal.busy { try await Task.sleep(for: .milliseconds(250)) }
    }
    return try await draw()
}

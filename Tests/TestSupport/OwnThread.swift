import Foundation

/// Runs work that blocks on a thread of its own: the concurrency pool has only one thread per core, and a blocked one delays every
/// other test of the process.
package func onOwnThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}

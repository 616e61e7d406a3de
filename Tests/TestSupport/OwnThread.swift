import Dispatch
import Foundation

/// Runs work that blocks on a thread of its own: the concurrency pool has only one thread per core, and a blocked one delays every
/// other test of the process.
package func onOwnThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}

/// Runs a task and its child tasks outside the concurrency pool, for tasks that call code which blocks.
package final class OwnExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "test", attributes: .concurrent)

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

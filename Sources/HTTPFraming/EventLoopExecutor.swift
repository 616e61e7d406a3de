import NIOCore

/// Runs the tasks of a connection's requests on its event loop also after they have waited. On the threads of Swift's concurrency a request
/// would change its thread after each wait, and once more to send its response.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

import NIOCore

/// One deadline of a connection, which moves from request to request. It runs on the connection's event loop.
struct RequestDeadline {
    private var deadline: NIODeadline?
    private var timer: (at: NIODeadline, task: Scheduled<Void>)?

    /// - Parameter fire: is to call `timerFired`.
    mutating func set(_ deadline: NIODeadline, on loop: any EventLoop, _ fire: @escaping @Sendable () -> Void) {
        self.deadline = deadline
        if let timer {
            // One timer serves many requests: when it fires too early, it is set again.
            guard deadline < timer.at else { return }
            timer.task.cancel()
        }
        timer = (deadline, loop.scheduleTask(deadline: deadline, fire))
    }

    /// For the time between requests.
    mutating func clear() { deadline = nil }

    mutating func cancel() {
        timer?.task.cancel()
        timer = nil
    }

    enum Outcome: Equatable {
        case none
        case passed
        /// The deadline was moved; the timer must be set again.
        case pending(NIODeadline)
    }

    mutating func timerFired(at now: NIODeadline) -> Outcome {
        timer = nil
        guard let deadline else { return .none }
        guard deadline <= now else { return .pending(deadline) }
        self.deadline = nil
        return .passed
    }
}

/// The limits of a `FairQueue`.
package struct QueueLimits: Sendable, Equatable {
    /// The maximum number of waiting jobs of all keys.
    package let waiting: Int
    package let waitingPerKey: Int
    package let runningPerKey: Int

    package init(waiting: Int, waitingPerKey: Int, runningPerKey: Int) {
        self.waiting = waiting
        self.waitingPerKey = waitingPerKey
        self.runningPerKey = runningPerKey
    }
}

/// Jobs that wait for a thread, each with the key of its caller. Keys take turns, so that a key with many jobs delays another
/// key's next job by at most one job. The queue uses neither clock nor threads.
package struct FairQueue<Job> {
    private struct Lane {
        var waiting: [(id: UInt64, job: Job)] = []
        var running = 0
    }

    private let limits: QueueLimits
    private var lanes: [String: Lane] = [:]
    /// The keys with waiting jobs; the first is next.
    private var turns: [String] = []
    package private(set) var waiting = 0

    package init(_ limits: QueueLimits) {
        self.limits = limits
    }

    /// - Returns: false if the queue is full, in total or for this key.
    package mutating func add(_ job: Job, id: UInt64, for key: String) -> Bool {
        var lane = lanes[key] ?? Lane()
        guard waiting < limits.waiting, lane.waiting.count < limits.waitingPerKey else { return false }
        if lane.waiting.isEmpty { turns.append(key) }
        lane.waiting.append((id, job))
        lanes[key] = lane
        waiting += 1
        return true
    }

    /// Removes the next job of the next key that may run one more. Call `finish` when the job ends.
    package mutating func next() -> (key: String, job: Job)? {
        for (index, key) in turns.enumerated() {
            guard var lane = lanes[key], lane.running < limits.runningPerKey, let first = lane.waiting.first else {
                continue
            }
            lane.waiting.removeFirst()  // `first` is there
            lane.running += 1
            lanes[key] = lane
            turns.remove(at: index)  // nothing changed `turns` since it was enumerated
            if !lane.waiting.isEmpty { turns.append(key) }
            waiting -= 1
            return (key, first.job)
        }
        return nil
    }

    /// Records that a job of this key has ended.
    package mutating func finish(_ key: String) {
        guard var lane = lanes[key] else { return }
        lane.running -= 1
        lanes[key] = lane.running == 0 && lane.waiting.isEmpty ? nil : lane
    }

    /// - Returns: false if no such job waits.
    package mutating func remove(id: UInt64, for key: String) -> Bool {
        guard var lane = lanes[key], let index = lane.waiting.firstIndex(where: { $0.id == id }) else { return false }
        lane.waiting.remove(at: index)  // found the line before
        waiting -= 1
        if lane.waiting.isEmpty { turns.removeAll { $0 == key } }
        lanes[key] = lane.running == 0 && lane.waiting.isEmpty ? nil : lane
        return true
    }
}

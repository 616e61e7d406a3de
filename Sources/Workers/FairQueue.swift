/// How many jobs a `FairQueue` takes.
package struct QueueLimits: Sendable, Equatable {
    /// Waiting jobs of all keys together.
    package let waiting: Int
    package let waitingPerKey: Int
    package let runningPerKey: Int

    package init(waiting: Int, waitingPerKey: Int, runningPerKey: Int) {
        self.waiting = waiting
        self.waitingPerKey = waitingPerKey
        self.runningPerKey = runningPerKey
    }
}

/// Jobs that wait for a thread, each under the key of the caller it is for. The keys take turns, so that a key with many jobs delays
/// another key's next job by one job of its own at most. Pure: it knows neither clock nor threads.
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

    /// - Returns: false when too many jobs wait already, in all or under this key.
    package mutating func add(_ job: Job, id: UInt64, for key: String) -> Bool {
        var lane = lanes[key] ?? Lane()
        guard waiting < limits.waiting, lane.waiting.count < limits.waitingPerKey else { return false }
        if lane.waiting.isEmpty { turns.append(key) }
        lane.waiting.append((id, job))
        lanes[key] = lane
        waiting += 1
        return true
    }

    /// Takes the next job of the next key that may run one more. `finish` has to follow.
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

    /// A job of this key has ended.
    package mutating func finish(_ key: String) {
        guard var lane = lanes[key] else { return }
        lane.running -= 1
        lanes[key] = lane.running == 0 && lane.waiting.isEmpty ? nil : lane
    }

    /// - Returns: false when no such job waits (any more).
    package mutating func remove(id: UInt64, for key: String) -> Bool {
        guard var lane = lanes[key], let index = lane.waiting.firstIndex(where: { $0.id == id }) else { return false }
        lane.waiting.remove(at: index)  // found the line before
        waiting -= 1
        if lane.waiting.isEmpty { turns.removeAll { $0 == key } }
        lanes[key] = lane.running == 0 && lane.waiting.isEmpty ? nil : lane
        return true
    }
}

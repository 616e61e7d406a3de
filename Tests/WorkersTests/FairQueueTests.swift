import Testing
import Workers

/// A class, because `#expect` cannot call mutating methods of a value.
private final class Subject<Job> {
    private var queue: FairQueue<Job>

    init(waiting: Int = 1_000, waitingPerKey: Int = 1_000, runningPerKey: Int = 1_000) {
        queue = FairQueue(
            QueueLimits(waiting: waiting, waitingPerKey: waitingPerKey, runningPerKey: runningPerKey))
    }

    var waiting: Int { queue.waiting }
    func add(_ job: Job, id: UInt64, for key: String) -> Bool { queue.add(job, id: id, for: key) }
    func next() -> (key: String, job: Job)? { queue.next() }
    func finish(_ key: String) { queue.finish(key) }
    func remove(id: UInt64, for key: String) -> Bool { queue.remove(id: id, for: key) }
}

@Suite struct FairQueueTests {
    @Test func `a key with many jobs delays another key's job by one job`() {
        let queue = Subject<String>()
        for number in 0..<100 { #expect(queue.add("flood \(number)", id: UInt64(number), for: "a")) }
        #expect(queue.add("b", id: 200, for: "b"))
        #expect(queue.add("c", id: 201, for: "c"))

        let order = (0..<4).compactMap { _ in queue.next()?.job }

        #expect(order == ["flood 0", "b", "c", "flood 1"])
    }

    @Test func `jobs of one key run in their order`() {
        let queue = Subject<String>()
        for number in 0..<5 { #expect(queue.add("\(number)", id: UInt64(number), for: "a")) }
        #expect((0..<5).compactMap { _ in queue.next()?.job } == ["0", "1", "2", "3", "4"])
        #expect(queue.next() == nil)
    }

    @Test func `a key at its limit of running jobs is passed over until one ends`() {
        let queue = Subject<String>(runningPerKey: 2)
        for number in 0..<4 { #expect(queue.add("a\(number)", id: UInt64(number), for: "a")) }
        #expect(queue.add("b0", id: 10, for: "b"))

        #expect((0..<3).compactMap { _ in queue.next()?.job } == ["a0", "b0", "a1"])
        #expect(queue.next() == nil)
        queue.finish("a")
        #expect(queue.next()?.job == "a2")
        #expect(queue.next() == nil)
        #expect(queue.waiting == 1)
    }

    @Test func `the limits hold for all keys and for each`() {
        let queue = Subject<String>(waiting: 3, waitingPerKey: 2)
        #expect(queue.add("", id: 1, for: "a"))
        #expect(queue.add("", id: 2, for: "a"))
        #expect(!queue.add("", id: 3, for: "a"))
        #expect(queue.add("", id: 4, for: "b"))
        #expect(!queue.add("", id: 5, for: "c"))
        #expect(queue.next() != nil)
        #expect(queue.add("", id: 6, for: "c"))
    }

    @Test func `a removed job is never next, and its key loses its turn with its last job`() {
        let queue = Subject<String>()
        #expect(queue.add("a", id: 1, for: "a"))
        #expect(queue.add("b", id: 2, for: "b"))
        #expect(queue.remove(id: 1, for: "a"))
        #expect(!queue.remove(id: 1, for: "a"))
        #expect(!queue.remove(id: 2, for: "a"))
        #expect(queue.next()?.job == "b")
        #expect(queue.next() == nil && queue.waiting == 0)
    }

    /// Compared with a model without lanes: no job is lost or runs twice, and no limit is exceeded.
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func `in every sequence of calls each job runs once or is removed, within the limits`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let queue = Subject<UInt64>(waiting: 20, waitingPerKey: 6, runningPerKey: 3)
        var waiting: [UInt64: String] = [:]
        var running: [String: Int] = [:]
        for id in 1...5_000 as ClosedRange<UInt64> {
            let key = "k\(random.next() % 6)"
            switch random.next() % 4 {
            case 0, 1:
                let fits = waiting.count < 20 && waiting.values.filter { $0 == key }.count < 6
                #expect(queue.add(id, id: id, for: key) == fits)
                if fits { waiting[id] = key }
            case 2:
                if let (key, job) = queue.next() {
                    #expect(waiting.removeValue(forKey: job) == key)
                    running[key, default: 0] += 1
                    #expect(running[key, default: 0] <= 3)
                } else {
                    #expect(waiting.values.allSatisfy { running[$0, default: 0] == 3 })
                }
            default:
                if running[key, default: 0] > 0, random.next() % 2 == 0 {
                    queue.finish(key)
                    running[key, default: 0] -= 1
                } else if let some = waiting.keys.min(), let its = waiting[some] {
                    #expect(queue.remove(id: some, for: its))
                    waiting[some] = nil
                }
            }
            #expect(queue.waiting == waiting.count)
        }
    }
}

private struct SeededGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}

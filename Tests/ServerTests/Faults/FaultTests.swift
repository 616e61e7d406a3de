import Foundation
import Synchronization
import TestSupport
import Testing

extension ServerTests {
    /// Applies load and faults, then checks the invariants in the database.
    @Suite(.alone) struct FaultTests {
        @Test func `under all injected faults no RT is lost and none counts twice`() async throws {
            let seconds = ProcessInfo.processInfo.environment["FAULT_SECONDS"].flatMap(Int.init) ?? 50
            try await Deployment.with(throughProxy: true, diskMegabytes: 500, mailNeedsLogin: true) { live in
                let run = try FaultRun(live)
                defer { run.end() }
                try await run.prepare()
                try await run.load(seconds: seconds, workers: 8)
                do { try await run.waitForRecovery() } catch {
                    print(run.table([]) + "\n" + run.lastLogLines())
                    throw error
                }
                let violations = try await run.violations()
                print(run.table(violations))
                #expect(violations.isEmpty, "\(violations)")
                #expect(run.count("answers 500") == 0, "\(run.lastLogLines())")
                #expect(run.count("answers 503 without Retry-After") == 0)
                #expect(run.count("RTs acknowledged") > 50)
                #expect(run.count("requests given up") == 0)
            }
        }
    }
}

extension FaultRun {
    /// The faults and the results, as two Markdown tables.
    func table(_ violations: [String]) -> String {
        let counts = observed.withLock { $0.counts }
        let faults = counts.filter { $0.key.hasPrefix("fault: ") }.sorted { $0.key < $1.key }
            .map { "| \($0.key.dropFirst("fault: ".count)) | \($0.value) |" }
        let others = counts.filter { !$0.key.hasPrefix("fault: ") }.sorted { $0.key < $1.key }
            .map { "| \($0.key) | \($0.value) |" }
        return
            (["", "| fault | times |", "|---|---|"] + faults + absent.map { "| \($0) | not injected here |" }
            + ["", "| counted | |", "|---|---|"] + others
            + ["| **invariants violated** | **\(violations.count)** |", ""] + violations).joined(separator: "\n")
    }

    /// The last lines of every instance's log.
    func lastLogLines() -> String {
        instances.map { $0.log.split(separator: "\n").suffix(12).joined(separator: "\n") }.joined(separator: "\n--\n")
    }
}

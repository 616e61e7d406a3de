import Foundation
import Synchronization
import TestSupport
import Testing

/// Faults of the service, its database and its mail server.
extension FaultRun {
    typealias Fault = (name: String, act: @Sendable () async throws -> Void)

    /// One round of faults.
    func breakService(until deadline: ContinuousClock.Instant) async throws {
        let (first, second) = (instances[0], instances[1])
        var faults: [Fault] = [
            (
                "`kill -9` of an instance",
                {
                    self.observed.withLock { $0.kills.append(Int(Date().timeIntervalSince1970 * 1e9)) }
                    first.kill()
                    try await Task.sleep(for: .milliseconds(200))
                    try first.start()
                }
            ),
            ("connections cut, 20 in a row", { try await self.closeConnections() }),
            ("answers lost (a COMMIT's too), 40 in a row", { try await self.closeBeforeResponses() }),
            (
                "PostgreSQL restarted at once",
                {
                    try self.live.cluster.stop("immediate")
                    try await Task.sleep(for: .milliseconds(300))
                    try self.live.cluster.start()
                }
            ),
            (
                "SIGTERM of an instance",
                {
                    #expect(second.stop() == 0)
                    try await Task.sleep(for: .milliseconds(200))
                    try second.start()
                }
            ),
            (
                "PostgreSQL hangs for 6 s",
                {
                    self.proxy.stopForwarding()
                    try await Task.sleep(for: .seconds(6))
                    self.proxy.stopForwarding(false)
                }
            ),
            ("clock of an instance 10 min ahead, then behind", { try await self.skew() }),
        ]
        if let disk = live.cluster.disk {
            faults.insert(("disk full for 3 s", { try await self.fill(disk) }), at: 1)
            faults.insert(("disk full, and a new WAL file wanted", { try await self.fillForWAL(disk) }), at: 4)
        }
        for fault in faults where ContinuousClock.now < deadline {
            add("fault: " + fault.name)
            try await fault.act()
            // A pause, so that some work is done between two faults.
            try await Task.sleep(for: .milliseconds(700))
        }
    }

    private func closeConnections() async throws {
        for _ in 0..<20 {
            proxy.closeConnections()
            try await Task.sleep(for: .milliseconds(60))
        }
    }

    private func closeBeforeResponses() async throws {
        for _ in 0..<40 {
            // Until the connection is cut, every response is lost, also that of a COMMIT.
            proxy.closeAtNextResponse()
            try await Task.sleep(for: .milliseconds(15))
            proxy.closeConnections()
            try await Task.sleep(for: .milliseconds(35))
        }
    }

    /// Runs an instance with a wrong clock beside a correct one; both send mail, expire attempts and accept RTs.
    private func skew() async throws {
        #expect(instances[1].stop() == 0)
        for instance in skewed {
            try instance.start()
            try await live.waitUntil("the instance with a wrong clock is ready", seconds: 30) {
                await instance.isReady(self.live)
            }
            observed.withLock { $0.skewedURL = instance.url }
            try await Task.sleep(for: .milliseconds(1_500))
            observed.withLock { $0.skewedURL = nil }
            #expect(instance.stop() == 0)
        }
        try instances[1].start()
    }

    private func fill(_ disk: SmallDisk) async throws {
        disk.fill()
        try await Task.sleep(for: .seconds(3))
        disk.free()
        try await recover()
    }

    /// Without space for its log PostgreSQL panics. If it cannot recover by itself, it is started when there is space again.
    private func fillForWAL(_ disk: SmallDisk) async throws {
        disk.fill()
        let deadline = ContinuousClock.now + .seconds(8)
        while ContinuousClock.now < deadline, (try? live.query("SELECT pg_switch_wal()")) != nil {
            try await Task.sleep(for: .milliseconds(100))
        }
        try await Task.sleep(for: .seconds(1))
        disk.free()
        try await recover()
    }

    private func recover() async throws {
        // The process may still be shutting down.
        for _ in 0..<20 where live.cluster.isRunning {
            if (try? live.query("SELECT 1")) != nil { return }
            try await Task.sleep(for: .milliseconds(250))
        }
        if !live.cluster.isRunning { add("times that PostgreSQL ended itself and was started again") }
        try live.cluster.restartIfEnded()
    }

    // MARK: Mail

    static let mailModes =
        ["greet", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "dot"]
        .flatMap { stage in ["4", "5", "silent", "drop"].map { stage + $0 } }
        + ["starttlsjunk", "nostarttls", "dropdata", "lostack", "onesilent", "slow", "silent"]

    /// Every failure of the mail server in turn, together with the other faults.
    func breakMail(until deadline: ContinuousClock.Instant) async throws {
        while ContinuousClock.now < deadline {
            for mode in Self.mailModes where ContinuousClock.now < deadline {
                add("fault: mail server: each of \(Self.mailModes.count) failures at its stages")
                try await live.mailMode(mode)
                try await Task.sleep(for: .milliseconds(500))
                try await live.mailMode("ok")
                try await Task.sleep(for: .milliseconds(300))
            }
        }
    }
}

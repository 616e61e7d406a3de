import Foundation
import Glibc
import Synchronization
import Testing

/// A second PostgreSQL for tests that stop and restart it. It runs from a temporary folder, in memory if possible, as the user `postgres` if the tests run as root.
package final class PrivateCluster: Sendable {
    package struct Failed: Error {
        let command: String
        let output: String
    }

    package let port: UInt16
    /// The disk of its data, if it has a small one.
    package let disk: SmallDisk?
    private let server = Mutex<Process?>(nil)
    private let folder: String
    private let binaries: String

    /// - Parameters:
    ///   - template: a stopped cluster whose data it copies.
    ///   - primary: a running cluster whose standby it is. Without both, it is empty.
    ///   - diskMegabytes: the size of its filesystem, which can be filled, if mounting is allowed.
    package init(
        copyOf template: PrivateCluster? = nil, standbyOf primary: PrivateCluster? = nil, diskMegabytes: Int? = nil
    ) throws {
        let versions = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")
        let newest = try #require(versions.compactMap(Int.init).max())
        binaries = "/usr/lib/postgresql/\(newest)/bin"
        folder = Self.parent + "/quietanza-cluster-" + UUID().uuidString
        port = try Proxy.freePort()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let place = folder
        disk = diskMegabytes.flatMap { try? SmallDisk(at: place, megabytes: $0) }
        if getuid() == 0 { _ = try Self.run("/usr/bin/chown", ["postgres", folder]) }
        if let template {
            _ = try Self.run("/bin/cp", ["--archive", "--reflink=auto", template.data, folder])
        } else if let primary {
            try asOwner(
                "pg_basebackup",
                [
                    "-D", data, "-d", "host=127.0.0.1 port=\(primary.port) user=quietanza", "--write-recovery-conf",
                    "--wal-method=stream", "--checkpoint=fast", "--no-sync",
                ])
        } else {
            // Without waiting for the disk: tests kill the server, but not the machine.
            try asOwner(
                "initdb", ["-D", data, "-U", "quietanza", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
        }
        try start()
    }

    /// Memory, if the machine has enough: most of these tests write little and wait for the disk at each commit.
    private static let parent: String = {
        var memory = statvfs()
        guard statvfs("/dev/shm", &memory) == 0, access("/dev/shm", W_OK) == 0 else { return "/tmp" }
        let (free, isLarge) = UInt64(memory.f_bavail).multipliedReportingOverflow(by: UInt64(memory.f_frsize))
        return isLarge || free > 4 << 30 ? "/dev/shm" : "/tmp"
    }()

    package var url: String { "postgresql://quietanza@127.0.0.1:\(port)/postgres" }
    private var data: String { folder + "/data" }

    /// Not by `pg_ctl start`: Foundation waits for a child until every descendant has closed what it inherited.
    package func start() throws {
        let small = disk == nil ? [] : ["-c", "max_wal_size=64MB", "-c", "min_wal_size=32MB"]
        let (path, arguments) = ownersCommand(
            "postgres",
            [
                "-D", data, "-p", "\(port)", "-k", folder, "-c", "listen_addresses=127.0.0.1", "-c",
                "logging_collector=off",
            ] + small)
        let server = Process()
        server.executableURL = URL(fileURLWithPath: path)
        server.arguments = arguments
        server.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
        server.standardInput = FileHandle.nullDevice
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle.nullDevice
        try server.start()
        self.server.withLock { $0 = server }
        for attempt in 1... {
            do {
                return try asOwner("pg_isready", ["-h", "127.0.0.1", "-p", "\(port)"])
            } catch  where attempt < 200 {
                usleep(20_000)
            }
        }
    }

    package var isRunning: Bool { server.withLock { $0?.isRunning ?? false } }

    /// Starts the server again if it has ended, as a supervisor would.
    package func restartIfEnded() throws {
        if !isRunning { try start() }
    }

    package func stop(_ mode: String = "immediate") throws {
        try asOwner("pg_ctl", ["-D", data, "-m", mode, "-w", "stop"])
    }

    package func remove() {
        try? stop()
        disk?.unmount()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func asOwner(_ program: String, _ arguments: [String]) throws {
        let (path, whole) = ownersCommand(program, arguments)
        _ = try Self.run(path, whole)
    }

    private func ownersCommand(_ program: String, _ arguments: [String]) -> (path: String, arguments: [String]) {
        let path = binaries + "/" + program
        return getuid() == 0 ? ("/usr/sbin/runuser", ["-u", "postgres", "--", path] + arguments) : (path, arguments)
    }

    private static func run(_ path: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
        let log = "/tmp/quietanza-run-" + UUID().uuidString
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        defer { try? FileManager.default.removeItem(atPath: log) }
        let written = FileHandle(forWritingAtPath: log)
        process.standardOutput = written
        process.standardError = written
        // A Process object may live long and hold its files open.
        defer { try? written?.close() }
        process.standardInput = FileHandle.nullDevice
        try process.start()
        process.waitForEnd()
        let output = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        guard process.terminationStatus == 0 else {
            throw Failed(command: ([path] + arguments).joined(separator: " "), output: output)
        }
        return output
    }
}

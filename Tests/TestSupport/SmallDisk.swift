import Foundation
import Glibc
import Synchronization

/// A filesystem in memory that can be filled and freed. Mounting it needs root, or sudo without a password.
package final class SmallDisk: Sendable {
    package struct CannotMount: Error {}

    private let folder: String
    private let isFull = Mutex(false)
    private var filler: String { folder + "/filler" }
    /// The list of mounted filesystems, which `scripts/test.sh` unmounts if the tests crash.
    private static let register = Contract.projectFile.deletingLastPathComponent().appending(path: ".local/mounts")

    /// - Throws: `CannotMount` where mounting is not allowed.
    package init(at folder: String, megabytes: Int) throws {
        self.folder = folder
        do {
            try Self.asRoot(["mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=1777", "tmpfs", folder])
        } catch {
            throw CannotMount()
        }
        let known = (try? String(contentsOf: Self.register, encoding: .utf8)) ?? ""
        try? (known + folder + "\n").write(to: Self.register, atomically: true, encoding: .utf8)
    }

    /// Whether this machine allows mounting.
    package static var isAllowed: Bool { getuid() == 0 || (try? asRoot(["true"])) != nil }

    /// Fills the filesystem completely; other processes may still delete their files.
    package func fill() {
        isFull.withLock { $0 = true }
        Thread.detachNewThread { [self] in
            let zeros = [UInt8](repeating: 0, count: 1 << 16)
            while isFull.withLock({ isFull in
                guard isFull else { return false }
                let file = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0o600)
                for size in [zeros.count, 4_096] { while write(file, zeros, size) > 0 {} }
                close(file)
                return true
            }) { usleep(20_000) }
        }
        while statistics().f_bavail > 0 { usleep(10_000) }
    }

    package func free() {
        isFull.withLock {
            $0 = false
            unlink(filler)
        }
    }

    package func unmount() {
        free()
        // Lazily, because processes may still use it.
        try? Self.asRoot(["umount", "-l", folder])
        let known = (try? String(contentsOf: Self.register, encoding: .utf8)) ?? ""
        let left = known.split(separator: "\n").filter { $0 != folder }.map { $0 + "\n" }.joined()
        try? left.write(to: Self.register, atomically: true, encoding: .utf8)
    }

    private func statistics() -> statvfs {
        var facts = statvfs()
        statvfs(folder, &facts)
        return facts
    }

    private static func asRoot(_ command: [String]) throws {
        try Tool.run("env", (getuid() == 0 ? [] : ["sudo", "-n"]) + command)
    }
}

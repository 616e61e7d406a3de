import Foundation
import Glibc
import Synchronization
import TestSupport

/// One more instance of the service beside a deployment's own; it can be killed, started again, and given a wrong clock.
final class Instance: Sendable {
    let url: String
    private let folder: URL
    private let name: String
    private let environment: [String: String]
    private let arguments: [String]
    private let part: Mutex<Part?>

    /// - Parameter skewSeconds: how far its clock is off; libfaketime tells it so.
    init(of live: Deployment, skewSeconds: Int = 0, settings: [String: String] = [:], arguments: [String] = ["serve"])
        throws
    {
        let port = try Proxy.freePort()
        url = "http://127.0.0.1:\(port)"
        var own = ["HTTP_PORT": "\(port)", "LOG_LEVEL": "warning"]
        if skewSeconds != 0 {
            own["LD_PRELOAD"] = try Self.faketime()
            own["FAKETIME"] = "\(skewSeconds > 0 ? "+" : "")\(skewSeconds)s"
            own["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
        }
        environment = live.environment.merging(own) { $1 }.merging(settings) { $1 }
        self.arguments = arguments
        // Read by whoever looks for personal data in the logs.
        folder = live.folder
        name = "instance-\(port)"
        part = Mutex(nil)
    }

    private static func faketime() throws -> String {
        let places = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib")
            .map { "/usr/lib/\($0)/faketime/libfaketimeMT.so.1" }
        guard let found = places.first(where: FileManager.default.fileExists) else {
            throw Deployment.NotReady(description: "there is no libfaketime (make setup installs it)")
        }
        return found
    }

    func start() throws {
        let program = Deployment.binaries.appending(path: "quietanza").path
        // By `env`: libfaketime moves the environment of the first program that it meets, and Swift looks for its arguments beside that.
        let started = try Part(
            "/usr/bin/env", [program] + arguments, environment,
            log: folder.appending(path: "\(name)-\(UUID().uuidString).log"))
        part.withLock { $0 = started }
    }

    func kill() { end { $0.kill() } }

    func stop() -> Int32 {
        var status: Int32 = 0
        end { status = $0.stop() }
        return status
    }

    private func end(_ how: (Part) -> Void) {
        guard let part = part.withLock(\.self) else { return }
        how(part)
        // What libfaketime leaves; another process may bear this number one day.
        for name in ["faketime_shm_", "sem.faketime_sem_"] { unlink("/dev/shm/\(name)\(part.processID)") }
    }

    func isReady(_ live: Deployment) async -> Bool {
        (try? await live.send("GET", url: url + "/ready"))?.status == 200
    }

    var log: String {
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.lastPathComponent.hasPrefix(name) }.map {
            (try? String(contentsOf: $0, encoding: .utf8)) ?? ""
        }.joined(separator: "\n--\n")
    }
}

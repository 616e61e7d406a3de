import Foundation
import Synchronization
import TestSupport

/// One more instance of the service beside a deployment's own; it can be killed, started again, and given a wrong clock.
final class Instance: Sendable {
    let url: String
    private let folder: URL
    private let name: String
    private let environment: [String: String]
    private let part: Mutex<Part?>

    /// - Parameter skewSeconds: how far its clock is off.
    init(of live: Deployment, skewSeconds: Int = 0, settings: [String: String] = [:]) throws {
        let port = try Proxy.freePort()
        url = "http://127.0.0.1:\(port)"
        var own = ["HTTP_PORT": "\(port)", "LOG_LEVEL": "warning"]
        if skewSeconds != 0 {
            let clock = live.folder.appending(path: "skewed-clock.so").path
            try Tool.run(
                "clang", ["-shared", "-fPIC", "-O1", "-o", clock, Deployment.project.path + "/scripts/skewed-clock.c"])
            own["LD_PRELOAD"] = clock
            own["CLOCK_SKEW_SECONDS"] = "\(skewSeconds)"
        }
        environment = live.environment.merging(own) { $1 }.merging(settings) { $1 }
        // Read by whoever looks for personal data in the logs.
        folder = live.folder
        name = "instance-\(port)"
        part = Mutex(nil)
    }

    func start() throws {
        let program = Deployment.binaries.appending(path: "quietanza").path
        let started = try Part(
            program, ["serve"], environment, log: folder.appending(path: "\(name)-\(UUID().uuidString).log"))
        part.withLock { $0 = started }
    }

    func kill() { part.withLock { $0 }?.kill() }
    func stop() -> Int32 { part.withLock { $0 }?.stop() ?? 0 }

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

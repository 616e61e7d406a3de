import Foundation
import Synchronization
import TestSupport

/// A further instance of the service in a deployment. It can be killed and restarted, and can have a wrong clock.
final class Instance: Sendable {
    let url: String
    private let folder: URL
    private let name: String
    private let environment: [String: String]
    private let arguments: [String]
    private let process: Mutex<ServiceProcess?>

    /// - Parameters:
    ///   - arguments: the command; `loops` serves health and metrics only.
    ///   - skewSeconds: the offset of its clock.
    init(
        of live: Deployment, _ arguments: [String] = ["serve"], skewSeconds: Int = 0, settings: [String: String] = [:]
    ) throws {
        let port = try Proxy.freePort()
        url = "http://127.0.0.1:\(port)"
        self.arguments = arguments
        let variable = arguments == ["loops"] ? "LOOPS_HTTP_PORT" : "HTTP_PORT"
        var own = [variable: "\(port)", "LOG_LEVEL": "warning"]
        if skewSeconds != 0 {
            let clock = live.folder.appending(path: "skewed-clock.so").path
            try Tool.run(
                "clang", ["-shared", "-fPIC", "-O1", "-o", clock, Deployment.project.path + "/scripts/skewed-clock.c"])
            own["LD_PRELOAD"] = clock
            own["CLOCK_SKEW_SECONDS"] = "\(skewSeconds)"
        }
        environment = live.environment.merging(own) { $1 }.merging(settings) { $1 }
        // The check for personal data in logs reads this file.
        folder = live.folder
        name = "instance-\(port)"
        process = Mutex(nil)
    }

    func start() throws {
        let program = Deployment.binaries.appending(path: "quietanza").path
        let started = try ServiceProcess(
            program, arguments, environment, log: folder.appending(path: "\(name)-\(UUID().uuidString).log"))
        process.withLock { $0 = started }
    }

    func kill() { process.withLock { $0 }?.kill() }
    func stop() -> Int32 { process.withLock { $0 }?.stop() ?? 0 }

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

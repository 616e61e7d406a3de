import Foundation

/// The SMTP server of `make run` with configurable failures; it has its own certificate if it uses TLS.
package final class MailSink: Sendable {
    package struct NotReady: Error {}

    package let port: UInt16
    /// PEM of the authority that signed its certificate, when it has one.
    package let authority: String?
    private let control: UInt16
    private let folder: URL
    private let process: Process

    package init(speaksTLS: Bool = false) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "quietanza-sink-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        port = try Proxy.freePort()
        control = try Proxy.freePort()
        var arguments = [
            Contract.projectFile.deletingLastPathComponent().appending(path: "scripts/smtp-sink.py").path,
            "--port", "\(port)", "--control", "\(control)", "--directory", folder.appending(path: "mail").path,
        ]
        let made = speaksTLS ? try Self.certificate(in: folder) : nil
        authority = made?.certificate
        if let made { arguments += ["--certificate", made.certificate, "--key", made.key] }
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.start()
        for _ in 0..<400 where process.isRunning {
            if (try? mode("ok")) != nil { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        end()
        throw NotReady()
    }

    /// A self-signed certificate of `localhost` and its key.
    package static func certificate(in folder: URL) throws -> (certificate: String, key: String) {
        let made = (folder.appending(path: "certificate.pem").path, folder.appending(path: "key.pem").path)
        try Tool.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", made.1, "-out", made.0, "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            ])
        return made
    }

    package func mode(_ mode: String) throws {
        try Tool.run(
            "curl", ["-sSf", "-d", "{\"mode\":\"\(mode)\"}", "http://127.0.0.1:\(control)/mode"])
    }

    /// The number of stored messages.
    package func count() throws -> Int {
        let list = try Tool.run("curl", ["-sSf", "http://127.0.0.1:\(control)/messages"])
        return list.components(separatedBy: "\"message_id\"").count - 1
    }

    /// Whether a client waits for a reply that is not sent.
    package var isKeepingSilence: Bool {
        get throws {
            try !Tool.run("curl", ["-sSf", "http://127.0.0.1:\(control)/status"]).contains("\"silent\": 0")
        }
    }

    package func end() {
        kill(process.processIdentifier, SIGKILL)
        process.waitForEnd()
        try? FileManager.default.removeItem(at: folder)
    }
}

import Foundation
import TestSupport
import Testing

/// A service with TLS on the database of a deployment, called by curl with the test's certificate authority.
final class SecureService: Sendable {
    let authority: TestAuthority
    let identity: TestAuthority.Pair
    let port: Int
    let cardPort: Int
    let process: ServiceProcess
    private let log: URL

    static func with(
        beside live: Deployment, _ settings: [String: String] = [:], _ body: (SecureService) async throws -> Void
    ) async throws {
        let authority = try TestAuthority()
        defer { authority.remove() }
        let service = try SecureService(beside: live, authority: authority, settings)
        defer { service.process.stop() }
        try await live.waitUntil("the service over TLS answers", seconds: 20) {
            guard service.process.isRunning else { throw Deployment.NotReady(description: try service.logText()) }
            return (try? service.curl(["https://127.0.0.1:\(service.port)/ready"]).status) == 200
        }
        try await body(service)
    }

    private init(beside live: Deployment, authority: TestAuthority, _ settings: [String: String]) throws {
        self.authority = authority
        let ports = try (0..<2).map { _ in
            let probe = try Proxy(to: 1)
            defer { probe.close() }
            return Int(probe.port)
        }
        port = ports[0]
        cardPort = ports[1]
        identity = try authority.issue("/CN=localhost", extensions: TestAuthority.serverExtensions)
        var environment = live.environment
        environment["PUBLIC_URL"] = nil
        environment["HTTP_PORT"] = "\(port)"
        environment["TLS_CERTIFICATE"] = identity.certificate.path
        environment["TLS_KEY"] = identity.key.path
        environment["CLIENT_CA"] = authority.root.certificate.path
        environment["SMART_CARD_PORT"] = "\(cardPort)"
        environment.merge(settings) { _, new in new }
        log = live.folder.appending(path: "secure-\(UUID().uuidString).log")
        process = try ServiceProcess(
            Deployment.binaries.appending(path: "quietanza").path, ["serve", "--no-loops"], environment, log: log)
    }

    func logText() throws -> String { try String(contentsOf: log, encoding: .utf8) }

    /// - Throws: `Tool.Failure` with curl's message if there was no response.
    func curl(_ arguments: [String], card: TestAuthority.Pair? = nil) throws -> Deployment.Answer {
        var all = ["-sS", "--max-time", "20", "-i", "--cacert", authority.root.certificate.path]
        if let card { all += ["--cert", card.certificate.path, "--key", card.key.path] }
        let text = try Tool.run("curl", all + arguments)
        let end = try #require(text.range(of: "\r\n\r\n"), "\(text)")
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1] }
        }
        let status = try #require(Int(lines[0].split(separator: " ")[1]))
        return Deployment.Answer(status: status, headers: headers, body: Data(text[end.upperBound...].utf8))
    }
}

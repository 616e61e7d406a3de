import Foundation
import Testing

@Suite struct CommandTests {
    private func run(_ arguments: [String], _ environment: [String: String]) throws -> (status: Int32, text: String) {
        let log = FileManager.default.temporaryDirectory.appending(path: "quietanza-\(UUID().uuidString).log")
        defer { try? FileManager.default.removeItem(at: log) }
        let part = try Part(Deployment.binaries.appending(path: "quietanza").path, arguments, environment, log: log)
        let status = part.exitStatus(withinSeconds: 20)
        return (status, try String(contentsOf: log, encoding: .utf8))
    }

    @Test func `check-config tells every fault at once and repeats no value`() throws {
        let (status, text) = try run(
            ["check-config"],
            [
                "DATABASE_URL": "mysql://root:geheim@host", "HTTP_PORT": "80000", "SMTP_URL": "gopher://geheim",
                "MAIL_FROM": "geheim", "LOG_LEVEL": "geheim", "PUBLIC_URL": "geheim", "RATE_LIMIT_PER_MINUTE": "many",
                "RESOURCES_DIRECTORY": "/nowhere", "TRUSTED_PROXY": "geheim", "REQUEST_DEADLINE_SECONDS": "0",
            ])

        #expect(status != 0)
        for name in [
            "DATABASE_URL", "HTTP_PORT", "SMTP_URL", "MAIL_FROM", "LOG_LEVEL", "PUBLIC_URL", "RATE_LIMIT_PER_MINUTE",
            "RESOURCES_DIRECTORY", "TRUSTED_PROXY", "REQUEST_DEADLINE_SECONDS",
        ] {
            #expect(text.contains(name), "\(name)")
        }
        #expect(!text.contains("geheim"))
    }

    @Test func `a good configuration is told to be good`() throws {
        let (status, _) = try run(
            ["check-config"],
            [
                "DATABASE_URL": "postgresql://postgres@127.0.0.1/quietanza", "SMTP_URL": "smtp://127.0.0.1:25?tls=none",
                "MAIL_FROM": "a@example.org", "RESOURCES_DIRECTORY": Deployment.project.path,
            ])
        #expect(status == 0)
    }

    @Test(arguments: ["serve", "migrate", "api-key", "psp-secret", "demo-data", "check-config", "loops"])
    func `every command explains itself`(command: String) throws {
        let (status, text) = try run([command, "--help"], [:])
        #expect(status == 0)
        #expect(text.contains("USAGE:") && text.contains("OVERVIEW:"))
    }
}

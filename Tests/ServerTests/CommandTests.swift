import Foundation
import TestSupport
import Testing

@Suite struct CommandTests {
    private func run(_ arguments: [String], _ environment: [String: String]) throws -> (status: Int32, text: String) {
        let log = FileManager.default.temporaryDirectory.appending(path: "quietanza-\(UUID().uuidString).log")
        defer { try? FileManager.default.removeItem(at: log) }
        let process = try ServiceProcess(
            Deployment.binaries.appending(path: "quietanza").path, arguments, environment, log: log)
        let status = process.exitStatus(withinSeconds: 20)
        return (status, try String(contentsOf: log, encoding: .utf8))
    }

    @Test func `check-config reports all faults at once and prints no value`() throws {
        let (status, text) = try run(
            ["check-config"],
            [
                "DATABASE_URL": "mysql://root:geheim@host", "HTTP_PORT": "80000", "SMTP_URL": "gopher://geheim",
                "MAIL_FROM": "geheim", "LOG_LEVEL": "geheim", "PUBLIC_URL": "geheim", "RATE_LIMIT_PER_MINUTE": "many",
                "RESOURCES_DIRECTORY": "/nowhere", "TRUSTED_PROXY": "geheim", "REQUEST_DEADLINE_SECONDS": "0",
                "SECRETS_KEY": "geheim",
            ])

        #expect(status != 0)
        for name in [
            "DATABASE_URL", "HTTP_PORT", "SMTP_URL", "MAIL_FROM", "LOG_LEVEL", "PUBLIC_URL", "RATE_LIMIT_PER_MINUTE",
            "RESOURCES_DIRECTORY", "TRUSTED_PROXY", "REQUEST_DEADLINE_SECONDS", "SECRETS_KEY",
        ] {
            #expect(text.contains(name), "\(name)")
        }
        #expect(!text.contains("geheim"))
    }

    @Test func `a valid configuration is reported as valid`() throws {
        #expect(try check([:]).status == 0)
    }

    /// PSPs have 20 times the limit, and the contract declares `X-RateLimit-Limit` as a 32-bit integer.
    @Test func `a rate limit that the response headers cannot show is rejected`() throws {
        #expect(try check(["RATE_LIMIT_PER_MINUTE": "100000000"]).status == 0)
        let (status, text) = try check(["RATE_LIMIT_PER_MINUTE": "110000000"])
        #expect(status != 0)
        #expect(text.contains("RATE_LIMIT_PER_MINUTE"))
    }

    @Test func `the program, the contract and the changelog agree on one version`() throws {
        let version = try run(["--version"], [:]).text.trimmingCharacters(in: .whitespacesAndNewlines)
        let contract = try String(contentsOf: Contract.projectFile, encoding: .utf8)
        let changelog = try String(
            contentsOf: Deployment.project.appending(path: "CHANGELOG.md"), encoding: .utf8)

        #expect(contract.contains("\n  version: '\(version)'\n"))
        #expect(changelog.contains("\n## Unreleased (\(version))\n") || changelog.contains("\n## \(version)"))
    }

    private static let good = [
        "DATABASE_URL": "postgresql://postgres@127.0.0.1/quietanza", "SMTP_URL": "smtp://127.0.0.1:25?tls=none",
        "MAIL_FROM": "a@example.org", "RESOURCES_DIRECTORY": Deployment.project.path,
        "SECRETS_KEY": Deployment.secretsKey,
    ]

    private func check(_ more: [String: String]) throws -> (status: Int32, text: String) {
        try run(["check-config"], Self.good.merging(more) { _, new in new })
    }

    @Test(arguments: ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "c2hvcnQ=", "not base64"])
    func `a missing or malformed SECRETS_KEY stops every command that needs it, and is not printed`(key: String) throws
    {
        for command in [["serve"], ["migrate"], ["check-config"], ["psp-secret", "list", "--psp", "ABCDITMM"]] {
            let (status, text) = try run(command, Self.good.merging(["SECRETS_KEY": key]) { $1 })
            #expect(status != 0)
            #expect(text.contains("SECRETS_KEY \(key.isEmpty ? "is required" : "must be")"), "\(text)")
            #expect(key.isEmpty || !text.contains(key))
        }
    }

    @Test func `TLS and smart cards are checked with all other variables, and no path is printed`() throws {
        let authority = try TestAuthority()
        defer { authority.remove() }
        let one = try authority.issue("/CN=localhost", extensions: TestAuthority.serverExtensions)
        let other = try authority.issue("/CN=localhost", extensions: TestAuthority.serverExtensions)
        let tls = ["TLS_CERTIFICATE": one.certificate.path, "TLS_KEY": one.key.path]
        let cards = ["CLIENT_CA": authority.root.certificate.path, "SMART_CARD_PORT": "8443"]

        #expect(try check(tls).status == 0)
        #expect(try check(tls.merging(cards) { $1 }).status == 0)
        #expect(
            try check([
                "CLIENT_CA": authority.root.certificate.path, "TRUSTED_PROXY": "10.1.0.0/16, ::1/128",
                "CLIENT_CERTIFICATE_HEADER": "X-Card",
            ]).status
                == 0)

        let wrong: [([String: String], [String])] = [
            (["TLS_CERTIFICATE": one.certificate.path], ["TLS_KEY is required"]),
            (["TLS_KEY": one.key.path], ["TLS_CERTIFICATE is required"]),
            (
                ["TLS_CERTIFICATE": "/geheim.pem", "TLS_KEY": "/geheim.key"],
                ["TLS_CERTIFICATE must name", "TLS_KEY must name"]
            ),
            (
                ["TLS_CERTIFICATE": one.key.path, "TLS_KEY": one.certificate.path],
                ["TLS_CERTIFICATE must name", "TLS_KEY must name"]
            ),
            (
                ["TLS_CERTIFICATE": one.certificate.path, "TLS_KEY": other.key.path],
                ["TLS_KEY is not the key of TLS_CERTIFICATE"]
            ),
            (["SMART_CARD_PORT": "8443"], ["CLIENT_CA is required", "SMART_CARD_PORT needs TLS_CERTIFICATE"]),
            (["CLIENT_CA": authority.root.certificate.path], ["CLIENT_CA needs"]),
            (["CLIENT_CERTIFICATE_HEADER": "X-Card"], ["CLIENT_CERTIFICATE_HEADER needs", "CLIENT_CA is required"]),
            (cards.merging(["CLIENT_CA": "/geheim"]) { $1 }, ["CLIENT_CA must name"]),
            (cards.merging(["CLIENT_CA": one.key.path]) { $1 }, ["CLIENT_CA must contain"]),
            (cards.merging(["CLIENT_CA": one.certificate.path]) { $1 }, ["CLIENT_CA contains"]),
            (cards.merging(["SMART_CARD_PORT": "8080"]) { $1 }, ["must differ from HTTP_PORT"]),
            (
                [
                    "TRUSTED_PROXY": "geheim", "CLIENT_CERTIFICATE_HEADER": "geh eim", "SMART_CARD_POLICIES": "geheim",
                    "SMART_CARD_PORT": "geheim", "SMART_CARD_URL": "geheim",
                ],
                [
                    "TRUSTED_PROXY must", "CLIENT_CERTIFICATE_HEADER must", "SMART_CARD_POLICIES must",
                    "SMART_CARD_PORT must", "SMART_CARD_URL must",
                ]
            ),
        ]
        for (settings, faults) in wrong {
            let (status, text) = try check(settings)
            #expect(status != 0)
            for fault in faults { #expect(text.contains(fault), "\(fault) in \(text)") }
            #expect(!text.contains("geheim") && !text.contains(authority.folder.path))
        }
    }

    @Test(arguments: [
        "serve", "migrate", "api-key", "psp-secret", "demo-data", "check-config", "loops",
        "rotate-secrets-key", "doctor",
    ])
    func `every command has a help text`(command: String) throws {
        let (status, text) = try run([command, "--help"], [:])
        #expect(status == 0)
        #expect(text.contains("USAGE:") && text.contains("OVERVIEW:"))
    }
}

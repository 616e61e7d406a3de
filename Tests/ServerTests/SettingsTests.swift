import Foundation
import Logging
import PagoPA
import Testing

@testable import Server

/// The configuration, read in this process from a file: every variable with valid and invalid values.
@Suite struct SettingsTests {
    private static let required = [
        "DATABASE_URL": "postgresql://postgres@127.0.0.1/quietanza", "SECRETS_KEY": Deployment.secretsKey,
        "SMTP_URL": "smtp://127.0.0.1:25?tls=none", "MAIL_FROM": "a@example.org",
        "RESOURCES_DIRECTORY": Deployment.project.path,
    ]

    private func read(
        _ more: [String: String] = [:], without names: Set<String> = [],
        needing needs: Set<Settings.Need> = [.database, .secrets, .mail]
    ) async throws -> Settings {
        let variables = Self.required.merging(more) { _, new in new }.filter { !names.contains($0.key) }
        let file = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).env")
        defer { try? FileManager.default.removeItem(at: file) }
        let lines = variables.map { "\($0.key)=\($0.value)" }.joined(separator: "\n")
        try lines.write(to: file, atomically: true, encoding: .utf8)
        return try await Settings.read(file: file.path, needing: needs)
    }

    private func faults(_ more: [String: String], without names: Set<String> = []) async throws -> [String] {
        do {
            _ = try await read(more, without: names)
            return []
        } catch let faults as Settings.Faults { return faults.faults }
    }

    @Test func `without optional variables the settings have the documented defaults`() async throws {
        let settings = try await read()
        #expect(settings.httpHost == "127.0.0.1" && settings.httpPort == 8_080)
        #expect(settings.publicURL == "http://127.0.0.1:8080")
        #expect(settings.rateLimitPerMinute == 6_000 && settings.shutdownGraceSeconds == 0)
        #expect(settings.maximumConnections == 4_096 && settings.maximumConnectionsPerAddress == 2_048)
        #expect(settings.requestDeadlineSeconds == 10 && settings.answerDeadlineSeconds == 60)
        #expect(settings.logLevel == .info && settings.isJSONLog && settings.checksCreditorTaxCodes)
        #expect(settings.identity == nil && settings.smartCards == nil && settings.allowedRecipients == nil)
        #expect(settings.privacyVersion == "1" && settings.termsVersion == "1")
    }

    @Test func `each variable sets its own setting`() async throws {
        let settings = try await read([
            "DATABASE_POOL_SIZE": "7", "HTTP_HOST": "0.0.0.0", "HTTP_PORT": "9000",
            "PUBLIC_URL": "https://pay.example.org/", "RATE_LIMIT_PER_MINUTE": "60", "ATTEMPT_LIFE_SECONDS": "120",
            "RETENTION_ADDRESS_DAYS": "30", "CREDITOR_TAX_CODE_CHECK": "off", "PRIVACY_VERSION": "2026-1",
            "TERMS_VERSION": "2026-2", "HTTP_MAXIMUM_CONNECTIONS": "11", "REQUEST_DEADLINE_SECONDS": "12",
            "ANSWER_DEADLINE_SECONDS": "13", "SHUTDOWN_GRACE_SECONDS": "14", "LOG_LEVEL": "debug",
            "LOG_FORMAT": "text", "MAIL_ALLOWED_RECIPIENTS": "a@example.org,@test.example.org",
            "FONT_DIRECTORY": "/fonts", "DATABASE_READ_URL": "postgresql://standby/quietanza",
            "LOOPS_HTTP_PORT": "9001",
        ])
        #expect(settings.databasePoolSize == 7 && settings.httpHost == "0.0.0.0" && settings.httpPort == 9_000)
        #expect(settings.publicURL == "https://pay.example.org" && settings.rateLimitPerMinute == 60)
        #expect(settings.attemptLifeSeconds == 120 && settings.addressLifeDays == 30)
        #expect(!settings.checksCreditorTaxCodes && settings.privacyVersion == "2026-1")
        #expect(settings.termsVersion == "2026-2" && settings.maximumConnections == 11)
        #expect(settings.maximumConnectionsPerAddress == 5, "half of all connections")
        #expect(settings.requestDeadlineSeconds == 12 && settings.answerDeadlineSeconds == 13)
        #expect(settings.shutdownGraceSeconds == 14 && settings.logLevel == .debug && !settings.isJSONLog)
        #expect(settings.backgroundJobPort == 9_001)
        #expect(settings.allowedRecipients == (try AllowedRecipients("A@example.org, @TEST.example.org")))
        #expect(settings.fontDirectory == "/fonts" && settings.databaseReadURL == "postgresql://standby/quietanza")
    }

    @Test(arguments: [
        ("DATABASE_POOL_SIZE", 1, 500), ("HTTP_PORT", 1, 65_535), ("LOOPS_HTTP_PORT", 1, 65_535),
        ("RATE_LIMIT_PER_MINUTE", 1, 100_000_000),
        ("ATTEMPT_LIFE_SECONDS", 60, 86_400), ("RETENTION_ADDRESS_DAYS", 7, 3_650),
        ("HTTP_MAXIMUM_CONNECTIONS", 1, 1_000_000), ("HTTP_MAXIMUM_CONNECTIONS_PER_ADDRESS", 1, 1_000_000),
        ("REQUEST_DEADLINE_SECONDS", 1, 300), ("ANSWER_DEADLINE_SECONDS", 1, 3_600), ("SHUTDOWN_GRACE_SECONDS", 0, 300),
    ])
    func `a number is within its range, and its fault names the range`(name: String, least: Int, most: Int)
        async throws
    {
        for good in [least, most] { #expect(try await faults([name: "\(good)"]) == [], "\(good)") }
        for bad in ["\(least - 1)", "\(most + 1)", "x", "1.5", "1e3", "99999999999999999999"] {
            #expect(
                try await faults([name: bad]) == ["\(name) must be a whole number from \(least) to \(most)"], "\(bad)")
        }
    }

    @Test(arguments: [
        ("DATABASE_URL", "mysql://geheim@host/x"), ("DATABASE_READ_URL", "mysql://geheim@host/x"),
        ("SECRETS_KEY", "geheim"), ("SECRETS_KEY", "Z2VoZWlt"),
        ("SMTP_URL", "gopher://geheim"), ("SMTP_URL", "smtp://geheim:99999"),
        ("SMTP_URL", "smtp://geheim:geheim@mail?tls=none"), ("MAIL_FROM", "geheim"),
        ("MAIL_ALLOWED_RECIPIENTS", "geheim"),
        ("MAIL_ALLOWED_RECIPIENTS", ","), ("PUBLIC_URL", "geheim"),
        ("PUBLIC_URL", "https://geheim.example.org/path"), ("PUBLIC_URL", "ftp://geheim"),
        ("OUTBOUND_ALLOWED_NETWORKS", "geheim"), ("OUTBOUND_ALLOWED_NETWORKS", "10.0.0.0/99"),
        ("TRUSTED_PROXY", "geheim"), ("TRUSTED_PROXY", "10.0.0.0/+8"), ("CREDITOR_TAX_CODE_CHECK", "geheim"),
        ("PRIVACY_VERSION", String(repeating: "geheim", count: 9)), ("LOG_LEVEL", "geheim"), ("LOG_FORMAT", "geheim"),
        ("SMART_CARD_POLICIES", "geheim"), ("SMART_CARD_URL", "geheim"), ("CLIENT_CERTIFICATE_HEADER", "geh eim"),
    ])
    func `an invalid text is one fault that starts with the variable's name and does not contain the value`(
        name: String, value: String
    ) async throws {
        // A certificate header has further conditions, which are not met here.
        let found = try await faults([name: value]).filter { $0.hasPrefix("\(name) ") }
        #expect(found.count == 1, "\(found)")
        #expect(found.allSatisfy { !$0.contains("geh") && !$0.contains(value) })
    }

    @Test(arguments: ["DATABASE_URL", "SECRETS_KEY", "SMTP_URL", "MAIL_FROM"])
    func `a required variable that is missing or empty is a fault`(name: String) async throws {
        #expect(try await faults([:], without: [name]) == ["\(name) is required"])
        #expect(try await faults([name: ""]) == ["\(name) is required"])
    }

    @Test func `a command requires only what it needs`() async throws {
        let mail: Set<String> = ["SMTP_URL", "MAIL_FROM"]
        _ = try await read(without: mail, needing: [.database, .secrets])
        _ = try await read(without: mail.union(["SECRETS_KEY"]), needing: [.database])
        #expect(try await read(without: ["SECRETS_KEY"], needing: [.database]).secrets == nil)
    }

    @Test func `all faults are reported together, in one text without any value`() async throws {
        let error = try await #require(throws: Settings.Faults.self) {
            try await read(
                [
                    "HTTP_PORT": "geheim", "LOG_LEVEL": "geheim", "MAIL_FROM": "geheim",
                    "RESOURCES_DIRECTORY": "/geheim",
                ],
                without: ["DATABASE_URL"])
        }
        #expect(
            error.description == """
                The configuration has 6 errors:
                  DATABASE_URL is required
                  HTTP_PORT must be a whole number from 1 to 65535
                  MAIL_FROM \(error.faults[2].dropFirst("MAIL_FROM ".count))
                  LOG_LEVEL must be trace, debug, info, notice, warning, error or critical
                  RESOURCES_DIRECTORY (or the working directory) must contain migrations
                  RESOURCES_DIRECTORY (or the working directory) must contain openapi.yaml
                """)
        #expect(!error.description.contains("geheim"))
    }

    @Test(
        arguments: [
            (["TLS_CERTIFICATE": "/x"], ["TLS_KEY is required with TLS_CERTIFICATE"]),
            (["TLS_KEY": "/x"], ["TLS_CERTIFICATE is required with TLS_KEY"]),
            (
                ["CLIENT_CERTIFICATE_HEADER": "X-Card"],
                [
                    "CLIENT_CA is required", "CLIENT_CERTIFICATE_HEADER needs TRUSTED_PROXY",
                ]
            ),
            (
                ["SMART_CARD_PORT": "8080"],
                [
                    "CLIENT_CA is required", "SMART_CARD_PORT needs TLS_CERTIFICATE and TLS_KEY",
                    "SMART_CARD_PORT must differ from HTTP_PORT",
                ]
            ),
        ] as [([String: String], [String])])
    func `variables that belong together are required together`(variables: [String: String], expected: [String])
        async throws
    {
        #expect(try await faults(variables) == expected)
    }
}

import Accounts
import Addresses
import ArgumentParser
import Certificates
import Configuration
import Cryptography
import Foundation
import Gateways
import HTTPTypes
import Logging
import NIOSSL
import PagoPA
import SystemPackage

/// The validated settings from the environment. Only this file reads the environment.
struct Settings: Sendable {
    var databaseURL = ""
    /// A standby for lists; nil: the primary runs them.
    var databaseReadURL: String?
    var databasePoolSize = 0
    /// Nil only for commands that do not need secrets.
    var secrets: SecretsKeys?
    var httpHost = "127.0.0.1"
    var httpPort = 8080
    var publicURL = ""
    /// If set, all ports use TLS.
    var identity: ServerIdentity?
    var smartCards: SmartCardSettings?
    /// The port for health and metrics of a process that runs background jobs only.
    var backgroundJobPort: Int?
    var mailServer: MailServer?
    var mailFrom: EmailAddress?
    /// The display name of the sender of e-mails that concern no creditor.
    var mailSenderName: String?
    /// The envelope sender; nil: `mailFrom`.
    var mailReturnPath: ReturnPath?
    /// Nil: every recipient gets e-mails.
    var allowedRecipients: AllowedRecipients?
    /// Nil: nobody gets e-mails about payments to test creditors.
    var testRecipients: AllowedRecipients?
    var rateLimitPerMinute = 6_000
    var outboundPolicy: OutboundPolicy?
    var attemptLifeSeconds = PaymentAttempt.defaultLifeSeconds
    var checksCreditorTaxCodes = true
    var addressLifeDays = RetentionRule.addressLifeDays
    /// The issuers whose ID tokens sign citizens in.
    var identityProviders: [IdentityProvider] = []
    var privacyVersion = "1"
    var termsVersion = "1"
    var maximumConnections = 4_096
    /// Per client IP, except for trusted proxies.
    var maximumConnectionsPerAddress = 2_048
    var requestDeadlineSeconds = 10
    var answerDeadlineSeconds = 60
    /// The time between the stop signal and the end of accepting connections.
    var shutdownGraceSeconds = 0
    var trustedProxies = TrustedProxies.none
    var logLevel = Logger.Level.info
    var isJSONLog = true
    var resourcesDirectory = ""
    var fontDirectory = "/usr/share/fonts/truetype"

    /// All errors together. They never contain a value, because it may be a secret.
    struct Faults: Error, CustomStringConvertible {
        let faults: [String]
        var description: String {
            (["The configuration has \(faults.count == 1 ? "an error" : "\(faults.count) errors"):"]
                + faults.map { "  \($0)" })
                .joined(separator: "\n")
        }
    }

    /// - Parameter needs: the settings that the command requires.
    static func read(file: String?, needing needs: Set<Need> = [.database, .secrets]) async throws -> Settings {
        var providers: [any ConfigProvider] = [EnvironmentVariablesProvider()]
        if let file {
            providers.append(try await EnvironmentVariablesProvider(environmentFilePath: FilePath(file)))
        }
        var reader = SettingsReader(config: ConfigReader(providers: providers))
        let settings = reader.settings(needs)
        guard reader.faults.isEmpty else { throw Faults(faults: reader.faults) }
        return settings
    }

    static func bytes(of file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    }

    enum Need: Sendable {
        case database
        case mail
        case secrets
    }
}

/// The ways in which smart-card certificates arrive, and the authorities that are trusted for them.
struct SmartCardSettings: Sendable {
    /// The port for mutual TLS.
    let port: Int?
    /// The URL for browsers; nil: derived from the public URL.
    let url: String?
    /// Set it only if the trusted proxies set this header and remove the client's own; otherwise any client can impersonate any
    /// citizen.
    let header: HTTPField.Name?
    let policies: Set<String>
    let authorities: Authorities
    /// The same authorities, for the TLS handshake.
    let roots: [NIOSSLCertificate]
}

private struct SettingsReader {
    let config: ConfigReader
    var faults: [String] = []

    init(config: ConfigReader) {
        self.config = config
    }

    mutating func settings(_ needs: Set<Settings.Need>) -> Settings {
        var settings = Settings()
        settings.databaseURL =
            value("DATABASE_URL", "database.url", required: needs.contains(.database)) { try Self.databaseURL($0) }
            ?? ""
        settings.databaseReadURL =
            value("DATABASE_READ_URL", "database.read.url", required: false) { try Self.databaseURL($0) }
        settings.databasePoolSize =
            integer("DATABASE_POOL_SIZE", "database.pool.size", 1...500)
            ?? ProcessInfo.processInfo.activeProcessorCount * 2 + 4
        settings.secrets = value("SECRETS_KEY", "secrets.key", required: needs.contains(.secrets)) {
            try SecretsKeys($0)
        }
        settings.httpHost = text("http.host") ?? settings.httpHost
        settings.httpPort = integer("HTTP_PORT", "http.port", 1...65_535) ?? settings.httpPort
        settings.identity = identity()
        settings.publicURL =
            value("PUBLIC_URL", "public.url", required: false) { text in
                let origin = try WebOrigin(text.hasSuffix("/") ? String(text.dropLast()) : text)
                return origin.description
            } ?? "\(settings.identity == nil ? "http" : "https")://\(settings.httpHost):\(settings.httpPort)"
        settings.smartCards = smartCards(settings)
        settings.backgroundJobPort = integer("LOOPS_HTTP_PORT", "loops.http.port", 1...65_535)
        settings.mailServer = value("SMTP_URL", "smtp.url", required: needs.contains(.mail)) { try MailServer($0) }
        settings.mailFrom = value("MAIL_FROM", "mail.from", required: needs.contains(.mail)) { try EmailAddress($0) }
        settings.mailSenderName = value("MAIL_SENDER_NAME", "mail.sender.name", required: false) {
            try boundedText($0, 1...70)
        }
        settings.mailReturnPath = value("MAIL_RETURN_PATH", "mail.return.path", required: false) { try ReturnPath($0) }
        settings.allowedRecipients = value(
            "MAIL_ALLOWED_RECIPIENTS", "mail.allowed.recipients", required: false
        ) { try AllowedRecipients($0) }
        settings.testRecipients = value("MAIL_TEST_RECIPIENTS", "mail.test.recipients", required: false) {
            try AllowedRecipients($0)
        }
        settings.rateLimitPerMinute =
            integer("RATE_LIMIT_PER_MINUTE", "rate.limit.per.minute", 1...100_000_000) ?? settings.rateLimitPerMinute
        settings.outboundPolicy = value("OUTBOUND_ALLOWED_NETWORKS", "outbound.allowed.networks", required: false) {
            text in
            try OutboundPolicy(allowing: text.split(separator: ",").map(String.init))
        }
        if settings.outboundPolicy == nil { settings.outboundPolicy = try? OutboundPolicy(allowing: []) }
        settings.identityProviders = identityProviders(settings)
        settings.attemptLifeSeconds =
            integer("ATTEMPT_LIFE_SECONDS", "attempt.life.seconds", 60...86_400) ?? settings.attemptLifeSeconds
        settings.addressLifeDays =
            integer("RETENTION_ADDRESS_DAYS", "retention.address.days", 7...3_650) ?? settings.addressLifeDays
        settings.checksCreditorTaxCodes =
            value("CREDITOR_TAX_CODE_CHECK", "creditor.tax.code.check", required: false) { text in
                guard text == "on" || text == "off" else { throw InvalidValue(.unknownValue, "must be on or off") }
                return text == "on"
            } ?? true
        settings.privacyVersion =
            value("PRIVACY_VERSION", "privacy.version", required: false) { try boundedText($0, 1...35) }
            ?? settings.privacyVersion
        settings.termsVersion =
            value("TERMS_VERSION", "terms.version", required: false) { try boundedText($0, 1...35) }
            ?? settings.termsVersion
        settings.maximumConnections =
            integer("HTTP_MAXIMUM_CONNECTIONS", "http.maximum.connections", 1...1_000_000)
            ?? settings.maximumConnections
        settings.maximumConnectionsPerAddress =
            integer("HTTP_MAXIMUM_CONNECTIONS_PER_ADDRESS", "http.maximum.connections.per.address", 1...1_000_000)
            ?? max(1, settings.maximumConnections / 2)
        settings.requestDeadlineSeconds =
            integer("REQUEST_DEADLINE_SECONDS", "request.deadline.seconds", 1...300) ?? settings.requestDeadlineSeconds
        settings.answerDeadlineSeconds =
            integer("ANSWER_DEADLINE_SECONDS", "answer.deadline.seconds", 1...3_600) ?? settings.answerDeadlineSeconds
        settings.shutdownGraceSeconds =
            integer("SHUTDOWN_GRACE_SECONDS", "shutdown.grace.seconds", 0...300) ?? settings.shutdownGraceSeconds
        settings.trustedProxies =
            value("TRUSTED_PROXY", "trusted.proxy", required: false) { try TrustedProxies($0) } ?? .none
        settings.logLevel =
            value("LOG_LEVEL", "log.level", required: false) { text in
                guard let level = Logger.Level(rawValue: text) else {
                    throw InvalidValue(.unknownValue, "must be trace, debug, info, notice, warning, error or critical")
                }
                return level
            } ?? .info
        settings.isJSONLog =
            value("LOG_FORMAT", "log.format", required: false) { text in
                guard text == "json" || text == "text" else {
                    throw InvalidValue(.unknownValue, "must be json or text")
                }
                return text == "json"
            } ?? true
        settings.resourcesDirectory = resources()
        settings.fontDirectory = text("font.directory") ?? settings.fontDirectory
        return settings
    }

    private static func databaseURL(_ text: String) throws -> String {
        guard text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") || text.contains("=") else {
            throw InvalidValue(.badFormat, "must be a libpq URI such as postgresql://user@host/database")
        }
        return text
    }

    /// The directory with `migrations/` and `openapi.yaml`.
    private mutating func resources() -> String {
        let folder = text("resources.directory") ?? FileManager.default.currentDirectoryPath
        for name in ["migrations", "openapi.yaml"] where !FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
            faults.append("RESOURCES_DIRECTORY (or the working directory) must contain \(name)")
        }
        return folder
    }

    /// TLS_CERTIFICATE and TLS_KEY must be set together.
    private mutating func identity() -> ServerIdentity? {
        switch (text("tls.certificate"), text("tls.key")) {
        case (nil, nil): return nil
        case (_, nil): faults.append("TLS_KEY is required with TLS_CERTIFICATE")
        case (nil, _): faults.append("TLS_CERTIFICATE is required with TLS_KEY")
        case (let certificate?, let key?):
            do { return try ServerIdentity(certificateFile: certificate, keyFile: key) } catch let found
                as Settings.Faults
            {
                faults += found.faults
            } catch {
                faults.append("TLS_CERTIFICATE cannot be used")
            }
        }
        return nil
    }

    /// Reports every fault of the file with its place.
    private mutating func identityProviders(_ settings: Settings) -> [IdentityProvider] {
        guard let file = text("oidc.issuers") else { return [] }
        switch IdentityProviderFile.read(file, policy: settings.outboundPolicy) {
        case .success(let providers): return providers
        case .failure(let found):
            faults += found.faults.map { "OIDC_ISSUERS \($0)" }
            return []
        }
    }

    private mutating func smartCards(_ settings: Settings) -> SmartCardSettings? {
        let port = integer("SMART_CARD_PORT", "smart.card.port", 1...65_535)
        let header =
            value("CLIENT_CERTIFICATE_HEADER", "client.certificate.header", required: false) { text in
                guard let name = HTTPField.Name(text) else {
                    throw InvalidValue(.badFormat, "must be the name of an HTTP header")
                }
                return name
            }
        let policies =
            value("SMART_CARD_POLICIES", "smart.card.policies", required: false) { text in
                let oids = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                guard oids.allSatisfy({ $0.contains(".") && $0.split(separator: ".").allSatisfy { Int($0) != nil } })
                else {
                    throw InvalidValue(.badFormat, "must be OIDs such as 1.3.76.16.2.1, separated by commas")
                }
                return Set(oids)
            } ?? SmartCard.knownPolicies
        let url =
            value("SMART_CARD_URL", "smart.card.url", required: false) { text in
                try WebOrigin(text.hasSuffix("/") ? String(text.dropLast()) : text).description
            } ?? port.map { "https://\(Self.host(of: settings.publicURL)):\($0)" }
        let authorities = value("CLIENT_CA", "client.ca", required: port != nil || header != nil) { file in
            guard let bytes = try? Settings.bytes(of: file) else {
                throw InvalidValue(.badFormat, "must name a readable file")
            }
            let authorities = try Authorities(pem: String(decoding: bytes, as: UTF8.self))
            return (authorities, try NIOSSLCertificate.fromPEMBytes(bytes))
        }
        if text("client.ca") != nil, port == nil, header == nil {
            faults.append("CLIENT_CA needs SMART_CARD_PORT or CLIENT_CERTIFICATE_HEADER")
        }
        if header != nil, text("trusted.proxy") == nil {
            faults.append("CLIENT_CERTIFICATE_HEADER needs TRUSTED_PROXY")
        }
        if let port {
            if text("tls.certificate") == nil, text("tls.key") == nil {
                faults.append("SMART_CARD_PORT needs TLS_CERTIFICATE and TLS_KEY")
            }
            if port == settings.httpPort { faults.append("SMART_CARD_PORT must differ from HTTP_PORT") }
        }
        guard let authorities else { return nil }
        return SmartCardSettings(
            port: port, url: url, header: header, policies: policies,
            authorities: authorities.0,
            roots: authorities.1)
    }

    /// The host and port of an origin.
    private static func host(of origin: String) -> Substring {
        let authority = origin.split(separator: "/").last ?? ""
        return authority.lastIndex(of: ":").map { authority[..<$0] } ?? authority
    }

    private func text(_ key: ConfigKey) -> String? {
        guard let text = config.string(forKey: key), !text.isEmpty else { return nil }
        return text
    }

    private mutating func value<T>(_ name: String, _ key: ConfigKey, required: Bool, _ make: (String) throws -> T) -> T?
    {
        guard let text = text(key) else {
            if required { faults.append("\(name) is required") }
            return nil
        }
        do { return try make(text) } catch {
            faults.append("\(name) \(error)")
            return nil
        }
    }

    private mutating func integer(_ name: String, _ key: ConfigKey, _ range: ClosedRange<Int>) -> Int? {
        value(name, key, required: false) { text in
            guard let number = Int(text), range.contains(number) else {
                throw InvalidValue(
                    .outOfRange, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }
}

/// Options of every subcommand.
struct CommonOptions: ParsableArguments {
    @Option(help: "A file of NAME=value lines; environment variables override it.")
    var config: String?
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
}

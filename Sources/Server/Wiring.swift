import API
import Accounts
import Addresses
import CoreMetrics
import Cryptography
import Documents
import Foundation
import Gateways
import HTTPFraming
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import Operations
import PagoPA
import Postgres
import Prometheus
import ServiceLifecycle
import Storage

/// All parts of the program, created from the settings.
struct Wiring: Sendable {
    let settings: Settings
    let secrets: SecretsKeys
    let logger: Logger
    let pool: Pool
    /// Connections to `DATABASE_READ_URL`.
    private let replicaPool: Pool?
    let intermediary: Intermediary
    let connections: Connections
    let portal: PSPPortal
    let keySets: KeySets
    let webhooks: WebhookGateway
    let amounts: AmountGateway
    let mail: MailGateway?
    private let drawing: ReceiptPDF

    init(_ settings: Settings, logger: Logger) throws {
        guard let secrets = settings.secrets else { throw Settings.Faults(faults: ["SECRETS_KEY is required"]) }
        self.settings = settings
        self.secrets = secrets
        self.logger = logger
        connections = Connections(
            maximumPerAddress: settings.maximumConnectionsPerAddress, exempting: settings.trustedProxies)
        pool = Pool(configuration: Self.poolConfiguration(settings), logger: logger)
        replicaPool = Self.replicaConfiguration(settings).map { Pool(configuration: $0, logger: logger) }
        let policy = try settings.outboundPolicy ?? OutboundPolicy(allowing: [])
        let portal = PSPPortal(policy: policy) { Self.now().unixSeconds }
        let webhooks = WebhookGateway(policy: policy) { Self.now().unixSeconds }
        let amounts = AmountGateway(policy: policy) { Self.now().unixSeconds }
        let keySets = KeySets(
            urls: Dictionary(
                settings.identityProviders.map { ($0.issuer, $0.keySetURL) }, uniquingKeysWith: { first, _ in first }),
            policy: policy, now: { Self.now().unixSeconds }, report: { Self.report($0, $1, logger) })
        let mail = settings.mailServer.map { MailGateway(server: $0) }
        let drawing = try ReceiptPDF(fontDirectory: settings.fontDirectory)
        self.portal = portal
        self.keySets = keySets
        self.webhooks = webhooks
        self.amounts = amounts
        self.mail = mail
        self.drawing = drawing
        intermediary = Intermediary(
            store: Store(pool: pool, replica: replicaPool.map { Self.replica($0, logger: logger) }),
            externalServices: ExternalServices(
                startPayment: { try await portal.start($0, until: $1) },
                cancelPayment: { try await portal.cancel($0) },
                callWebhook: { try await webhooks.send($0) },
                askAmount: { try await amounts.ask($0) },
                deliver: { message, from, to, timeout in
                    guard let mail else { throw MailFailure.unreachable("no mail server is configured") }
                    try await mail.send(message, from: from, to: to, timeoutMilliseconds: timeout)
                }, checkURL: { try policy.check($0) }, mayCallHost: { await webhooks.mayCall($0, savedBy: $1) },
                verifySignature: { try await keySets.verify($0) },
                drawReceipt: { try await drawing.draw($0) },
                drawNotice: { try await drawing.draw($0) }, decodeLogo: { try await drawing.decode(logo: $0) }),
            settings: Intermediary.Settings(
                publicURL: settings.publicURL,
                mailFrom: try settings.mailFrom ?? EmailAddress("quietanza@localhost"),
                attemptLifeSeconds: settings.attemptLifeSeconds,
                checksCreditorTaxCodes: settings.checksCreditorTaxCodes, privacyVersion: settings.privacyVersion,
                termsVersion: settings.termsVersion, addressLifeDays: settings.addressLifeDays,
                allowedRecipients: settings.allowedRecipients, identityProviders: settings.identityProviders,
                mailSenderName: settings.mailSenderName, mailReturnPath: settings.mailReturnPath,
                testRecipients: settings.testRecipients),
            secrets: secrets, logger: logger, clock: { Self.now() })
    }

    static func poolConfiguration(_ settings: Settings) -> PoolConfiguration {
        PoolConfiguration(url: settings.databaseURL, maximumConnections: settings.databasePoolSize)
    }

    private static func replicaConfiguration(_ settings: Settings) -> PoolConfiguration? {
        settings.databaseReadURL.map { url in
            var configuration = PoolConfiguration(url: url, maximumConnections: settings.databasePoolSize)
            configuration.targetSessionAttributes = "standby"
            // The primary runs the list instead, so a request does not wait long for a standby that does not respond.
            configuration.connectTimeoutMilliseconds = 500
            configuration.waitTimeoutMilliseconds = 500
            configuration.answerTimeoutMilliseconds = 2_000
            configuration.statementTimeoutMilliseconds = 2_000
            return configuration
        }
    }

    private static func replica(_ pool: Pool, logger: Logger) -> Replica {
        Replica(pool: pool) { report in
            Counter(label: "quietanza_replica_lists_total", dimensions: [("result", report.state.rawValue)]).increment()
            guard report.hasChanged else { return }
            logger.log(
                level: report.state == .serving ? .notice : .warning, "the read replica has another state",
                metadata: ["state": "\(report.state.rawValue)"])
        }
    }

    private static func report(_ issuer: String, _ fetch: KeySetFetch, _ logger: Logger) {
        Counter(label: "identity_provider_fetches_total", dimensions: [("result", fetch.rawValue)]).increment()
        logger.log(
            level: fetch == .fetched ? .debug : .warning, "the keys of an identity provider were fetched",
            metadata: ["issuer": "\(issuer)", "result": "\(fetch.rawValue)"])
    }

    var migrator: Migrator {
        Migrator(
            configuration: Self.poolConfiguration(settings), folder: settings.resourcesDirectory + "/migrations",
            logger: logger)
    }

    func close() async {
        portal.stop()
        keySets.stop()
        webhooks.stop()
        amounts.stop()
        mail?.stop()
        drawing.stop()
        intermediary.citizens.passwords.stop()
        await pool.shutdown()
        await replicaPool?.shutdown()
    }

    static func logger(_ settings: Settings) -> Logger {
        let level = settings.logLevel
        let isJSON = settings.isJSONLog
        LoggingSystem.bootstrap { JSONLog(label: $0, level: level, isJSON: isJSON) }
        atexit { LogWriter.standardOutput.flush() }
        return Logger(label: "quietanza")
    }

    // MARK: HTTP

    /// The pages under `/docs` are a convenience: without them the service works, and its log says so.
    private func documentation() -> [String: [UInt8]] {
        let folder = settings.resourcesDirectory + "/api-docs"
        var content: [String: [UInt8]] = [:]
        for name in DocumentationPages.files.keys {
            content[name] = FileManager.default.contents(atPath: "\(folder)/\(name)").map { Array($0) }
        }
        if content.count < DocumentationPages.files.count {
            logger.warning(
                "/docs is not installed: run scripts/api-docs.sh", metadata: ["folder": "\(folder)"])
        }
        return content
    }

    private func api(_ state: ServiceState) throws -> (API, FramingRules) {
        let contract = try String(contentsOfFile: settings.resourcesDirectory + "/openapi.yaml", encoding: .utf8)
        var configuration = APIConfiguration(
            publicURL: settings.publicURL, contract: contract, version: Server.version, secrets: secrets)
        configuration.documentation = documentation()
        configuration.summaryForModels =
            FileManager.default.contents(
                atPath: settings.resourcesDirectory + "/llms.txt"
            ).map { Array($0) } ?? []
        configuration.rateLimitPerMinute = settings.rateLimitPerMinute
        configuration.trustedProxies = settings.trustedProxies
        configuration.smartCards = settings.smartCards?.trust(settings.trustedProxies)
        configuration.smartCardURL = settings.smartCards?.url
        let api = API(intermediary, configuration: configuration, service: state, logger: logger)
        var rules = api.framingRules(connections: connections)
        rules.requestDeadlineSeconds = Int64(settings.requestDeadlineSeconds)
        rules.exchangeDeadlineSeconds = Int64(settings.answerDeadlineSeconds)
        return (api, rules)
    }

    /// The server of a process that runs background jobs only, without TLS: health and metrics.
    func backgroundJobServer(_ state: ServiceState, port: Int) throws -> any Service {
        let (api, rules) = try api(state)
        return server(api.backgroundJobChannel(rules), port: port)
    }

    /// One server for each port.
    func servers(_ state: ServiceState) throws -> [any Service] {
        let (api, rules) = try api(state)
        var servers: [any Service] = []
        if let identity = settings.identity {
            servers.append(
                try server(
                    TLSChannel(api.channel(rules), tlsConfiguration: identity.configuration()), port: settings.httpPort)
            )
        } else {
            servers.append(server(api.channel(rules), port: settings.httpPort))
        }
        if let cards = settings.smartCards, let port = cards.port, let identity = settings.identity {
            servers.append(
                try server(
                    TLSChannel(
                        api.smartCardChannel(rules), tlsConfiguration: identity.configuration(demanding: cards.roots)),
                    port: port))
        }
        if let identity = settings.identity { servers.append(CertificateRenewal(identity: identity, logger: logger)) }
        return servers
    }

    private func server(_ channel: some ServerChildChannel, port: Int) -> any Service {
        channel.server(
            configuration: ServerConfiguration(
                address: .hostname(settings.httpHost, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(settings.maximumConnections)),
            eventLoopGroup: EventLoopGroupProvider.singleton.eventLoopGroup, logger: logger)
    }

    func serviceState(_ metrics: PrometheusMetrics) -> ServiceState {
        let began = Date()
        return ServiceState(
            metrics: {
                var gauges: [GaugeValue] = []
                let pool = pool.gauges
                gauges.append(GaugeValue("http_connections", Double(connections.count)))
                gauges.append(GaugeValue("db_pool_in_use", Double(pool.inUse)))
                gauges.append(GaugeValue("db_pool_waiting", Double(pool.waiting)))
                if let summary = try? await intermediary.summaries.showAll() { gauges += summary.gauges }
                if let identity = settings.identity {
                    gauges.append(
                        GaugeValue("tls_certificate_expires_at_seconds", Double(identity.expiresAtUnixSeconds)))
                }
                if let state = intermediary.store.replica?.state {
                    gauges.append(GaugeValue("quietanza_replica_up", state == .serving ? 1 : 0))
                }
                gauges += GaugeValue.ofProcess(startedAt: began, version: Server.version)
                return metrics.text(gauges: gauges)
            }, migrationsAreCurrent: { try await migrator.isCurrent })
    }
}

extension SmartCardSettings {
    fileprivate func trust(_ proxies: TrustedProxies) -> SmartCardTrust {
        SmartCardTrust(authorities: authorities, policies: policies, header: header, isTrustedProxy: proxies.contains)
    }
}

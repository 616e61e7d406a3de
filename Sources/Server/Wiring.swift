import API
import CoreMetrics
import Documents
import Foundation
import Gateways
import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Operations
import PagoPA
import Postgres
import Seals
import Storage

/// Every part in its place, made from the settings.
struct Wiring: Sendable {
    let settings: Settings
    let logger: Logger
    let pool: Pool
    let intermediary: Intermediary
    let connections: Connections
    private let portal: PSPPortal
    private let mail: MailGateway?

    init(_ settings: Settings, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        connections = Connections(
            maximumPerAddress: settings.maximumConnectionsPerAddress, exempting: settings.trustedProxies)
        pool = Pool(configuration: Self.poolConfiguration(settings), logger: logger)
        let policy = try settings.outboundPolicy ?? OutboundPolicy(allowing: [])
        let portal = PSPPortal(policy: policy) { Self.now().unixSeconds }
        let mail = settings.mailServer.map { MailGateway(server: $0) }
        let drawing = try ReceiptPDF(fontDirectory: settings.fontDirectory)
        self.portal = portal
        self.mail = mail
        intermediary = Intermediary(
            store: Store(pool: pool),
            outside: Outside(
                startPayment: { try await portal.start($0) },
                deliver: { message, from, to, timeout in
                    guard let mail else { throw MailFailure.unreachable("no mail server is configured") }
                    try await mail.send(message, from: from, to: to, timeoutMilliseconds: timeout)
                }, checkURL: { try policy.check($0) }, drawReceipt: { try await drawing.draw($0) }),
            settings: Intermediary.Settings(
                publicURL: settings.publicURL,
                mailFrom: try settings.mailFrom ?? EmailAddress("quietanza@localhost"),
                attemptLifeSeconds: settings.attemptLifeSeconds,
                checksCreditorTaxCodes: settings.checksCreditorTaxCodes, privacyVersion: settings.privacyVersion,
                termsVersion: settings.termsVersion),
            logger: logger, clock: { Self.now() })
    }

    static func poolConfiguration(_ settings: Settings) -> PoolConfiguration {
        PoolConfiguration(url: settings.databaseURL, maximumConnections: settings.databasePoolSize)
    }

    static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    var migrator: Migrator {
        Migrator(
            configuration: Self.poolConfiguration(settings), folder: settings.resourcesDirectory + "/migrations",
            logger: logger)
    }

    func close() async {
        portal.stop()
        mail?.stop()
        intermediary.passwords.stop()
        await pool.shutdown()
    }

    static func logger(_ settings: Settings) -> Logger {
        let level = settings.logLevel
        let isJSON = settings.isJSONLog
        LoggingSystem.bootstrap { JSONLog(label: $0, level: level, isJSON: isJSON) }
        return Logger(label: "quietanza")
    }

    // MARK: HTTP

    func application(_ metrics: PrometheusMetrics, _ state: ServiceState) throws -> some ApplicationProtocol {
        let contract = try String(contentsOfFile: settings.resourcesDirectory + "/openapi.yaml", encoding: .utf8)
        var configuration = APIConfiguration(publicURL: settings.publicURL, contract: contract, version: Server.version)
        configuration.rateLimitPerMinute = settings.rateLimitPerMinute
        configuration.trustedProxies = settings.trustedProxies
        let api = try API(intermediary, configuration: configuration, service: state, logger: logger)
        var rules = api.wireRules(connections: connections)
        rules.requestDeadlineSeconds = Int64(settings.requestDeadlineSeconds)
        rules.exchangeDeadlineSeconds = Int64(settings.answerDeadlineSeconds)
        return Application(
            responder: api.router.buildResponder(), server: api.server(rules),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.httpHost, port: settings.httpPort),
                availableConnectionsDelegate: MaximumAvailableConnections(settings.maximumConnections)),
            logger: logger)
    }

    func serviceState(_ metrics: PrometheusMetrics) -> ServiceState {
        let began = Date()
        return ServiceState(
            metrics: {
                var gauges: [(name: String, value: Double)] = []
                let pool = pool.gauges
                gauges.append(("http_connections", Double(connections.count)))
                gauges.append(("db_pool_in_use", Double(pool.inUse)))
                gauges.append(("db_pool_waiting", Double(pool.waiting)))
                if let backlog = try? await intermediary.outboxBacklog() {
                    gauges.append(("outbox_pending", Double(backlog.pending)))
                    gauges.append(("outbox_oldest_age_seconds", Double(backlog.oldestAgeSeconds)))
                }
                gauges.append(("process_resident_memory_bytes", Double(residentBytes())))
                gauges.append(("process_start_time_seconds", began.timeIntervalSince1970.rounded()))
                return metrics.text(gauges: gauges)
                    + "# TYPE build_info gauge\nbuild_info{version=\"\(Server.version)\"} 1\n"
            }, migrationsAreCurrent: { try await migrator.isCurrent })
    }
}

/// Of this process, from the kernel's own account; 0 where it keeps none.
private func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
        let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return 0 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}

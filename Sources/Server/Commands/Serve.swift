import API
import ArgumentParser
import Foundation
import Hummingbird
import Logging
import Metrics
import Operations
import Prometheus
import ServiceLifecycle
import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the API and run background jobs until SIGTERM or SIGINT.")

    @OptionGroup var common: CommonOptions
    @Flag(
        name: .customLong("loops"), inversion: .prefixedNo,
        help: "Also run the background jobs in this process: send mail, expire attempts, delete expired data.")
    var runsBackgroundJobs = true

    func run() async throws {
        let settings = try await Settings.read(file: common.config, needing: [.database, .secrets, .mail])
        let logger = Wiring.logger(settings)
        let metrics = PrometheusMetrics(help: MetricHelp.texts)
        MetricsSystem.bootstrap(metrics)
        let wiring = try Wiring(settings, logger: logger)
        let state = wiring.serviceState(metrics)
        let keyCheck = SecretsKeyVerification(intermediary: wiring.intermediary, logger: logger)
        do { try await keyCheck.verify() } catch {
            await wiring.close()
            throw error
        }
        var services: [any Service] = [ChangeWatcher(intermediary: wiring.intermediary), keyCheck]
        services += try wiring.servers(state)
        services.append(
            Draining(
                state: state, intermediary: wiring.intermediary,
                graceSeconds: settings.shutdownGraceSeconds))
        if runsBackgroundJobs {
            services.insert(BackgroundJobs(intermediary: wiring.intermediary, logger: logger), at: 0)
        }
        try await runUntilStopped(services, logger: logger, graceSeconds: settings.shutdownGraceSeconds)
        await wiring.close()
        logger.info("stopped")
    }
}

struct BackgroundJobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loops", abstract: "Run the background jobs only: send mail, expire attempts, delete expired data."
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings.read(file: common.config, needing: [.database, .secrets, .mail])
        let logger = Wiring.logger(settings)
        let metrics = PrometheusMetrics(help: MetricHelp.texts)
        MetricsSystem.bootstrap(metrics)
        let wiring = try Wiring(settings, logger: logger)
        var services: [any Service] = [BackgroundJobs(intermediary: wiring.intermediary, logger: logger)]
        if let port = settings.backgroundJobPort {
            let state = wiring.serviceState(metrics)
            services += [
                try wiring.backgroundJobServer(state, port: port),
                Draining(
                    state: state, intermediary: wiring.intermediary,
                    graceSeconds: settings.shutdownGraceSeconds),
            ]
        }
        try await runUntilStopped(services, logger: logger, graceSeconds: settings.shutdownGraceSeconds)
        await wiring.close()
    }
}

/// The first step of a graceful shutdown; services stop in reverse order. `/ready` returns 503, waiting long polls are answered, streams of
/// events end, and each response closes its connection. After the grace period, in which load balancers notice, the servers stop accepting.
private struct Draining: Service {
    let state: ServiceState
    let intermediary: Intermediary
    let graceSeconds: Int

    func run() async throws {
        try? await gracefulShutdown()
        state.drain()
        await intermediary.attempts.watch.drain()
        await intermediary.events.watch.drain()
        if graceSeconds > 0 { try? await Task.sleep(for: .seconds(graceSeconds)) }
    }
}

/// The time limit for running requests after the servers stop accepting. It exceeds the longest request, the start of a payment.
private let drainSeconds = 10

private func runUntilStopped(_ services: [any Service], logger: Logger, graceSeconds: Int = 0) async throws {
    // At debug level the service group logs all fields of its services, including the database password.
    var logger = logger
    logger.logLevel = max(logger.logLevel, .info)
    var configuration = ServiceGroupConfiguration(
        services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(graceSeconds + drainSeconds)
    configuration.maximumCancellationDuration = .seconds(4)
    try await ServiceGroup(configuration: configuration).run()
}

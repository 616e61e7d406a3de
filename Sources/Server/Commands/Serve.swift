import API
import ArgumentParser
import Foundation
import Hummingbird
import Logging
import Metrics
import Operations
import ServiceLifecycle
import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the API and run the loops until told to stop (SIGTERM, SIGINT).")

    @OptionGroup var common: CommonOptions
    @Flag(inversion: .prefixedNo, help: "Send mail, expire attempts and sweep in this process too.")
    var loops = true

    func run() async throws {
        let settings = try await Settings.read(file: common.config, needing: [.database, .secrets, .mail])
        let logger = Wiring.logger(settings)
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        let wiring = try Wiring(settings, logger: logger)
        let state = wiring.serviceState(metrics)
        let keyCheck = SecretsKeyVerification(intermediary: wiring.intermediary, logger: logger)
        do { try await keyCheck.verify() } catch {
            await wiring.close()
            throw error
        }
        var services: [any Service] = [AttemptNews(intermediary: wiring.intermediary), keyCheck]
        services += try wiring.servers(state)
        services.append(
            Draining(
                state: state, attemptWatch: wiring.intermediary.attemptWatch,
                graceSeconds: settings.shutdownGraceSeconds))
        if loops { services.insert(Loops(intermediary: wiring.intermediary, logger: logger), at: 0) }
        try await runUntilStopped(services, logger: logger, graceSeconds: settings.shutdownGraceSeconds)
        await wiring.close()
        logger.info("stopped")
    }
}

struct LoopsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loops", abstract: "Run the loops alone: mail, expiry, sweeping.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings.read(file: common.config, needing: [.database, .secrets, .mail])
        let logger = Wiring.logger(settings)
        let wiring = try Wiring(settings, logger: logger)
        try await runUntilStopped([Loops(intermediary: wiring.intermediary, logger: logger)], logger: logger)
        await wiring.close()
    }
}

/// The first step of a graceful shutdown; services end in the reverse of their order. `/ready` turns 503, waiting long polls are
/// answered, and each response closes its connection. Load balancers have the grace to notice; then the servers stop accepting.
private struct Draining: Service {
    let state: ServiceState
    let attemptWatch: AttemptWatch
    let graceSeconds: Int

    func run() async throws {
        try? await gracefulShutdown()
        state.drain()
        await attemptWatch.drain()
        if graceSeconds > 0 { try? await Task.sleep(for: .seconds(graceSeconds)) }
    }
}

/// How long requests under way may take once the servers stop accepting; longer than the longest, a payment's start.
private let drainSeconds = 10

private func runUntilStopped(_ services: [any Service], logger: Logger, graceSeconds: Int = 0) async throws {
    // In its debug lines the group describes its services to the last field, the database's password among them.
    var logger = logger
    logger.logLevel = max(logger.logLevel, .info)
    var configuration = ServiceGroupConfiguration(
        services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(graceSeconds + drainSeconds)
    configuration.maximumCancellationDuration = .seconds(4)
    try await ServiceGroup(configuration: configuration).run()
}

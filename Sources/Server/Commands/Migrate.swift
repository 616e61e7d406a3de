import ArgumentParser
import Foundation
import Logging
import Operations
import Postgres
import Storage

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Apply pending migrations; safe to repeat and to run concurrently.")

    @OptionGroup var common: CommonOptions
    @Flag(help: "Only print what would be applied.")
    var dryRun = false

    func run() async throws {
        let settings = try await Settings.read(file: common.config)
        let wiring = try Wiring(
            settings,
            logger: Logger(label: "quietanza", factory: { JSONLog(label: $0, level: .warning, isJSON: false) }))
        if dryRun {
            let pending = try await wiring.migrator.pending()
            for file in pending { printLine(file.name) }
            if pending.isEmpty { printLine("No migration is pending.") }
        } else {
            try await migrate(wiring)
        }
        await wiring.close()
    }

    /// Creates the role first, then rights that a restore lost, then runs the migrations, whose policies are recorded for the
    /// next restore.
    private func migrate(_ wiring: Wiring) async throws {
        let store = wiring.intermediary.store
        do {
            try await store.prepareRoles()
            let repaired = try await store.repairAccess()
            for right in repaired { printLine("restored \(right)") }
            let applied = try await wiring.migrator.migrate()
            for migration in applied { printLine("applied \(migration.name)") }
            if !applied.isEmpty { try await store.recordAccess() }
            try await store.verifyAccess()
            if try await store.continueEvents() { printLine("continued the order of events after a restore") }
            let encrypted = try await wiring.intermediary.secrets.encryptStored()
            if encrypted > 0 { printLine("encrypted \(encrypted) webhook secrets") }
            if applied.isEmpty, repaired.isEmpty, encrypted == 0 {
                printLine("The database is up to date.")
            }
        } catch let error as DatabaseAccessError {
            await wiring.close()
            throw ValidationError("\(error)")
        } catch let error as SecretsKeyFailure {
            await wiring.close()
            throw ValidationError("\(error)")
        }
    }
}

struct CheckConfig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config", abstract: "Report all configuration errors together; values are not printed.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        _ = try await Settings.read(file: common.config, needing: [.database, .secrets, .mail])
        printLine("The configuration is valid.")
    }
}

/// Prints a line to standard output.
func printLine(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

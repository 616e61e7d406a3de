import ArgumentParser
import Foundation
import Logging
import Operations
import Postgres
import Storage

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database up to date; safe to run again, and by several at once.")

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
            for file in pending { tell(file.name) }
            if pending.isEmpty { tell("No migration is pending.") }
        } else {
            try await migrate(wiring)
        }
        await wiring.close()
    }

    /// The role first, then what a restore lost, then the migrations, whose policies are recorded for the next restore.
    private func migrate(_ wiring: Wiring) async throws {
        let store = wiring.intermediary.store
        do {
            try await store.prepareRole()
            let repaired = try await store.repairAccess()
            for right in repaired { tell("restored \(right)") }
            let applied = try await wiring.migrator.migrate()
            for migration in applied { tell("applied \(migration.name)") }
            if !applied.isEmpty { try await store.recordAccess() }
            try await store.verifyAccess()
            let encrypted = try await wiring.intermediary.encryptStoredSecrets()
            if encrypted > 0 { tell("encrypted \(encrypted) webhook secrets") }
            if applied.isEmpty, repaired.isEmpty, encrypted == 0 { tell("The database is up to date.") }
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
        commandName: "check-config", abstract: "Tell every fault of the configuration at once; prints no value.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        _ = try await Settings.read(file: common.config, needing: [.database, .secrets, .mail])
        tell("The configuration is complete and well formed.")
    }
}

/// A line for the person or program at the other end.
func tell(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

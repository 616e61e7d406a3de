import ArgumentParser
import Foundation
import Logging
import Postgres

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database up to date; safe to run again, and by several at once.")

    @OptionGroup var common: CommonOptions
    @Flag(help: "Only tell what would be applied.")
    var dryRun = false

    func run() async throws {
        let settings = try await Settings.read(file: common.config)
        let wiring = try Wiring(
            settings,
            logger: Logger(label: "quietanza", factory: { JSONLog(label: $0, level: .warning, isJSON: false) }))
        if dryRun {
            for file in try await wiring.migrator.pending() { tell(file.name) }
        } else {
            let applied = try await wiring.migrator.migrate()
            for migration in applied { tell("applied \(migration.name)") }
            if applied.isEmpty { tell("The database is up to date.") }
        }
        await wiring.close()
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

import ArgumentParser
import Foundation
import Logging
import Postgres
import Storage

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Check a database, for example after a restore: migrations, the role's rights, evidence, and a checksum of each table.",
        discussion: """
            Run it before a backup and after the restore and compare the two outputs (docs/backup.md). It reads every row and changes \
            nothing; progress goes to standard error. The exit status is 0 only when every check holds.
            """)

    @OptionGroup var common: CommonOptions

    /// Reading a large table takes longer than the timeout of requests.
    static let statementTimeoutMilliseconds = 3_600_000

    func run() async throws {
        let settings = try await Settings.read(file: common.config)
        let logger = Logger(label: "quietanza", factory: { JSONLog(label: $0, level: .error, isJSON: false) })
        let wiring = try Wiring(settings, logger: logger)
        var patient = PoolConfiguration(url: settings.databaseURL, maximumConnections: 1)
        patient.statementTimeoutMilliseconds = Self.statementTimeoutMilliseconds
        patient.answerTimeoutMilliseconds = Self.statementTimeoutMilliseconds
        let pool = Pool(configuration: patient, logger: logger)
        let faults: [String]
        do {
            faults = try await check(Store(pool: pool), wiring.migrator)
        } catch {
            await pool.shutdown()
            await wiring.close()
            throw error
        }
        await pool.shutdown()
        await wiring.close()
        guard faults.isEmpty else { throw ValidationError(faults.joined(separator: "\n")) }
    }

    /// - Returns: the failed checks, in words for the operator.
    private func check(_ store: Store, _ migrator: Migrator) async throws -> [String] {
        var faults: [String] = []
        let pending = try await migrator.pending()
        if !pending.isEmpty {
            faults.append("Migrations are missing: \(pending.map(\.name).joined(separator: ", ")).")
        }
        do { try await store.verifyAccess() } catch { faults.append("\(error)") }
        let damaged = try await store.countDamagedEvidence()
        if damaged > 0 { faults.append("\(damaged) RTs do not have the SHA-256 of their bytes.") }
        let summaries = try await store.summarizeTables { table in
            FileHandle.standardError.write(Data("reading \(table)\n".utf8))
        }
        for summary in summaries { printLine("\(summary.table) rows=\(summary.rows) checksum=\(summary.checksum)") }
        return faults
    }
}

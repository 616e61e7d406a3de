import Foundation

/// A file `NNNN_noun.sql` of the migrations folder.
package struct MigrationFile: Sendable, Equatable {
    package let version: Int
    /// `0001_creditors.sql`
    package let name: String
    let text: String

    /// Whether the first line is `-- no transaction`: its one statement (CREATE INDEX CONCURRENTLY …) then runs outside a
    /// transaction.
    var runsAlone: Bool {
        text.prefix { !$0.isNewline }.trimmingCharacters(in: .whitespaces) == "-- no transaction"
    }

    /// Whether a line `-- breaks older builds` precedes the first statement: builds that lack this file cannot work with its
    /// schema and report that they are not ready. Without the line, older builds run beside a newer one, as they do during a
    /// rolling update or after a rollback.
    var breaksOlderBuilds: Bool {
        text.split(whereSeparator: \.isNewline)
            .prefix { $0.hasPrefix("--") }
            .contains { $0.trimmingCharacters(in: .whitespaces) == "-- breaks older builds" }
    }

    /// All files of the folder in order. Numbers start at 1, increase, and may have gaps.
    static func all(in folder: String) throws -> [MigrationFile] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".sql") }.sorted()
        } catch {
            throw MigrationError.unreadable(folder)
        }
        let files = try names.map { try MigrationFile(name: $0, folder: folder) }
        var previous = 0
        for file in files {
            guard file.version > previous, previous > 0 || file.version == 1 else {
                throw MigrationError.misnumbered(expected: previous + 1, found: file.name)
            }
            previous = file.version
        }
        return files
    }

    private init(name: String, folder: String) throws {
        let digits = name.prefix(4)
        guard digits.count == 4, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let version = Int(digits),
            name.dropFirst(4).hasPrefix("_")
        else { throw MigrationError.misnamed(name) }
        guard let data = FileManager.default.contents(atPath: folder + "/" + name),
            let text = String(validating: data, as: UTF8.self), !text.utf8.contains(0)
        else { throw MigrationError.unreadable(name) }
        self.version = version
        self.name = name
        self.text = text
    }
}

/// A migration that was applied to the database.
package struct AppliedMigration: Sendable, Equatable {
    package let version: Int
    package let name: String
    /// SHA-256 of the file's bytes, in hexadecimal.
    package let checksum: String
    package let appliedAt: Microseconds
    /// Whether builds that lack this migration must not use the database.
    package let breaksOlderBuilds: Bool
}

/// The reason why a migration failed.
package enum MigrationError: Error, Equatable, CustomStringConvertible {
    case unreadable(String)
    case misnamed(String)
    case misnumbered(expected: Int, found: String)
    case edited(String)
    case missing(String)
    /// The file is not applied although a file with a higher number is, so it would never be applied.
    case late(String)
    /// Another migrator held the lock until our wait timed out.
    case busy
    /// The file ended its own transaction, so an operator must check which changes it committed.
    case unfinished(String)
    case failed(name: String, PostgresError)

    package var description: String {
        switch self {
        case .unreadable(let path): "migrations: \(path) cannot be read as UTF-8 text"
        case .misnamed(let name): "migrations: \(name) is not named NNNN_noun.sql"
        case .misnumbered(let expected, let found):
            "migrations: number \(expected) was expected but \(found) was found (a number used twice, or the first one missing)"
        case .edited(let name): "migrations: \(name) was edited after it was applied; write a new one instead"
        case .missing(let name):
            "migrations: \(name) was applied but is not in the folder: this build is too old for the database"
        case .late(let name):
            "migrations: \(name) has a lower number than an applied migration; give it a higher number"
        case .busy: "migrations: another instance is migrating this database and did not finish in time"
        case .unfinished(let name): "migrations: \(name) must not end its own transaction"
        case .failed(let name, let error): "migrations: \(name) failed: \(error)"
        }
    }
}

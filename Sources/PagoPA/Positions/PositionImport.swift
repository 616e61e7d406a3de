/// A file of positions that a creditor sent, and how much of it has been processed.
package struct PositionImport: Sendable, Equatable {
    package let id: Identifier<PositionImport>
    package let creditor: OrganizationTaxCode
    /// The key that sent the file. The positions are created in its name.
    package let key: APIKeyID
    /// Whether no position is created and only the outcomes are stored.
    package let isDryRun: Bool
    package var status: ImportStatus
    /// The number of rows; 0 until all of them have arrived.
    package var rows: Int
    /// The number of rows with each outcome.
    package var counts: [ImportOutcome: Int]
    package let createdAt: Instant
    package var updatedAt: Instant
    package var finishedAt: Instant?

    package init(
        id: Identifier<PositionImport>, creditor: OrganizationTaxCode, key: APIKeyID, isDryRun: Bool,
        status: ImportStatus, rows: Int = 0, counts: [ImportOutcome: Int] = [:], createdAt: Instant,
        updatedAt: Instant, finishedAt: Instant? = nil
    ) {
        self.id = id
        self.creditor = creditor
        self.key = key
        self.isDryRun = isDryRun
        self.status = status
        self.rows = rows
        self.counts = counts
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.finishedAt = finishedAt
    }

    /// The limits of one file. A creditor sends a longer one as several files.
    package static let maximumBytes = 32 * 1_024 * 1_024
    package static let maximumRows = 100_000
    package static let maximumRowBytes = 64 * 1_024
    /// How many imports of one key may be unfinished at a time.
    package static let maximumUnfinished = 5
}

package enum ImportStatus: String, TransitionTable {
    /// Rows are arriving. A file that does not arrive completely is deleted.
    case receiving
    /// The file has arrived completely. From now on its processing continues after any failure.
    case waiting
    case running
    case done
    /// The key was revoked before all rows were processed.
    case failed

    package enum Event: CaseIterable, Sendable {
        case received
        case claimed
        case finished
        case stopped
    }

    package func after(_ event: Event) -> ImportStatus? {
        switch (self, event) {
        case (.receiving, .received): .waiting
        case (.waiting, .claimed), (.running, .claimed): .running
        case (.running, .finished): .done
        case (.running, .stopped): .failed
        case (.receiving, _), (.waiting, _), (.running, _), (.done, _), (.failed, _): nil
        }
    }
}

package enum ImportOutcome: String, Sendable, CaseIterable {
    case created
    /// The same position exists; nothing was changed.
    case repeated
    case refused
}

/// A row as it is staged: a JSON object, or the reason why the row is none.
package struct StagedRow: Sendable, Equatable {
    /// The line of the file on which the row begins.
    package let line: Int
    package let content: Result<[UInt8], Fault>

    package init(line: Int, content: Result<[UInt8], Fault>) {
        self.line = line
        self.content = content
    }
}

/// A row and its outcome.
package struct ImportedRow: Sendable, Equatable {
    package let line: Int
    package let externalID: String?
    package let outcome: ImportOutcome
    package let position: Identifier<Position>?
    package let faults: [Fault]

    package init(
        line: Int, externalID: String?, outcome: ImportOutcome, position: Identifier<Position>? = nil,
        faults: [Fault] = []
    ) {
        self.line = line
        self.externalID = externalID
        self.outcome = outcome
        self.position = position
        self.faults = faults
    }
}

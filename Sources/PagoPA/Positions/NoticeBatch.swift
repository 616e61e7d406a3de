/// The notices of many positions of a creditor, which are drawn in the background and read as one archive.
package struct NoticeBatch: Sendable, Equatable {
    package let id: Identifier<NoticeBatch>
    package let creditor: OrganizationTaxCode
    /// The key that asked for it. The notices show what that key may see.
    package let key: APIKeyID
    package let language: Language
    package let status: NoticeBatchStatus
    /// The number of positions.
    package let total: Int
    /// The number of positions whose notice is drawn.
    package let made: Int
    /// The number of positions that have no notice.
    package let leftOut: Int
    package let createdAt: Instant
    package let updatedAt: Instant
    package let finishedAt: Instant?

    package init(
        id: Identifier<NoticeBatch>, creditor: OrganizationTaxCode, key: APIKeyID, language: Language,
        status: NoticeBatchStatus, total: Int, made: Int = 0, leftOut: Int = 0, createdAt: Instant,
        updatedAt: Instant, finishedAt: Instant? = nil
    ) {
        self.id = id
        self.creditor = creditor
        self.key = key
        self.language = language
        self.status = status
        self.total = total
        self.made = made
        self.leftOut = leftOut
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.finishedAt = finishedAt
    }

    package static let maximumPositions = 10_000
    /// How many positions a request may name; a filter selects up to `maximumPositions`.
    package static let maximumNamedPositions = 5_000
    /// How many batches of one creditor may be unfinished at a time.
    package static let maximumUnfinished = 2
    /// How long a batch is kept after its end.
    package static let lifeSeconds = 86_400

    /// When the batch is deleted; `nil` while it is unfinished.
    package var expiresAt: Instant? { finishedAt?.adding(seconds: Self.lifeSeconds) }
}

package enum NoticeBatchStatus: String, TransitionTable {
    case waiting
    case running
    case done
    /// The key was revoked before all notices were drawn.
    case failed

    package enum Event: CaseIterable, Sendable {
        case claimed
        case finished
        case stopped
    }

    package func after(_ event: Event) -> NoticeBatchStatus? {
        switch (self, event) {
        case (.waiting, .claimed), (.running, .claimed): .running
        case (.running, .finished): .done
        case (.running, .stopped): .failed
        case (.waiting, _), (.done, _), (.failed, _): nil
        }
    }
}

/// A position of a batch and what became of it.
package struct NoticeBatchItem: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case drawn(noticeNumber: NoticeNumber, pdf: [UInt8])
        /// Why there is no notice.
        case leftOut(String)
    }

    /// From 1, in the order of the batch.
    package let number: Int
    package let position: Identifier<Position>
    package let outcome: Outcome

    package init(number: Int, position: Identifier<Position>, outcome: Outcome) {
        self.number = number
        self.position = position
        self.outcome = outcome
    }
}

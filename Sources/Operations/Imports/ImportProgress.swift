import PagoPA
import Storage

/// What the rows of earlier batches mean for later ones.
struct ImportProgress: Sendable {
    /// The names of a dry run's rows so far, in the chunks before and in this one. The rows of another import are positions in the database.
    private var earlier = TakenNames()
    var own = TakenNames()
    /// The creditor has no free notice number left, so that no further row has to search for one.
    var isExhausted = false

    func position(_ externalID: String) -> TakenNames.Position? {
        own.position(externalID) ?? earlier.position(externalID)
    }

    func contains(_ draft: PositionDraft) -> Bool { own.contains(draft) || earlier.contains(draft) }

    /// The progress at the beginning of another chunk.
    var ofNextChunk: ImportProgress {
        var next = self
        next.own = TakenNames()
        return next
    }

    /// Adds what a chunk has become.
    mutating func add(_ chunk: ImportProgress) {
        earlier.add(chunk.own)
        isExhausted = isExhausted || chunk.isExhausted
    }
}

/// The external ids and IUVs of positions that are not in the database, or not yet.
struct TakenNames: Sendable {
    struct Position {
        let fingerprint: [UInt8]
        /// `nil` in a dry run.
        let id: Identifier<PagoPA.Position>?
    }

    private var positions: [String: Position] = [:]
    private var iuvs: Set<IUV> = []

    func position(_ externalID: String) -> Position? { positions[externalID] }
    func contains(_ draft: PositionDraft) -> Bool { !iuvs.isDisjoint(with: draft.givenIUVs) }

    mutating func add(_ request: RowRequest, _ id: Identifier<PagoPA.Position>?) {
        positions[request.draft.externalID] = Position(fingerprint: request.fingerprint, id: id)
        iuvs.formUnion(request.draft.givenIUVs)
    }

    mutating func add(positions stored: [String: PositionByExternalID]) {
        for (externalID, position) in stored {
            positions[externalID] = Position(fingerprint: position.fingerprint, id: position.id)
        }
    }

    mutating func add(iuvs used: Set<IUV>) { iuvs.formUnion(used) }

    mutating func add(_ other: TakenNames) {
        positions.merge(other.positions) { _, new in new }
        iuvs.formUnion(other.iuvs)
    }
}

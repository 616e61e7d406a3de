import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

/// Reads a staged row as the request of a single creation. The reader of JSON is part of the API, so the caller supplies it.
package typealias ImportRowReader =
    @Sendable (_ row: [UInt8], _ creditor: OrganizationTaxCode) -> Result<PositionDraft, RowFaults>

/// All violations of one row.
package struct RowFaults: Error, Equatable {
    package let faults: [Fault]

    package init(_ faults: [Fault]) { self.faults = faults }
}

/// An import that this process has claimed, with the key in whose name the positions are created.
struct ImportJob: Sendable {
    let claimed: ClaimedImport
    let caller: Caller

    var creditor: OrganizationTaxCode { claimed.file.creditor }
    var isDryRun: Bool { claimed.file.isDryRun }
    /// A row may create positions of its own creditor only.
    var tenancy: Tenancy { .only([creditor]) }
}

/// A row that can be read, as the request of a single creation.
struct RowRequest: Sendable {
    let line: Int
    let draft: PositionDraft
    let fingerprint: [UInt8]

    func result(_ outcome: ImportOutcome, _ position: Identifier<Position>? = nil, _ faults: [Fault] = [])
        -> ImportedRow
    {
        ImportedRow(line: line, externalID: draft.externalID, outcome: outcome, position: position, faults: faults)
    }
}

/// The rows of one transaction: a chunk, or a part of one.
struct ImportBatch: Sendable {
    let chunk: ImportChunk
    private(set) var requests: [RowRequest] = []
    /// Rows that cannot be read, with their outcomes.
    private(set) var refused: [ImportedRow] = []
    /// Whether all rows of the chunk have an outcome when these have one.
    private(set) var endsChunk = true

    init(_ chunk: ImportChunk, of creditor: OrganizationTaxCode, _ read: ImportRowReader) {
        self.chunk = chunk
        requests.reserveCapacity(chunk.rows.count)
        for row in chunk.rows {
            switch Self.draft(row, creditor, read) {
            case .success(let draft):
                requests.append(
                    RowRequest(line: row.line, draft: draft, fingerprint: SHA256.digest(draft.meaning)))
            case .failure(let faults):
                refused.append(ImportedRow(line: row.line, externalID: nil, outcome: .refused, faults: faults.faults))
            }
        }
    }

    private static func draft(
        _ row: ImportChunk.Row, _ creditor: OrganizationTaxCode, _ read: ImportRowReader
    ) -> Result<PositionDraft, RowFaults> {
        read(row.content, creditor).flatMap { draft in
            let faults = draft.faults()
            return faults.isEmpty ? .success(draft) : .failure(RowFaults(faults))
        }
    }

    /// Parts with at most so many requests. The first one has the rows that cannot be read, and the last one ends the chunk.
    func parts(ofAtMost count: Int) -> [ImportBatch] {
        guard requests.count > count else { return [self] }
        return stride(from: 0, to: requests.count, by: count).map { start in
            var part = self
            part.requests = Array(requests.dropFirst(start).prefix(count))
            if start > 0 { part.refused = [] }
            part.endsChunk = endsChunk && requests.count - start <= count
            return part
        }
    }

    /// Both halves of a batch of several requests.
    var halves: [ImportBatch] { parts(ofAtMost: (requests.count + 1) / 2) }
}

/// The external ids and the supplied IUVs of rows. Rows with a common name affect each other's outcome.
struct RowNames: Sendable {
    private let externalIDs: Set<String>
    private let iuvs: Set<IUV>

    init(_ batch: ImportBatch) {
        externalIDs = Set(batch.requests.map { $0.draft.externalID })
        iuvs = Set(batch.requests.flatMap { $0.draft.givenIUVs })
    }

    func overlap(_ other: RowNames) -> Bool {
        !externalIDs.isDisjoint(with: other.externalIDs) || !iuvs.isDisjoint(with: other.iuvs)
    }
}

extension PositionDraft {
    /// The IUVs that the creditor supplied, alone or within a notice number.
    var givenIUVs: [IUV] { installments.compactMap { $0.noticeNumber?.iuv ?? $0.iuv } }
}

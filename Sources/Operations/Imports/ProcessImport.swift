import Accounts
import Cryptography
import Logging
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

/// The rows of one transaction.
struct ImportBatch: Sendable {
    var requests: [RowRequest] = []
    /// Rows that cannot be read, with their outcomes.
    var refused: [ImportedRow] = []

    /// - Returns: both halves of the batch.
    var halves: [ImportBatch] {
        let half = requests.count / 2
        return [
            ImportBatch(requests: Array(requests.prefix(half)), refused: refused),
            ImportBatch(requests: Array(requests.dropFirst(half))),
        ]
    }
}

extension ImportOperations {
    /// Claims an import that waits or whose process has stopped, and processes its rows until all have an outcome.
    /// - Returns: whether there was one.
    package func processNext(reading read: ImportRowReader) async throws -> Bool {
        let now = clock()
        let claimed = try await store.transaction(within: .everyCreditor) { tx in
            tx.deleteUnreceivedImports(begunBefore: now.adding(seconds: -Self.receptionSeconds))
            return try await tx.claimImport(leaseSeconds: Self.leaseSeconds)
        }
        guard let claimed else { return false }
        do {
            try await Correlation.$id.withValue(claimed.file.id.description) { try await process(claimed, read) }
        } catch is ImportLeaseLost {
            logger.warning("another process continues the import", metadata: ["import": "\(claimed.file.id)"])
        } catch {
            // Not cancelled when the service stops. If the release fails too, the lease expires.
            await Task { [store] in
                try? await store.transaction(within: .everyCreditor) { tx in
                    tx.release(claimed, retryAfterSeconds: Self.retrySeconds)
                }
            }.value
            throw error
        }
        return true
    }

    private func process(_ claimed: ClaimedImport, _ read: ImportRowReader) async throws {
        let key = try await store.read(within: .everyCreditor, APIKeys.show(claimed.file.key))
        guard let key, key.revokedAt == nil else { return try await end(claimed, by: .stopped) }
        let job = ImportJob(claimed: claimed, caller: Caller(key: key))
        var progress = ImportProgress()
        while true {
            try Task.checkCancellation()
            let rows = try await store.read(
                within: job.tenancy,
                PositionImports.waiting(Self.batchRows(atClaim: claimed.claim), of: claimed.file.id))
            if rows.isEmpty { break }
            var batch = ImportBatch()
            for row in rows {
                switch row.request(of: job.creditor, read) {
                case .success(let request): batch.requests.append(request)
                case .failure(let faults):
                    batch.refused.append(
                        ImportedRow(line: row.line, externalID: nil, outcome: .refused, faults: faults.faults))
                }
            }
            try await store(batch, of: job, &progress)
        }
        try await end(claimed, by: .finished)
    }

    private func end(_ claimed: ClaimedImport, by event: ImportStatus.Event) async throws {
        let now = clock()
        try await store.transaction(within: .everyCreditor) { tx in tx.finish(claimed, by: event, at: now) }
        logger.info(
            "import ended", metadata: ["import": "\(claimed.file.id)", "event": "\(event)"])
    }
}

extension StagedRow {
    fileprivate func request(of creditor: OrganizationTaxCode, _ read: ImportRowReader) -> Result<
        RowRequest, RowFaults
    > {
        content.mapError { RowFaults([$0]) }.flatMap { read($0, creditor) }.flatMap { draft in
            let faults = draft.faults()
            guard faults.isEmpty else { return .failure(RowFaults(faults)) }
            return .success(RowRequest(line: line, draft: draft, fingerprint: SHA256.digest(draft.meaning)))
        }
    }
}

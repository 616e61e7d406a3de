import Accounts
import Logging
import PagoPA
import Requests
import Storage

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
        try await process(ImportJob(claimed: claimed, caller: Caller(key: key)), read)
        try await end(claimed, by: .finished)
    }

    /// Reads one chunk of rows after the other. While its rows are read, chunks before it are being stored.
    private func process(_ job: ImportJob, _ read: ImportRowReader) async throws {
        try await withThrowingTaskGroup(of: StoredChunk.self) { group in
            var progress = ImportProgress()
            // The names of the chunks that are being stored, by their first lines.
            var storing: [Int: RowNames] = [:]
            func awaitOne() async throws {
                guard let stored = try await group.next() else { return }
                storing[stored.firstLine] = nil
                progress.add(stored.progress)
            }
            var line = 0
            while let chunk = try await store.read(
                within: job.tenancy, PositionImports.chunk(after: line, of: job.claimed.file.id))
            {
                try Task.checkCancellation()
                line = chunk.firstLine
                let batch = ImportBatch(chunk, of: job.creditor, read)
                let names = RowNames(batch)
                // Of two rows with one name, the first one in the file is created. So the chunk of the second one waits.
                while storing.count >= Self.chunksAtOnce || storing.values.contains(where: { $0.overlap(names) }) {
                    try await awaitOne()
                }
                storing[line] = names
                let before = progress.ofNextChunk
                group.addTask { try await store(batch, of: job, before) }
            }
            while !storing.isEmpty { try await awaitOne() }
        }
    }

    /// Stores the outcomes of a chunk's rows in one transaction, or in several from the second claim on.
    private func store(_ chunk: ImportBatch, of job: ImportJob, _ before: ImportProgress) async throws -> StoredChunk {
        var progress = before
        for batch in chunk.parts(ofAtMost: Self.batchRows(atClaim: job.claimed.claim)) {
            try await store(batch, of: job, &progress)
        }
        return StoredChunk(firstLine: chunk.chunk.firstLine, progress: progress)
    }

    private func end(_ claimed: ClaimedImport, by event: ImportStatus.Event) async throws {
        let now = clock()
        try await store.transaction(within: .everyCreditor) { tx in tx.finish(claimed, by: event, at: now) }
        logger.info(
            "import ended", metadata: ["import": "\(claimed.file.id)", "event": "\(event)"])
    }
}

private struct StoredChunk: Sendable {
    let firstLine: Int
    let progress: ImportProgress
}

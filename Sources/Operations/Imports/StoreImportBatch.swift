import Accounts
import Logging
import PagoPA
import Requests
import Storage

/// What the rows of one batch become.
private struct Decisions {
    var new: [NewPosition] = []
    var results: [ImportedRow] = []
    /// The names of earlier rows of this chunk, and of positions in the database.
    var progress: ImportProgress
}

extension ImportOperations {
    /// Creates the positions of a batch and stores the outcomes of its rows, in one transaction. If the database rejects it, it is tried
    /// again, because then another request used an external id or a number at the same time; after that each half is tried alone, down to
    /// the row.
    func store(_ batch: ImportBatch, of job: ImportJob, _ progress: inout ImportProgress) async throws {
        var tries = 0
        while true {
            do {
                return try await store(batch, of: job, &progress, afterTries: tries)
            } catch StorageError.constraint where tries < NumberDraw.maximumTries {
                tries += 1
            } catch let error as StorageError {
                if case .fault = error, batch.requests.isEmpty { throw error }
                return try await divide(batch, of: job, &progress, after: error)
            } catch Refusal.noticeNumbersExhausted {
                return try await divide(batch, of: job, &progress, after: Refusal.noticeNumbersExhausted)
            }
        }
    }

    private func divide(
        _ batch: ImportBatch, of job: ImportJob, _ progress: inout ImportProgress, after error: any Error
    ) async throws {
        guard batch.requests.count <= 1 else {
            for half in batch.halves { try await store(half, of: job, &progress) }
            return
        }
        var results = batch.refused
        for request in batch.requests {
            results.append(request.result(.refused, nil, faults(of: request, after: error, job, &progress)))
        }
        try await record(results, of: batch, job)
    }

    /// The faults of a row that the database rejects alone.
    private func faults(
        of request: RowRequest, after error: any Error, _ job: ImportJob, _ progress: inout ImportProgress
    ) -> [Fault] {
        switch error {
        case StorageError.fault(let text):
            logger.error(
                "a row of an import cannot be stored",
                metadata: ["import": "\(job.claimed.file.id)", "line": "\(request.line)", "error": "\(text)"])
            return [Fault("", .notAllowed, "cannot be stored; the service logged the reason")]
        case Refusal.noticeNumbersExhausted:
            progress.isExhausted = true
            return CreationFailure.noticeNumbersExhausted.rowFaults
        default:
            // A number is used by another position that is created at the same time.
            let failure: CreationFailure =
                request.draft.needsNumbers
                ? .noticeNumbersExhausted : .noticeNumberTaken(pointer: request.draft.firstGivenNumber)
            return failure.rowFaults
        }
    }

    private func record(_ rows: [ImportedRow], of batch: ImportBatch, _ job: ImportJob) async throws {
        let now = clock()
        try await store.transaction(within: job.tenancy) { tx in
            try await record(rows, of: batch, job, in: tx, at: now)
        }
    }

    private func record(
        _ rows: [ImportedRow], of batch: ImportBatch, _ job: ImportJob, in tx: Transaction, at now: Instant
    ) async throws {
        try await tx.record(
            rows, ending: batch.endsChunk ? batch.chunk : nil, of: job.claimed, leaseSeconds: Self.leaseSeconds, at: now
        )
    }

    private func store(
        _ batch: ImportBatch, of job: ImportJob, _ progress: inout ImportProgress, afterTries tries: Int
    ) async throws {
        let now = clock()
        let before = progress
        let decisions = try await store.transaction(within: job.tenancy) { tx in
            let decisions = try await decide(batch, of: job, before, afterTries: tries, in: tx, at: now)
            if !job.isDryRun {
                tx.claimIUVs(of: decisions.new.flatMap(\.position.installments), creditor: job.creditor)
                tx.insert(decisions.new, by: job.caller.actor, at: now)
            }
            try await record(batch.refused + decisions.results, of: batch, job, in: tx, at: now)
            return decisions
        }
        if job.isDryRun { progress = decisions.progress }
    }

    private func decide(
        _ batch: ImportBatch, of job: ImportJob, _ progress: ImportProgress, afterTries tries: Int, in tx: Transaction,
        at now: Instant
    ) async throws -> Decisions {
        var decisions = Decisions(progress: progress)
        guard !batch.requests.isEmpty else { return decisions }
        let drafts = batch.requests.map(\.draft)
        let (creditor, debtTypes, stored, used, accounts, suspensions) = try await tx.ask(
            Creditors.show(job.creditor, within: job.tenancy),
            Creditors.debtTypes(of: job.creditor, within: job.tenancy),
            Positions.by(externalIDs: drafts.map(\.externalID), of: job.creditor),
            Positions.onInstallments(drafts.flatMap(\.givenIUVs), of: job.creditor),
            Accounts.of(Array(Set(drafts.flatMap(\.payees))).sorted()), Suspensions.of(job.creditor))
        guard let creditor else { throw Refusal.notFound }
        decisions.progress.own.add(positions: stored)
        decisions.progress.own.add(iuvs: used)
        var notices = try await self.notices(
            for: drafts.filter { stored[$0.externalID] == nil }, of: creditor, job, progress, afterTries: tries, in: tx
        )[...]
        for request in batch.requests {
            let draft = request.draft
            do throws(CreationFailure) {
                if let earlier = decisions.progress.position(draft.externalID) {
                    guard earlier.fingerprint == request.fingerprint else { throw .externalIDTaken }
                    decisions.results.append(request.result(.repeated, earlier.id))
                    continue
                }
                let debtType = try draft.checked(
                    debtTypes.first { $0.key == draft.debtTypeKey }, accounts, suspensions, at: now)
                if draft.needsNumbers, progress.isExhausted { throw .noticeNumbersExhausted }
                let count = draft.installments.count(where: \.isNumberedByUs)
                let position = try draft.position(
                    of: creditor, debtType, accounts, notices: Array(notices.prefix(count)), at: now)
                if decisions.progress.contains(draft) {
                    throw .noticeNumberTaken(pointer: draft.firstGivenNumber)
                }
                notices = notices.dropFirst(count)
                let id = job.isDryRun ? nil : position.id
                decisions.progress.own.add(request, id)
                decisions.new.append(NewPosition(position, fingerprint: request.fingerprint))
                decisions.results.append(request.result(.created, id))
            } catch {
                decisions.results.append(request.result(.refused, nil, error.rowFaults))
            }
        }
        return decisions
    }

    /// The numbers for these drafts. A dry run does not use up numbers, so its numbers are any that have the form of the creditor's.
    private func notices(
        for drafts: [PositionDraft], of creditor: Creditor, _ job: ImportJob, _ progress: ImportProgress,
        afterTries tries: Int, in tx: Transaction
    ) async throws -> [NoticeNumber] {
        if progress.isExhausted { return [] }
        let count = drafts.reduce(0) { $0 + $1.installments.count(where: \.isNumberedByUs) }
        if count == 0 { return [] }
        if job.isDryRun { return (0..<count).compactMap { try? creditor.noticeCodes.notice(base: UInt64($0) + 1) } }
        let draw = NumberDraw(count, afterTries: tries, cached: Positions.cachedIUVBases)
        return try await tx.notices(
            draw, from: try await tx.ask(Positions.nextIUVBases(draw.count, of: creditor.taxCode)), of: creditor)
    }
}

extension PositionDraft {
    fileprivate var needsNumbers: Bool { installments.contains(where: \.isNumberedByUs) }
}

extension CreationFailure {
    /// The violations of a row. A single creation reports the same.
    var rowFaults: [Fault] {
        switch self {
        case .faults(let faults): faults
        case .externalIDTaken:
            [Fault("/external_id", .alreadyUsed, "is the external id of another position with other content")]
        case .noticeNumberTaken(let pointer):
            [Fault(pointer, .alreadyUsed, "is already used by another position")]
        case .noticeNumbersExhausted:
            [Fault("/installments", .notAllowed, "needs notice numbers, and the creditor has no free one")]
        case .suspended(let suspension): [Fault("/debt_type", .wrongState, "is switched off: \(suspension.reason)")]
        }
    }
}

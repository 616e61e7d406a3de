import Accounts
import PagoPA
import Requests
import Storage

extension ImportOperations {
    /// Begins to receive a file.
    /// - Throws: `Refusal.invalid` for a creditor that the caller may not act for, `.tooManyImports`.
    package func begin(of creditor: OrganizationTaxCode, isDryRun: Bool, by caller: Caller) async throws
        -> PositionImport
    {
        let now = clock()
        let begun = PositionImport(
            id: newID(), creditor: creditor, key: caller.key.id, isDryRun: isDryRun, status: .receiving, createdAt: now,
            updatedAt: now)
        try await store.transaction(within: caller.tenancy) { tx in
            let (known, unfinished) = try await tx.ask(
                Creditors.show(creditor, within: caller.tenancy), PositionImports.unfinished(of: caller.key.id))
            guard known != nil else {
                throw Refusal.invalid([
                    Fault("creditor_tax_code", .unknownReference, "is not a creditor that this key may act for")
                ])
            }
            guard unfinished < PositionImport.maximumUnfinished else {
                throw Refusal.tooManyImports(maximum: PositionImport.maximumUnfinished)
            }
            tx.insert(begun)
        }
        return begun
    }

    /// Stages rows of the file in a transaction of their own, so that a slow sender occupies no connection.
    /// - Throws: `Refusal.notFound` if the import was deleted, because the file arrived too slowly.
    package func stage(_ rows: [StagedRow], of begun: PositionImport, by caller: Caller) async throws {
        try await store.transaction(within: caller.tenancy) { tx in
            guard try await tx.ask(PositionImports.show(begun.id, within: caller.tenancy)) != nil else {
                throw Refusal.notFound
            }
            tx.stage(rows, of: begun.id)
        }
    }

    /// Accepts a file that has arrived completely. If an unfinished import has the same rows, the result is that import, and this one is
    /// deleted.
    /// - Parameters:
    ///   - digest: of the rows of the file.
    ///   - refused: how many of the rows were refused when they were staged.
    package func accept(
        _ begun: PositionImport, digest: [UInt8], rows: Int, refused: Int, by caller: Caller,
        repeating: Repeating<PositionImport>?
    ) async throws -> Once<PositionImport> {
        let accepted = try await once(repeating, within: caller.tenancy) { tx, now in
            let (own, unfinished) = try await tx.ask(
                PositionImports.show(begun.id, within: caller.tenancy),
                PositionImports.unfinished(digest, of: begun.creditor, isDryRun: begun.isDryRun))
            if let unfinished { return unfinished }
            guard own != nil else { throw Refusal.notFound }
            tx.accept(begun.id, digest: digest, rows: rows, refused: refused, at: now)
            var accepted = begun
            accepted.status = .waiting
            accepted.rows = rows
            accepted.counts = [.refused: refused]
            accepted.updatedAt = now
            return accepted
        }
        if case .done(let found) = accepted, found.id == begun.id { return accepted }
        try await abandon(begun, by: caller)
        return accepted
    }

    /// Deletes a file that did not arrive completely, or that is not needed.
    package func abandon(_ begun: PositionImport, by caller: Caller) async throws {
        try await store.transaction(within: caller.tenancy) { tx in tx.deleteUnreceived(begun.id) }
    }
}

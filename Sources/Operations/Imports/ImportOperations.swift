import Accounts
import Logging
import PagoPA
import Requests
import Storage

/// Imports of positions: files that creditors send, whose rows a background job processes.
package struct ImportOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let logger: Logger

    /// How many chunks are stored at the same time. Another one is read meanwhile, so an import uses at most three connections.
    static let chunksAtOnce = 2
    /// How many rows one transaction processes at first, and at least. A chunk has no more rows.
    private static let batchRows = (first: 500, minimum: 10)
    /// A process that has stopped loses its import after this time, and another one continues it.
    static let leaseSeconds = 30
    /// How long after a failure, such as an unreachable database, an import waits.
    static let retrySeconds = 1
    /// A file that has not arrived completely within this time is deleted. It is longer than the deadline of an upload, so that only files of
    /// processes that have stopped remain until then.
    static let receptionSeconds = 600

    /// How many rows one transaction processes. Each further claim halves the number, because the batches of the claim before may have taken
    /// longer than a statement may, and would again.
    static func batchRows(atClaim number: Int) -> Int {
        max(batchRows.minimum, batchRows.first >> min(number - 1, 10))
    }

    /// Returns one page of imports, newest first.
    package func list(
        _ statuses: [ImportStatus], creditor: OrganizationTaxCode?, page: PageRequest, for caller: Caller
    ) async throws -> Page<PositionImport> {
        try await store.read(
            within: caller.tenancy,
            PositionImports.list(statuses, within: caller.tenancy.narrowed(to: creditor), page: page))
    }

    package func show(_ id: Identifier<PositionImport>, for caller: Caller) async throws -> PositionImport {
        guard let found = try await store.read(within: caller.tenancy, PositionImports.show(id, within: caller.tenancy))
        else { throw Refusal.notFound }
        return found
    }

    /// Returns one page of the rows with their outcomes, in the order of the file.
    package func listResults(
        of id: Identifier<PositionImport>, _ outcome: ImportOutcome?, page: PageRequest, for caller: Caller
    ) async throws -> Page<ImportedRow> {
        let (found, results) = try await store.read(
            within: caller.tenancy, PositionImports.show(id, within: caller.tenancy),
            PositionImports.results(of: id, outcome, page: page))
        guard found != nil else { throw Refusal.notFound }
        return results
    }
}

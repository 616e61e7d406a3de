import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

/// An import that this process has claimed.
package struct ClaimedImport: Sendable {
    package let file: PositionImport
    /// The number of this claim, from 1. It distinguishes the claim from later ones.
    package let claim: Int
}

/// Another process has claimed the import, because the lease of this one expired.
package struct ImportLeaseLost: Error {
    package init() {}
}

extension Transaction {
    /// Queues an import whose rows begin to arrive.
    package func insert(_ new: PositionImport) {
        send(
            """
            INSERT INTO position_imports (id, creditor_tax_code, api_key_id, is_dry_run, status, created_at, updated_at)
            VALUES (\(new.id.uuid), \(new.creditor.value), \(new.key.uuid), \(new.isDryRun), \(new.status.rawValue),
                \(new.createdAt.sql), \(new.updatedAt.sql))
            """)
    }

    /// Queues that the file has arrived completely.
    /// - Parameter refused: how many rows were refused when they were staged.
    package func accept(_ id: Identifier<PositionImport>, digest: [UInt8], rows: Int, refused: Int, at now: Instant) {
        send(
            """
            UPDATE position_imports SET \(change("status", by: .received, of: ImportStatus.self)), digest = \(digest),
                row_count = \(rows), refused = \(refused), updated_at = \(now.sql)
            WHERE id = \(id.uuid) AND \(fits("status", .received, of: ImportStatus.self))
            """)
    }

    /// Queues the deletion of a file that has not arrived completely.
    package func deleteUnreceived(_ id: Identifier<PositionImport>) {
        send("DELETE FROM position_imports WHERE id = \(id.uuid) AND status = 'receiving'")
    }

    /// Queues the deletion of files that began to arrive before this instant and did not arrive completely.
    package func deleteUnreceivedImports(begunBefore end: Instant) {
        send("DELETE FROM position_imports WHERE status = 'receiving' AND created_at < \(end.sql)")
    }

    /// Claims the oldest import that waits or whose lease has expired. A dry run that was interrupted starts again, because it has created no
    /// positions with which its further rows could be compared.
    package func claimImport(leaseSeconds: Int) async throws -> ClaimedImport? {
        let rows = try await query(
            """
            UPDATE position_imports i SET \(change("status", by: .claimed, of: ImportStatus.self)), claims = i.claims + 1,
                leased_until = clock_timestamp() + make_interval(secs => \(leaseSeconds)::integer)
            WHERE i.id = (SELECT id FROM position_imports
                WHERE status IN ('waiting', 'running') AND (leased_until IS NULL OR leased_until < clock_timestamp())
                ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING i.claims, \(PositionImports.columns)
            """)
        guard var row = rows.first else { return nil }
        let claim = try row.int()
        let claimed = ClaimedImport(file: try row.positionImport(), claim: claim)
        if claimed.file.isDryRun, claim > 1 { restart(claimed.file.id) }
        return claimed
    }

    private func restart(_ id: Identifier<PositionImport>) {
        send("DELETE FROM position_import_rows WHERE import_id = \(id.uuid) AND NOT is_unreadable")
        send(
            """
            UPDATE position_imports SET created = 0, repeated = 0,
                refused = (SELECT count(*) FROM position_import_rows WHERE import_id = \(id.uuid))
            WHERE id = \(id.uuid)
            """)
    }

    /// Stores the outcomes of rows, counts them and extends the lease.
    ///
    /// The outcomes are inserted, and each is counted only if its row had none. No table is joined with the outcomes: the plan of a join
    /// depends on statistics, and a table that was empty a second ago has none.
    /// - Parameter chunk: the chunk of which these are the last rows, which is deleted with this.
    /// - Throws: `ImportLeaseLost`; the transaction must then end without an effect.
    package func record(
        _ rows: [ImportedRow], ending chunk: ImportChunk?, of claimed: ClaimedImport, leaseSeconds: Int, at now: Instant
    ) async throws {
        if let chunk { end(chunk, of: claimed) }
        let counted = try await query(
            """
            WITH recorded AS (
                INSERT INTO position_import_rows (import_id, line, outcome, external_id, position_id, violations)
                SELECT \(claimed.file.id.uuid), o.line, o.outcome, NULLIF(o.external_id, ''),
                    NULLIF(o.position_id, \(Cursor.noID)::uuid), NULLIF(o.violations, '')::jsonb
                FROM unnest(\(rows.map(\.line))::integer[], \(rows.map(\.outcome.rawValue))::text[],
                    \(rows.map { $0.externalID ?? "" })::text[], \(rows.map { $0.position?.uuid ?? Cursor.noID })::uuid[],
                    \(rows.map { $0.faults.isEmpty ? "" : faultsText($0.faults) })::text[])
                    AS o(line, outcome, external_id, position_id, violations)
                ON CONFLICT ON CONSTRAINT position_import_rows_pkey DO NOTHING
                RETURNING outcome)
            UPDATE position_imports i SET created = i.created + n.created, repeated = i.repeated + n.repeated,
                refused = i.refused + n.refused, updated_at = \(now.sql),
                leased_until = clock_timestamp() + make_interval(secs => \(leaseSeconds)::integer)
            FROM (SELECT count(*) FILTER (WHERE outcome = 'created') AS created,
                    count(*) FILTER (WHERE outcome = 'repeated') AS repeated,
                    count(*) FILTER (WHERE outcome = 'refused') AS refused FROM recorded) AS n
            WHERE i.id = \(claimed.file.id.uuid) AND i.claims = \(claimed.claim)
            RETURNING 1
            """)
        if counted.isEmpty { throw ImportLeaseLost() }
    }

    /// Queues the end of the import with its journal entry. Nothing changes if another process has claimed it. A dry run has no entry,
    /// because it changes no data of the creditor.
    package func finish(_ claimed: ClaimedImport, by event: ImportStatus.Event, at now: Instant) {
        let id = claimed.file.id.uuid
        send(
            """
            WITH ended AS (
                UPDATE position_imports SET \(change("status", by: event, of: ImportStatus.self)), leased_until = NULL,
                    updated_at = \(now.sql), finished_at = \(now.sql)
                WHERE id = \(id) AND claims = \(claimed.claim) AND \(fits("status", event, of: ImportStatus.self))
                RETURNING id, creditor_tax_code, status, is_dry_run)
            INSERT INTO journal (at, kind, actor, correlation_id, creditor_tax_code, to_state, event, subject_id)
            SELECT \(now.sql), \(JournalKind.importEnded.rawValue), \(Actor.loop.description), \(Correlation.id),
                creditor_tax_code, status, \(EventType.importDone.rawValue), id
            FROM ended WHERE NOT is_dry_run
            """)
        notify(channel: Channels.events, payload: claimed.file.creditor.value)
        send(
            """
            DELETE FROM position_import_chunks WHERE import_id = \(id)
                AND EXISTS (SELECT FROM position_imports WHERE id = \(id) AND finished_at IS NOT NULL)
            """)
    }

    /// Queues the release of an import whose process stops or fails, so that another one need not wait for the end of the lease.
    package func release(_ claimed: ClaimedImport, retryAfterSeconds: Int) {
        send(
            """
            UPDATE position_imports SET leased_until = clock_timestamp() + make_interval(secs => \(retryAfterSeconds)::integer)
            WHERE id = \(claimed.file.id.uuid) AND claims = \(claimed.claim)
            """)
    }
}

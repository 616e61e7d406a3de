import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

/// A batch that this process has claimed.
package struct ClaimedNoticeBatch: Sendable {
    package let batch: NoticeBatch
    /// The number of this claim, from 1. It distinguishes the claim from later ones.
    package let claim: Int
}

/// Another process has claimed the batch, because the lease of this one expired.
package struct NoticeBatchLost: Error {
    package init() {}
}

/// A position of a batch that waits.
package struct WaitingNotice: Sendable, Equatable {
    package let number: Int
    package let position: Identifier<Position>
}

/// Queries for batches of notices.
package enum NoticeBatches {
    static let columns: SQL = """
        b.id, b.creditor_tax_code, b.api_key_id, b.language, b.status, b.total, b.made, b.left_out, b.created_at,
        b.updated_at, b.finished_at
        """

    package static func show(_ id: Identifier<NoticeBatch>, within tenancy: Tenancy) -> Query<NoticeBatch?> {
        Query(
            "SELECT \(columns) FROM notice_batches b WHERE b.id = \(id.uuid) AND \(tenancy.condition(on: .imports("b")))",
            row: { try $0.noticeBatch() })
    }

    /// How many batches of this creditor are unfinished. Requests that ask at the same time are answered one after the other, so that
    /// together they do not exceed the limit.
    package static func unfinished(of creditor: OrganizationTaxCode) -> Query<Int> {
        Query([
            "SELECT pg_advisory_xact_lock(hashtextextended('notice_batches ' || \(creditor.value), 0))",
            """
            SELECT count(*) FROM notice_batches
            WHERE status IN ('waiting', 'running') AND creditor_tax_code = \(creditor.value)
            """,
        ]) { answers in
            guard var row = answers[1].first else { return 0 }
            return try row.int()
        }
    }

    /// The next positions that wait, in order.
    package static func waiting(_ count: Int, in id: Identifier<NoticeBatch>) -> Query<[WaitingNotice]> {
        Query(
            """
            SELECT number, position_id FROM notice_batch_items
            WHERE batch_id = \(id.uuid) AND pdf IS NULL AND reason IS NULL ORDER BY number LIMIT \(count)
            """, rows: { WaitingNotice(number: try $0.int(), position: try $0.identifier()) })
    }

    /// One page of the positions that have no notice, in order.
    package static func leftOut(of id: Identifier<NoticeBatch>, page: PageRequest) -> Query<Page<NoticeBatchItem>> {
        items(of: id, where: "reason IS NOT NULL", page: page)
    }

    /// One page of the notices, in order.
    package static func notices(of id: Identifier<NoticeBatch>, page: PageRequest) -> Query<Page<NoticeBatchItem>> {
        items(of: id, where: "pdf IS NOT NULL", page: page)
    }

    private static func items(of id: Identifier<NoticeBatch>, where condition: SQL, page: PageRequest) -> Query<
        Page<NoticeBatchItem>
    > {
        let all: SQL = "batch_id = \(id.uuid) AND \(condition)"
        let after: SQL = page.after.map { " AND number > \($0.key)" } ?? ""
        return .page(
            page,
            of: Query<[NoticeBatchItem?]>(
                """
                SELECT number, position_id, notice_number, pdf, reason FROM notice_batch_items
                WHERE \(all)\(after) ORDER BY number LIMIT \(page.limit + 1)
                """, rows: { try $0.noticeBatchItem() }
            ).map { $0.compactMap(\.self) }, total: "SELECT count(*) FROM notice_batch_items WHERE \(all)",
            hasOnePlan: true,
            cursor: { Cursor(order: "notice_batch_items", key: Int64($0.number), id: Cursor.noID) })
    }
}

extension Transaction {
    /// Queues a batch of these positions.
    package func insert(_ batch: NoticeBatch, of positions: [Identifier<Position>]) {
        insert(batch)
        send(
            """
            INSERT INTO notice_batch_items (batch_id, number, position_id)
            SELECT \(batch.id.uuid), p.number, p.id
            FROM unnest(\(positions.map(\.uuid))::uuid[]) WITH ORDINALITY AS p(id, number)
            """)
    }

    private func insert(_ batch: NoticeBatch) {
        send(
            """
            INSERT INTO notice_batches (id, creditor_tax_code, api_key_id, language, status, total, created_at, updated_at)
            VALUES (\(batch.id.uuid), \(batch.creditor.value), \(batch.key.uuid), \(batch.language.rawValue),
                \(batch.status.rawValue), \(batch.total), \(batch.createdAt.sql), \(batch.updatedAt.sql))
            """)
    }

    /// Claims the oldest batch that waits or whose lease has expired.
    package func claimNoticeBatch(leaseSeconds: Int) async throws -> ClaimedNoticeBatch? {
        try await ask(
            Query(
                """
                UPDATE notice_batches b SET \(change("status", by: .claimed, of: NoticeBatchStatus.self)),
                    claims = b.claims + 1,
                    leased_until = clock_timestamp() + make_interval(secs => \(leaseSeconds)::integer)
                WHERE b.id = (SELECT id FROM notice_batches
                    WHERE status IN ('waiting', 'running') AND (leased_until IS NULL OR leased_until < clock_timestamp())
                    ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
                RETURNING b.claims, \(NoticeBatches.columns)
                """,
                row: { row in
                    let claim = try row.int()
                    return ClaimedNoticeBatch(batch: try row.noticeBatch(), claim: claim)
                }))
    }

    /// Stores outcomes, counts them and extends the lease.
    /// - Throws: `NoticeBatchLost`; the transaction must then end without an effect.
    package func record(_ items: [NoticeBatchItem], of claimed: ClaimedNoticeBatch, leaseSeconds: Int, at now: Instant)
        async throws
    {
        var made = 0
        for item in items {
            let (number, pdf, reason): (String?, [UInt8]?, String?)
            switch item.outcome {
            case .drawn(let notice, let bytes):
                (number, pdf, reason) = (notice.value, bytes, nil)
                made += 1
            case .leftOut(let why): (number, pdf, reason) = (nil, nil, why)
            }
            send(
                """
                UPDATE notice_batch_items SET notice_number = \(number), pdf = \(pdf), reason = \(reason)
                WHERE batch_id = \(claimed.batch.id.uuid) AND number = \(item.number)
                """)
        }
        let counted = try await execute(
            """
            UPDATE notice_batches SET made = made + \(made), left_out = left_out + \(items.count - made),
                updated_at = \(now.sql),
                leased_until = clock_timestamp() + make_interval(secs => \(leaseSeconds)::integer)
            WHERE id = \(claimed.batch.id.uuid) AND claims = \(claimed.claim)
            """)
        if counted != 1 { throw NoticeBatchLost() }
    }

    /// Queues the end of the batch. Nothing changes if another process has claimed it.
    package func finish(_ claimed: ClaimedNoticeBatch, by event: NoticeBatchStatus.Event, at now: Instant) {
        send(
            """
            UPDATE notice_batches SET \(change("status", by: event, of: NoticeBatchStatus.self)), leased_until = NULL,
                updated_at = \(now.sql), finished_at = \(now.sql)
            WHERE id = \(claimed.batch.id.uuid) AND claims = \(claimed.claim)
                AND \(fits("status", event, of: NoticeBatchStatus.self))
            """)
    }

    /// Queues the release of a batch whose process stops or fails, so that another one need not wait for the end of the lease.
    package func release(_ claimed: ClaimedNoticeBatch, retryAfterSeconds: Int) {
        send(
            """
            UPDATE notice_batches SET leased_until = clock_timestamp() + make_interval(secs => \(retryAfterSeconds)::integer)
            WHERE id = \(claimed.batch.id.uuid) AND claims = \(claimed.claim)
            """)
    }
}

extension Row {
    fileprivate mutating func noticeBatch() throws -> NoticeBatch {
        NoticeBatch(
            id: try identifier(), creditor: try organization(), key: try identifier(), language: try word(),
            status: try word(), total: try int(), made: try int(), leftOut: try int(), createdAt: try instant(),
            updatedAt: try instant(), finishedAt: try optionalInstant())
    }

    fileprivate mutating func noticeBatchItem() throws -> NoticeBatchItem? {
        let (number, position): (Int, Identifier<Position>) = (try int(), try identifier())
        let notice = try optionalValue { try NoticeNumber($0) }
        let (pdf, reason) = (try nextOptional([UInt8].self), try optionalText())
        if let reason { return NoticeBatchItem(number: number, position: position, outcome: .leftOut(reason)) }
        guard let notice, let pdf else { return nil }
        return NoticeBatchItem(number: number, position: position, outcome: .drawn(noticeNumber: notice, pdf: pdf))
    }
}

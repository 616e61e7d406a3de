import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

/// Queries for refunds.
package enum Refunds {
    package static func show(_ id: Identifier<Refund>, within tenancy: Tenancy, locking: Bool = false) -> Query<
        Refund?
    > {
        Query(
            """
            SELECT \(columns) FROM refunds f
            WHERE f.id = \(id.uuid) AND \(tenancy.condition(on: .refunds("f")))\(locking ? " FOR UPDATE OF f" as SQL : "")
            """, row: { try $0.refund() })
    }

    fileprivate static var columns: SQL {
        """
        f.id, f.receipt_id, f.anomaly_id, f.creditor_tax_code, f.amount_cents, f.status, f.day, f.reference, f.reason,
        f.decided_by, f.version, f.created_at, f.updated_at
        """
    }
}

extension Refunds {
    /// One page of refunds, newest first.
    package static func list(_ filter: RefundFilter, within tenancy: Tenancy, page: PageRequest) -> Query<
        Page<Refund>
    > {
        var conditions: [SQL] = []
        if !filter.statuses.isEmpty { conditions.append("f.status = ANY(\(filter.statuses.map(\.rawValue)))") }
        if let receipt = filter.receipt { conditions.append("f.receipt_id = \(receipt.uuid)") }
        return NewestFirst(table: "refunds", alias: "f", at: "created_at", rows: .refunds("f")).page(
            page, where: conditions, within: tenancy,
            select: { Query("SELECT \(columns) FROM \($0) \($1)", rows: { try $0.refund() }) },
            cursor: { Cursor(order: "refunds", key: $0.createdAt.microseconds, id: $0.id.uuid) })
    }
}

/// Queries for decisions of operators.
package enum Decisions {
    /// The last decision about a receipt that matches no installment; `nil` while the anomaly is open, or without a decision. The
    /// decision to accept its body instead of another one is ignored, because it does not say whether the receipt matches.
    package static func about(_ receipt: Identifier<Receipt>) -> Query<ReceiptDecision?> {
        Query<ReceiptDecision??>(
            """
            SELECT a.resolution, a.resolved_at, a.written_off_cents FROM anomalies a
            WHERE a.receipt_id = \(receipt.uuid)
                AND (a.kind <> 'receipt_conflict' OR a.resolution IS DISTINCT FROM 'accept')
            ORDER BY a.opened_at DESC, a.id DESC LIMIT 1
            """,
            row: { row in
                let resolution = try row.optionalText().flatMap(ResolutionKind.init)
                let at = try row.optionalInstant()
                let writtenOff = try row.optionalAmount()
                guard let resolution, let at else { return nil }
                return ReceiptDecision(resolution: resolution, decidedAt: at, writtenOff: writtenOff)
            }
        ).map { $0 ?? nil }
    }
}

extension Row {
    mutating func refund() throws -> Refund {
        Refund(
            id: try identifier(), receipt: try identifier(), anomaly: try optionalIdentifier(),
            creditor: try organization(), amount: try amount(), status: try word(), day: try date(),
            reference: try optionalText(), reason: try optionalText(), decidedBy: try text(), version: try int(),
            createdAt: try instant(), updatedAt: try instant())
    }
}

import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

extension AnomalyFilter {
    fileprivate var conditions: [SQL] {
        var all: [SQL] = []
        if let isOpen { all.append(isOpen ? "a.is_open" : "NOT a.is_open") }
        // A single kind uses an equality condition, so that its index returns the page in order.
        if let kind = kinds.first, kinds.count == 1 {
            all.append("a.kind = \(kind.rawValue)")
        } else if !kinds.isEmpty {
            all.append("a.kind = ANY(\(kinds.map(\.rawValue)))")
        }
        if let iuv { all.append("a.iuv = \(iuv.value)") }
        if let psp { all.append("a.psp_id = \(psp.value)") }
        if let amount { all.append("a.amount_cents = \(amount.cents)") }
        if let receipt { all.append("a.receipt_id = \(receipt.uuid)") }
        if let position { all.append("a.position_id = \(position.uuid)") }
        if let openedFrom { all.append("a.opened_at >= \(openedFrom.romeStart.sql)") }
        if let openedTo { all.append("a.opened_at < \(openedTo.nextDay.romeStart.sql)") }
        return all
    }
}

/// Queries for anomalies. An anomaly of a receipt in quarantine includes the installment that now has its creditor and IUV.
package enum Anomalies {
    package static func show(_ id: Identifier<Anomaly>, within tenancy: Tenancy, locking: Bool = false) -> Query<
        Anomaly?
    > {
        several(
            "\(select(from: "anomalies a")) WHERE a.id = \(id.uuid) AND \(tenancy.condition(on: .anomalies("a")))\(locking ? " FOR UPDATE OF a" as SQL : "")"
        ).map(\.first)
    }

    /// One page of anomalies, newest first.
    package static func list(_ filter: AnomalyFilter, within tenancy: Tenancy, page: PageRequest) -> Query<
        Page<Anomaly>
    > {
        NewestFirst(table: "anomalies", alias: "a", at: "opened_at", rows: .anomalies("a")).page(
            page, where: filter.conditions, within: tenancy,
            select: { several("\(select(from: $0)) \($1)") },
            cursor: { Cursor(order: "anomalies", key: $0.openedAt.microseconds, id: $0.id.uuid) })
    }

    /// The anomaly because of which this receipt is in quarantine, locked.
    package static func quarantine(of receipt: Identifier<Receipt>) -> Query<Anomaly?> {
        several(
            """
            \(select(from: "anomalies a"))
            WHERE a.receipt_id = \(receipt.uuid) AND a.is_open AND a.kind IN ('unknown_iuv', 'unknown_creditor')
            FOR UPDATE OF a
            """
        ).map(\.first)
    }

    /// - Parameter rows: anomalies under the alias `a`.
    private static func select(from rows: SQL) -> SQL {
        """
        SELECT a.id, a.kind, a.is_open, a.receipt_id, a.position_id, a.creditor_tax_code, a.iuv,
            a.psp_id, a.amount_cents,
            r.payer_tax_code IS NOT NULL OR r.payer_full_name IS NOT NULL, a.rt_id, a.opened_at, a.resolution, a.reason,
            a.resolved_at, a.resolved_by, a.written_off_cents, (SELECT f.id FROM refunds f WHERE f.anomaly_id = a.id),
            i.position_id, i.number, i.amount_cents, i.paid_at, i.iuv_generated,
            CASE WHEN a.kind = 'unreadable_rt' THEN (
                SELECT jsonb_path_query_array(u.violations, '$[0 to 9]')::text FROM unreadable_rts u WHERE u.anomaly_id = a.id) END
        FROM \(rows) LEFT JOIN receipts r ON r.id = a.receipt_id
            LEFT JOIN installments i ON a.is_open AND a.kind IN ('unknown_iuv', 'unknown_creditor')
                AND i.creditor_tax_code = a.creditor_tax_code AND i.iuv = a.iuv
        """
    }

    private static func several(_ sql: SQL) -> Query<[Anomaly]> {
        Query(
            sql,
            rows: { row in
                var anomaly = Anomaly(
                    id: try row.identifier(), kind: try row.word(), isOpen: try row.bool(),
                    receipt: try row.optionalIdentifier(), position: try row.optionalIdentifier(),
                    creditor: try row.optionalValue { try OrganizationTaxCode(unchecked: $0) },
                    iuv: try row.optionalValue { try IUV(unchecked: $0) },
                    psp: try row.optionalValue { try PSPID($0) }, amount: try row.optionalAmount(),
                    isPayerKnown: try row.bool(), conflictingBody: try row.optionalIdentifier(),
                    openedAt: try row.instant(), resolution: try row.resolution())
                anomaly.candidate = try row.candidate()
                anomaly.firstFaults = try row.optionalText().map(faults) ?? []
                return anomaly
            })
    }
}

extension Row {
    fileprivate mutating func candidate() throws -> MatchCandidate? {
        let position: Identifier<Position>? = try optionalIdentifier()
        let number = try optionalInt()
        let amount = try optionalAmount()
        let paidAt = try optionalInstant()
        let isIUVGenerated = try nextOptional(Bool.self)
        guard let position, let number, let amount, let isIUVGenerated else { return nil }
        return MatchCandidate(
            position: position, installmentNumber: number, amount: amount, paidAt: paidAt,
            isIUVGenerated: isIUVGenerated)
    }

    fileprivate mutating func resolution() throws -> Resolution? {
        let kind = try optionalText()
        let reason = try optionalText()
        let at = try optionalInstant()
        let actor = try optionalText()
        let writtenOff = try optionalAmount()
        let refund: Identifier<Refund>? = try optionalIdentifier()
        guard let kind = kind.flatMap(ResolutionKind.init), let reason, let at else { return nil }
        return Resolution(
            kind: kind, reason: reason, resolvedAt: at, resolvedBy: actor, writtenOff: writtenOff, refund: refund)
    }
}

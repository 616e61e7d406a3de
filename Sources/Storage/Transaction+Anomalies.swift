import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

extension AnomalyFilter {
    fileprivate var conditions: [SQL] {
        var all: [SQL] = []
        if let isOpen { all.append(isOpen ? "a.is_open" : "NOT a.is_open") }
        // One kind alone is compared as such, so that its own index gives the page in order.
        if let kind = kinds.first, kinds.count == 1 {
            all.append("a.kind = \(kind.rawValue)")
        } else if !kinds.isEmpty {
            all.append("a.kind = ANY(\(kinds.map(\.rawValue)))")
        }
        if let iuv { all.append("a.iuv = \(iuv.value)") }
        if let psp { all.append("a.psp_id = \(psp.value)") }
        if let receipt { all.append("a.receipt_id = \(receipt.uuid)") }
        if let position { all.append("a.position_id = \(position.uuid)") }
        if let openedFrom { all.append("a.opened_at >= \(openedFrom.romeStart.sql)") }
        if let openedTo { all.append("a.opened_at < \(openedTo.nextDay.romeStart.sql)") }
        return all
    }
}

extension Transaction {
    package func anomaly(
        _ id: Identifier<Anomaly>, within tenancy: Tenancy, locking: Bool = false
    ) async throws -> Anomaly? {
        try await anomalies(
            "\(Self.anomalyColumns) \(Self.anomalyTables("anomalies")) WHERE a.id = \(id.uuid) AND \(tenancy.condition(on: .anomalies("a")))\(locking ? " FOR UPDATE OF a" as SQL : "")"
        ).first
    }

    /// One page, newest first.
    package func anomalies(_ filter: AnomalyFilter, within tenancy: Tenancy, page: PageRequest) async throws -> Page<
        Anomaly
    > {
        let conditions = filter.conditions
        var paged = conditions
        if let after = page.after {
            paged.append("(a.opened_at, a.id) < (\(Microseconds(after.key))::timestamptz, \(after.id)::uuid)")
        }
        let rows = tenancy.merged(.anomalies("a")) { tenant in
            "SELECT a.* FROM anomalies a WHERE \(tenant) AND \(paged.conjunction) ORDER BY a.opened_at DESC, a.id DESC LIMIT \(page.limit + 1)"
        }
        let items = try await anomalies(
            "\(Self.anomalyColumns) \(Self.anomalyTables("(\(rows))")) ORDER BY a.opened_at DESC, a.id DESC LIMIT \(page.limit + 1)"
        )
        var total: Int?
        if page.includeTotal {
            let rows = try await query(
                "SELECT count(*) FROM anomalies a WHERE \(tenancy.condition(on: .anomalies("a"))) AND \(conditions.conjunction)"
            )
            if var row = rows.first { total = try row.int() }
        }
        let shown = Array(items.prefix(page.limit))
        let next = items.count > page.limit ? shown.last : nil
        return Page(
            items: shown, next: next.map { Cursor(order: "anomalies", key: $0.openedAt.microseconds, id: $0.id.uuid) },
            total: total)
    }

    /// The anomaly that keeps this receipt in quarantine, locked.
    package func quarantine(of receipt: Identifier<Receipt>) async throws -> Anomaly? {
        try await anomalies(
            """
            \(Self.anomalyColumns) \(Self.anomalyTables("anomalies"))
            WHERE a.receipt_id = \(receipt.uuid) AND a.is_open AND a.kind IN ('unknown_iuv', 'unknown_creditor')
            FOR UPDATE OF a
            """
        ).first
    }

    /// The same anomalies; those that keep a receipt in quarantine with the installment that now bears its creditor and IUV.
    package func withCandidates(_ anomalies: [Anomaly]) async throws -> [Anomaly] {
        let waiting = anomalies.filter { $0.isOpen && $0.kind.isQuarantine }
        guard !waiting.isEmpty else { return anomalies }
        let rows = try await query(
            """
            SELECT k.id, i.position_id, i.number, i.amount_cents, i.paid_at, i.iuv_generated
            FROM unnest(\(waiting.map(\.id.uuid))::uuid[], \(waiting.map { $0.creditor?.value ?? "" })::text[],
                \(waiting.map { $0.iuv?.value ?? "" })::text[]) AS k(id, creditor_tax_code, iuv)
            JOIN installments i ON i.creditor_tax_code = k.creditor_tax_code AND i.iuv = k.iuv
            """)
        var found: [Identifier<Anomaly>: MatchCandidate] = [:]
        for var row in rows {
            found[try row.identifier()] = MatchCandidate(
                position: try row.identifier(), installmentNumber: try row.int(), amount: try row.amount(),
                paidAt: try row.optionalInstant(), isIUVGenerated: try row.bool())
        }
        return anomalies.map { anomaly in
            var anomaly = anomaly
            anomaly.candidate = found[anomaly.id]
            return anomaly
        }
    }

    /// Queues an anomaly. The trigger `anomalies_psp` keeps its PSP that of its receipt.
    package func insert(_ anomaly: Anomaly) {
        send(
            """
            INSERT INTO anomalies (id, kind, receipt_id, position_id, creditor_tax_code, iuv, psp_id, amount_cents, rt_id,
                opened_at)
            VALUES (\(anomaly.id.uuid), \(anomaly.kind.rawValue), \(anomaly.receipt?.uuid), \(anomaly.position?.uuid),
                \(anomaly.creditor?.value), \(anomaly.iuv?.value), \(anomaly.psp?.value),
                \(anomaly.receipt == nil ? anomaly.amount?.cents : nil), \(anomaly.conflictingBody?.uuid), \(anomaly.openedAt.sql))
            """)
    }

    /// Queues which receipt an operator entered for an unreadable body; resolve the anomaly first.
    package func enter(
        _ id: Identifier<Anomaly>, as receipt: Identifier<Receipt>, creditor: OrganizationTaxCode, iuv: IUV
    ) {
        send(
            """
            UPDATE anomalies SET receipt_id = \(receipt.uuid),
                creditor_tax_code = coalesce(creditor_tax_code, \(creditor.value)), iuv = coalesce(iuv, \(iuv.value))
            WHERE id = \(id.uuid) AND NOT is_open
            """)
    }

    /// Queues that every conflict with the first receipt is one with the other, which replaced it; resolve the accepted one first.
    package func moveConflicts(of first: Identifier<Receipt>, to other: Identifier<Receipt>) {
        send(
            """
            UPDATE anomalies SET receipt_id = \(other.uuid)
            WHERE receipt_id = \(first.uuid) AND kind = 'receipt_conflict'
            """)
    }

    /// Queues the end of an open anomaly.
    package func resolve(
        _ id: Identifier<Anomaly>, _ resolution: Resolution, position: Identifier<Position>?, by actor: Actor
    ) {
        send(
            """
            UPDATE anomalies SET is_open = false, resolution = \(resolution.kind.rawValue), reason = \(resolution.reason),
                resolved_at = \(resolution.resolvedAt.sql), resolved_by = \(actor.description),
                written_off_cents = \(resolution.writtenOff?.cents),
                position_id = coalesce(\(position?.uuid), position_id)
            WHERE id = \(id.uuid) AND is_open
            """)
    }

    private static var anomalyColumns: SQL {
        """
        SELECT a.id, a.kind, a.is_open, a.receipt_id, a.position_id, a.creditor_tax_code, a.iuv,
            a.psp_id, coalesce(r.amount_cents, a.amount_cents),
            r.payer_tax_code IS NOT NULL OR r.payer_full_name IS NOT NULL, a.rt_id, a.opened_at, a.resolution, a.reason,
            a.resolved_at, a.resolved_by, a.written_off_cents, (SELECT f.id FROM refunds f WHERE f.anomaly_id = a.id)
        """
    }

    /// - Parameter rows: of anomalies.
    private static func anomalyTables(_ rows: SQL) -> SQL {
        "FROM \(rows) AS a LEFT JOIN receipts r ON r.id = a.receipt_id"
    }

    private func anomalies(_ sql: SQL) async throws -> [Anomaly] {
        try await query(sql).map { row in
            var row = row
            return Anomaly(
                id: try row.identifier(), kind: try row.word(), isOpen: try row.bool(),
                receipt: try row.optionalIdentifier(), position: try row.optionalIdentifier(),
                creditor: try row.optionalValue { try OrganizationTaxCode(unchecked: $0) },
                iuv: try row.optionalValue { try IUV(unchecked: $0) }, psp: try row.optionalValue { try PSPID($0) },
                amount: try row.optionalAmount(), isPayerKnown: try row.bool(),
                conflictingBody: try row.optionalIdentifier(), openedAt: try row.instant(),
                resolution: try row.resolution())
        }
    }
}

extension Row {
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

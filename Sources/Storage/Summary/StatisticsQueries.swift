import Accounts
import PagoPA
import Postgres
import Requests

extension Statistics.Group {
    /// The key of a row `r` of receipts, as text.
    fileprivate var key: SQL {
        switch self {
        case .day: "to_char(r.paid_at AT TIME ZONE 'Europe/Rome', 'YYYY-MM-DD')"
        case .creditor: "r.creditor_tax_code"
        case .debtType: "r.debt_type"
        case .psp: "r.psp_id"
        case .method: "r.payment_method"
        }
    }

    fileprivate var ordering: SQL {
        switch self {
        case .day: "key"
        case .creditor, .debtType, .psp, .method: "amount DESC, key"
        }
    }
}

/// Queries for statistics.
package enum StatisticsOfReceipts {
    /// Sums of the receipts that the archive lists for these days: `settled` and `anomaly`. It reads each of them, from the index of
    /// their creditors and days, or of the days alone.
    package static func by(_ group: Statistics.Group, in range: DayRange, within tenancy: Tenancy) -> Query<Statistics>
    {
        let found = Query(
            """
            SELECT is_total, key, receipts, amount, fee, refunded FROM (
                SELECT grouping(\(group.key)) = 1 AS is_total, \(group.key) AS key, count(*) AS receipts,
                    coalesce(sum(r.amount_cents), 0)::bigint AS amount, coalesce(sum(r.fee_cents), 0)::bigint AS fee,
                    coalesce(sum(r.refunded_cents), 0)::bigint AS refunded
                FROM receipts r
                WHERE r.status IN ('settled', 'anomaly') AND r.paid_at >= \(range.from.romeStart.sql)
                    AND r.paid_at < \(range.to.nextDay.romeStart.sql) AND \(tenancy.conditionForSums(on: .receipts("r")))
                GROUP BY GROUPING SETS ((\(group.key)), ())) AS sums
            ORDER BY is_total DESC, \(group.ordering) LIMIT \(Statistics.maximumRows + 1)
            """,
            rows: { row in
                (
                    isTotal: try row.bool(), key: try row.optionalText(),
                    sums: Statistics.Sums(
                        receipts: try row.int(), amountCents: try row.bigInteger(),
                        feeCents: try row.bigInteger(), refundedCents: try row.bigInteger())
                )
            })
        return found.map { rows in
            let nothing = Statistics.Sums(receipts: 0, amountCents: 0, feeCents: 0, refundedCents: 0)
            return Statistics(
                range: range,
                rows: rows.filter { !$0.isTotal }.map { Statistics.Row(key: $0.key, sums: $0.sums) },
                total: rows.first { $0.isTotal }?.sums ?? nothing)
        }.plannedForValues()
    }
}

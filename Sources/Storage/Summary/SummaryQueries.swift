import Accounts
import PagoPA
import Postgres
import Requests

/// Queries for the summary. Each reads an index of the rows that matter: what is open, pending or dead, or began in the last hour.
package enum Summaries {
    package static func anomalies(within tenancy: Tenancy) -> Query<[Summary.OpenAnomalies]> {
        Query(
            """
            SELECT a.kind, count(*), coalesce(sum(a.amount_cents), 0)::bigint, min(a.opened_at) FROM anomalies a
            WHERE a.is_open AND \(tenancy.conditionForSums(on: .anomalies("a"))) GROUP BY a.kind ORDER BY a.kind
            """,
            rows: { row in
                Summary.OpenAnomalies(
                    kind: try row.word(), count: try row.int(), amountCents: try row.bigInteger(),
                    oldestOpenedAt: try row.instant())
            })
    }

    package static func quarantine(within tenancy: Tenancy) -> Query<Summary.Backlog> {
        backlog(
            """
            SELECT count(*), coalesce(sum(r.amount_cents), 0)::bigint, min(r.received_at) FROM receipts r
            WHERE r.status = 'quarantined' AND \(tenancy.conditionForSums(on: .receipts("r")))
            """)
    }

    /// Refunds that were decided and not paid yet.
    package static func refunds(within tenancy: Tenancy) -> Query<Summary.Backlog> {
        backlog(
            """
            SELECT count(*), coalesce(sum(f.amount_cents), 0)::bigint, min(f.created_at) FROM refunds f
            WHERE f.status = 'decided' AND \(tenancy.conditionForSums(on: .refunds("f")))
            """)
    }

    package static func attempts(within tenancy: Tenancy, at now: Instant) -> Query<Summary.OpenAttempts> {
        let missing = now.adding(seconds: -Summary.stuckSeconds)
        return Query<Summary.OpenAttempts?>(
            """
            SELECT count(*), count(*) FILTER (WHERE a.status = 'in_progress'),
                count(*) FILTER (WHERE a.expires_at <= \(now.sql)
                    OR (a.status = 'in_progress' AND a.created_at <= \(missing.sql)))
            FROM payment_attempts a
            WHERE a.status IN ('created', 'redirected', 'in_progress') AND \(tenancy.conditionForSums(on: .attempts("a")))
            """,
            row: { Summary.OpenAttempts(count: try $0.int(), waitingForRT: try $0.int(), stuck: try $0.int()) }
        ).map { $0 ?? Summary.OpenAttempts(count: 0, waitingForRT: 0, stuck: 0) }.plannedForValues()
    }

    package static func mails(within tenancy: Tenancy) -> Query<Summary.Mails> {
        let own = tenancy.conditionForSums(on: .notifications("n"))
        return Query<Summary.Mails?>(
            """
            SELECT sum(part.pending)::bigint, min(part.oldest), (SELECT count(*) FROM notifications n
                WHERE n.state = 'dead' AND n.recipient IS NOT NULL AND \(own))
            FROM (
                SELECT count(*) AS pending, min(n.created_at) AS oldest FROM notifications n
                WHERE n.state IN ('queued', 'retrying') AND \(own)
                UNION ALL
                SELECT count(*), min(n.created_at) FROM notifications n WHERE n.state = 'sending' AND \(own)) AS part
            """,
            row: {
                Summary.Mails(pending: try $0.int(), oldestPendingAt: try $0.optionalInstant(), dead: try $0.int())
            }
        ).map { $0 ?? Summary.Mails(pending: 0, oldestPendingAt: nil, dead: 0) }.plannedForValues()
    }

    /// The PSPs of the attempts of the last hour. A failed attempt without the address of a portal was not started.
    package static func psps(within tenancy: Tenancy, at now: Instant) -> Query<[Summary.PSPActivity]> {
        let start = now.adding(seconds: -Summary.pspWindowSeconds)
        return Query(
            """
            SELECT a.psp_id, max(a.psp_business_name), count(*),
                count(*) FILTER (WHERE a.status = 'failed' AND a.redirect_url IS NULL),
                count(*) FILTER (WHERE a.status = 'failed' AND a.redirect_url IS NOT NULL),
                count(*) FILTER (WHERE a.status IN ('succeeded', 'partially_succeeded'))
            FROM payment_attempts a
            WHERE a.created_at >= \(start.sql) AND \(tenancy.conditionForSums(on: .attempts("a")))
            GROUP BY a.psp_id ORDER BY a.psp_id LIMIT \(Summary.maximumPSPs)
            """,
            rows: { row in
                Summary.PSPActivity(
                    psp: try row.value { try PSPID($0) }, businessName: try row.text(), attempts: try row.int(),
                    notStarted: try row.int(), refused: try row.int(), paid: try row.int())
            }
        ).plannedForValues()
    }

    private static func backlog(_ sql: SQL) -> Query<Summary.Backlog> {
        Query<Summary.Backlog?>(
            sql,
            row: {
                Summary.Backlog(
                    count: try $0.int(), amountCents: try $0.bigInteger(), oldestAt: try $0.optionalInstant())
            }
        ).map { $0 ?? Summary.Backlog(count: 0, amountCents: 0, oldestAt: nil) }.plannedForValues()
    }
}

/// Queries for background jobs.
package enum BackgroundJobStates {
    /// The state of each job that has run since the installation. Jobs that only a newer build has are left out.
    package static var all: Query<[BackgroundJobState]> {
        Query<[BackgroundJobState?]>(
            "SELECT job, interval_seconds, ran_at, failed_at FROM background_jobs ORDER BY job",
            rows: { row in
                let job = BackgroundJob(rawValue: try row.text())
                let interval = try row.int()
                let ranAt = try row.optionalInstant()
                let failedAt = try row.optionalInstant()
                return job.map {
                    BackgroundJobState(job: $0, intervalSeconds: interval, ranAt: ranAt, failedAt: failedAt)
                }
            }
        ).map { $0.compactMap(\.self) }
    }
}

extension Transaction {
    /// Queues that a job ran, or that it failed, at this moment of the database's clock.
    package func note(_ job: BackgroundJob, intervalSeconds: Int, hasFailed: Bool) {
        let ranAt: SQL = hasFailed ? "NULL" : "now()"
        let failedAt: SQL = hasFailed ? "now()" : "NULL"
        send(
            """
            INSERT INTO background_jobs AS b (job, interval_seconds, ran_at, failed_at)
            VALUES (\(job.rawValue), \(intervalSeconds), \(ranAt), \(failedAt))
            ON CONFLICT (job) DO UPDATE SET interval_seconds = EXCLUDED.interval_seconds,
                ran_at = coalesce(EXCLUDED.ran_at, b.ran_at), failed_at = coalesce(EXCLUDED.failed_at, b.failed_at)
            """)
    }
}

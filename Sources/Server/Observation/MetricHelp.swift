/// One line about each metric, for `# HELP`. A metric that is missing here is exported without one.
enum MetricHelp {
    static let texts: [String: String] = [
        "anomalies_open": "Open anomalies by kind; an operator or the creditor must decide about each.",
        "anomalies_open_cents": "Sum of the amounts of the open anomalies by kind, in euro cents.",
        "background_job_alive": "1 while the job runs and succeeds on at least one instance.",
        "background_job_ran_at_seconds": "Unix time of the job's last run without an error, on any instance.",
        "build_info": "The version of this build; the value is always 1.",
        "db_pool_in_use": "Database connections in use.",
        "db_pool_waiting": "Requests and jobs that wait for a database connection.",
        "http_connections": "Open HTTP connections.",
        "http_server_request_duration_seconds": "Duration of HTTP requests by method, route and status.",
        "log_lines_dropped_total": "Log lines dropped because standard output was not read.",
        "mail_sent_total": "Attempts to send an e-mail, by result: sent, retrying or dead.",
        "outbox_dead": "E-mails that failed for good and can be retried.",
        "outbox_oldest_age_seconds": "Age of the oldest e-mail that waits to be sent.",
        "outbox_pending": "E-mails that wait to be sent.",
        "payment_attempts_open": "Payment attempts that have not ended.",
        "payment_attempts_stuck": "Open attempts past their deadline, or whose RT is missing for ten minutes.",
        "process_resident_memory_bytes": "Resident memory of this process.",
        "process_start_time_seconds": "Unix time at which this process started.",
        "psp_attempts_last_hour": "Payment attempts of the last hour, by PSP and result.",
        "psp_cancellations_total": "Calls that tell a PSP that a payment has ended, by result.",
        "quarantine_cents": "Sum of the amounts of the receipts in quarantine, in euro cents.",
        "quarantine_receipts": "Receipts in quarantine.",
        "quietanza_replica_lists_total": "Lists sent to the read replica, by its state.",
        "quietanza_replica_up": "1 while the read replica serves lists.",
        "refunds_decided": "Refunds that were decided and not paid yet.",
        "refunds_decided_cents": "Sum of the refunds that were decided and not paid yet, in euro cents.",
        "rt_cents_total": "Sum of the amounts of new RTs by result, in euro cents.",
        "rt_received_total": "RTs by result.",
        "sign_in_total": "Attempts to sign in, by result.",
        "smart_cards_total": "Smart cards presented, by result.",
        "tls_certificate_expires_at_seconds": "Unix time at which the TLS certificate expires.",
        "webhook_refused_total": "Requests of PSPs that were refused, by reason.",
    ]

    /// The comment lines before the samples of a metric.
    static func lines(of name: String, type: String) -> [String] {
        (texts[name].map { ["# HELP \(name) \($0)"] } ?? []) + ["# TYPE \(name) \(type)"]
    }
}

import PagoPA
import Requests

/// A value that is read at the time of a scrape.
struct Gauge: Equatable {
    let name: String
    let labels: [(String, String)]
    let value: Double

    init(_ name: String, _ value: Double) { self.init(name, [], value) }

    init(_ name: String, _ labels: [(String, String)], _ value: Double) {
        self.name = name
        self.labels = labels
        self.value = value
    }

    static func == (one: Gauge, other: Gauge) -> Bool {
        one.name == other.name && one.value == other.value && one.labels.map(\.0) == other.labels.map(\.0)
            && one.labels.map(\.1) == other.labels.map(\.1)
    }
}

extension Summary {
    /// The summary of every creditor as gauges. PSPs are those of the last hour, so their number is limited.
    var gauges: [Gauge] {
        var all: [Gauge] = []
        for kind in AnomalyKind.allCases {
            let open = anomalies.first { $0.kind == kind }
            all.append(Gauge("anomalies_open", [("kind", kind.rawValue)], Double(open?.count ?? 0)))
            all.append(Gauge("anomalies_open_cents", [("kind", kind.rawValue)], Double(open?.amountCents ?? 0)))
        }
        all.append(Gauge("quarantine_receipts", Double(quarantine.count)))
        all.append(Gauge("quarantine_cents", Double(quarantine.amountCents)))
        all.append(Gauge("payment_attempts_open", Double(attempts.count)))
        all.append(Gauge("payment_attempts_stuck", Double(attempts.stuck)))
        all.append(Gauge("refunds_decided", Double(refunds.count)))
        all.append(Gauge("refunds_decided_cents", Double(refunds.amountCents)))
        all.append(Gauge("outbox_pending", Double(mails.pending)))
        let age = mails.oldestPendingAt.map { max(0, $0.seconds(until: at)) } ?? 0
        all.append(Gauge("outbox_oldest_age_seconds", Double(age)))
        all.append(Gauge("outbox_dead", Double(mails.dead)))
        for psp in psps {
            let ended = psp.notStarted + psp.refused + psp.paid
            for (result, count) in [
                ("not_started", psp.notStarted), ("refused", psp.refused), ("paid", psp.paid),
                ("other", psp.attempts - ended),
            ] {
                all.append(
                    Gauge("psp_attempts_last_hour", [("psp_id", psp.psp.value), ("result", result)], Double(count)))
            }
        }
        for job in jobs {
            all.append(Gauge("background_job_alive", [("job_name", job.job.rawValue)], job.isAlive(at: at) ? 1 : 0))
            if let ranAt = job.ranAt {
                all.append(
                    Gauge("background_job_ran_at_seconds", [("job_name", job.job.rawValue)], Double(ranAt.unixSeconds)))
            }
        }
        return all
    }
}

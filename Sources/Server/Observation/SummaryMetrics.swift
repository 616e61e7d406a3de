import PagoPA
import Prometheus
import Requests

extension Summary {
    /// The summary of every creditor as gauges. PSPs are those of the last hour, so their number is limited.
    var gauges: [GaugeValue] {
        var all: [GaugeValue] = []
        for kind in AnomalyKind.allCases {
            let open = anomalies.first { $0.kind == kind }
            all.append(GaugeValue("anomalies_open", [("kind", kind.rawValue)], Double(open?.count ?? 0)))
            all.append(GaugeValue("anomalies_open_cents", [("kind", kind.rawValue)], Double(open?.amountCents ?? 0)))
        }
        all.append(GaugeValue("quarantine_receipts", Double(quarantine.count)))
        all.append(GaugeValue("quarantine_cents", Double(quarantine.amountCents)))
        all.append(GaugeValue("payment_attempts_open", Double(attempts.count)))
        all.append(GaugeValue("payment_attempts_stuck", Double(attempts.stuck)))
        all.append(GaugeValue("refunds_decided", Double(refunds.count)))
        all.append(GaugeValue("refunds_decided_cents", Double(refunds.amountCents)))
        all.append(GaugeValue("outbox_pending", Double(mails.pending)))
        let age = mails.oldestPendingAt.map { max(0, $0.seconds(until: at)) } ?? 0
        all.append(GaugeValue("outbox_oldest_age_seconds", Double(age)))
        all.append(GaugeValue("outbox_dead", Double(mails.dead)))
        for psp in psps {
            let ended = psp.notStarted + psp.refused + psp.paid
            for (result, count) in [
                ("not_started", psp.notStarted), ("refused", psp.refused), ("paid", psp.paid),
                ("other", psp.attempts - ended),
            ] {
                all.append(
                    GaugeValue(
                        "psp_attempts_last_hour", [("psp_id", psp.psp.value), ("result", result)], Double(count)))
            }
        }
        for job in jobs {
            all.append(
                GaugeValue("background_job_alive", [("job_name", job.job.rawValue)], job.isAlive(at: at) ? 1 : 0))
            if let ranAt = job.ranAt {
                all.append(
                    GaugeValue(
                        "background_job_ran_at_seconds", [("job_name", job.job.rawValue)], Double(ranAt.unixSeconds)))
            }
        }
        return all
    }
}

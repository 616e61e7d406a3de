import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func summaryRoutes(_ summaries: SummaryOperations) -> [Route] {
    let handlers = SummaryHandlers(summaries: summaries)
    return [
        Route(
            .get, "/v1/summary", "show_summary", scope: .anomaliesWrite, or: [.operations], handlers.showSummary),
        Route(
            .get, "/v1/statistics", "show_statistics", scope: .receiptsRead, or: [.operations],
            query: ["group", "from", "to", "creditor_tax_code"], handlers.showStatistics),
    ]
}

private struct SummaryHandlers: Sendable {
    let summaries: SummaryOperations

    func showSummary(_ request: KeyRequest) async throws -> Reply {
        let summary = try await summaries.show(for: request.caller)
        let seesJobs = request.caller.tenancy == .everyCreditor
        return .json { summary.write(into: &$0, withJobs: seesJobs) }
    }

    func showStatistics(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let isGiven = request.query.contains { $0.name == "group" }
        let group = reader.word("group", Statistics.Group.self)
        if !isGiven { reader.violations.add("group", .required, "is required") }
        let from = reader.value("from") { try CalendarDate($0) }
        let to = reader.value("to") { try CalendarDate($0) }
        let creditor = reader.code("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
        var range: DayRange?
        do { range = try DayRange(from: from, to: to, today: summaries.today) } catch {
            reader.violations.add("from", error)
        }
        try reader.finish()
        guard let group, let range else { throw Problem.badParameters(reader.violations.items) }
        let statistics = try await summaries.statistics(by: group, in: range, of: creditor, for: request.caller)
        return .json { statistics.write(into: &$0, by: group) }
    }
}

extension Summary {
    fileprivate func write(into json: inout JSONWriter, withJobs: Bool) {
        json.field("at", at.rfc3339)
        json.object("anomalies") { json in
            json.field("open", anomalies.reduce(0) { $0 + $1.count })
            json.field("amount_cents", anomalies.reduce(Int64(0)) { $0 + $1.amountCents })
            json.array("kinds", anomalies) { json, open in
                json.beginObject()
                json.field("kind", open.kind.rawValue)
                json.field("open", open.count)
                json.field("amount_cents", open.amountCents)
                json.field("oldest_opened_at", open.oldestOpenedAt.rfc3339)
                json.endObject()
            }
        }
        json.object("quarantine") { json in
            json.field("receipts", quarantine.count)
            json.field("amount_cents", quarantine.amountCents)
            json.field("oldest_received_at", quarantine.oldestAt?.rfc3339)
        }
        json.object("payment_attempts") { json in
            json.field("open", attempts.count)
            json.field("waiting_for_rt", attempts.waitingForRT)
            json.field("stuck", attempts.stuck)
        }
        json.object("notifications") { json in
            json.field("pending", mails.pending)
            json.field("oldest_pending_at", mails.oldestPendingAt?.rfc3339)
            json.field("dead", mails.dead)
        }
        json.object("refunds") { json in
            json.field("decided", refunds.count)
            json.field("amount_cents", refunds.amountCents)
            json.field("oldest_created_at", refunds.oldestAt?.rfc3339)
        }
        json.array("psps", psps) { json, psp in
            json.beginObject()
            json.field("psp_id", psp.psp.value)
            json.field("business_name", psp.businessName)
            json.field("attempts", psp.attempts)
            json.field("not_started", psp.notStarted)
            json.field("refused", psp.refused)
            json.field("paid", psp.paid)
            json.field("is_failing", psp.isFailing)
            json.endObject()
        }
        guard withJobs else { return }
        json.array("background_jobs", jobs) { json, job in
            json.beginObject()
            json.field("job", job.job.rawValue)
            json.field("is_alive", job.isAlive(at: at))
            json.field("interval_seconds", job.intervalSeconds)
            json.field("ran_at", job.ranAt?.rfc3339)
            json.field("failed_at", job.failedAt?.rfc3339)
            json.endObject()
        }
    }
}

extension Statistics {
    fileprivate func write(into json: inout JSONWriter, by group: Group) {
        json.field("group", group.rawValue)
        json.field("from", range.from.description)
        json.field("to", range.to.description)
        json.array("items", rows) { json, row in
            json.beginObject()
            json.field(group.member, row.key)
            row.sums.write(into: &json)
            json.endObject()
        }
        json.object("total") { total.write(into: &$0) }
    }
}

extension Statistics.Group {
    /// The member that holds the key of an item.
    fileprivate var member: String {
        switch self {
        case .day: "day"
        case .creditor: "creditor_tax_code"
        case .debtType: "debt_type"
        case .psp: "psp_id"
        case .method: "payment_method"
        }
    }
}

extension Statistics.Sums {
    fileprivate func write(into json: inout JSONWriter) {
        json.field("receipts", receipts)
        json.field("amount_cents", amountCents)
        json.field("fee_cents", feeCents)
        json.field("refunded_cents", refundedCents)
    }
}

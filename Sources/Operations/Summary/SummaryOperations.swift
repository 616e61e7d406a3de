import Accounts
import PagoPA
import Requests
import Storage

/// What people and monitoring look at: the summary, the statistics, and whether the background jobs run.
package struct SummaryOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant

    /// What is open for the creditors of the caller. Operators also get the background jobs.
    package func show(for caller: Caller) async throws -> Summary { try await show(within: caller.tenancy) }

    /// What is open for every creditor, for the metrics.
    package func showAll() async throws -> Summary { try await show(within: .everyCreditor) }

    private func show(within tenancy: Tenancy) async throws -> Summary {
        let now = clock()
        let (anomalies, quarantine, attempts, mails, refunds, psps) = try await store.read(
            within: tenancy, Summaries.anomalies(within: tenancy), Summaries.quarantine(within: tenancy),
            Summaries.attempts(within: tenancy, at: now), Summaries.mails(within: tenancy),
            Summaries.refunds(within: tenancy), Summaries.psps(within: tenancy, at: now))
        let jobs = tenancy == .everyCreditor ? try await store.read(within: tenancy, BackgroundJobStates.all) : []
        return Summary(
            at: now, anomalies: anomalies, quarantine: quarantine, attempts: attempts, mails: mails, refunds: refunds,
            psps: psps, jobs: jobs)
    }

    /// Counts and sums the receipts of some days that the caller may list.
    /// - Parameter creditor: only of this one.
    package func statistics(
        by group: Statistics.Group, in range: DayRange, of creditor: OrganizationTaxCode?, for caller: Caller
    ) async throws -> Statistics {
        try await store.readList(
            within: caller.tenancy,
            StatisticsOfReceipts.by(group, in: range, within: caller.tenancy.narrowed(to: creditor)))
    }

    /// Stores that a background job has run, or that it failed.
    package func note(_ job: BackgroundJob, intervalSeconds: Int, hasFailed: Bool) async throws {
        try await store.transaction(within: .everyCreditor) { tx in
            tx.note(job, intervalSeconds: intervalSeconds, hasFailed: hasFailed)
        }
    }
}

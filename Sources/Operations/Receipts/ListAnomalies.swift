import Accounts
import PagoPA
import Requests
import Storage

extension Intermediary {
    package func listAnomalies(
        _ filter: AnomalyFilter, creditor: OrganizationTaxCode?, page: PageRequest, for caller: Caller
    ) async throws -> Page<Anomaly> {
        return try await store.transaction(within: caller.tenancy) { tx in
            let found = try await tx.anomalies(filter, within: caller.tenancy.narrowed(to: creditor), page: page)
            return Page(items: try await tx.withCandidates(found.items), next: found.next, total: found.total)
        }
    }

    package func showAnomaly(_ id: Identifier<Anomaly>, for caller: Caller) async throws -> Anomaly {
        return try await store.transaction(within: caller.tenancy) { tx in
            guard let anomaly = try await tx.anomaly(id, within: caller.tenancy) else { throw Refusal.notFound }
            return try await tx.withCandidates([anomaly]).first ?? anomaly
        }
    }
}

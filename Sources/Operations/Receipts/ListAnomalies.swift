import Accounts
import PagoPA
import Requests
import Storage

extension Intermediary {
    package func listAnomalies(
        _ filter: AnomalyFilter, creditor: OrganizationTaxCode?, page: PageRequest, for caller: Caller
    ) async throws -> Page<Anomaly> {
        return try await store.read(
            within: caller.tenancy,
            Anomalies.list(filter, within: caller.tenancy.narrowed(to: creditor), page: page))
    }

    package func showAnomaly(_ id: Identifier<Anomaly>, for caller: Caller) async throws -> Anomaly {
        guard let anomaly = try await store.read(within: caller.tenancy, Anomalies.show(id, within: caller.tenancy))
        else { throw Refusal.notFound }
        return anomaly
    }
}

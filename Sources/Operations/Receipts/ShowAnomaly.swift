import Accounts
import PagoPA
import Requests
import Storage

extension AnomalyOperations {
    package func list(
        _ filter: AnomalyFilter, creditor: OrganizationTaxCode?, page: PageRequest, for caller: Caller
    ) async throws -> Page<Anomaly> {
        return try await store.read(
            within: caller.tenancy,
            Anomalies.list(filter, within: caller.tenancy.narrowed(to: creditor), page: page))
    }

    package func show(_ id: Identifier<Anomaly>, for caller: Caller) async throws -> Anomaly {
        guard let anomaly = try await store.read(within: caller.tenancy, Anomalies.show(id, within: caller.tenancy))
        else { throw Refusal.notFound }
        return anomaly
    }

    /// Returns the bytes of an anomaly as received: the unreadable or conflicting body, or the body of its receipt.
    /// - Throws: `Refusal.notFound`, also when there are no bytes or retention has deleted them.
    package func showEvidence(of id: Identifier<Anomaly>, for caller: Caller) async throws -> Evidence {
        let anomaly = try await show(id, for: caller)
        guard let evidence = try await findEvidence(of: anomaly, for: caller) else { throw Refusal.notFound }
        return evidence
    }

    /// Returns `nil` for a payment without a document, or whose document retention has deleted.
    package func findEvidence(of anomaly: Anomaly, for caller: Caller) async throws -> Evidence? {
        return try await store.read(within: caller.tenancy, Evidences.of(anomaly))
    }
}

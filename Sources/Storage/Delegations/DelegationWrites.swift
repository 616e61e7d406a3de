import PagoPA
import Postgres

extension Transaction {
    /// Queues a new delegation.
    package func insert(_ delegation: Delegation) {
        send(
            """
            INSERT INTO delegations (id, delegator_tax_code, delegate_tax_code, starts_at, ends_at, created_at)
            VALUES (\(delegation.id.uuid), \(delegation.delegator.value), \(delegation.delegate.value),
                \(delegation.startsAt.sql), \(delegation.endsAt?.sql), \(delegation.createdAt.sql))
            """)
    }

    /// Queues the end of a delegation.
    package func withdraw(_ id: Identifier<Delegation>, at now: Instant) {
        send("UPDATE delegations SET withdrawn_at = \(now.sql) WHERE id = \(id.uuid) AND withdrawn_at IS NULL")
    }

    /// Queues that the delegate acts with it, for the first time.
    package func markUsed(_ id: Identifier<Delegation>, at now: Instant) {
        send("UPDATE delegations SET first_used_at = \(now.sql) WHERE id = \(id.uuid) AND first_used_at IS NULL")
    }

    /// Queues the end of every delegation that this person has given or received.
    package func withdrawDelegations(of person: TaxCode, at now: Instant) {
        send(
            """
            UPDATE delegations SET withdrawn_at = \(now.sql)
            WHERE withdrawn_at IS NULL AND (delegator_tax_code = \(person.value) OR delegate_tax_code = \(person.value))
            """)
    }
}

import PagoPA
import Postgres

extension Transaction {
    /// Queues a suspension, which replaces the one of the same subject.
    package func insert(_ suspension: Suspension) {
        let (creditor, debtType, psp, channel) = suspension.subject.columns
        send(
            """
            UPDATE suspensions SET lifted_at = \(suspension.createdAt.sql)
            WHERE lifted_at IS NULL AND creditor_tax_code IS NOT DISTINCT FROM \(creditor)::text
                AND debt_type IS NOT DISTINCT FROM \(debtType)::text AND psp_id IS NOT DISTINCT FROM \(psp)::text
                AND channel_id IS NOT DISTINCT FROM \(channel)::text
            """)
        send(
            """
            INSERT INTO suspensions (id, creditor_tax_code, debt_type, psp_id, channel_id, reason, starts_at, ends_at,
                created_at)
            VALUES (\(suspension.id.uuid), \(creditor), \(debtType), \(psp), \(channel), \(suspension.reason),
                \(suspension.startsAt.sql), \(suspension.endsAt?.sql), \(suspension.createdAt.sql))
            """)
    }

    /// Queues the end of a suspension.
    package func lift(_ id: Identifier<Suspension>, at now: Instant) {
        send("UPDATE suspensions SET lifted_at = \(now.sql) WHERE id = \(id.uuid) AND lifted_at IS NULL")
    }
}

extension Suspension.Subject {
    fileprivate var columns: (creditor: String?, debtType: String?, psp: String?, channel: String?) {
        switch self {
        case .creditor(let creditor): (creditor.value, nil, nil, nil)
        case .debtType(let creditor, let key): (creditor.value, key, nil, nil)
        case .psp(let psp): (nil, nil, psp.value, nil)
        case .channel(let psp, let channel): (nil, nil, psp.value, channel.value)
        }
    }
}

import PagoPA
import Postgres

/// The request or loop that a change belongs to.
package enum Correlation {
    @TaskLocal package static var id: String?
}

extension Transaction {
    /// Queued; travels with the next statement or the commit.
    package func journal(_ entry: JournalEntry, at now: Instant) {
        send(
            """
            INSERT INTO journal (at, kind, actor, correlation_id, creditor_tax_code, position_id, attempt_id, receipt_id,
                from_state, to_state, note)
            VALUES (\(now.sql), \(entry.kind.rawValue), \(entry.actor.description), \(Correlation.id),
                \(entry.creditor?.value), \(entry.position?.uuid), \(entry.attempt?.uuid), \(entry.receipt?.uuid),
                \(entry.from), \(entry.to), \(entry.note))
            """)
    }

    /// Tells listeners after the commit; nothing is told when it rolls back.
    package func notify(channel: String, payload: String) {
        Announcements.current?.add(channel: channel, payload: payload)
    }
}

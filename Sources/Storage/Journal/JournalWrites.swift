import PagoPA
import Postgres
import Requests

extension Transaction {
    /// Queues a journal entry, which is sent with the next statement or the commit. Its event, if it is one, is part of the same row.
    package func journal(_ entry: JournalEntry, at now: Instant) {
        send(
            row: """
                (\(now.sql), \(entry.kind.rawValue), \(entry.actor.description), \(Correlation.id),
                    \(entry.creditor?.value), \(entry.position?.uuid), \(entry.attempt?.uuid), \(entry.receipt?.uuid),
                    \(entry.from), \(entry.to), \(entry.note), \(entry.event?.rawValue), \(entry.subject),
                    \(TraceContext.current?.id))
                """,
            of: """
                INSERT INTO journal (at, kind, actor, correlation_id, creditor_tax_code, position_id, attempt_id, receipt_id,
                    from_state, to_state, note, event, subject_id, trace_id) VALUES
                """)
        if entry.event != nil, let creditor = entry.creditor {
            notify(channel: Channels.events, payload: creditor.value)
        }
    }

    /// Notifies listeners after the commit, and does nothing after a rollback.
    package func notify(channel: String, payload: String) {
        Announcements.current?.add(channel: channel, payload: payload)
    }
}

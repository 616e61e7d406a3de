import PagoPA
import Postgres
import Requests

extension Positions {
    /// Serializes the payments of alternatives of one debt. Send it before the lock of the position: every payment locks the group
    /// first and then closes the other alternatives, so that two payments cannot deadlock.
    /// - Parameter condition: selects `p`, the position to lock next.
    static func lockAlternatives(where condition: SQL) -> SQL {
        """
        SELECT pg_advisory_xact_lock(hashtextextended(p.creditor_tax_code || ' ' || p.alternative_group, 0))
        FROM positions p WHERE \(condition) AND p.alternative_group IS NOT NULL
        """
    }
}

extension Transaction {
    /// Queues that a payment of this position closes the other alternatives of the debt, except those that have received money.
    package func closeAlternatives(of position: Position, by actor: Actor, at now: Instant) {
        guard let group = position.alternativeGroup else { return }
        let closable = PositionState.allCases.filter {
            $0 != .cancelled && $0.after(.cancel, wasPublished: true) == .cancelled
        }
        send(
            """
            WITH others AS (
                SELECT id, state FROM positions
                WHERE creditor_tax_code = \(position.creditor.value) AND alternative_group = \(group)
                    AND debtor_tax_code = \(position.debtor.taxCode.value) AND id <> \(position.id.uuid)
                    AND state = ANY(\(closable.map(\.rawValue)))
                ORDER BY id FOR UPDATE),
            closed AS (
                UPDATE positions SET state = \(PositionState.cancelled.rawValue), cancelled_at = \(now.sql),
                    replaced_by = \(position.id.uuid), updated_at = \(now.sql), version = version + 1
                FROM others WHERE positions.id = others.id
                RETURNING positions.id, others.state)
            INSERT INTO journal (at, kind, actor, correlation_id, creditor_tax_code, position_id, from_state, to_state, note,
                event, trace_id)
            SELECT \(now.sql), \(JournalKind.positionState.rawValue), \(actor.description), \(Correlation.id),
                \(position.creditor.value), id, state, \(PositionState.cancelled.rawValue),
                'Another alternative of the same debt was paid.', \(EventType.positionChanged.rawValue), \(TraceContext.current?.id)::uuid
            FROM closed
            """)
    }

    /// Queues that alternatives which the payment of this position closed are owed again, because the payment no longer counts.
    package func reopenAlternatives(of position: Position, by actor: Actor, at now: Instant) {
        guard position.alternativeGroup != nil else { return }
        send(
            """
            WITH reopened AS (
                UPDATE positions SET cancelled_at = NULL, replaced_by = NULL, updated_at = \(now.sql), version = version + 1,
                    state = CASE WHEN published_at IS NULL THEN \(PositionState.draft.rawValue)
                        ELSE \(PositionState.open.rawValue) END
                WHERE replaced_by = \(position.id.uuid)
                RETURNING id, state)
            INSERT INTO journal (at, kind, actor, correlation_id, creditor_tax_code, position_id, from_state, to_state, note,
                event, trace_id)
            SELECT \(now.sql), \(JournalKind.positionState.rawValue), \(actor.description), \(Correlation.id),
                \(position.creditor.value), id, \(PositionState.cancelled.rawValue), state,
                'The payment of another alternative does not count any more.', \(EventType.positionChanged.rawValue), \(TraceContext.current?.id)::uuid
            FROM reopened
            """)
    }
}

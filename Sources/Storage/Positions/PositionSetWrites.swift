import Foundation
import PagoPA
import Postgres
import Requests

/// A position to store, with the fingerprint of its request.
package struct NewPosition: Sendable {
    package let position: Position
    package let fingerprint: [UInt8]

    package init(_ position: Position, fingerprint: [UInt8]) {
        self.position = position
        self.fingerprint = fingerprint
    }
}

extension Transaction {
    /// Queues many new positions with their journal entries. The number of statements does not depend on the number of positions.
    package func insert(_ new: [NewPosition], by actor: Actor, at now: Instant) {
        guard !new.isEmpty else { return }
        let all = new.map(\.position)
        insertHeads(new)
        insertParts(of: all)
        send(
            """
            INSERT INTO journal (at, kind, actor, correlation_id, creditor_tax_code, position_id, to_state, event,
                trace_id)
            SELECT \(now.sql), \(JournalKind.positionCreated.rawValue), \(actor.description), \(Correlation.id), p.creditor,
                p.id, p.state, \(EventType.positionCreated.rawValue), \(TraceContext.current?.id)::uuid
            FROM unnest(\(all.map(\.creditor.value))::text[], \(all.map(\.id.uuid))::uuid[],
                \(all.map(\.state.rawValue))::text[]) AS p(creditor, id, state)
            """)
        for creditor in Set(all.map(\.creditor)) { notify(channel: Channels.events, payload: creditor.value) }
    }

    /// Arrays have no NULL, so an empty text stands for it, and a state or flag tells which instants and days are NULL.
    private func insertHeads(_ new: [NewPosition]) {
        let all = new.map(\.position)
        let now = all.map(\.createdAt.sql)
        send(
            """
            INSERT INTO positions (id, creditor_tax_code, external_id, fingerprint, debt_type, payable_after_due,
                document_year, document_number, description, debtor_kind, debtor_tax_code, debtor_full_name,
                debtor_email, debtor_address, metadata, state, total_cents, due_date, payable_until, version, created_at,
                updated_at, published_at, alternative_group)
            SELECT id, creditor, external_id, fingerprint, debt_type, late, year, number, description, kind,
                tax_code, full_name, NULLIF(email, ''), NULLIF(address, '')::jsonb, metadata::jsonb, state, total, due,
                CASE WHEN limited THEN last_day END, 1, at, at, CASE WHEN state <> 'draft' THEN at END,
                NULLIF(alternatives, '')
            FROM unnest(\(all.map(\.id.uuid))::uuid[], \(all.map(\.creditor.value))::text[], \(all.map(\.externalID))::text[],
                \(new.map(\.fingerprint))::bytea[], \(all.map(\.debtTypeKey))::text[],
                \(all.map(\.payableAfterDue))::boolean[], \(all.map { Int64($0.document.year) })::integer[],
                \(all.map(\.document.number))::text[], \(all.map(\.description))::text[],
                \(all.map(\.debtor.kind.rawValue))::text[], \(all.map(\.debtor.taxCode.value))::text[],
                \(all.map(\.debtor.fullName))::text[], \(all.map { $0.debtor.email?.value ?? "" })::text[],
                \(all.map { $0.debtor.address.map(addressText) ?? "" })::text[],
                \(all.map { jsonText($0.metadata) })::text[], \(all.map(\.state.rawValue))::text[],
                \(all.map(\.totalCents))::bigint[], \(all.map(\.owedDueDate.sql))::date[],
                \(all.map { ($0.payableUntil ?? $0.owedDueDate).sql })::date[],
                \(all.map { $0.payableUntil != nil })::boolean[], \(now)::timestamptz[],
                \(all.map { $0.alternativeGroup ?? "" })::text[])
                AS p(id, creditor, external_id, fingerprint, debt_type, late, year, number, description, kind, tax_code,
                    full_name, email, address, metadata, state, total, due, last_day, limited, at, alternatives)
            """)
    }
}

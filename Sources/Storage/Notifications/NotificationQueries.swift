import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

extension NotificationFilter {
    fileprivate func conditions(within tenancy: Tenancy) -> [SQL] {
        var all: [SQL] = []
        if !states.isEmpty { all.append("n.state = ANY(\(states.map(\.rawValue)))") }
        if let receipt { all.append("n.receipt_id = \(receipt.uuid)") }
        if let position { all.append("n.position_id = \(position.uuid)") }
        // An IUV has few receipts, whose e-mails are found by id.
        if let iuv {
            all.append(
                "n.receipt_id = ANY(ARRAY(SELECT r.id FROM receipts r WHERE r.iuv = \(iuv.value) AND \(tenancy.condition(on: .receipts("r")))))"
            )
        }
        // The hash finds the rows by an index; two addresses may have the same one.
        if let recipient {
            all.append(
                "n.recipient_hash = hashtextextended(\(recipient.mailbox), 0) AND lower(n.recipient) = \(recipient.mailbox)"
            )
        }
        if let createdFrom { all.append("n.created_at >= \(createdFrom.romeStart.sql)") }
        if let createdTo { all.append("n.created_at < \(createdTo.nextDay.romeStart.sql)") }
        return all
    }
}

/// Queries for e-mails.
package enum Notifications {
    package static func show(
        _ id: Identifier<PagoPA.Notification>, within tenancy: Tenancy, locking: Bool = false
    ) -> Query<PagoPA.Notification?> {
        several(
            """
            SELECT \(columns) FROM notifications n
            WHERE n.id = \(id.uuid) AND \(tenancy.condition(on: .notifications("n")))\(locking ? " FOR UPDATE" as SQL : "")
            """
        ).map(\.first)
    }

    /// One page of e-mails, newest first.
    package static func list(
        _ filter: NotificationFilter, within tenancy: Tenancy, page: PageRequest
    ) -> Query<Page<PagoPA.Notification>> {
        let conditions = filter.conditions(within: tenancy)
        var paged = conditions
        if let after = page.after {
            paged.append("(n.created_at, n.id) < (\(Microseconds(after.key))::timestamptz, \(after.id)::uuid)")
        }
        let rows = tenancy.merged(.notifications("n")) { tenant in
            "SELECT n.* FROM notifications n WHERE \(tenant) AND \(paged.conjunction) ORDER BY n.created_at DESC, n.id DESC LIMIT \(page.limit + 1)"
        }
        return .page(
            page,
            of: several(
                "SELECT \(columns) FROM (\(rows)) AS n ORDER BY n.created_at DESC, n.id DESC LIMIT \(page.limit + 1)"),
            total: """
                SELECT count(*) FROM notifications n
                WHERE \(tenancy.condition(on: .notifications("n"))) AND \(conditions.conjunction)
                """, cursor: { Cursor(order: "notifications", key: $0.createdAt.microseconds, id: $0.id.uuid) })
    }

    static var columns: SQL {
        """
        n.id, n.kind, n.receipt_id, n.position_id, n.creditor_tax_code, n.refund_id, n.audience, n.citizen_id, n.link,
        n.recipient, n.language, n.state, n.attempts, n.next_attempt_at, n.sent_at, n.last_error, n.message_id,
        n.created_at
        """
    }

    static func several(_ sql: SQL) -> Query<[PagoPA.Notification]> {
        Query(
            sql,
            rows: { row in
                PagoPA.Notification(
                    id: try row.identifier(), kind: try row.word(), receipt: try row.optionalIdentifier(),
                    position: try row.optionalIdentifier(),
                    creditor: try row.optionalValue { try OrganizationTaxCode(unchecked: $0) },
                    refund: try row.optionalIdentifier(),
                    audience: try row.optionalText().flatMap(ReceiptAudience.init),
                    citizen: try row.optionalIdentifier(), link: try row.optionalText(),
                    recipient: try row.optionalValue { try EmailAddress($0) }, language: try row.word(),
                    state: try row.word(), attempts: try row.int(), nextAttemptAt: try row.optionalInstant(),
                    sentAt: try row.optionalInstant(), lastError: try row.optionalText(), messageID: try row.text(),
                    createdAt: try row.instant())
            })
    }
}

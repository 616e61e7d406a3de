import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

extension NotificationFilter {
    fileprivate func conditions(within tenancy: Tenancy) -> [SQL] {
        var all: [SQL] = []
        if !states.isEmpty { all.append("n.state = ANY(\(states.map(\.rawValue)))") }
        if let skipReason { all.append(skipReason.condition) }
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

extension SkipReason {
    /// The missing address is not stored as a reason. Both conditions are those of partial indexes.
    fileprivate var condition: SQL {
        switch self {
        case .noAddress: "n.state = 'skipped' AND n.skipped_reason IS NULL"
        case .recipientNotAllowed, .testCreditor, .unsubscribed: "n.skipped_reason = \(rawValue)"
        }
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

    /// - Parameter messageID: without angle brackets.
    package static func show(messageID: String, within tenancy: Tenancy, locking: Bool = false) -> Query<
        PagoPA.Notification?
    > {
        several(
            """
            SELECT \(columns) FROM notifications n
            WHERE n.message_id = \(messageID) AND \(tenancy.condition(on: .notifications("n")))\(locking ? " FOR UPDATE" as SQL : "")
            """
        ).map(\.first)
    }

    /// One page of e-mails, newest first.
    package static func list(
        _ filter: NotificationFilter, within tenancy: Tenancy, page: PageRequest
    ) -> Query<Page<PagoPA.Notification>> {
        NewestFirst(table: "notifications", alias: "n", at: "created_at", rows: .notifications("n")).page(
            page, where: filter.conditions(within: tenancy), within: tenancy,
            select: { several("SELECT \(columns) FROM \($0) \($1)") },
            cursor: { Cursor(order: "notifications", key: $0.createdAt.microseconds, id: $0.id.uuid) })
    }

    static var columns: SQL {
        """
        n.id, n.kind, n.receipt_id, n.position_id, n.creditor_tax_code, n.refund_id, n.audience, n.citizen_id, n.link,
        n.recipient, n.language, n.state, n.attempts, n.next_attempt_at, n.sent_at, n.last_error, n.message_id,
        n.created_at, n.resent_of, n.skipped_reason, n.bounced_at, n.bounce_code, n.installment_number
        """
    }

    static func several(_ sql: SQL) -> Query<[PagoPA.Notification]> {
        Query(
            sql,
            rows: { try $0.notification() })
    }
}

extension Row {
    fileprivate mutating func notification() throws -> PagoPA.Notification {
        let (id, kind): (Identifier<PagoPA.Notification>, NotificationKind) = (try identifier(), try word())
        let (receipt, position): (Identifier<Receipt>?, Identifier<Position>?) = (
            try optionalIdentifier(), try optionalIdentifier()
        )
        let creditor = try optionalValue { try OrganizationTaxCode(unchecked: $0) }
        let refund: Identifier<Refund>? = try optionalIdentifier()
        let audience = try optionalText().flatMap(ReceiptAudience.init)
        let (citizen, link): (CitizenID?, String?) = (try optionalIdentifier(), try optionalText())
        let recipient = try optionalValue { try EmailAddress($0) }
        let (language, state): (Language, NotificationState) = (try word(), try word())
        return PagoPA.Notification(
            id: id, kind: kind, receipt: receipt, position: position, creditor: creditor, refund: refund,
            audience: audience, citizen: citizen, link: link, recipient: recipient, language: language, state: state,
            attempts: try int(), nextAttemptAt: try optionalInstant(), sentAt: try optionalInstant(),
            lastError: try optionalText(), messageID: try text(), createdAt: try instant(),
            resentOf: try optionalIdentifier(), skipReason: try skipReason(of: state), bounce: try bounce(),
            installmentNumber: try optionalInt())
    }

    private mutating func bounce() throws -> PagoPA.Notification.Bounce? {
        let (at, code) = (try optionalInstant(), try optionalText())
        guard let at, let code else { return nil }
        return PagoPA.Notification.Bounce(at: at, code: code)
    }

    private mutating func skipReason(of state: NotificationState) throws -> SkipReason? {
        let stored = try optionalText().flatMap(SkipReason.init)
        return state == .skipped ? stored ?? .noAddress : nil
    }
}

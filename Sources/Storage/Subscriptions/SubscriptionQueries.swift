import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

/// Queries for webhook subscriptions.
package enum Subscriptions {
    /// - Parameter lineage: the owner; `nil` for operators, who see those of every key.
    package static func show(
        _ id: Identifier<WebhookSubscription>, of lineage: APIKeyID?, locking: Bool = false
    ) -> Query<WebhookSubscription?> {
        Query(
            """
            SELECT \(columns) FROM webhook_subscriptions s
            WHERE s.id = \(id.uuid) AND \(owner(lineage))\(locking ? " FOR UPDATE OF s" as SQL : "")
            """, row: { try $0.subscription() })
    }

    /// One page of subscriptions, newest first.
    package static func list(of lineage: APIKeyID?, page: PageRequest) -> Query<Page<WebhookSubscription>> {
        var after: SQL = "TRUE"
        if let cursor = page.after {
            after = "(s.created_at, s.id) < (\(Microseconds(cursor.key))::timestamptz, \(cursor.id)::uuid)"
        }
        return .page(
            page,
            of: Query(
                """
                SELECT \(columns) FROM webhook_subscriptions s WHERE \(owner(lineage)) AND \(after)
                ORDER BY s.created_at DESC, s.id DESC LIMIT \(page.limit + 1)
                """, rows: { try $0.subscription() }),
            total: "SELECT count(*) FROM webhook_subscriptions s WHERE \(owner(lineage))",
            cursor: { Cursor(order: "webhook_subscriptions", key: $0.createdAt.microseconds, id: $0.id.uuid) })
    }

    package static func count(of lineage: APIKeyID) -> Query<Int?> {
        Query(
            "SELECT count(*) FROM webhook_subscriptions WHERE lineage = \(lineage.uuid)", row: { try $0.int() })
    }

    /// One page of the tries of a subscription, newest first.
    package static func deliveries(
        of id: Identifier<WebhookSubscription>, page: PageRequest
    ) -> Query<Page<WebhookDelivery>> {
        var after: SQL = "TRUE"
        if let cursor = page.after {
            after = "(at, id) < (\(Microseconds(cursor.key))::timestamptz, \(cursor.id)::uuid)"
        }
        return .page(
            page,
            of: Query(
                """
                SELECT id, event_id, event, try, is_again, outcome, status_code, duration_milliseconds, at
                FROM webhook_deliveries WHERE subscription_id = \(id.uuid) AND \(after)
                ORDER BY at DESC, id DESC LIMIT \(page.limit + 1)
                """, rows: { try $0.delivery() }),
            total: "SELECT count(*) FROM webhook_deliveries WHERE subscription_id = \(id.uuid)",
            cursor: { Cursor(order: "webhook_deliveries", key: $0.at.microseconds, id: $0.id.uuid) })
    }

    /// The secrets that have not ended, newest first, encrypted.
    package static func secrets(of id: Identifier<WebhookSubscription>, at now: Instant) -> Query<[SubscriptionSecret]>
    {
        Query(
            """
            SELECT id, subscription_id, sealed FROM webhook_subscription_secrets
            WHERE subscription_id = \(id.uuid) AND (ends_at IS NULL OR ends_at > \(now.sql))
            ORDER BY created_at DESC, id DESC LIMIT 10
            """, rows: { try $0.subscriptionSecret() })
    }

    /// The cursor of the last event before this instant.
    package static func cursor(before instant: Instant) -> Query<FeedCursor?> {
        Query(
            "SELECT first_event_order(\(instant.sql))",
            row: { FeedCursor(order: try $0.bigInteger(), number: .max) })
    }

    fileprivate static func owner(_ lineage: APIKeyID?) -> SQL {
        lineage.map { "s.lineage = \($0.uuid)" } ?? "TRUE"
    }

    static var columns: SQL {
        """
        s.id, s.lineage, s.url, s.types, s.creditors, s.contact_email, s.language, s.status, s.paused_reason,
        s.place_order, s.place_number, s.again_order, s.again_number, s.again_before, s.failures, s.delivered_at,
        s.created_at, s.updated_at
        """
    }
}

/// A secret in its stored form.
package struct SubscriptionSecret: Sendable, Equatable {
    package let id: UUID
    package let subscription: Identifier<WebhookSubscription>
    package let sealed: [UInt8]
}

extension Row {
    mutating func subscription() throws -> WebhookSubscription {
        let id: Identifier<WebhookSubscription> = try identifier()
        let lineage: APIKeyID = try identifier()
        let url = try text()
        let types = try strings().compactMap(EventType.init(rawValue:))
        let creditors = try strings().map { try OrganizationTaxCode(unchecked: $0) }
        let contact = try value { try EmailAddress($0) }
        let language: Language = try word()
        let status: SubscriptionStatus = try word()
        let reason = try optionalText().flatMap(PauseReason.init)
        let cursor = FeedCursor(order: try bigInteger(), number: try bigInteger())
        let (order, number) = (try optionalBigInteger(), try optionalBigInteger())
        let before = try optionalInstant()
        var again: RepeatedEvents?
        if let order, let number, let before {
            again = RepeatedEvents(cursor: FeedCursor(order: order, number: number), before: before)
        }
        return WebhookSubscription(
            id: id, lineage: lineage, url: url, types: types, creditors: creditors, contact: contact,
            language: language, status: status, pausedReason: reason, cursor: cursor, again: again,
            failures: try int(), deliveredAt: try optionalInstant(), createdAt: try instant(),
            updatedAt: try instant())
    }

    fileprivate mutating func delivery() throws -> WebhookDelivery {
        WebhookDelivery(
            id: try identifier(), event: try optionalIdentifier(), type: try text(), number: try int(),
            isAgain: try bool(), outcome: try word(), statusCode: try optionalInt(), durationMilliseconds: try int(),
            at: try instant())
    }

    mutating func subscriptionSecret() throws -> SubscriptionSecret {
        SubscriptionSecret(id: try uuid(), subscription: try identifier(), sealed: try next([UInt8].self))
    }
}

import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

/// A subscription that this process has claimed.
package struct ClaimedSubscription: Sendable {
    package let subscription: WebhookSubscription
    /// The number of this claim. It distinguishes the claim from later ones.
    package let claim: Int64
}

/// Another process has claimed the subscription, or its owner has changed it.
package struct SubscriptionClaimLost: Error {
    package init() {}
}

extension Transaction {
    package func insert(_ new: WebhookSubscription) {
        send(
            """
            INSERT INTO webhook_subscriptions (id, lineage, url, types, creditors, contact_email, language, status,
                place_order, place_number, next_try_at, created_at, updated_at)
            VALUES (\(new.id.uuid), \(new.lineage.uuid), \(new.url), \(new.types.map(\.rawValue)),
                \(new.creditors.map(\.value)), \(new.contact.value), \(new.language.rawValue), \(new.status.rawValue),
                \(new.cursor.order), \(new.cursor.number), now(), \(new.createdAt.sql), \(new.updatedAt.sql))
            """)
    }

    /// Queues the change of a subscription. A process that is sending to it loses its claim, so that it uses the new values, and the next
    /// try is due at once.
    package func change(_ new: WebhookSubscription) {
        send(
            """
            UPDATE webhook_subscriptions SET url = \(new.url), types = \(new.types.map(\.rawValue)),
                contact_email = \(new.contact.value), status = \(new.status.rawValue),
                paused_reason = \(new.pausedReason?.rawValue), failures = 0, next_try_at = now(), claims = claims + 1,
                updated_at = \(new.updatedAt.sql)
            WHERE id = \(new.id.uuid)
            """)
    }

    package func delete(_ id: Identifier<WebhookSubscription>) {
        send("DELETE FROM webhook_subscriptions WHERE id = \(id.uuid)")
    }

    /// Queues that the events after a cursor are sent again.
    package func sendAgain(_ again: RepeatedEvents, to id: Identifier<WebhookSubscription>, at now: Instant) {
        send(
            """
            UPDATE webhook_subscriptions SET again_order = \(again.cursor.order), again_number = \(again.cursor.number),
                again_before = \(again.before.sql), failures = 0, next_try_at = now(), claims = claims + 1,
                updated_at = \(now.sql)
            WHERE id = \(id.uuid)
            """)
    }

    /// - Parameter overlapSeconds: after this time the other secrets end.
    package func insert(
        secret id: UUID, sealed: [UInt8], of subscription: Identifier<WebhookSubscription>, overlapSeconds: Int,
        at now: Instant
    ) {
        send(
            """
            UPDATE webhook_subscription_secrets SET ends_at = \(now.adding(seconds: overlapSeconds).sql)
            WHERE subscription_id = \(subscription.uuid) AND ends_at IS NULL
            """)
        send(
            """
            INSERT INTO webhook_subscription_secrets (id, subscription_id, sealed, created_at)
            VALUES (\(id), \(subscription.uuid), \(sealed), \(now.sql))
            """)
    }

    /// Claims the subscription that has been due longest and for which there are events. Reading tells that there are none, so an idle
    /// subscription is never written.
    package func claimSubscription(leaseSeconds: Int) async throws -> ClaimedSubscription? {
        send(.planForValues)
        let behind: SQL =
            "j.event IS NOT NULL AND (j.event_order, j.id) > (s.place_order, s.place_number) AND j.event_order < event_horizon()"
        let rows = try await query(
            """
            UPDATE webhook_subscriptions s SET claims = s.claims + 1,
                next_try_at = now() + make_interval(secs => \(leaseSeconds)::integer)
            WHERE s.id = (
                SELECT s.id FROM webhook_subscriptions s
                WHERE s.status = 'active' AND s.next_try_at <= now() AND (s.again_order IS NOT NULL
                    OR EXISTS (SELECT FROM unnest(s.creditors) AS c(code) CROSS JOIN LATERAL (
                        SELECT 1 FROM journal j WHERE j.creditor_tax_code = c.code AND \(behind) LIMIT 1) AS own)
                    OR (s.creditors = '{}' AND EXISTS (SELECT FROM journal j WHERE \(behind))))
                ORDER BY s.next_try_at LIMIT 1 FOR UPDATE OF s SKIP LOCKED)
            RETURNING s.claims, \(Subscriptions.columns)
            """)
        guard var row = rows.first else { return nil }
        let claim = try row.bigInteger()
        return ClaimedSubscription(subscription: try row.subscription(), claim: claim)
    }

    /// Stores the cursor of the last event that the subscription has got.
    /// - Parameter isDelivered: whether an event was delivered, and not only left out.
    /// - Throws: `SubscriptionClaimLost`; the transaction must then end without an effect.
    package func advance(
        _ claimed: ClaimedSubscription, to cursor: FeedCursor, isAgain: Bool, isDelivered: Bool, at now: Instant
    ) async throws {
        let columns: SQL =
            isAgain
            ? "again_order = \(cursor.order), again_number = \(cursor.number)"
            : "place_order = \(cursor.order), place_number = \(cursor.number)"
        try await update(
            claimed,
            "\(columns), failures = 0, delivered_at = CASE WHEN \(isDelivered) THEN \(now.sql) ELSE delivered_at END")
    }

    /// Stores that all events that were to be sent again have been.
    package func endAgain(_ claimed: ClaimedSubscription) async throws {
        try await update(claimed, "again_order = NULL, again_number = NULL, again_before = NULL")
    }

    /// Stores a failed try.
    /// - Parameter waitSeconds: until the next one.
    package func recordFailure(of claimed: ClaimedSubscription, failures: Int, waitSeconds: Int) async throws {
        try await update(
            claimed,
            """
            failures = \(failures), claims = claims + 1,
            next_try_at = clock_timestamp() + make_interval(secs => \(waitSeconds)::integer)
            """)
    }

    /// Ends the claim, so that the next event need not wait for the end of the lease.
    package func release(_ claimed: ClaimedSubscription) async throws {
        try await update(claimed, "next_try_at = clock_timestamp()")
    }

    package func pause(_ claimed: ClaimedSubscription, because reason: PauseReason, at now: Instant) async throws {
        try await update(
            claimed,
            """
            \(change("status", by: .pause, of: SubscriptionStatus.self)), paused_reason = \(reason.rawValue),
            updated_at = \(now.sql)
            """)
    }

    private func update(_ claimed: ClaimedSubscription, _ columns: SQL) async throws {
        let changed = try await execute(
            """
            UPDATE webhook_subscriptions SET \(columns)
            WHERE id = \(claimed.subscription.id.uuid) AND claims = \(claimed.claim)
            """)
        guard changed == 1 else { throw SubscriptionClaimLost() }
    }

    package func insert(_ delivery: WebhookDelivery, of id: Identifier<WebhookSubscription>) {
        send(
            """
            INSERT INTO webhook_deliveries (id, subscription_id, event_id, event, try, is_again, outcome, status_code,
                duration_milliseconds, at)
            VALUES (\(delivery.id.uuid), \(id.uuid), \(delivery.event?.uuid), \(delivery.type), \(delivery.number),
                \(delivery.isAgain), \(delivery.outcome.rawValue), \(delivery.statusCode.map { Int64($0) }),
                \(delivery.durationMilliseconds), \(delivery.at.sql))
            """)
    }

    /// Every secret of a subscription, locked until the transaction ends.
    package func lockSubscriptionSecrets() async throws -> [SubscriptionSecret] {
        try await ask(
            Query(
                "SELECT id, subscription_id, sealed FROM webhook_subscription_secrets ORDER BY id FOR UPDATE",
                rows: { try $0.subscriptionSecret() }))
    }

    /// Replaces a secret that was encrypted with another key.
    package func reseal(subscriptionSecret id: UUID, sealed: [UInt8]) {
        send("UPDATE webhook_subscription_secrets SET sealed = \(sealed) WHERE id = \(id)")
    }
}

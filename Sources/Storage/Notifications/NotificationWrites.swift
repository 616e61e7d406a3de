import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

extension Transaction {
    /// Queues e-mails, one for each receipt and recipient, and wakes the senders after the commit. The database's clock decides when
    /// they are due, because clocks of instances may differ.
    package func insert(_ notifications: [PagoPA.Notification]) {
        let rows: [SQL] = notifications.map { mail in
            """
            (\(mail.id.uuid), \(mail.kind.rawValue), \(mail.receipt?.uuid), \(mail.position?.uuid), \(mail.creditor?.value),
                \(mail.refund?.uuid), \(mail.audience?.rawValue), \(mail.citizen?.uuid), \(mail.link),
                \(mail.recipient?.value), \(mail.language.rawValue), \(mail.state.rawValue),
                CASE WHEN \(mail.nextAttemptAt != nil) THEN clock_timestamp() END, \(mail.messageID), \(mail.createdAt.sql),
                \(mail.resentOf?.uuid), \(mail.isAllowedForTrials), \(mail.installmentNumber))
            """
        }
        guard !rows.isEmpty else { return }
        send(
            """
            INSERT INTO notifications (id, kind, receipt_id, position_id, creditor_tax_code, refund_id, audience, citizen_id,
                link, recipient, language, state, next_attempt_at, message_id, created_at, resent_of,
                allowed_for_trials, installment_number)
            VALUES \(rows.joined(separator: ", "))
            ON CONFLICT DO NOTHING
            """)
        if notifications.contains(where: { $0.state == .queued }) {
            notify(channel: Channels.notifications, payload: "")
        }
    }

    /// Claims the e-mail that has been due longest, with a lease of `leaseSeconds` by the database's clock. An e-mail whose lease has
    /// expired is due again.
    package func claimNotification(leaseSeconds: Int) async throws -> PagoPA.Notification? {
        try await ask(Notifications.several(Self.claim(leaseSeconds: leaseSeconds))).first
    }

    /// The query is two ordered index scans that stop at their first row, so its cost does not depend on the number of e-mails. It
    /// uses `now()` because an index scan cannot compare with `clock_timestamp()`; both are equal, since BEGIN is sent with this
    /// statement.
    static func claim(leaseSeconds: Int) -> SQL {
        """
        WITH lapsed AS MATERIALIZED (
            SELECT id, leased_until AS since FROM notifications
            WHERE state = 'sending' AND leased_until < now()
            ORDER BY leased_until LIMIT 1 FOR UPDATE SKIP LOCKED),
        due AS MATERIALIZED (
            SELECT id, next_attempt_at AS since FROM notifications
            WHERE state IN ('queued', 'retrying') AND next_attempt_at <= now()
            ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        UPDATE notifications n SET state = 'sending', attempts = n.attempts + 1,
            leased_until = clock_timestamp() + make_interval(secs => \(leaseSeconds)::integer)
        WHERE n.id = (SELECT id FROM (TABLE lapsed UNION ALL TABLE due) AS waiting ORDER BY since LIMIT 1)
        RETURNING \(Notifications.columns)
        """
    }

    /// Queues that the e-mail was sent. Nothing changes if this sender has lost its lease.
    package func markSent(_ mail: PagoPA.Notification) {
        move(
            mail, by: .delivered,
            setting: "sent_at = clock_timestamp(), leased_until = NULL, last_error = NULL, next_attempt_at = NULL")
    }

    /// Queues that sending failed. The e-mail is retried after `waitSeconds`, or becomes a dead letter when nil.
    package func markFailed(_ mail: PagoPA.Notification, error: String, waitSeconds: Int?) {
        move(
            mail, by: waitSeconds == nil ? .failedForGood : .failedForNow,
            setting: """
                last_error = \(error), leased_until = NULL,
                next_attempt_at = clock_timestamp() + make_interval(secs => \(waitSeconds)::integer)
                """)
    }

    /// Releases a claimed e-mail without an attempt to send it, for example when the service stops.
    package func release(_ mail: PagoPA.Notification) {
        move(
            mail, by: .released,
            setting: "attempts = attempts - 1, leased_until = NULL, next_attempt_at = clock_timestamp()")
    }

    /// Queues that the e-mail is not sent. The address is deleted.
    package func skip(_ mail: PagoPA.Notification, because reason: SkipReason) {
        move(
            mail, by: .recipientRefused,
            setting: """
                skipped_reason = \(reason.rawValue), recipient = NULL, link = NULL,
                leased_until = NULL, next_attempt_at = NULL, last_error = NULL
                """)
    }

    /// Queues that the recipient's mail server returned a sent e-mail. Its address is deleted, because it does not work.
    package func markBounced(_ mail: PagoPA.Notification, code: String, at now: Instant) {
        send(
            """
            UPDATE notifications SET \(change("state", by: .returned, of: NotificationState.self)),
                bounced_at = \(now.sql), bounce_code = \(code), recipient = NULL, link = NULL, forgotten_at = \(now.sql)
            WHERE id = \(mail.id.uuid) AND \(fits("state", .returned, of: NotificationState.self))
            """)
    }

    /// Queues a change of an e-mail that this sender claimed. Nothing changes if another sender has claimed it since.
    private func move(_ mail: PagoPA.Notification, by event: NotificationEvent, setting columns: SQL) {
        send(
            """
            UPDATE notifications SET \(change("state", by: event, of: NotificationState.self)), \(columns)
            WHERE id = \(mail.id.uuid) AND attempts = \(mail.attempts)
                AND \(fits("state", event, of: NotificationState.self))
            """)
    }

    /// Drops a claimed e-mail that its account no longer needs.
    package func drop(_ mail: PagoPA.Notification) {
        send(
            "DELETE FROM notifications WHERE id = \(mail.id.uuid) AND state = 'sending' AND attempts = \(mail.attempts)"
        )
    }

    /// Queues a retry that an operator requested; the count of attempts restarts.
    package func requeue(_ id: Identifier<PagoPA.Notification>) {
        send(
            """
            UPDATE notifications SET \(change("state", by: .retriedByOps, of: NotificationState.self)), attempts = 0,
                next_attempt_at = clock_timestamp(), last_error = NULL
            WHERE id = \(id.uuid) AND \(fits("state", .retriedByOps, of: NotificationState.self))
            """)
        notify(channel: Channels.notifications, payload: "")
    }

    /// The distinct addresses to which e-mails about this receipt were sent for its payer. An address to which an operator sent one again may
    /// be another person's.
    package func payerAddresses(of receipt: Identifier<Receipt>) async throws -> [EmailAddress] {
        try await ask(
            Query(
                """
                SELECT DISTINCT n.recipient FROM notifications n
                WHERE n.receipt_id = \(receipt.uuid) AND n.audience = 'payer' AND n.recipient IS NOT NULL
                    AND n.resent_of IS NULL
                ORDER BY 1
                """,
                rows: { row in try row.value { try EmailAddress($0) } }))
    }
}

import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

/// The settings of a creditor whose e-mails about debts are due to be queued, locked until the transaction ends.
package struct ClaimedDebtMails: Sendable {
    package let creditor: OrganizationTaxCode
    package let settings: DebtMailSettings
    /// Debts that were published before get no notice.
    package let noticesSince: Instant?
    /// The event of the feed after which the job continues.
    package let cursor: FeedCursor
    package let reminded: RemindedInstallment
}

/// A place in the order of the due dates of a creditor's installments.
package struct RemindedInstallment: Sendable, Equatable {
    package let day: CalendarDate
    let id: UUID

    package init(day: CalendarDate, id: UUID) {
        self.day = day
        self.id = id
    }

    /// Greater than every id.
    private static let lastID = UUID(
        uuid: (.max, .max, .max, .max, .max, .max, .max, .max, .max, .max, .max, .max, .max, .max, .max, .max))

    /// After every installment of the day.
    package static func end(of day: CalendarDate) -> RemindedInstallment {
        RemindedInstallment(day: day, id: lastID)
    }
}

/// An unpaid installment whose due date is near.
package struct DueInstallment: Sendable, Equatable {
    package let position: Identifier<Position>
    package let number: Int
    package let place: RemindedInstallment
}

/// Queries for e-mails about debts.
package enum DebtMails {
    /// `nil`: the creditor has never chosen them.
    package static func settings(of creditor: OrganizationTaxCode, within tenancy: Tenancy) -> Query<DebtMailSettings?>
    {
        Query(
            """
            SELECT new_notices_since IS NOT NULL, reminder_days FROM debt_mail_settings
            WHERE creditor_tax_code = \(creditor.value)
                AND \(tenancy.condition(on: .registry("creditor_tax_code")))
            """,
            row: { DebtMailSettings(sendsNewNotices: try $0.bool(), reminderDays: try $0.optionalInt()) })
    }

    /// - Parameter mailbox: see `UnsubscribeLinks`.
    package static func isUnsubscribed(_ mailbox: [UInt8], from creditor: OrganizationTaxCode) -> Query<Bool> {
        Query<Bool?>(
            """
            SELECT true FROM debt_mail_unsubscriptions
            WHERE creditor_tax_code = \(creditor.value) AND mailbox_digest = \(mailbox)
            """, row: { try $0.bool() }
        ).map { $0 ?? false }
    }

    /// The creditor whose e-mails have been due longest. Two processes never have the same.
    package static var claim: Query<ClaimedDebtMails?> {
        Query(
            """
            SELECT creditor_tax_code, new_notices_since, reminder_days, place_order, place_number, reminded_day, reminded_id
            FROM debt_mail_settings
            WHERE next_run_at <= now() AND (new_notices_since IS NOT NULL OR reminder_days IS NOT NULL)
            ORDER BY next_run_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """,
            row: { row in
                let creditor = try row.organization()
                let (since, days) = (try row.optionalInstant(), try row.optionalInt())
                let cursor = FeedCursor(order: try row.bigInteger(), number: try row.bigInteger())
                return ClaimedDebtMails(
                    creditor: creditor,
                    settings: DebtMailSettings(sendsNewNotices: since != nil, reminderDays: days), noticesSince: since,
                    cursor: cursor, reminded: RemindedInstallment(day: try row.date(), id: try row.uuid()))
            })
    }

    /// The unpaid installments of a creditor that are due up to a day, in order.
    package static func due(
        of creditor: OrganizationTaxCode, after place: RemindedInstallment, until day: CalendarDate, limit: Int
    ) -> Query<[DueInstallment]> {
        Query<[DueInstallment]>(
            """
            SELECT i.position_id, i.number, i.due_date, i.id FROM installments i
            WHERE i.creditor_tax_code = \(creditor.value) AND i.paid_at IS NULL
                AND (i.due_date, i.id) > (\(place.day.sql)::date, \(place.id)::uuid)
                AND i.due_date <= \(day.sql)::date
            ORDER BY i.due_date, i.id LIMIT \(limit)
            """,
            rows: { row in
                DueInstallment(
                    position: try row.identifier(), number: try row.int(),
                    place: RemindedInstallment(day: try row.date(), id: try row.uuid()))
            }
        ).plannedForValues()
    }
}

extension Transaction {
    /// Queues the settings of a creditor. What is switched on applies from now on.
    package func save(_ settings: DebtMailSettings, of creditor: OrganizationTaxCode, at now: Instant) {
        let yesterday = CalendarDate(epochDays: CalendarDate(romeDayOf: now).epochDays - 1)
        let start = RemindedInstallment.end(of: yesterday)
        let since = settings.sendsNewNotices ? now : nil
        send(
            """
            INSERT INTO debt_mail_settings (creditor_tax_code, new_notices_since, reminder_days, place_order, place_number,
                reminded_day, reminded_id, next_run_at, updated_at)
            VALUES (\(creditor.value), \(since?.sql), \(settings.reminderDays), event_horizon(), 0,
                \(start.day.sql), \(start.id), now(), \(now.sql))
            ON CONFLICT ON CONSTRAINT debt_mail_settings_pkey DO UPDATE SET
                new_notices_since = CASE WHEN EXCLUDED.new_notices_since IS NOT NULL
                    THEN coalesce(debt_mail_settings.new_notices_since, EXCLUDED.new_notices_since) END,
                reminder_days = EXCLUDED.reminder_days,
                place_order = CASE WHEN \(Self.isOff) THEN EXCLUDED.place_order ELSE debt_mail_settings.place_order END,
                place_number = CASE WHEN \(Self.isOff) THEN 0 ELSE debt_mail_settings.place_number END,
                reminded_day = CASE WHEN debt_mail_settings.reminder_days IS NULL
                    THEN EXCLUDED.reminded_day ELSE debt_mail_settings.reminded_day END,
                reminded_id = CASE WHEN debt_mail_settings.reminder_days IS NULL
                    THEN EXCLUDED.reminded_id ELSE debt_mail_settings.reminded_id END,
                next_run_at = EXCLUDED.next_run_at, updated_at = EXCLUDED.updated_at
            """)
    }

    /// Whether the job has not followed the feed.
    private static let isOff: SQL =
        "debt_mail_settings.new_notices_since IS NULL AND debt_mail_settings.reminder_days IS NULL"

    /// Queues how far the e-mails of a claimed creditor have been queued.
    /// - Parameter waitSeconds: until the next run.
    package func advance(
        _ claimed: ClaimedDebtMails, to cursor: FeedCursor, reminded: RemindedInstallment, waitSeconds: Int
    ) {
        send(
            """
            UPDATE debt_mail_settings SET place_order = \(cursor.order), place_number = \(cursor.number),
                reminded_day = \(reminded.day.sql), reminded_id = \(reminded.id),
                next_run_at = now() + make_interval(secs => \(waitSeconds)::integer)
            WHERE creditor_tax_code = \(claimed.creditor.value)
            """)
    }

    /// Queues that a mailbox gets no more e-mails about debts of the creditor. A repetition changes nothing.
    package func unsubscribe(_ mailbox: [UInt8], from creditor: OrganizationTaxCode, at now: Instant) {
        send(
            """
            INSERT INTO debt_mail_unsubscriptions (creditor_tax_code, mailbox_digest, created_at)
            VALUES (\(creditor.value), \(mailbox), \(now.sql))
            ON CONFLICT ON CONSTRAINT debt_mail_unsubscriptions_pkey DO NOTHING
            """)
    }
}

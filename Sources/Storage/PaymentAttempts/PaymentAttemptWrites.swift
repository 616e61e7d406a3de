import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

/// The PSP's page where the payer pays.
package struct PaymentPage: Sendable {
    let redirectURL: String
    /// Where the PSP accepts cancellations.
    let cancelURL: String?

    package init(redirectURL: String, cancelURL: String?) {
        self.redirectURL = redirectURL
        self.cancelURL = cancelURL
    }
}

extension Transaction {
    /// Queues a new attempt. The unique index on open items rejects it when another attempt reserves an installment.
    package func insert(_ attempt: PaymentAttempt, caller: APIKeyID) {
        let payer = attempt.payer
        send(
            """
            INSERT INTO payment_attempts (id, creditor_tax_code, caller_id, status, payment_method, psp_id,
                psp_business_name, channel_id, amount_cents, fee_cents, payer_kind, payer_tax_code, payer_full_name,
                payer_email, email, notifies_failure, return_url, language, created_at, expires_at)
            VALUES (\(attempt.id.uuid), \(attempt.creditor.value), \(caller.uuid), \(attempt.status.rawValue),
                \(attempt.method.code), \(attempt.psp.value), \(attempt.pspBusinessName), \(attempt.channel.value),
                \(attempt.amount.cents), \(attempt.fee.cents), \(payer?.kind.rawValue), \(payer?.taxCode.value),
                \(payer?.fullName), \(payer?.email?.value), \(attempt.email?.value),
                \(attempt.notifiesFailure), \(attempt.returnURL),
                \(attempt.language.rawValue), \(attempt.createdAt.sql), \(attempt.expiresAt.sql))
            """)
        let items = attempt.items
        send(
            """
            INSERT INTO attempt_items (attempt_id, ordinal, installment_id, position_id, iuv, notice_number, amount_cents,
                remittance, outcome, is_holding, held_until)
            SELECT \(attempt.id.uuid), item.ordinal, item.installment_id, item.position_id, item.iuv, item.notice_number,
                item.amount_cents, item.remittance, 'pending', true, \(attempt.expiresAt.sql)
            FROM unnest(\(items.map(\.installment.uuid))::uuid[], \(items.map(\.position.uuid))::uuid[],
                \(items.map(\.iuv.value))::text[], \(items.map(\.noticeNumber.value))::text[],
                \(items.map(\.amount.cents))::bigint[], \(items.map(\.remittance))::text[])
                WITH ORDINALITY AS item(installment_id, position_id, iuv, notice_number, amount_cents, remittance, ordinal)
            """)
    }

    /// Queues a change of status. A final status releases all installments that the attempt reserves, and a status that ends the
    /// payment page queues the call that informs the PSP.
    /// - Parameters:
    ///   - page: where the payer pays, if the PSP has just opened the page.
    ///   - item: the outcome of one installment from an RT, which releases the installment.
    package func setStatus(
        _ status: AttemptStatus, of attempt: Identifier<PaymentAttempt>, page: PaymentPage? = nil,
        item: (outcome: ItemOutcome, installment: Identifier<Installment>)? = nil, failureReason: String? = nil,
        at now: Instant
    ) {
        let opened: SQL =
            page.map { ", redirect_url = \($0.redirectURL), cancel_url = \($0.cancelURL)" } ?? ""
        send(
            """
            UPDATE payment_attempts SET status = \(status.rawValue),
                failure_reason = CASE WHEN \(status == .succeeded) THEN NULL ELSE COALESCE(\(failureReason), failure_reason) END,
                finished_at = \(status.isFinal ? now.sql : nil)\(opened)
            WHERE id = \(attempt.uuid)
            """)
        if let item {
            setOutcome(item.outcome, of: item.installment, in: attempt, releasingAll: status.isFinal)
        } else if status.isFinal {
            send("UPDATE attempt_items SET is_holding = false WHERE attempt_id = \(attempt.uuid) AND is_holding")
        }
        if status.endsPortal { queueCancellation(of: attempt, createdAt: now) }
        notify(channel: Channels.attempts, payload: attempt.description)
    }

    /// Queues where the payer pays.
    package func setPage(_ page: PaymentPage, of attempt: Identifier<PaymentAttempt>) {
        send(
            """
            UPDATE payment_attempts SET redirect_url = \(page.redirectURL), cancel_url = \(page.cancelURL)
            WHERE id = \(attempt.uuid)
            """)
    }

    /// Queues the outcome of one installment from an RT, and releases the installment, or all that the attempt reserves.
    package func setOutcome(
        _ outcome: ItemOutcome, of installment: Identifier<Installment>, in attempt: Identifier<PaymentAttempt>,
        releasingAll: Bool = false
    ) {
        send(
            """
            UPDATE attempt_items
            SET outcome = CASE WHEN installment_id = \(installment.uuid) THEN \(outcome.rawValue) ELSE outcome END,
                is_holding = false
            WHERE attempt_id = \(attempt.uuid) AND (installment_id = \(installment.uuid) OR \(releasingAll) AND is_holding)
            """)
    }

    /// Attempts whose deadline has passed by the database's clock, oldest first, locked. Attempts that another instance has locked are
    /// skipped.
    package func lockOverdueAttempts(limit: Int) async throws -> [OverdueAttempt] {
        try await ask(
            Query(OverdueAttempt.selection(limit: limit), rows: { try OverdueAttempt(&$0) }).plannedForValues())
    }

    /// Extends a PSP's tenancy to the rows of this creditor until the transaction ends. The PSP's RT has paid a debt of this creditor,
    /// and the open attempts of other PSPs on that debt must end. Other tenancies do not change.
    package func widen(to creditor: OrganizationTaxCode) {
        send(
            """
            SELECT CASE WHEN current_setting('quietanza.tenancy', true) = 'psp'
                THEN set_config('quietanza.creditors', \([creditor.value])::text[]::text, true) END
            """)
    }
}

/// An attempt whose deadline has passed.
package struct OverdueAttempt: Sendable {
    package let id: Identifier<PaymentAttempt>
    package let creditor: OrganizationTaxCode
    package let status: AttemptStatus
    /// Whether one of its installments is paid.
    package let isPartlyPaid: Bool

    fileprivate static func selection(limit: Int) -> SQL {
        """
        SELECT a.id, a.creditor_tax_code, a.status,
            coalesce((SELECT true FROM attempt_items m WHERE m.attempt_id = a.id AND m.outcome = 'paid' LIMIT 1), false)
        FROM payment_attempts a
        WHERE a.status IN ('created', 'redirected', 'in_progress') AND a.expires_at <= now()
        ORDER BY a.expires_at LIMIT \(limit) FOR UPDATE OF a SKIP LOCKED
        """
    }

    fileprivate init(_ row: inout Row) throws {
        id = try row.identifier()
        creditor = try row.organization()
        status = try row.word()
        isPartlyPaid = try row.bool()
    }
}

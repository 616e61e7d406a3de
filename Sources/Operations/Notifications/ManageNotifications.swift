import Accounts
import PagoPA
import Requests
import Storage

extension NotificationOperations {
    package func list(
        _ filter: NotificationFilter, creditor: OrganizationTaxCode? = nil, page: PageRequest, for caller: Caller
    ) async throws -> Page<PagoPA.Notification> {
        return try await store.read(
            within: caller.tenancy,
            Notifications.list(filter, within: caller.tenancy.narrowed(to: creditor), page: page))
    }

    package func show(_ id: Identifier<PagoPA.Notification>, for caller: Caller) async throws
        -> PagoPA.Notification
    {
        guard let mail = try await store.read(within: caller.tenancy, Notifications.show(id, within: caller.tenancy))
        else { throw Refusal.notFound }
        return mail
    }

    /// Queues a mail again with a fresh attempt count, for example after the mail server was repaired.
    /// - Throws: `Refusal.notificationNotRetryable` for a mail that was sent, is being sent, or has no recipient.
    package func retry(
        _ id: Identifier<PagoPA.Notification>, by caller: Caller, repeating: Repeating<PagoPA.Notification>? = nil
    ) async throws -> Once<PagoPA.Notification> {
        return try await once(repeating, within: caller.tenancy) { tx, now in
            guard let mail = try await tx.ask(Notifications.show(id, within: caller.tenancy, locking: true)) else {
                throw Refusal.notFound
            }
            guard mail.recipient != nil, mail.state.after(.retriedByOps) != nil else {
                throw Refusal.notificationNotRetryable(mail.state)
            }
            tx.requeue(id)
            tx.journal(
                JournalEntry(
                    .notificationRetried, by: caller.actor, creditor: mail.creditor, position: mail.position,
                    receipt: mail.receipt,
                    from: mail.state.rawValue, to: NotificationState.queued.rawValue), at: now)
            guard let queued = try await tx.ask(Notifications.show(id, within: caller.tenancy)) else {
                throw Refusal.notFound
            }
            return queued
        }
    }

    /// Queues a new mail with the content of one about a receipt. That one may have any status and remains unchanged.
    /// - Parameter recipient: `nil`: the recipient of the first mail.
    /// - Throws: `Refusal.notFound`, `.notificationNotResendable`, `.invalid` if no address is known.
    package func resend(
        _ id: Identifier<PagoPA.Notification>, to recipient: EmailAddress?, by caller: Caller,
        repeating: Repeating<PagoPA.Notification>? = nil
    ) async throws -> Once<PagoPA.Notification> {
        return try await once(repeating, within: caller.tenancy) { tx, now in
            guard let mail = try await tx.ask(Notifications.show(id, within: caller.tenancy)) else {
                throw Refusal.notFound
            }
            guard let receiptID = mail.receipt else {
                throw Refusal.notificationNotResendable("Only an e-mail about a receipt can be sent again.")
            }
            let receipt = try await tx.ask(Receipts.show(receiptID, within: caller.tenancy))
            if let receipt, receipt.isReplaced, receipt.outcome.movedMoney {
                throw Refusal.notificationNotResendable("The receipt that replaced this one has its own e-mails.")
            }
            guard let recipient = recipient ?? mail.recipient else {
                throw Refusal.invalid([Fault("/to", .required, "is required: the e-mail has no address")])
            }
            let again = copy(of: mail, to: recipient, at: now)
            tx.insert([again])
            tx.journal(
                JournalEntry(
                    .notificationResent, by: caller.actor, creditor: mail.creditor, position: mail.position,
                    receipt: mail.receipt, from: mail.state.rawValue, to: again.state.rawValue,
                    note: again.id.description), at: now)
            return again
        }
    }

    private func copy(of mail: PagoPA.Notification, to recipient: EmailAddress, at now: Instant)
        -> PagoPA.Notification
    {
        let id: Identifier<PagoPA.Notification> = newID()
        return outbox.stored(
            PagoPA.Notification(
                id: id, kind: mail.kind, receipt: mail.receipt, position: mail.position, creditor: mail.creditor,
                refund: mail.refund, audience: mail.audience, recipient: recipient, language: mail.language,
                state: .queued, attempts: 0, nextAttemptAt: now, sentAt: nil, lastError: nil,
                messageID: outbox.messageID(id), createdAt: now, resentOf: mail.id))
    }

    /// Queues a test mail, which shows whether delivery works.
    package func sendTest(
        to recipient: EmailAddress, language: Language, by caller: Caller,
        repeating: Repeating<PagoPA.Notification>? = nil
    ) async throws -> Once<PagoPA.Notification> {
        return try await once(repeating, within: caller.tenancy) { tx, now in
            let id: Identifier<PagoPA.Notification> = newID()
            let mail = PagoPA.Notification(
                id: id, kind: .test, receipt: nil, position: nil, recipient: recipient, language: language,
                state: .queued, attempts: 0, nextAttemptAt: now, sentAt: nil, lastError: nil,
                messageID: outbox.messageID(id),
                createdAt: now)
            tx.insert([mail])
            return mail
        }
    }
}

import Accounts
import PagoPA
import Requests
import Storage

extension PositionOperations {
    /// Queues an e-mail with the payment notices of all installments that can be paid. They are drawn when it is sent.
    /// - Parameter recipient: `nil`: the debtor's address.
    /// - Throws: `Refusal.notFound`, `.noticeNotPossible`, `.invalid` if no address is known.
    package func mailNotices(
        of id: Identifier<Position>, to recipient: EmailAddress?, reason: String, by caller: Caller,
        repeating: Repeating<PagoPA.Notification>? = nil
    ) async throws -> Once<PagoPA.Notification> {
        try await once(repeating, within: caller.tenancy) { tx, now in
            guard let position = try await tx.ask(Positions.show(id, within: caller.tenancy, locking: true)) else {
                throw Refusal.notFound
            }
            if let why = PaymentNotice.obstacle(printingAllOf: position, now: now) {
                throw Refusal.noticeNotPossible(why)
            }
            let creditor = try await tx.ask(Creditors.show(position.creditor, within: caller.tenancy))
            guard let recipient = recipient ?? position.debtor.email else {
                throw Refusal.invalid([Fault("/to", .required, "is required: the debtor has no address")])
            }
            let mailID: Identifier<PagoPA.Notification> = newID()
            let mail = PagoPA.Notification(
                id: mailID, kind: .paymentNotice, receipt: nil, position: id, creditor: position.creditor,
                recipient: recipient, language: creditor?.languages.first ?? .it, state: .queued, attempts: 0,
                nextAttemptAt: now, sentAt: nil, lastError: nil, messageID: outbox.messageID(mailID), createdAt: now)
            tx.insert([outbox.stored(mail)])
            tx.journal(
                JournalEntry(
                    .noticeMailed, by: caller.actor, creditor: position.creditor, position: id,
                    note: "\(mailID). \(reason)"), at: now)
            // The database skips an e-mail of a test creditor.
            return try await tx.ask(Notifications.show(mailID, within: caller.tenancy)) ?? mail
        }
    }
}

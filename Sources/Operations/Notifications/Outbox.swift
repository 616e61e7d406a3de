import Accounts
import PagoPA
import Storage

/// Creates e-mails in the transaction of the event that they report. `NotificationOperations` sends them later.
struct Outbox: Sendable {
    let mailFrom: EmailAddress
    /// The display name of the sender of e-mails that concern no creditor.
    let senderName: String?
    /// The envelope sender.
    let returnPath: ReturnPath
    /// The only recipients that get e-mails, in a test environment; `nil`: every recipient.
    let allowedRecipients: AllowedRecipients?

    /// The only recipients that get e-mails about payments to test creditors.
    let testRecipients: AllowedRecipients?

    /// The e-mail as it is stored: with the recipients that the environment allows for test creditors.
    func stored(_ mail: PagoPA.Notification) -> PagoPA.Notification {
        var mail = mail
        mail.isAllowedForTrials = mail.recipient.map { testRecipients?.contains($0) ?? false } ?? false
        return mail
    }

    /// Creates the e-mails about a receipt: one for each address, or one marked as skipped when there is no address. An address that
    /// belongs to both payer and debtor gets the payer's version.
    func mails(
        _ kind: NotificationKind, about receipt: Receipt, on position: Identifier<Position>? = nil,
        for refund: Identifier<Refund>? = nil, toPayer payer: [EmailAddress?], toDebtor debtor: EmailAddress?,
        in language: Language, at now: Instant
    ) -> [PagoPA.Notification] {
        let payers = Set(PagoPA.Notification.recipients(payer))
        let recipients = PagoPA.Notification.recipients(payer + [debtor])
        let wanted: [EmailAddress?] = recipients.isEmpty ? [nil] : recipients
        return wanted.map { recipient in
            let id: Identifier<PagoPA.Notification> = .make(at: now)
            let audience = recipient.map { payers.contains($0) ? ReceiptAudience.payer : .debtor }
            return stored(
                PagoPA.Notification(
                    id: id, kind: kind, receipt: receipt.id, position: position ?? receipt.position,
                    creditor: receipt.creditor, refund: refund, audience: audience, recipient: recipient,
                    language: language, state: recipient == nil ? .skipped : .queued, attempts: 0,
                    nextAttemptAt: recipient == nil ? nil : now, sentAt: nil, lastError: nil, messageID: messageID(id),
                    createdAt: now,
                    skipReason: recipient == nil ? .noAddress : nil))
        }
    }

    func allows(_ recipient: EmailAddress) -> Bool { allowedRecipients?.contains(recipient) ?? true }

    /// The ID is the same for every attempt, so that mail clients recognize a duplicate.
    func messageID(_ id: Identifier<PagoPA.Notification>) -> String {
        "\(id)@\(mailFrom.value.split(separator: "@").last ?? "localhost")"
    }

    /// Creates the e-mails about a stored receipt to the person who started the payment and to the debtor. The payer's address in the RT is
    /// not stored.
    func mails(
        _ kind: NotificationKind, toThoseOf receipt: Receipt, on position: Position?, in tx: Transaction,
        at now: Instant
    ) async throws -> [PagoPA.Notification] {
        let creditor = try await tx.ask(Creditors.show(receipt.creditor, within: .everyCreditor))
        var attempt: PaymentAttempt?
        if let id = receipt.attempt { attempt = try await tx.ask(PaymentAttempts.show(id, within: .everyCreditor)) }
        return mails(
            kind, about: receipt, on: position?.id, toPayer: [attempt?.email, attempt?.payer?.email],
            toDebtor: position?.debtor.email,
            in: attempt?.language ?? creditor?.languages.first ?? .it, at: now)
    }
}

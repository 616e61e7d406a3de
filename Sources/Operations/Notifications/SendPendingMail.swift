import Documents
import Gateways
import Logging
import Metrics
import PagoPA
import Storage

extension Intermediary {
    /// Longer than the gateway's longest delivery (25 s), so that no other instance takes up a mail that is on its way; an instance
    /// that dies delays its mails by this long at most.
    package static let mailLeaseSeconds = 30
    package static let mailBatch = 8

    /// The e-mails about a receipt: one for each address, or one marked as skipped when there is none.
    func mails(
        _ kind: NotificationKind, about receipt: Receipt, on position: Identifier<Position>? = nil,
        to addresses: [EmailAddress?], in language: Language,
        at now: Instant
    ) -> [PagoPA.Notification] {
        let recipients = PagoPA.Notification.recipients(addresses)
        let wanted: [EmailAddress?] = recipients.isEmpty ? [nil] : recipients
        return wanted.map { recipient in
            let id: Identifier<PagoPA.Notification> = newID()
            return PagoPA.Notification(
                id: id, kind: kind, receipt: receipt.id, position: position ?? receipt.position, recipient: recipient,
                language: language, state: recipient == nil ? .skipped : .queued, attempts: 0,
                nextAttemptAt: recipient == nil ? nil : now, sentAt: nil, lastError: nil, messageID: messageID(id),
                createdAt: now)
        }
    }

    /// The same for every try, so that a copy sent twice can be told from two mails.
    func messageID(_ id: Identifier<PagoPA.Notification>) -> String {
        "\(id)@\(settings.mailFrom.value.split(separator: "@").last ?? "localhost")"
    }

    /// Sends what is due, several at a time; none is sent by two instances at once.
    /// - Returns: how many were taken up; as many as `mailBatch` means that there may be more.
    package func sendPendingMail() async throws -> Int {
        let claimed = try await store.transaction(within: .everyCreditor) { tx in
            try await tx.claimNotifications(limit: Self.mailBatch, leaseSeconds: Self.mailLeaseSeconds)
        }
        await withTaskGroup(of: Void.self) { group in
            for mail in claimed { group.addTask { await send(mail) } }
        }
        return claimed.count
    }

    private func send(_ mail: PagoPA.Notification) async {
        var logger = logger
        logger[metadataKey: "notification_id"] = "\(mail.id)"
        do {
            guard let recipient = mail.recipient else { return }
            let message = try await message(mail, to: recipient)
            try await outside.deliver(message, settings.mailFrom.value, recipient.value)
            try await store.transaction(within: .everyCreditor) { tx in tx.markSent(mail) }
            Counter(label: "mail_sent_total", dimensions: [("result", "sent")]).increment()
        } catch is CancellationError {
            // We are told to stop: somebody else, or we later, may try at once.
            try? await store.transaction(within: .everyCreditor) { tx in tx.release(mail) }
        } catch {
            await settle(mail, failure: error, logger: logger)
        }
    }

    private func settle(_ mail: PagoPA.Notification, failure: any Error, logger: Logger) async {
        let isPermanent = (failure as? MailFailure)?.isPermanent ?? false
        let wait =
            isPermanent ? nil : RetryPlan.waitSeconds(afterFailures: mail.attempts, jitter: .random(in: -1...1))
        let text = (failure as? MailFailure).map { "\($0)" } ?? "the message could not be made"
        logger.warning(
            "an e-mail did not go out",
            metadata: [
                "failure": "\(failure)", "attempt": "\(mail.attempts)",
                "again_in_seconds": "\(wait.map(String.init) ?? "never")",
            ])
        Counter(label: "mail_sent_total", dimensions: [("result", wait == nil ? "dead" : "retrying")]).increment()
        do {
            try await store.transaction(within: .everyCreditor) { tx in
                tx.markFailed(mail, error: String(text.prefix(500)), waitSeconds: wait)
            }
        } catch {
            // The lease runs out and the mail is tried again.
            logger.error("the failure of an e-mail could not be kept", metadata: ["error": "\(error)"])
        }
    }

    private func message(_ mail: PagoPA.Notification, to recipient: EmailAddress) async throws -> [UInt8] {
        guard let receiptID = mail.receipt else { return try testMessage(mail, to: recipient) }
        let (receipt, creditor) = try await store.transaction(within: .everyCreditor) { tx in
            guard let receipt = try await tx.ask(Receipts.show(receiptID, within: .everyCreditor)) else {
                throw Refusal.notFound
            }
            return (receipt, try await tx.ask(Creditors.show(receipt.creditor, within: .everyCreditor)))
        }
        let pdf = mail.kind == .receiptReady ? try await drawReceipt(receipt, language: mail.language) : nil
        return try receiptMessage(mail, receipt, creditor, pdf: pdf, to: recipient)
    }
}

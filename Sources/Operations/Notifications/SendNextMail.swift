import Accounts
import Documents
import Gateways
import Logging
import Metrics
import PagoPA
import Requests
import Storage
import Synchronization

extension Intermediary {
    /// Longer than the gateway's longest delivery (25 s), so that no other instance takes up a mail that is on its way; an instance
    /// that dies delays its mails by this long at most.
    package static let mailLeaseSeconds = 30
    /// What of the lease is left for the database when the mail server has used up its time.
    static let leaseMarginMilliseconds = 4_000
    /// How long a delivery is tried to be written down while the database is away, and once we are told to stop.
    static let markSentRetrySeconds = 600
    static let shutdownGraceSeconds = 5

    /// The e-mails about a receipt: one for each address, or one marked as skipped when there is none. An address that is both the
    /// payer's and the debtor's gets the payer's version.
    func mails(
        _ kind: NotificationKind, about receipt: Receipt, on position: Identifier<Position>? = nil,
        for refund: Identifier<Refund>? = nil, toPayer payer: [EmailAddress?], toDebtor debtor: EmailAddress?,
        in language: Language, at now: Instant
    ) -> [PagoPA.Notification] {
        let payers = Set(PagoPA.Notification.recipients(payer))
        let recipients = PagoPA.Notification.recipients(payer + [debtor])
        let wanted: [EmailAddress?] = recipients.isEmpty ? [nil] : recipients
        return wanted.map { recipient in
            let id: Identifier<PagoPA.Notification> = newID()
            let audience = recipient.map { payers.contains($0) ? ReceiptAudience.payer : .debtor }
            return PagoPA.Notification(
                id: id, kind: kind, receipt: receipt.id, position: position ?? receipt.position,
                creditor: receipt.creditor, refund: refund, audience: audience, recipient: recipient,
                language: language, state: recipient == nil ? .skipped : .queued, attempts: 0,
                nextAttemptAt: recipient == nil ? nil : now, sentAt: nil, lastError: nil, messageID: messageID(id),
                createdAt: now)
        }
    }

    /// The same for every try, so that a copy sent twice can be told from two mails.
    func messageID(_ id: Identifier<PagoPA.Notification>) -> String {
        "\(id)@\(settings.mailFrom.value.split(separator: "@").last ?? "localhost")"
    }

    /// Sends the mail that has been due longest; none is sent by two senders at once, here or in another instance.
    /// - Returns: whether there was one.
    package func sendNextMail() async throws -> Bool {
        // From before the claim, so that the lease ends later than we think.
        let leaseEnd = ContinuousClock.now + .seconds(Self.mailLeaseSeconds)
        let claimed = try await store.transaction(within: .everyCreditor) { tx in
            try await tx.claimNotification(leaseSeconds: Self.mailLeaseSeconds)
        }
        guard let mail = claimed else { return false }
        await send(mail, until: leaseEnd)
        return true
    }

    private func send(_ mail: PagoPA.Notification, until leaseEnd: ContinuousClock.Instant) async {
        var logger = logger
        logger[metadataKey: "notification_id"] = "\(mail.id)"
        do {
            // An address that was deleted meanwhile: otherwise the mail would be claimed again whenever its lease ends.
            guard let recipient = mail.recipient else {
                return try await store.transaction(within: .everyCreditor) { tx in tx.drop(mail) }
            }
            guard mail.attempts <= RetryPlan.maximumAttempts else { throw AttemptsInterrupted() }
            guard let message = try await message(mail, to: recipient) else {
                return try await store.transaction(within: .everyCreditor) { tx in tx.drop(mail) }
            }
            let left = leaseEnd - .milliseconds(Self.leaseMarginMilliseconds) - ContinuousClock.now
            guard left > .seconds(1) else { return await release(mail) }
            try await externalServices.deliver(
                message, settings.mailFrom.value, recipient.value, Int(left.components.seconds) * 1_000)
        } catch is CancellationError {
            return await release(mail)
        } catch MailFailure.stopped, is DatabaseUnavailable {
            return await release(mail)
        } catch {
            return await recordFailure(mail, failure: error, logger: logger)
        }
        await recordSent(mail, logger: logger)
    }

    /// Nothing was sent: somebody else, or we later, may try at once. If that can not be written the lease runs out.
    private func release(_ mail: PagoPA.Notification) async {
        await shielded { try? await store.transaction(within: .everyCreditor) { tx in tx.release(mail) } }
    }

    /// The mail is out: this is written down whatever it takes, or else it would go out twice.
    private func recordSent(_ mail: PagoPA.Notification, logger: Logger) async {
        let deadline = Mutex(ContinuousClock.now + .seconds(Self.markSentRetrySeconds))
        await shielded {
            while ContinuousClock.now < deadline.withLock(\.self) {
                do {
                    try await store.transaction(within: .everyCreditor) { tx in tx.markSent(mail) }
                    return Counter(label: "mail_sent_total", dimensions: [("result", "sent")]).increment()
                } catch {
                    logger.debug("a sent e-mail is not written down yet", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .milliseconds(200))
                }
            }
            logger.error("an e-mail went out and that could not be kept: it may go out again")
        } onStop: {
            deadline.withLock { $0 = ContinuousClock.now + .seconds(Self.shutdownGraceSeconds) }
        }
    }

    private func recordFailure(_ mail: PagoPA.Notification, failure: any Error, logger: Logger) async {
        let isPermanent = (failure as? MailFailure)?.isPermanent ?? (failure is AttemptsInterrupted)
        let wait =
            isPermanent ? nil : RetryPlan.waitSeconds(afterFailures: mail.attempts, jitter: .random(in: -1...1))
        let text = (failure as? MailFailure).map { "\($0)" } ?? (failure as? AttemptsInterrupted).map { "\($0)" }
        logger.warning(
            "an e-mail did not go out",
            metadata: [
                "failure": "\(failure)", "attempt": "\(mail.attempts)",
                "again_in_seconds": "\(wait.map(String.init) ?? "never")",
            ])
        Counter(label: "mail_sent_total", dimensions: [("result", wait == nil ? "dead" : "retrying")]).increment()
        await shielded {
            do {
                try await store.transaction(within: .everyCreditor) { tx in
                    tx.markFailed(
                        mail, error: String((text ?? "the message could not be made").prefix(500)), waitSeconds: wait)
                }
            } catch {
                // The lease runs out and the mail is tried again.
                logger.error("the failure of an e-mail could not be kept", metadata: ["error": "\(error)"])
            }
        }
    }

    /// - Returns: nil when there is nothing to tell any more.
    private func message(_ mail: PagoPA.Notification, to recipient: EmailAddress) async throws -> [UInt8]? {
        if let citizen = mail.citizen { return try await citizenMessage(mail, about: citizen, to: recipient) }
        guard let receiptID = mail.receipt else {
            return try message(mail, MailTexts.test(language: mail.language), to: recipient)
        }
        guard
            let receipt = try await store.read(within: .everyCreditor, Receipts.show(receiptID, within: .everyCreditor))
        else { throw Refusal.notFound }
        // The receipt that took its place has e-mails of its own.
        if receipt.isReplaced, receipt.outcome.movedMoney { return nil }
        let creditor = try await store.read(
            within: .everyCreditor, Creditors.show(receipt.creditor, within: .everyCreditor))
        let pdf =
            mail.kind.bringsReceipt && receipt.hasPDF
            ? try await drawReceipt(receipt, for: mail.audience, language: mail.language) : nil
        return try receiptMessage(mail, receipt, creditor, pdf: pdf, to: recipient)
    }
}

/// Every try ended with the process that made it.
private struct AttemptsInterrupted: Error, CustomStringConvertible {
    let description = "the service ended during every try"
}

/// Runs to its end though the task is cancelled: what is true already has to be written down.
private func shielded(
    _ work: @escaping @Sendable () async -> Void, onStop: @escaping @Sendable () -> Void = {}
) async {
    let writing = Task { await work() }
    await withTaskCancellationHandler {
        await writing.value
    } onCancel: {
        onStop()
    }
}

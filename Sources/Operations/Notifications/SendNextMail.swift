import Accounts
import Documents
import Gateways
import Logging
import Metrics
import PagoPA
import Requests
import Storage
import Synchronization

extension NotificationOperations {
    /// Longer than the gateway's longest delivery (25 s), so that no other instance claims a mail that is being sent. If an instance
    /// crashes, its mails are delayed by at most this time.
    package static let mailLeaseSeconds = 30
    /// The part of the lease that is reserved for the database after the mail server has used all its time.
    static let leaseMarginMilliseconds = 4_000
    /// How long the sender retries to mark a mail as sent while the database is unavailable, and how long it still retries after shutdown
    /// begins.
    static let markSentRetrySeconds = 600
    static let shutdownGraceSeconds = 5

    /// Sends the mail that has been due longest. Two senders, in this or another instance, never send the same mail at once.
    /// - Returns: whether there was one to send.
    package func sendNext() async throws -> Bool {
        // The lease is counted from before the claim, so that it never ends earlier than computed here.
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
            // Retention may have deleted the address. Drop the mail, because otherwise it would be claimed again each time its lease ends.
            guard let recipient = mail.recipient else {
                return try await store.transaction(within: .everyCreditor) { tx in tx.drop(mail) }
            }
            guard outbox.allows(recipient) else { return try await skip(mail, because: .recipientNotAllowed) }
            if mail.kind.asksForPayment, let creditor = mail.creditor,
                try await hasUnsubscribed(recipient, from: creditor)
            {
                return try await skip(mail, because: .unsubscribed)
            }
            guard mail.attempts <= RetryPlan.maximumAttempts else { throw AttemptsInterrupted() }
            guard let message = try await message(mail, to: recipient) else {
                return try await store.transaction(within: .everyCreditor) { tx in tx.drop(mail) }
            }
            let left = leaseEnd - .milliseconds(Self.leaseMarginMilliseconds) - ContinuousClock.now
            guard left > .seconds(1) else { return await release(mail) }
            try await externalServices.deliver(
                message, outbox.returnPath.address(of: mail.id), recipient.value, Int(left.components.seconds) * 1_000)
        } catch is CancellationError {
            return await release(mail)
        } catch MailFailure.stopped, is DatabaseUnavailable {
            return await release(mail)
        } catch {
            return await recordFailure(mail, failure: error, logger: logger)
        }
        await recordSent(mail, logger: logger)
    }

    private func skip(_ mail: PagoPA.Notification, because reason: SkipReason) async throws {
        try await store.transaction(within: .everyCreditor) { tx in tx.skip(mail, because: reason) }
        Counter(label: "mail_sent_total", dimensions: [("result", "skipped")]).increment()
    }

    /// Returns an unsent mail to the queue, so that any instance can send it immediately. If the database is unavailable, the lease expires
    /// instead.
    private func release(_ mail: PagoPA.Notification) async {
        await shielded { try? await store.transaction(within: .everyCreditor) { tx in tx.release(mail) } }
    }

    /// Marks the mail as sent, and retries while the database is unavailable, because an unmarked mail would be sent twice.
    private func recordSent(_ mail: PagoPA.Notification, logger: Logger) async {
        let deadline = Mutex(ContinuousClock.now + .seconds(Self.markSentRetrySeconds))
        await shielded {
            while ContinuousClock.now < deadline.withLock(\.self) {
                do {
                    try await store.transaction(within: .everyCreditor) { tx in tx.markSent(mail) }
                    return Counter(label: "mail_sent_total", dimensions: [("result", "sent")]).increment()
                } catch {
                    logger.debug("a sent e-mail is not marked as sent yet", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .milliseconds(200))
                }
            }
            logger.error("an e-mail was sent but could not be marked as sent: it may be sent again")
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
            "an e-mail could not be sent",
            metadata: [
                "failure": "\(failure)", "attempt": "\(mail.attempts)",
                "again_in_seconds": "\(wait.map(String.init) ?? "never")",
            ])
        Counter(label: "mail_sent_total", dimensions: [("result", wait == nil ? "dead" : "retrying")]).increment()
        await shielded {
            do {
                try await store.transaction(within: .everyCreditor) { tx in
                    tx.markFailed(
                        mail, error: String((text ?? "the message could not be built").prefix(500)), waitSeconds: wait)
                }
            } catch {
                // The lease expires and the mail is sent again.
                logger.error("the failure of an e-mail could not be stored", metadata: ["error": "\(error)"])
            }
        }
    }

    /// - Returns: `nil` when the mail is no longer needed.
    private func message(_ mail: PagoPA.Notification, to recipient: EmailAddress) async throws -> [UInt8]? {
        if let citizen = mail.citizen { return try await citizenMessage(mail, about: citizen, to: recipient) }
        if let reason = DebtMailReason(mail) { return try await debtMessage(mail, reason, to: recipient) }
        guard let receiptID = mail.receipt else {
            let text =
                mail.kind == .webhookPaused
                ? MailTexts.webhookPaused(link: mail.link, language: mail.language)
                : MailTexts.test(language: mail.language)
            return try message(mail, text, to: recipient)
        }
        guard
            let receipt = try await store.read(within: .everyCreditor, Receipts.show(receiptID, within: .everyCreditor))
        else { throw Refusal.notFound }
        // The receipt that replaced this one has its own e-mails.
        if receipt.isReplaced, receipt.outcome.movedMoney { return nil }
        let (creditor, wording, logo) = try await store.read(
            within: .everyCreditor, Creditors.show(receipt.creditor, within: .everyCreditor),
            MailWordings.show(mail.kind, mail.language, of: receipt.creditor, within: .everyCreditor),
            Logos.show(receipt.creditor, within: .everyCreditor))
        let pdf =
            mail.kind.attachesReceipt && receipt.hasPDF
            ? try await receipts.draw(receipt, for: mail.audience, language: mail.language) : nil
        return try receiptMessage(
            mail, receipt, creditor, logo: logo.flatMap(MailLogo.init), wording: wording, pdf: pdf, to: recipient)
    }
}

/// The process ended during every delivery attempt.
private struct AttemptsInterrupted: Error, CustomStringConvertible {
    let description = "the service ended during every delivery attempt"
}

/// Runs `work` to its end even when the task is cancelled, because the database must record what has already happened.
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

import Accounts
import Documents
import PagoPA
import Requests
import Storage

extension NotificationOperations {
    /// Whether the reader of an e-mail about a debt wants no more of them.
    func hasUnsubscribed(_ recipient: EmailAddress, from creditor: OrganizationTaxCode) async throws -> Bool {
        try await store.read(
            within: .everyCreditor,
            DebtMails.isUnsubscribed(UnsubscribeLinks.digest(of: recipient, at: creditor), from: creditor))
    }

    /// Why a debtor is asked to pay.
    enum DebtMailReason {
        /// The debt was published.
        case published
        /// This installment is due soon; nil: all of them.
        case dueSoon(installment: Int?)
        /// Somebody asked the creditor for the notice, and gave any address.
        case asked

        /// - Returns: nil for a mail that asks for no payment.
        init?(_ mail: PagoPA.Notification) {
            switch mail.kind {
            case .newNotice: self = .published
            case .dueReminder: self = .dueSoon(installment: mail.installmentNumber)
            case .paymentNotice: self = .asked
            case .receiptReady, .counterPayment, .paymentUnderReview, .doublePayment, .paymentFailed, .refundDecided,
                .verifyEmail, .passwordReset, .registrationAttempt, .changeEmail, .emailChanged, .smartCardProved,
                .identityProved, .webhookPaused, .test:
                return nil
            }
        }
    }

    /// Builds a mail that asks for the payment of a debt, with its notice. Only the debtor's own address gets a notice with the debtor's name
    /// and address.
    /// - Returns: `nil` if the debt is not owed now, the due date of a reminder has passed, or the debtor has another mailbox and nobody asked
    ///   for this mail.
    func debtMessage(
        _ mail: PagoPA.Notification, _ reason: DebtMailReason, to recipient: EmailAddress
    ) async throws -> [UInt8]? {
        guard let positionID = mail.position, let taxCode = mail.creditor else { return nil }
        let now = clock()
        let (found, creditor, wording, logo) = try await store.read(
            within: .everyCreditor, Positions.show(positionID, within: .everyCreditor),
            Creditors.show(taxCode, within: .everyCreditor),
            MailWordings.show(mail.kind, mail.language, of: taxCode, within: .everyCreditor),
            Logos.show(taxCode, within: .everyCreditor))
        guard let position = found, let creditor else { return nil }
        let isDebtors = position.debtor.email?.mailbox == recipient.mailbox
        let printable = position.installments.filter {
            PaymentNotice.obstacle(printing: $0, of: position, now: now) == nil
        }
        let installments: [Installment]
        var unsubscribeURL: String?
        switch reason {
        case .asked: installments = printable
        case .published, .dueSoon:
            guard isDebtors else { return nil }
            installments = position.installments(toAskFor: reason, at: now)
            unsubscribeURL = unsubscribeLinks.url(of: recipient, from: taxCode, in: mail.language)
        }
        let notices = printable.filter { part in installments.contains { $0.number == part.number } }.map {
            PaymentNotice(
                creditor: creditor, logo: logo, position: position, installment: $0, showsContactData: isDebtors)
        }
        let facts = DebtMailFacts(
            creditor: creditor, position: position, installments: installments, unsubscribeURL: unsubscribeURL,
            hasNotice: !notices.isEmpty)
        guard let facts, let first = installments.first else { return nil }
        let picture = logo.flatMap(MailLogo.init)
        let text =
            switch reason {
            case .published: MailTexts.newNotice(facts, logo: picture, wording: wording, language: mail.language)
            case .dueSoon: MailTexts.dueReminder(facts, logo: picture, wording: wording, language: mail.language)
            case .asked: MailTexts.paymentNotice(facts, logo: picture, language: mail.language)
            }
        let content = NoticeContent(notices, language: mail.language)
        var attachment: MIMEMessage.Attachment?
        if let content {
            attachment = MIMEMessage.Attachment(
                fileName: "avviso-\(first.noticeNumber.value).pdf", mediaType: "application/pdf",
                bytes: try await externalServices.drawNotice(content))
        }
        return try MIMEMessage(
            from: outbox.mailFrom, senderName: creditor.mailSenderName ?? creditor.name,
            replyTo: creditor.mailReplyTo, to: recipient, date: mail.createdAt, messageID: mail.messageID, text: text,
            language: mail.language, attachment: attachment, unsubscribeURL: unsubscribeURL
        ).bytes()
    }
}

extension Position {
    /// The installments that a mail with this reason asks for. A reminder is for one that is not overdue.
    fileprivate func installments(toAskFor reason: NotificationOperations.DebtMailReason, at now: Instant)
        -> [Installment]
    {
        let owed = installmentsToAskFor(at: now)
        guard case .dueSoon(let number?) = reason else { return owed }
        let today = CalendarDate(romeDayOf: now)
        return owed.filter { $0.number == number && $0.dueDate >= today }
    }
}

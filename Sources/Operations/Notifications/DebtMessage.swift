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

    /// Builds the mail that announces a debt or reminds of it, with its notice.
    /// - Returns: `nil` if the debt is not owed now, its debtor has another mailbox, or the due date of a reminder has passed.
    func debtMessage(_ mail: PagoPA.Notification, to recipient: EmailAddress) async throws -> [UInt8]? {
        guard let positionID = mail.position, let taxCode = mail.creditor else { return nil }
        let now = clock()
        let (found, creditor, wording, logo) = try await store.read(
            within: .everyCreditor, Positions.show(positionID, within: .everyCreditor),
            Creditors.show(taxCode, within: .everyCreditor),
            MailWordings.show(mail.kind, mail.language, of: taxCode, within: .everyCreditor),
            Logos.show(taxCode, within: .everyCreditor))
        guard let position = found, let creditor, position.debtor.email?.mailbox == recipient.mailbox else {
            return nil
        }
        let today = CalendarDate(romeDayOf: now)
        let installments = position.installmentsToAskFor(at: now).filter { part in
            mail.installmentNumber.map { part.number == $0 && part.dueDate >= today } ?? true
        }
        let pdf = try await notice(of: installments, on: position, by: creditor, logo: logo, in: mail.language, at: now)
        let unsubscribeURL = unsubscribeLinks.url(of: recipient, from: taxCode, in: mail.language)
        let facts = DebtMailFacts(
            creditor: creditor, position: position, installments: installments, unsubscribeURL: unsubscribeURL,
            hasNotice: pdf != nil)
        guard let facts else { return nil }
        let picture = logo.flatMap(MailLogo.init)
        let text =
            mail.kind == .dueReminder
            ? MailTexts.dueReminder(facts, logo: picture, wording: wording, language: mail.language)
            : MailTexts.newNotice(facts, logo: picture, wording: wording, language: mail.language)
        let number = installments.first?.noticeNumber.value ?? ""
        return try MIMEMessage(
            from: outbox.mailFrom, senderName: creditor.mailSenderName ?? creditor.name,
            replyTo: creditor.mailReplyTo, to: recipient, date: mail.createdAt, messageID: mail.messageID, text: text,
            language: mail.language,
            attachment: pdf.map {
                MIMEMessage.Attachment(fileName: "avviso-\(number).pdf", mediaType: "application/pdf", bytes: $0)
            }, unsubscribeURL: unsubscribeURL
        ).bytes()
    }

    /// - Returns: `nil` if no installment can be printed.
    private func notice(
        of installments: [Installment], on position: Position, by creditor: Creditor, logo: CreditorLogo?,
        in language: Language, at now: Instant
    ) async throws -> [UInt8]? {
        let notices = installments.filter {
            PaymentNotice.obstacle(printing: $0, of: position, now: now) == nil
        }.map { PaymentNotice(creditor: creditor, logo: logo, position: position, installment: $0) }
        guard let content = NoticeContent(notices, language: language) else { return nil }
        return try await externalServices.drawNotice(content)
    }
}

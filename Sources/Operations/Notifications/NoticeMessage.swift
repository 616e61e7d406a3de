import Accounts
import Documents
import PagoPA
import Requests
import Storage

extension NotificationOperations {
    /// Builds the e-mail with the payment notices of a position. Only the debtor's own address gets notices with the debtor's name and address.
    /// - Returns: `nil` when nothing can be paid any more.
    func noticeMessage(
        _ mail: PagoPA.Notification, about id: Identifier<Position>, to recipient: EmailAddress
    ) async throws -> [UInt8]? {
        guard let taxCode = mail.creditor else { throw Refusal.notFound }
        let (position, creditor, logo) = try await store.read(
            within: .everyCreditor, Positions.show(id, within: .everyCreditor),
            Creditors.show(taxCode, within: .everyCreditor), Logos.show(taxCode, within: .everyCreditor))
        guard let position, let creditor else { throw Refusal.notFound }
        let now = clock()
        let notices = position.installments.filter {
            PaymentNotice.obstacle(printing: $0, of: position, now: now) == nil
        }.map {
            PaymentNotice(
                creditor: creditor, logo: logo, position: position, installment: $0,
                showsContactData: position.debtor.email?.mailbox == recipient.mailbox)
        }
        guard let content = NoticeContent(notices, language: mail.language) else { return nil }
        let pdf = try await externalServices.drawNotice(content)
        return try MIMEMessage(
            from: outbox.mailFrom, senderName: creditor.mailSenderName ?? creditor.name,
            replyTo: creditor.mailReplyTo, to: recipient, date: mail.createdAt, messageID: mail.messageID,
            text: MailTexts.paymentNotice(notices, creditor: creditor, language: mail.language),
            language: mail.language,
            attachment: MIMEMessage.Attachment(
                fileName: "avviso-\(position.id).pdf", mediaType: "application/pdf", bytes: pdf)
        ).bytes()
    }
}

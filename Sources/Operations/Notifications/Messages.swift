import Documents
import PagoPA
import Storage

extension NotificationOperations {
    /// Builds the mail about a receipt: the receipt is ready, the payment is under review, or the payment failed.
    func receiptMessage(
        _ mail: PagoPA.Notification, _ receipt: Receipt, _ creditor: Creditor?, logo: MailLogo?, wording: MailWording?,
        pdf: [UInt8]?, to recipient: EmailAddress
    ) throws -> [UInt8] {
        let link =
            pdf == nil ? nil : receipts.links.link(to: receipt.id, for: mail.audience, in: mail.language, at: clock())
        let text =
            MailTexts.about(
                receipt, mail.kind, creditor: creditor, refund: receipt.refunds.first { $0.id == mail.refund },
                hasReceipt: pdf != nil, link: link, logo: logo, wording: wording, language: mail.language)
            ?? MailTexts.test(language: mail.language)
        let attachment = pdf.map { bytes in
            MIMEMessage.Attachment(
                fileName: "ricevuta-\(receipt.iuv).pdf", mediaType: "application/pdf", bytes: bytes)
        }
        return try MIMEMessage(
            from: outbox.mailFrom, senderName: creditor?.mailSenderName ?? creditor?.name,
            replyTo: creditor?.mailReplyTo, to: recipient, date: mail.createdAt, messageID: mail.messageID, text: text,
            language: mail.language, attachment: attachment
        ).bytes()
    }

    /// Builds a mail that concerns no creditor.
    func message(_ mail: PagoPA.Notification, _ text: MailText, to recipient: EmailAddress) throws -> [UInt8] {
        try MIMEMessage(
            from: outbox.mailFrom, senderName: outbox.senderName, replyTo: nil, to: recipient, date: mail.createdAt,
            messageID: mail.messageID, text: text, language: mail.language, attachment: nil
        ).bytes()
    }
}

import Foundation
import PagoPA

/// An Internet message (RFC 5322) with plain and HTML text and perhaps an attachment; the same bytes for the same parts, so that
/// a mail sent again is the same mail.
package struct MIMEMessage: Sendable {
    package struct Attachment: Sendable {
        let fileName: String
        let mediaType: String
        let bytes: [UInt8]

        package init(fileName: String, mediaType: String, bytes: [UInt8]) {
            self.fileName = fileName
            self.mediaType = mediaType
            self.bytes = bytes
        }
    }

    /// A header contains a control character, which could begin another header.
    package struct Unsafe: Error, Equatable {
        package let header: String
    }

    private let headers: [(name: String, value: String)]
    private let boundary: String
    private let text: MailText
    private let attachment: Attachment?

    /// - Parameters:
    ///   - unsubscribeURL: the page that ends e-mails of this kind; a POST to it does so at once.
    ///   - messageID: without angle brackets; a mail sent again bears the same one.
    package init(
        from: EmailAddress, senderName: String?, replyTo: EmailAddress?, to: EmailAddress, date: Instant,
        messageID: String, text: MailText, language: Language, attachment: Attachment?, unsubscribeURL: String? = nil
    ) {
        let sender = senderName.map { HeaderText.mailbox($0, from.value) } ?? from.value
        var headers: [(String, String)] = [
            ("From", sender), ("To", to.value), ("Subject", HeaderText.encoded(text.subject, after: 9)),
            ("Date", date.rfc5322), ("Message-ID", "<\(messageID)>"), ("Auto-Submitted", "auto-generated"),
            ("Content-Language", language.rawValue), ("MIME-Version", "1.0"),
        ]
        if let replyTo { headers.insert(("Reply-To", replyTo.value), at: 1) }
        if let unsubscribeURL {
            headers += [("List-Unsubscribe", "<\(unsubscribeURL)>"), ("List-Unsubscribe-Post", UnsubscribeForm.body)]
        }
        self.headers = headers
        // "=_" never occurs in base64, so no part can contain a boundary.
        boundary =
            "=_"
            + String(
                messageID.unicodeScalars.filter {
                    $0.isASCII && $0.properties.isAlphabetic
                        || ("0"..."9").contains($0)
                }.prefix(40).map(Character.init))
        self.text = text
        self.attachment = attachment
    }

    /// - Throws: ``Unsafe`` if a header contains a control character.
    package func bytes() throws -> [UInt8] {
        var message: [UInt8] = []
        for (name, value) in headers {
            // The only control characters allowed in a header are those of the folds that this module inserts: CRLF and a blank.
            let unfolded = value.replacingFolds()
            guard unfolded.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { throw Unsafe(header: name) }
            message += Array("\(name): \(value)\r\n".utf8)
        }
        let text = multipart("alternative", boundary + "a", texts)
        guard let attachment else { return message + text }
        let parts = [text, try part(attachment)]
        return message + multipart("mixed", boundary + "m", parts)
    }

    private var texts: [[UInt8]] {
        let page = part("text/html; charset=utf-8", text.html)
        guard let logo = text.logo else { return [part("text/plain; charset=utf-8", text.plain), page] }
        let related = multipart("related", boundary + "r", [page, part(logo)], parameters: "; type=\"text/html\"")
        return [part("text/plain; charset=utf-8", text.plain), related]
    }

    private func part(_ logo: MailLogo) -> [UInt8] {
        Array(
            """
            Content-Type: image/png\r
            Content-ID: <\(MailLogo.contentID)>\r
            Content-Disposition: inline\r
            Content-Transfer-Encoding: base64\r
            \r

            """.utf8) + Self.base64Lines(logo.png)
    }

    private func multipart(_ kind: String, _ boundary: String, _ parts: [[UInt8]], parameters: String = "")
        -> [UInt8]
    {
        var bytes = Array("Content-Type: multipart/\(kind); boundary=\"\(boundary)\"\(parameters)\r\n\r\n".utf8)
        for part in parts { bytes += Array("--\(boundary)\r\n".utf8) + part + Array("\r\n".utf8) }
        return bytes + Array("--\(boundary)--\r\n".utf8)
    }

    private func part(_ mediaType: String, _ text: String) -> [UInt8] {
        let lines = text.replacingLineEnds()
        return Array("Content-Type: \(mediaType)\r\nContent-Transfer-Encoding: base64\r\n\r\n".utf8)
            + Self.base64Lines(Array(lines.utf8))
    }

    /// In lines of 76 characters, each with its CRLF, as mail wants it.
    private static func base64Lines(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        let lines = Data(bytes).base64EncodedData(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
        return Array(lines) + [13, 10]
    }

    private func part(_ attachment: Attachment) throws -> [UInt8] {
        let name = attachment.fileName
        guard name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
            attachment.mediaType.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw Unsafe(header: "Content-Disposition") }
        let disposition = "attachment; \(HeaderText.parameter("filename", name))"
        return Array(
            """
            Content-Type: \(attachment.mediaType)\r
            Content-Disposition: \(disposition)\r
            Content-Transfer-Encoding: base64\r
            \r

            """.utf8) + Self.base64Lines(attachment.bytes)
    }
}

extension String {
    fileprivate func replacingFolds() -> String {
        var bytes: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.first {
            if rest.starts(with: [13, 10, 32]) {
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    fileprivate func replacingLineEnds() -> String {
        split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    }
}

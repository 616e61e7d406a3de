import Foundation
import PagoPA
import TestSupport
import Testing

@testable import Documents

/// Messages, read back by a parser of the test.
@Suite struct MIMEMessageTests {
    /// A message as a mail client reads it.
    private struct Parsed {
        var headers: [String: String] = [:]
        let body: String

        init(_ bytes: [UInt8]) throws {
            let text = try #require(String(validating: bytes, as: UTF8.self))
            let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
            body = String(parts.last ?? "")
            for line in try #require(parts.first).replacing("\r\n ", with: " ").split(separator: "\r\n") {
                let pair = line.split(separator: ":", maxSplits: 1)
                headers[String(pair[0])] = pair[1].trimmingCharacters(in: .whitespaces)
            }
        }

        /// The text of a header, with its encoded words decoded (RFC 2047).
        func decoded(_ name: String) throws -> String {
            let header = try #require(headers[name])
            // The blank between two encoded words is no part of the text.
            let joined = header.replacing("?= =?UTF-8?B?", with: "?==?UTF-8?B?")
            return try joined.replacing(#/=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=/#) { match in
                guard let data = Data(base64Encoded: String(match.1)),
                    let word = String(validating: data, as: UTF8.self)
                else { throw CocoaError(.coderInvalidValue) }
                return word
            }
        }

        /// The parts of a multipart body.
        func parts() throws -> [Parsed] {
            let type = try #require(headers["Content-Type"])
            let boundary = try #require(type.firstMatch(of: /boundary="([^"]+)"/)).1
            #expect(boundary.utf8.count <= 70)
            #expect(body.hasSuffix("--\(boundary)--\r\n"))
            return try body.components(separatedBy: "--\(boundary)\r\n").dropFirst().map { part in
                // The line break before a boundary belongs to the boundary.
                let last = part.range(of: "\r\n--\(boundary)--\r\n")?.lowerBound
                let bytes = last.map { Array(part[..<$0].utf8) } ?? Array(part.utf8.dropLast(2))
                return try Parsed(bytes)
            }
        }

        /// The content of a part in base64, whose lines fit a mail.
        func content() throws -> [UInt8] {
            #expect(headers["Content-Transfer-Encoding"] == "base64")
            let lines = body.components(separatedBy: "\r\n").filter { !$0.isEmpty }
            #expect(lines.allSatisfy { $0.utf8.count <= 76 })
            return Array(try #require(Data(base64Encoded: lines.joined())))
        }
    }

    private static let address = try! EmailAddress("noreply@example.org")  // a valid literal
    private static let at = try! Instant(rfc3339: "2018-10-09T09:30:00.5Z")  // a valid literal

    private func message(
        subject: String = "Ricevuta", sender: String? = nil, messageID: String = "0199c0de@example.org",
        date: Instant = at, paragraphs: [String] = ["Testo"], link: String? = nil, replyTo: EmailAddress? = nil,
        attachment: MIMEMessage.Attachment? = nil, unsubscribeURL: String? = nil, logo: MailLogo? = nil
    ) throws -> MIMEMessage {
        MIMEMessage(
            from: Self.address, senderName: sender, replyTo: replyTo, to: try EmailAddress("mario@example.org"),
            date: date, messageID: messageID,
            text: MailText(
                subject: subject, language: "it-IT", logo: logo,
                blocks: paragraphs.map { .paragraph($0) } + (link.map { [.link($0)] } ?? [])),
            language: .it, attachment: attachment, unsubscribeURL: unsubscribeURL)
    }

    private static let pieces = [
        "a", "Comune di ", " ", "è", "ß", "漢", "👩‍👩‍👧", "\"", "\\", "=?", "?=", "=?UTF-8?B?eA==?=", ",", "<x@y>", ":", "(",
        ")",
        "@", "e\u{301}",
    ]

    @Test func `every subject and sender is read back as it was, in lines that a mail may have`() throws {
        var random = SeededRandom(seed: 131)
        for _ in 0..<400 {
            func text() -> String {
                (0..<Int.random(in: 1...40, using: &random)).map { _ in Self.pieces.randomElement(using: &random) ?? ""
                }
                .joined()
            }
            let (subject, sender) = ("S" + text() + "s", "N" + text() + "n")
            let bytes = try message(subject: subject, sender: sender).bytes()
            let head = try #require(String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n\r\n").first)
            for line in head.components(separatedBy: "\r\n") {
                #expect(line.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(line)")
                // RFC 2047, section 2: a line with an encoded word has at most 76 characters, and a word at most 75.
                if line.contains("=?UTF-8?B?") { #expect(line.utf8.count <= 76, "\(line)") }
                #expect(line.utf8.count <= 998)
            }
            let parsed = try Parsed(bytes)
            #expect(try parsed.decoded("Subject") == subject)
            let from = try parsed.decoded("From")
            #expect(from.hasSuffix(" <noreply@example.org>"))
            let name = from.dropLast(" <noreply@example.org>".count)
            let plain = name.hasPrefix("\"") && name.hasSuffix("\"") ? Self.unquoted(name) : String(name)
            #expect(plain == sender, "\(from)")
        }
    }

    private static func unquoted(_ text: Substring) -> String {
        var result = ""
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            if character == "\\", !isEscaped {
                isEscaped = true
            } else {
                result.append(character)
                isEscaped = false
            }
        }
        return result
    }

    @Test func `no value begins another header`() throws {
        for text in ["a\r\nBcc: x@example.org", "a\nb", "a\rb", "a\u{0}b", "a\u{7F}b"] {
            // In a subject or a name such a text is encoded, so that the header stays one line.
            for mail in [try message(subject: text), try message(sender: text)] {
                let parsed = try Parsed(mail.bytes())
                #expect(parsed.headers["Bcc"] == nil && parsed.headers.count == 9, "\(parsed.headers)")
            }
            #expect(throws: MIMEMessage.Unsafe(header: "Message-ID")) { try message(messageID: text).bytes() }
            let attachment = MIMEMessage.Attachment(fileName: text, mediaType: "application/pdf", bytes: [])
            #expect(throws: MIMEMessage.Unsafe.self) { try message(attachment: attachment).bytes() }
            let odd = MIMEMessage.Attachment(fileName: "a.pdf", mediaType: text, bytes: [])
            #expect(throws: MIMEMessage.Unsafe.self) { try message(attachment: odd).bytes() }
        }
    }

    @Test func `a mail names the page that ends it, in a header that no value leaves`() throws {
        let url = "https://pagamenti.example.org/unsubscribe/AQEA"
        let parsed = try Parsed(message(unsubscribeURL: url).bytes())
        #expect(parsed.headers["List-Unsubscribe"] == "<\(url)>")
        #expect(parsed.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click")
        #expect(try Parsed(message().bytes()).headers["List-Unsubscribe"] == nil)
        #expect(throws: MIMEMessage.Unsafe(header: "List-Unsubscribe")) {
            try message(unsubscribeURL: "https://example.org/\r\nBcc: x@example.org").bytes()
        }
    }

    private func logo(bytes: Int, width: Int = 400, height: Int = 160) -> MailLogo? {
        MailLogo(
            CreditorLogo(
                png: (0..<bytes).map { UInt8(truncatingIfNeeded: $0) }, width: width, height: height,
                alternativeText: "Stemma <del> \"Comune\"", color: nil, createdAt: Self.at, updatedAt: Self.at))
    }

    @Test func `a logo is a part beside the page that shows it, and a large one is left out`() throws {
        let logo = try #require(self.logo(bytes: 300))
        let attachment = MIMEMessage.Attachment(fileName: "a.pdf", mediaType: "application/pdf", bytes: [1])
        let mixed = try Parsed(message(attachment: attachment, logo: logo).bytes())
        let texts = try #require(try mixed.parts().first).parts()
        #expect(texts.count == 2 && texts.first?.headers["Content-Type"] == "text/plain; charset=utf-8")
        let related = try #require(texts.last)
        #expect(related.headers["Content-Type"]?.hasPrefix("multipart/related; boundary=") == true)
        let (page, picture) = (try related.parts()[0], try related.parts()[1])
        #expect(picture.headers["Content-Type"] == "image/png" && picture.headers["Content-Disposition"] == "inline")
        #expect(picture.headers["Content-ID"] == "<logo@quietanza>")
        #expect(try picture.content() == (0..<300).map { UInt8(truncatingIfNeeded: $0) })
        let html = String(decoding: try page.content(), as: UTF8.self)
        #expect(html.contains("<img src=\"cid:logo@quietanza\" alt=\"Stemma &lt;del&gt; &quot;Comune&quot;\""))
        #expect(html.contains("width=\"160\" height=\"64\""))

        #expect(self.logo(bytes: MailLogo.maximumBytes) != nil && self.logo(bytes: MailLogo.maximumBytes + 1) == nil)
        #expect(self.logo(bytes: 0) == nil && self.logo(bytes: 1, width: 0) == nil)
        #expect(self.logo(bytes: 1, width: 1, height: 4_000)?.width == 1)
    }

    @Test func `the date is that of the instant in UTC`() throws {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss '+0000'"
        var random = SeededRandom(seed: 132)
        for _ in 0..<200 {
            let seconds = Int64.random(in: -1_000_000_000...4_000_000_000, using: &random)
            let date = try Parsed(message(date: Instant(microseconds: seconds * 1_000_000)).bytes()).headers["Date"]
            #expect(date == formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds))))
        }
        #expect(try Parsed(message().bytes()).headers["Date"] == "Tue, 09 Oct 2018 09:30:00 +0000")
    }

    @Test func `both texts and the attachment are read back byte by byte, and the same mail has the same bytes`() throws
    {
        var random = SeededRandom(seed: 133)
        for size in [0, 1, 56, 57, 58, 10_000] {
            let file = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
            let attachment = MIMEMessage.Attachment(
                fileName: "ricevuta-1.pdf", mediaType: "application/pdf", bytes: file)
            let replyTo = try EmailAddress("comune@example.org")
            let mail = try message(
                paragraphs: ["Niccolò ha pagato <5 €> & \"altro\".", "Fine\r\n.\r\n"], replyTo: replyTo,
                attachment: attachment)
            let bytes = try mail.bytes()
            #expect(try bytes == mail.bytes())
            let parsed = try Parsed(bytes)
            #expect(parsed.headers["Reply-To"] == "comune@example.org" && parsed.headers["MIME-Version"] == "1.0")
            let parts = try parsed.parts()
            #expect(parts.count == 2 && parts[0].headers["Content-Type"]?.hasPrefix("multipart/alternative") == true)
            let texts = try parts[0].parts()
            #expect(
                texts.map { $0.headers["Content-Type"] } == ["text/plain; charset=utf-8", "text/html; charset=utf-8"])
            let plain = String(decoding: try texts[0].content(), as: UTF8.self)
            #expect(plain.hasPrefix("Ricevuta\r\n\r\nNiccolò ha pagato <5 €> & \"altro\".\r\n\r\nFine"))
            let html = String(decoding: try texts[1].content(), as: UTF8.self)
            #expect(html.contains(">Niccolò ha pagato &lt;5 €&gt; &amp; &quot;altro&quot;.</p>"))
            #expect(parts[1].headers["Content-Disposition"] == "attachment; filename=\"ricevuta-1.pdf\"")
            #expect(try size == 0 || parts[1].content() == file)
        }
    }

    @Test func `a file name beyond plain letters is encoded by RFC 2231`() throws {
        for (name, parameter) in [
            ("a-b_c.pdf", "filename=\"a-b_c.pdf\""), ("a b.pdf", "filename*=UTF-8''a%20b.pdf"),
            ("è\"\\.pdf", "filename*=UTF-8''%C3%A8%22%5C.pdf"), ("a;b=c", "filename*=UTF-8''a%3Bb%3Dc"),
        ] {
            let attachment = MIMEMessage.Attachment(fileName: name, mediaType: "application/pdf", bytes: [1])
            let parts = try Parsed(message(attachment: attachment).bytes()).parts()
            #expect(parts.last?.headers["Content-Disposition"] == "attachment; \(parameter)")
        }
    }

    @Test func `a link and a code from outside cannot leave their place in the page`() throws {
        let odd = "https://portale.example.org/?a=1&b=\"><script>alert('x')</script>"
        let text = MailTexts.verifyEmail(code: "x", link: odd, hours: 1, language: .it)
        #expect(text.plain.contains(odd) && !text.html.contains("<script"))
        let code = MailTexts.passwordReset(code: "<b>&", link: nil, hours: 24, language: .it)
        #expect(code.plain.contains("<b>&") && code.html.contains("&lt;b&gt;&amp;") && !code.html.contains("<b>"))
    }
}

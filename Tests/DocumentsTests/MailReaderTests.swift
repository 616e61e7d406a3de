import Foundation
import PagoPA
import TestSupport
import Testing

@testable import Documents

/// Every kind of e-mail as another program reads it: Python's parser of messages.
@Suite struct MailReaderTests {
    /// What the parser finds in a message.
    private struct Read: Decodable {
        let subject, sender, plain, html: String
        let fileName: String?
        let attachmentBytes: Int?
        let unsubscribe: String?
        let defects: Int
        let longestLine: Int
        let isASCII: Bool
    }

    private static let script = """
        import email, email.policy, json, sys
        for path in sys.argv[1:]:
            raw = open(path, "rb").read()
            message = email.message_from_bytes(raw, policy=email.policy.default)
            defects = sum(len(part.defects) for part in message.walk())
            defects += sum(len(value.defects) for part in message.walk() for value in part.values())
            plain, html = message.get_body(("plain",)), message.get_body(("html",))
            files = list(message.iter_attachments())
            print(json.dumps({
                "subject": message["subject"], "sender": message["from"].addresses[0].display_name,
                "plain": plain.get_content(), "html": html.get_content(),
                "fileName": files[0].get_filename() if files else None,
                "attachmentBytes": len(files[0].get_content()) if files else None,
                "unsubscribe": message["list-unsubscribe"], "defects": defects,
                "longestLine": max(len(line) for line in raw.split(b"\\r\\n")), "isASCII": raw.isascii()}))
        """

    private static func read(_ messages: [[UInt8]]) throws -> [Read] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "quietanza-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = try messages.enumerated().map { number, bytes in
            let file = folder.appending(path: "\(number).eml")
            try Data(bytes).write(to: file)
            return file.path
        }
        return try Tool.run("python3", ["-c", script] + paths).split(separator: "\n").map {
            try JSONDecoder().decode(Read.self, from: Data($0.utf8))
        }
    }

    private static func message(
        _ text: MailText, sender: String, language: Language, attachment: MIMEMessage.Attachment?, unsubscribe: String?
    ) throws -> [UInt8] {
        try MIMEMessage(
            from: EmailAddress("quietanza@example.org"), senderName: sender, replyTo: nil,
            to: EmailAddress("lettore@example.org"), date: Instant(rfc3339: "2026-11-29T15:00:00Z"),
            messageID: "0199c0de-0000-7000-8000-000000000001@example.org", text: text, language: language,
            attachment: attachment, unsubscribeURL: unsubscribe
        ).bytes()
    }

    /// Without blanks, which Python's parser puts between two encoded words of a name, against RFC 2047, 6.2.
    private static func letters(_ text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.filter { !$0.properties.isWhitespace }
    }

    /// Texts with the line ends of a file.
    private static func lines(_ text: String) -> String { text.replacing("\r\n", with: "\n") }

    @Test(arguments: Language.allCases)
    func `subject, sender, both texts and the attachment of every kind are what was written`(language: Language) throws
    {
        let day = try Instant(rfc3339: "2018-01-01T00:00:00Z")
        let senders = [
            "Comune di Forlì", "Gemeinde \"Süd\\Nord\", Büro", "Ufficio <tributi> & =?UTF-8?B?eA==?=",
            String(repeating: "Città ", count: 11), "a@b.example.org, c",
        ]
        var expected: [(mail: MailText, sender: String, file: MIMEMessage.Attachment?, unsubscribe: String?)] = []
        for (index, kind) in NotificationKind.allCases.enumerated() {
            let sender = senders[index % senders.count]
            let creditor = Creditor(
                taxCode: try OrganizationTaxCode("15376371009"), name: sender, noticeCodes: .aux1,
                iban: try IBAN("IT60X0542811101000000123456"), createdAt: day, updatedAt: day)
            for sample in try MailSamples.mails(kind, of: creditor, language) {
                let file = MIMEMessage.Attachment(
                    fileName: index.isMultiple(of: 2) ? "ricevuta-1.pdf" : "ricevuta è 'n. 1'.pdf",
                    mediaType: "application/pdf", bytes: (0..<(index * 57)).map { UInt8(truncatingIfNeeded: $0 * 7) })
                let hasFile = kind.attachesReceipt || kind.asksForPayment
                expected.append(
                    (sample.mail, sender, hasFile ? file : nil, kind.asksForPayment ? MailSamples.unsubscribeURL : nil))
            }
        }
        let read = try Self.read(
            expected.map {
                try Self.message(
                    $0.mail, sender: $0.sender, language: language, attachment: $0.file, unsubscribe: $0.unsubscribe)
            })
        try #require(read.count == expected.count)
        for (found, written) in zip(read, expected) {
            #expect(found.subject == written.mail.subject)
            #expect(Self.letters(found.sender) == Self.letters(written.sender))
            #expect(Self.lines(found.plain) == written.mail.plain && Self.lines(found.html) == written.mail.html)
            #expect(found.fileName == written.file?.fileName && found.attachmentBytes == written.file?.bytes.count)
            #expect(found.unsubscribe == written.unsubscribe.map { "<\($0)>" })
            #expect(found.defects == 0 && found.isASCII && found.longestLine <= 998, "\(written.mail.subject)")
        }
    }

    @Test func `random subjects and senders are read back by another program`() throws {
        var random = SeededRandom(seed: 981)
        let pieces = [
            "a", "Comune", " ", "  ", "\"", "\\", ",", ";", "<", ">", "@", "=?", "?=", "è", "漢", "👩‍👩‍👧", "(", ")", ":",
            "ß", ".",
        ]
        func text(_ longest: Int) -> String {
            // Readers drop blanks at the ends.
            "x"
                + (0..<Int.random(in: 0...longest, using: &random)).map { _ in
                    pieces.randomElement(using: &random) ?? ""
                }
                .joined() + "z"
        }
        let texts = (0..<150).map { _ in (subject: text(40), sender: text(25)) }
        let messages = try texts.map { subject, sender in
            try Self.message(
                MailText(subject: subject, language: "it-IT", blocks: [.paragraph("p")]), sender: sender, language: .it,
                attachment: nil, unsubscribe: nil)
        }
        let read = try Self.read(messages)
        try #require(read.count == texts.count)
        for (found, written) in zip(read, texts) {
            #expect(found.subject == written.subject)
            #expect(Self.letters(found.sender) == Self.letters(written.sender))
            #expect(found.defects == 0 && found.isASCII)
        }
    }
}

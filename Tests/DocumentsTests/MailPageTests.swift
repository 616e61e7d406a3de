import Foundation
import PagoPA
import TestSupport
import Testing
import Text

@testable import Documents

/// The HTML part of a mail, parsed as XML, beside its plain part.
@Suite struct MailPageTests {
    private typealias Kind = (name: String, write: @Sendable (Receipt, Creditor?, Language) -> MailText)

    private static let kinds: [Kind] = [
        ("ready", { MailTexts.receiptReady($0, creditor: $1, language: $2) }),
        ("review", { MailTexts.paymentUnderReview($0, creditor: $1, language: $2) }),
        ("double", { MailTexts.doublePayment($0, creditor: $1, language: $2) }),
        ("failed", { MailTexts.paymentFailed($0, creditor: $1, language: $2) }),
        (
            "refund",
            {
                MailTexts.refundDecided(
                    $0, refund: try? Sample.refund(.decided, day: "2018-10-13"), hasReceipt: true, creditor: $1,
                    language: $2)
            }
        ),
    ]

    private static func creditor(
        email: String? = "urp+1@example.org", phone: String? = "+39 06 1234-5", sender: String?
    )
        throws -> Creditor
    {
        let day = try Instant(rfc3339: "2018-01-01T00:00:00Z")
        return Creditor(
            taxCode: try OrganizationTaxCode("15376371009"), name: "Comune & Città", noticeCodes: .aux1,
            iban: try IBAN("IT60X0542811101000000123456"), contactEmail: try email.map { try EmailAddress($0) },
            contactPhone: phone, mailSenderName: sender, createdAt: day, updatedAt: day)
    }

    private static func parsed(_ html: String) throws -> XMLNode {
        #expect(html.hasPrefix("<!DOCTYPE html>\n"))
        return try XMLNode(document: Array(html.dropFirst("<!DOCTYPE html>\n".count).utf8))
    }

    private static func all(_ name: String, in node: XMLNode) -> [XMLNode] {
        (node.name == name ? [node] : []) + node.children.flatMap { all(name, in: $0) }
    }

    /// The text of a cell, whose codes are in elements of their own.
    private static func value(of cell: XMLNode) -> String {
        let texts = cell.children.map(\.text)
        guard texts.count > 1 else { return texts.first ?? cell.text }
        return "\(texts[0]) – \(texts.dropFirst().joined(separator: " "))"
    }

    @Test(arguments: Language.allCases)
    func `both parts of a mail tell the same facts, paragraphs and heading`(language: Language) throws {
        let receipt = try Sample.receipt(description: "Tassa <b>\"rifiuti\"</b> & 'altro'")
        for (name, write) in Self.kinds {
            for sender in [nil, "Ufficio <tributi>"] {
                let mail = write(receipt, try Self.creditor(sender: sender), language)
                let page = try Self.parsed(mail.html)
                let rows = Self.all("tr", in: page).filter { $0.children.first?.name == "th" }
                let facts = rows.map { row in
                    row.children.map(Self.value).joined(separator: Spacing.colon(language.tag))
                }
                #expect(facts.count >= 3 && mail.plain.contains("\n\n\(facts.joined(separator: "\n"))\n\n"), "\(name)")
                #expect(Self.all("h1", in: page).map(\.text) == [mail.subject])
                #expect(Self.all("title", in: page).map(\.text) == [mail.subject])
                let letterhead = sender ?? "Comune & Città"
                #expect(mail.plain.hasPrefix("\(letterhead)\n\(mail.subject)\n\n"))
                // Each line of the plain part is a text of the page, with its links in place.
                let texts = Set(
                    Self.all("p", in: page).filter { $0.children.isEmpty }.map(\.text) + facts + [mail.subject])
                let lines = mail.plain.split(separator: "\n").map(String.init)
                #expect(lines.filter { !texts.contains($0) }.count == 1, "only the line of contacts: \(name)")
                #expect(lines.last?.contains("urp+1@example.org, +39 06 1234-5") == true)
                let links = Self.all("a", in: page).map(\.text)
                #expect(links == ["urp+1@example.org", "+39 06 1234-5"])
            }
        }
    }

    @Test(arguments: Language.allCases)
    func `the page fits a phone, has dark colours, and tells a screen reader its language, heading and tables`(
        language: Language
    ) throws {
        let mail = MailTexts.receiptReady(
            try Sample.receipt(), creditor: try Self.creditor(sender: nil), language: language)
        #expect(mail.html.contains("<html lang=\"\(language.tag)\">"))
        #expect(mail.html.contains("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />"))
        #expect(mail.html.contains("<meta name=\"color-scheme\" content=\"light dark\" />"))
        #expect(mail.html.contains("@media (prefers-color-scheme:dark)"))
        let tables = mail.html.components(separatedBy: "<table").dropFirst()
        let layout = tables.filter { $0.hasPrefix(" role=\"presentation\"") }
        #expect(layout.count == 2 && tables.count == 3)
        #expect(tables.last?.contains("<th scope=\"row\"") == true)
        // A mail loads nothing from outside, so that reading it is not reported to anybody.
        for word in ["src=", "url(", "@import", "<img", "<script", "<link"] { #expect(!mail.html.contains(word)) }
        #expect(
            mail.html.contains("href=\"mailto:urp+1@example.org\"") && mail.html.contains("href=\"tel:+390612345\""))
    }

    @Test func `the amount, the fee and the total are those of the receipt, and the same mail has the same bytes`()
        throws
    {
        let write = { MailTexts.receiptReady(try Sample.receipt(fee: 150), creditor: nil, language: .it) }
        let mail = try write()
        let facts = try Self.all("td", in: Self.parsed(mail.html)).map(\.text)
        for amount in ["59,80\u{A0}€", "1,50\u{A0}€", "61,30\u{A0}€"] { #expect(facts.contains(amount)) }
        #expect(try write() == mail)
    }

    @Test(arguments: Language.allCases)
    func `a link to the receipt is a button with its last day, and both parts have its address`(language: Language)
        throws
    {
        let url = "https://pagamenti.example.org/receipt-links/AQEA"
        let link = MailTexts.ReceiptLink(url: url, lastDay: try CalendarDate("2026-12-06"))
        let mail = MailTexts.receiptReady(try Sample.receipt(), creditor: nil, link: link, language: language)
        let label = PaymentMailText.openReceipt.text(in: language)
        let anchors = Self.all("a", in: try Self.parsed(mail.html))
        #expect(anchors.map(\.text) == [label] && mail.html.contains("href=\"\(url)\""))
        #expect(
            mail.plain.contains("\(label)\(Spacing.colon(language.tag).dropLast())\n\(url)\n")
                && mail.plain.contains(LocalFormats(language).day(link.lastDay)))
        let page = MailTexts.expiredLinkPage(language: language)
        #expect(
            try Self.all("h1", in: Self.parsed(page)).map(\.text) == [
                PaymentMailText.linkExpiredTitle.text(in: language)
            ])
    }

    @Test(arguments: NotificationKind.allCases, Language.allCases)
    func `an e-mail of any kind is complete, has no placeholder, and its two parts say the same`(
        kind: NotificationKind, language: Language
    ) throws {
        for sample in try MailSamples.mails(kind, of: Self.creditor(sender: nil), language) {
            let mail = sample.mail
            let page = try Self.parsed(mail.html)
            let body = try #require(Self.all("body", in: page).first)
            for text in [mail.subject, mail.plain, Self.words(of: body)] {
                #expect(!text.contains("{") && !text.contains("}") && !text.isEmpty, "\(sample.name): \(text)")
            }
            #expect(Self.all("h1", in: page).map(\.text) == [mail.subject])
            // Each word of the plain text is on the page. An address may be behind a label.
            let shown = Self.words(of: body)
            for word in mail.plain.split(whereSeparator: \.isWhitespace) where !word.contains("https://") {
                let letters = word.trimmingCharacters(in: .punctuationCharacters)
                #expect(letters.isEmpty || shown.contains(letters), "\(sample.name): \(word)")
            }
            #expect(mail.html.utf8.count < 20_000 && mail.plain.utf8.count < 4_000, "\(sample.name)")
        }
    }

    /// All texts below a node.
    private static func words(of node: XMLNode) -> String {
        ([node.text] + node.children.map(words)).joined(separator: " ")
    }

    @Test(arguments: Language.allCases)
    func `a notice number, a tax code and an IUV stay on one line, and the plain text has them after their label`(
        language: Language
    ) throws {
        let creditor = try Self.creditor(sender: nil)
        func unbroken(_ mail: MailText) throws -> [String] {
            // The test of shapes reads attributes; here the style is searched in the page itself.
            mail.html.components(separatedBy: "<span style=\"white-space:nowrap").dropFirst().compactMap {
                $0.components(separatedBy: "</span>").first?.components(separatedBy: ">").last
            }
        }
        for count in [1, 3] {
            let facts = try MailSamples.facts(of: creditor, installments: count)
            let mail = MailSamples.debtMail(.newNotice, facts, language)
            let codes = try unbroken(mail)
            #expect(Set(codes) == Set(facts.installments.map(\.noticeNumber.grouped) + [creditor.taxCode.value]))
            for code in codes { #expect(mail.plain.contains(" \(code)\n"), "\(code)") }
        }
        for kind in [NotificationKind.receiptReady, .paymentFailed, .refundDecided] {
            let sample = try #require(try MailSamples.mails(kind, of: creditor, language).first)
            #expect(
                try unbroken(sample.mail) == ["01000000000000159"]
                    && sample.mail.plain.contains("IUV\(Spacing.colon(language.tag))01000000000000159\n"))
        }
    }

    @Test func `a telephone number stays on one line, whether it is a link or not`() throws {
        for (phone, element) in [("+39 06 1234567", "a"), ("06 12345678 - 06 12345679", "span")] {
            let creditor = try Self.creditor(phone: phone, sender: nil)
            let mail = MailTexts.receiptReady(try Sample.receipt(), creditor: creditor, language: .fr)
            let tag = mail.html.components(separatedBy: ">\(phone)<").first?.components(separatedBy: "<").last ?? ""
            #expect(tag.hasPrefix("\(element) ") && tag.contains("white-space:nowrap"), "\(tag)")
            // The address beside it may be longer than the line.
            let address = mail.html.components(separatedBy: ">urp+1@example.org<").first ?? ""
            #expect(address.components(separatedBy: "<").last?.contains("nowrap") == false)
            #expect(mail.plain.contains("Renseignements\u{A0}: urp+1@example.org, \(phone).\n"))
        }
    }

    @Test
    func `an installment of a notice has its amount and day, the name of its number and the number below each other`()
        throws
    {
        let facts = try MailSamples.facts(of: Self.creditor(sender: nil), installments: 3)
        let mail = MailSamples.debtMail(.newNotice, facts, .de)
        let rows = try Self.all("td", in: Self.parsed(mail.html)).filter { $0.children.count == 3 }
        #expect(rows.count == 3)
        let lines = try #require(rows.first).children.map(\.text)
        let number = facts.first.noticeNumber.grouped
        #expect(lines == ["1.234,50\u{A0}€ bis zum 28.01.2027", "Nummer der Zahlungsmitteilung", number])
        #expect(
            mail.plain.contains(
                "Rate 1 von 3: 1.234,50\u{A0}€ bis zum 28.01.2027 – Nummer der Zahlungsmitteilung \(number)\n"))
    }

    /// `MAIL_PAGES=folder swift test --filter MailPageTests` writes the pages of every kind and language.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["MAIL_PAGES"] != nil))
    func `the pages are written to a folder, for a person to look at`() throws {
        let folder = URL(filePath: try #require(ProcessInfo.processInfo.environment["MAIL_PAGES"]))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let creditor = try Self.creditor(sender: "Comune & Città – Ufficio scuola")
        for language in Language.allCases {
            for sample in try NotificationKind.allCases.flatMap({
                try MailSamples.mails($0, of: creditor, language)
            }) {
                try sample.mail.html.write(
                    to: folder.appending(path: "\(sample.name)-\(language.rawValue).html"), atomically: true,
                    encoding: .utf8)
            }
        }
    }

    private static let pieces = [
        "<", ">", "&", "\"", "'", "</td>", "<script>", "]]>", "<!--", "&amp;", "&#x41;", "javascript:", "=", "\u{0}",
        "\u{1B}", "\u{202E}", "\u{FFFF}", "\u{85}", "è", "漢", "👩‍👩‍👧", " ", "a", "\n", "{creditor}",
    ]

    @Test func `no text leaves its place in the page, with any characters`() throws {
        var random = SeededRandom(seed: 250)
        func text() -> String {
            "a"
                + (0..<Int.random(in: 1...30, using: &random)).map { _ in
                    Self.pieces.randomElement(using: &random) ?? ""
                }
                .joined() + "z"
        }
        func kept(_ text: String) -> String {
            String(
                String.UnicodeScalarView(
                    text.unicodeScalars.filter { scalar in
                        scalar == "\n"
                            || !((0..<0x20).contains(scalar.value) || (0x7F..<0xA0).contains(scalar.value)
                                || scalar.value == 0xFFFF)
                    }))
        }
        let plain = try Self.shape(
            Self.parsed(
                MailText(
                    subject: "s", language: "it-IT", sender: "n",
                    blocks: [
                        .paragraph("p"), .facts([MailText.Fact("l", "v")]), .link("x"), .code(label: "c", value: "d"),
                        .action(label: "g", url: "https://example.org/"),
                        .contacts(before: "b", [MailText.Way(text: "w", url: nil)], after: "e"),
                    ]
                ).html))
        for _ in 0..<400 {
            let texts = (0..<12).map { _ in text() }
            let mail = MailText(
                subject: texts[0], language: "it-IT", sender: texts[1],
                blocks: [
                    .paragraph(texts[2]), .facts([MailText.Fact(texts[3], texts[4])]), .link(texts[5]),
                    .code(label: texts[6], value: texts[7]),
                    .action(label: texts[8], url: "https://example.org/?\(texts[9].filter { $0 != "\n" })"),
                    .contacts(before: texts[10], [MailText.Way(text: texts[11], url: nil)], after: texts[2]),
                ])
            let page = try Self.parsed(mail.html)
            #expect(Self.shape(page) == plain)
            let found = Self.all("th", in: page).map(\.text) + Self.all("td", in: page).map(\.text).suffix(1)
            #expect(found == [kept(texts[3]), kept(texts[4])])
            #expect(Self.all("h1", in: page).map(\.text) == [kept(texts[0])])
            #expect(!mail.html.contains("href=\"javascript"))
        }
    }

    /// The names of the elements in their places, without texts.
    private static func shape(_ node: XMLNode) -> String {
        "\(node.name)(\(node.children.map(shape).joined(separator: ",")))"
    }

    @Test(
        arguments: [
            ("06 1234", "tel:061234"), ("+39 (06) 12.34-5", "tel:+390612345"), ("06 1234 int. 5", nil), ("chiedi", nil),
            ("12", nil), ("+", nil), ("0612345678901234567", nil), ("06/1;ext=5", nil),
        ] as [(String, String?)])
    func `a telephone number is a link, other text is not`(text: String, address: String?) {
        #expect(MailURL(telephone: text)?.text == address)
    }

    @Test(arguments: [
        ("https://example.org/a?b=c#d", true), ("http://example.org", true), ("HTTPS://example.org", true),
        ("javascript:alert(1)", false), ("data:text/html,x", false), ("https:example.org", false),
        (" https://a", false),
        ("", false), ("//example.org", false),
    ])
    func `only a web address is a link`(text: String, isLink: Bool) {
        #expect((MailURL(page: text) != nil) == isLink)
    }

    @Test func `an address in a mailto link cannot add headers to the mail`() throws {
        #expect(
            try MailURL(mailbox: EmailAddress("a?cc=b%40c&d@example.org")).text
                == "mailto:a%3Fcc%3Db%2540c%26d@example.org")
    }
}

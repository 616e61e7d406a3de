import Documents
import PagoPA
import TestSupport
import Testing

/// A creditor's own wording of an e-mail.
@Suite struct MailWordingTests {
    private func wording(_ kind: NotificationKind, subject: String? = nil, sentence: String? = nil) throws
        -> MailWording
    {
        MailWording(
            kind: kind, language: .it, subject: try subject.map { try MailTemplate($0, MailWording.subjectLengths) },
            sentence: try sentence.map { try MailTemplate($0, MailWording.sentenceLengths) })
    }

    private func mail(_ kind: NotificationKind, _ wording: MailWording?, description: String = "Mensa {iuv}") throws
        -> MailText
    {
        try #require(
            MailTexts.about(
                try Sample.receipt(description: description), kind, creditor: nil, refund: nil, hasReceipt: true,
                link: nil, wording: wording, language: .it))
    }

    @Test func `the own subject and sentence replace the built-in ones, and the facts stay`() throws {
        for kind in NotificationKind.worded where !kind.asksForPayment {
            let own = try wording(
                kind, subject: "Grazie per {amount}", sentence: "{creditor}: {description}, {amount}, {iuv}.")
            let (mail, builtIn) = (try mail(kind, own), try mail(kind, nil))
            #expect(mail.subject == "Grazie per 59,80\u{A0}€")
            // A value that looks like a placeholder is not replaced.
            let sentence = "Comune di Forlì: Mensa {iuv}, 59,80\u{A0}€, 02260618143027134."
            #expect(mail.plain.contains("\n\n\(sentence)\n\n") && mail.html.contains(sentence))
            let lines = Set(mail.plain.split(separator: "\n"))
            let missing = builtIn.plain.split(separator: "\n").filter { !lines.contains($0) }
            #expect(missing.count == 2 && missing.first.map(String.init) == builtIn.subject, "\(kind): \(missing)")
        }
    }

    @Test func `each part may be the built-in one`() throws {
        let builtIn = try mail(.receiptReady, nil)
        #expect(try mail(.receiptReady, wording(.receiptReady, sentence: "Grazie.")).subject == builtIn.subject)
        let subject = try mail(.receiptReady, wording(.receiptReady, subject: "Grazie"))
        #expect(subject.plain.hasSuffix(builtIn.plain.split(separator: "\n", maxSplits: 2).dropFirst(2).joined()))
    }

    @Test(arguments: [
        "{name}", "{", "}", "a}b", "{amount", "{{amount}}", "{ amount }", "{Amount}", "{amount}{x}", "{}", "a\nb", "",
        "a\u{202E}b", "\u{0}", String(repeating: "a", count: 121),
    ])
    func `a subject with another placeholder, a brace, a control character or another length is refused`(text: String) {
        #expect(throws: InvalidValue.self) { try MailTemplate(text, MailWording.subjectLengths) }
    }

    @Test func `any accepted template is filled without braces, and its other characters stay`() throws {
        var random = SeededRandom(seed: 251)
        let pieces = [
            "{amount}", "{creditor}", "{iuv}", "{description}", "a", "<b>", "&", "è", "漢", " ", "{", "}", "amount",
        ]
        var accepted = 0
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            guard let template = try? MailTemplate(text, 1...500) else { continue }
            accepted += 1
            let filled = template.filled { "[\($0.rawValue)]" }
            let expected = MailTemplate.Placeholder.allCases.reduce(text) {
                $0.replacing("{\($1.rawValue)}", with: "[\($1.rawValue)]")
            }
            #expect(filled == expected && !filled.contains("{") && !filled.contains("}"))
        }
        #expect(accepted > 200)
    }

    @Test(arguments: NotificationKind.worded, Language.allCases)
    func `a preview is complete and names the creditor`(kind: NotificationKind, language: Language) throws {
        let day = try Instant(rfc3339: "2026-11-29T15:00:00Z")
        let creditor = Creditor(
            taxCode: try OrganizationTaxCode("15376371009"), name: "Comune <di> Prova", noticeCodes: .aux1,
            iban: try IBAN("IT60X0542811101000000123456"), createdAt: day, updatedAt: day)
        let mail = try #require(
            try MailTexts.sample(kind, of: creditor, wording: nil, language: language, at: day))
        #expect(mail.plain.contains("Comune <di> Prova") && mail.html.contains("Comune &lt;di&gt; Prova"))
        #expect(
            mail.plain.contains(LocalFormats(language).money(try Amount(cents: 4_550))) && mail.html.utf8.count < 20_000
        )
        #expect(mail.plain.contains("receipt-links/EXAMPLE") == kind.attachesReceipt)
        #expect(mail.plain.contains("unsubscribe/EXAMPLE") == kind.asksForPayment)
    }
}

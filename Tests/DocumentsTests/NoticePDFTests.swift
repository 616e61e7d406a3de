import Foundation
import PagoPA
import TestSupport
import Testing

@testable import Documents

/// Serialized, because one creditor has a bounded queue of documents.
@Suite(.serialized) struct NoticePDFTests {
    private static let drawing = Result { try ReceiptPDF() }
    private static let longest = String(repeating: "W", count: 140)

    /// The last notice of a position.
    private static func notice(
        name: String = "Niccolò D’Angelo", description: String = "Mensa scolastica – ottobre 2026",
        cents: Int64 = 5_980, count: Int = 1, postal: Bool = true, cbill: String? = "A1B2C", hasAddress: Bool = true,
        taxCode: String = "RSSMRA80A01H501U", showsContactData: Bool = true
    ) throws -> PaymentNotice {
        try #require(
            try Sample.notices(
                count, name: name, description: description, cents: cents, postal: postal, cbill: cbill,
                hasAddress: hasAddress, taxCode: taxCode, showsContactData: showsContactData
            ).last)
    }

    private static func pdf(_ notice: PaymentNotice, _ language: Language = .it) async throws -> [UInt8] {
        try await drawing.get().draw(NoticeContent(notice, language: language))
    }

    private static func text(_ notice: PaymentNotice, _ language: Language = .it) async throws -> String {
        // In the order in which it was drawn, column by column.
        try Tool.withFile(await pdf(notice, language), suffix: "pdf") {
            try Tool.run("pdftotext", ["-raw", "-enc", "UTF-8", $0, "-"])
        }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Ordinary notices, the longest texts, and the fewest facts.
    private static let samples: [@Sendable () throws -> (PaymentNotice, Language)] = [
        { (try notice(), .it) }, { (try notice(count: 3), .de) },
        { (try notice(name: longest, description: longest, cents: PaymentNotice.maximumCents, count: 60), .sl) },
        { (try notice(postal: false, cbill: nil, hasAddress: false, taxCode: "ANONIMO"), .fr) },
        { (try notice(showsContactData: false), .en) }, { (try notice(name: "محمد علي 李小龙", description: "Ž"), .it) },
    ]

    @Test func `a notice has every fact that AgID demands`() async throws {
        let text = try await Self.text(Self.notice(count: 3))
        for fact in [
            "Avviso di pagamento", "Mensa scolastica – ottobre 2026", "Comune di Forlì", "15376371009",
            "Niccolò D’Angelo", "RSSMRA80A01H501U", "Via Roma 12/A", "47121 Forlì (FC)", "59,80 €",
            "entro il 31/12/2026", "Rata 3 di 3", "Banche e altri canali", "A1B2C", "Bollettino postale PA",
            "000012345678", "scuola@comune.esempio.example", try Self.notice(count: 3).installment.noticeNumber.grouped,
        ] {
            #expect(text.contains(fact), "\(fact)")
        }
    }

    @Test(arguments: [Language.en, .de, .fr, .sl])
    func `beside Italian stands the reader's language`(language: Language) async throws {
        let text = try await Self.text(Self.notice(), language)
        for key in NoticeText.allCases
        where ![.contacts, .due, .total, .installment, .amount, .banksText, .qrCode, .dataMatrix].contains(key) {
            for words in [key.text(in: .it), key.text(in: language)] {
                #expect(text.contains(words.replacing("\u{A0}", with: " ")), "\(words)")
            }
        }
    }

    @Test(arguments: Language.allCases)
    func
        `telephone and notice numbers stay on one line and are found as people type them, and each language has its own days`(
            language: Language
        ) async throws
    {
        let notice = try Self.notice(count: 3)
        let pdf = try await Self.pdf(notice, language)
        let lines = try Tool.withFile(pdf, suffix: "pdf") {
            try Tool.run("pdftotext", ["-raw", "-enc", "UTF-8", $0, "-"])
        }.split(separator: "\n").map(String.init)
        for number in ["+39 06 1234567", notice.installment.noticeNumber.grouped, "59,80 €"] {
            #expect(lines.contains { $0.contains(number) }, "\(number)")
        }
        let days: [Language: String] = [
            .it: "entro il 31/12/2026", .en: "by 31 December 2026", .de: "bis zum 31.12.2026",
            .fr: "au plus tard le 31 décembre 2026", .sl: "najpozneje 31. 12. 2026",
        ]
        for word in [days[.it], days[language]] {
            let word = try #require(word)
            #expect(lines.contains { $0.contains(word) }, "\(word)")
        }
    }

    @Test func `the table of installments names its columns in both languages, for screen readers too`() async throws {
        let content = try #require(NoticeContent(try Sample.notices(3), language: .de))
        let pdf = try await Self.drawing.get().draw(content)
        let words = try PlacedWord.all(of: pdf).map(\.text).joined(separator: " ")
        for head in [
            "Rata Rate", "Scadenza Fälligkeit", "Importo Betrag", "Codice avviso Nummer der Zahlungsmitteilung",
        ] {
            #expect(words.contains(head), "\(head): \(words)")
        }
        let structure = try Tool.withFile(pdf, suffix: "pdf") { try Tool.run("pdfinfo", ["-struct", $0]) }
        #expect(structure.components(separatedBy: "/Scope /Column").count == 5, "\(structure)")
        #expect(structure.components(separatedBy: "/Scope /Row").count == 4)
    }

    @Test func `without a postal account there is no postal slip, and without a CBILL code it is not asked for`()
        async throws
    {
        let text = try await Self.text(Self.notice(postal: false, cbill: nil))
        #expect(!text.contains("Bollettino") && !text.contains("CBILL"))
    }

    @Test func `a reader who may not see the debtor's data sees the tax code only`() async throws {
        let text = try await Self.text(Self.notice(showsContactData: false))
        #expect(text.contains("RSSMRA80A01H501U"))
        #expect(!text.contains("Niccol") && !text.contains("Via Roma") && !text.contains("Bollettino"))
    }

    /// By scanners that others have written, from the printed page.
    @Test(arguments: [0, 1, 2, 3]) func `scanners read the codes of the page`(index: Int) async throws {
        let (notice, language) = try Self.samples[index]()
        let pdf = try await Self.pdf(notice, language)
        try Tool.withFile(pdf, suffix: "pdf") { path in
            try Tool.run("pdftoppm", ["-r", "200", "-gray", "-png", path, path])
            let folder = URL(filePath: path).deletingLastPathComponent()
            let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .filter { $0.hasPrefix(URL(filePath: path).lastPathComponent + "-") }.map {
                    folder.appending(path: $0).path
                }
            defer { for page in pages { try? FileManager.default.removeItem(atPath: page) } }
            // A page without a code is a failure of the scanner.
            let qr = pages.compactMap {
                try? Tool.run("zbarimg", ["--nodbus", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", $0])
            }
            #expect(qr == [notice.qrText + "\n"])
            guard let expected = notice.dataMatrixText else { return }
            let dataMatrix = pages.compactMap {
                try? Tool.run("dmtxread", ["--stop-after=1", "--milliseconds=20000", $0])
            }
            #expect(dataMatrix == [expected])
        }
    }

    @Test(arguments: 0..<6) func `a notice conforms to PDF/UA-1 and PDF/A-2a`(index: Int) async throws {
        let (notice, language) = try Self.samples[index]()
        let pdf = try await Self.pdf(notice, language)
        try PDFVerdict.keep(pdf, as: "notice-\(index)")
        for line in try PDFVerdict.lines(on: pdf) {
            #expect(line.contains(" True "), "\(line)")
        }
    }

    @Test(arguments: 0..<6) func `the same notice gives the same bytes`(index: Int) async throws {
        let (notice, language) = try Self.samples[index]()
        #expect(try await Self.pdf(notice, language) == Self.pdf(notice, language))
    }

    private static func pdf(_ notices: [PaymentNotice], _ language: Language) async throws -> [UInt8] {
        try await drawing.get().draw(try #require(NoticeContent(notices, language: language)))
    }

    @Test func `the end of a stream that validators misread is found`() {
        for (text, isMisread) in [
            ("x\r\nendstream", true), ("x\nendstream", false), ("\r\r\nendstream", true), ("\r", false), ("", false),
            ("x\r\n endstream", false),
        ] {
            #expect(Conformance.hasAmbiguousEnd(Array(text.utf8)) == isMisread, "\(text)")
        }
    }

    /// The largest amount of a notice, sixty times: every code of every page is read by other programs.
    @Test func `scanners read the codes of sixty installments of the largest amount`() async throws {
        let notices = try Sample.notices(60, cents: PaymentNotice.maximumCents)
        let pdf = try await Self.pdf(notices, .de)
        for line in try PDFVerdict.lines(on: pdf) { #expect(line.contains(" True "), "\(line)") }
        let text = try Tool.text(of: pdf)
        #expect(text.contains("5.999.999.999,40 €") && text.contains("in 60 rate") && text.contains("Rata 60 di 60"))
        let (codes, matrices) = try Tool.withFile(pdf, suffix: "pdf") { path in
            try Tool.run("pdftoppm", ["-r", "150", "-gray", "-png", path, path])
            let folder = URL(filePath: path).deletingLastPathComponent()
            let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .filter { $0.hasPrefix(URL(filePath: path).lastPathComponent + "-") }.sorted().map {
                    folder.appending(path: $0).path
                }
            defer { for page in pages { try? FileManager.default.removeItem(atPath: page) } }
            let codes = pages.flatMap { page in
                let read = try? Tool.run(
                    "zbarimg", ["--nodbus", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", page])
                return (read ?? "").split(separator: "\n").map(String.init)
            }
            // The Data Matrix codes of the last page alone, because dmtxread takes seconds for a page.
            let matrices = pages.suffix(1).map { page in
                (try? Tool.run("dmtxread", ["--stop-after=1", "--milliseconds=20000", page])) ?? ""
            }
            return (codes, matrices)
        }
        #expect(Set(codes) == Set(notices.map(\.qrText)) && codes.count == 60)
        let expected = Set(notices.compactMap(\.dataMatrixText))
        #expect(matrices.allSatisfy(expected.contains), "\(matrices)")
    }

    @Test(arguments: Language.allCases) func `one notice of several is the same document as a notice alone`(
        language: Language
    ) async throws {
        #expect(try await Self.pdf(Sample.notices(1), language) == Self.pdf(Self.notice(), language))
    }

    @Test func `figures have a text, and words of the second language say so`() async throws {
        let pdf = try await Self.pdf(Self.notice(), .de)
        let tree = try Tool.withFile(pdf, suffix: "pdf") { try Tool.run("qpdf", ["--json", $0]) }
        #expect(tree.contains("QR con il codice avviso") && tree.contains("Data Matrix con i dati"))
        #expect(tree.components(separatedBy: "de-IT").count > 5)
    }
}

import Documents
import Foundation
import PagoPA
import TestSupport
import Testing

/// Names in the scripts of living languages are drawn, embedded, and read back unchanged.
@Suite struct ScriptTests {
    private static let drawing = Result { try ReceiptPDF() }

    static let names: [(script: String, name: String)] = [
        ("Latin", "Łukasz Đorđević-Nguyễn"), ("Greek", "Ελένη Παπαδοπούλου"), ("Cyrillic", "Ђорђе Їжакевич"),
        ("Armenian", "Արամ Խաչատրյան"), ("Georgian", "ნინო ბერიძე"), ("Hebrew", "דוד בן־גוריון"),
        ("Arabic", "محمد عبد الله"), ("Persian", "زهرا پاک‌نژاد"), ("Pashto", "ګل مکۍ ډېره"), ("Urdu", "ٹیپو بھٹی"),
        ("Syriac", "ܐܦܪܝܡ ܒܪ"), ("Thaana", "އަޙްމަދު"), ("NKo", "ߡߏߛߊ ߕߙߊߥߟߋ"), ("Adlam", "𞤀𞤥𞤢𞤣𞤵 𞤄𞤢"),
        ("Rohingya", "𐴈𐴝𐴡𐴃𐴢"), ("Ethiopic", "አበበ ቢቂላ"), ("Devanagari", "श्रीकृष्ण शर्मा"), ("Bengali", "রবীন্দ্রনাথ ঠাকুর"),
        ("Gurmukhi", "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ"), ("Gujarati", "નરેન્દ્ર પટેલ"), ("Oriya", "ସୁଭାଷ ଚନ୍ଦ୍ର"), ("Tamil", "ஸ்ரீநிவாசன் ராமானுஜன்"),
        ("Telugu", "వెంకటేశ్వర్లు"), ("Kannada", "ಕೃಷ್ಣಮೂರ್ತಿ"), ("Malayalam", "ശ്രീകുമാർ നായർ"),
        ("Sinhala", "ශ්‍රියානි ප්‍රනාන්දු"), ("Thai", "สมชาย น้ำใจ"), ("Lao", "ບຸນມີ ສີສຸກ"), ("Khmer", "សុខ ប៊ុនធឿន"),
        ("Myanmar", "အောင်ဆန်းစုကြည်"), ("Tibetan", "བསྟན་འཛིན་རྒྱ་མཚོ"), ("Mongolian", "ᠪᠠᠲᠤ"), ("Cherokee", "ᏍᏏᏉᏯ"),
        ("Inuktitut", "ᐊᓇᐅᑕᖅ"), ("Tifinagh", "ⵎⴰⵙⵉⵏⵉⵙⴰ"), ("Vai", "ꕙꔤ ꔀꔤ"), ("Yi", "ꆈꌠ ꉙ"), ("Lisu", "ꓡꓲ ꓢꓴ"),
        ("Ol Chiki", "ᱥᱟᱱᱛᱟᱲ"),
        ("Meetei", "ꯃꯩꯇꯩ ꯂꯣꯟ"), ("Javanese", "ꦱꦸꦲꦂꦠꦺꦴ"), ("Balinese", "ᬓᬢᬸᬢ᭄"), ("Sundanese", "ᮞᮥᮔ᮪ᮓ"),
        ("Han", "王小明"), ("Han, traditional", "歐陽龍"), ("Kana", "やまだ タロウ"), ("Hangul", "김민준"), ("Han and Kana", "山田はなこ"),
    ]

    private func receipt(_ name: String) throws -> ReceiptContent {
        let debtor = RTSubject(kind: .person, taxCode: "10182640150", fullName: name, email: nil)
        return ReceiptContent(
            try Sample.receipt(debtor: debtor), for: .debtor, language: .it)
    }

    private func pdf(_ name: String) async throws -> [UInt8] { try await Self.drawing.get().draw(receipt(name)) }

    /// The text in one normal form, without the characters that PDF readers add or omit around words from right to left.
    private static func plain(_ text: String) -> String {
        let invisible = Set(
            "\u{200B}\u{200C}\u{200D}\u{200E}\u{200F}\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}".unicodeScalars)
        let visible = String(String.UnicodeScalarView(text.unicodeScalars.filter { !invisible.contains($0) }))
        return visible.precomposedStringWithCompatibilityMapping.filter { !$0.isWhitespace }
    }

    /// pdftotext reverses Hebrew and Arabic together with their letters, but puts marks after their letters, and it does not reverse the
    /// other scripts from right to left.
    private static let isNotTurnedAround: Set = ["Thaana", "NKo", "Adlam", "Rohingya"]

    @Test(.serialized, arguments: names)
    func `a name can be read back from the PDF`(script: String, name: String) async throws {
        let bytes = try await pdf(name)
        if let keep = ProcessInfo.processInfo.environment["KEEP_PDFS"] {
            try Data(bytes).write(to: URL(filePath: "\(keep)/\(script).pdf"))
        }
        let text = try Tool.withFile(bytes, suffix: "pdf") { try Tool.run("pdftotext", [$0, "-"]) }
        let beforeCode = try #require(Self.plain(text).range(of: ",10182640150")).lowerBound
        let name = Self.plain(name).unicodeScalars
        let read = Self.plain(text)[..<beforeCode].unicodeScalars.suffix(name.count)

        if Self.isNotTurnedAround.contains(script) {
            #expect(read.sorted() == name.sorted())
        } else {
            #expect(String(read) == String(name))
        }
        #expect(!text.contains("\u{FFFD}"))
    }

    @Test func `names in all scripts conform to PDF/UA-1 and PDF/A-2a, embedded, with the same bytes every time`()
        async throws
    {
        let python = try #require(ProcessInfo.processInfo.environment["PDF_TOOLS_PYTHON"])
        let directory = FileManager.default.temporaryDirectory.appending(path: "quietanza-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (script, name) in Self.names + [("none", "\u{E000}\u{10FFFD}\u{0378} 😀🧿 a\u{FE0F}")] {
            let bytes = try await pdf(name)
            #expect(try await pdf(name) == bytes, "\(script)")
            try Data(bytes).write(to: directory.appending(path: "\(script).pdf"))
        }

        let verdicts = try Tool.run(
            python,
            [
                "-c",
                """
                import glob, page, sys
                for path in sorted(glob.glob(sys.argv[1] + "/*.pdf")):
                    for profile in (page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_2A):
                        report = page.validate_pdf(path, profile=profile)
                        print(report.is_compliant, path, report.profile, report.failures)
                """, directory.path,
            ]
        ).split(separator: "\n")
        #expect(verdicts.count == 2 * (Self.names.count + 1))
        for verdict in verdicts { #expect(verdict.hasPrefix("True "), "\(verdict)") }
        for (script, _) in Self.names {
            let path = directory.appending(path: "\(script).pdf").path
            for row in try Tool.run("pdffonts", [path]).split(separator: "\n").dropFirst(2) {
                #expect(row.contains(" yes yes yes "), "\(script): \(row)")
            }
        }
    }

    /// Cairo closes font faces that other threads may use, so ``Typefaces`` lets one thread draw at a time.
    @Test func `renderers that draw names in all scripts at the same time give the same bytes as one alone`()
        async throws
    {
        let names = Self.names.map(\.name)
        var drawnAlone: [[UInt8]] = []
        for name in names { drawnAlone.append(try await pdf(name)) }

        let expected = drawnAlone
        let different = try await withThrowingTaskGroup(of: [String].self) { group in
            for renderer in 0..<8 {
                group.addTask {
                    let drawing = try ReceiptPDF()
                    var different: [String] = []
                    // Each renderer begins with another script.
                    for index in names.indices.map({ ($0 + renderer * 6) % names.count }) {
                        let drawn = try await drawing.draw(receipt(names[index]))
                        if drawn != expected[index] { different.append(names[index]) }
                    }
                    return different
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }

        #expect(different == [])
    }

    @Test func `a character without a font is drawn as a visible sign, with the tax code beside it`() async throws {
        let text = try Tool.text(of: await pdf("\u{E000}\u{10FFFD}\u{0378} Rossi"))

        #expect(text.contains("\u{FFFD}\u{FFFD}\u{FFFD} Rossi, 10182640150"))
    }

    @Test func `a number beside a name written from right to left stays to its right`() async throws {
        let words = try Tool.withFile(try await pdf("محمد"), suffix: "pdf") {
            try Tool.run("pdftotext", ["-bbox", $0, "-"])
        }
        func left(of word: String) throws -> Double {
            let line = try #require(words.split(separator: "\n").first { $0.contains(word) })
            return try #require(Double(line.split(separator: "\"")[1]))
        }
        #expect(try left(of: "10182640150") > left(of: "م"))
    }

    @Test func `direction characters in a name do not change the direction of other text`() async throws {
        let text = try Tool.text(of: await pdf("Anna \u{202E}Verdi\u{2067} \u{061C}B"))

        #expect(!text.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) })
        #expect(text.contains("Verdi"))
    }
}

import Foundation
import PagoPA
import TestSupport
import Testing

@testable import Documents

/// Logos: files of strangers become pictures that the service has made.
@Suite struct LogoTests {
    private static let drawing = Result { try ReceiptPDF() }

    /// A chunk without a valid check sum, for chunks that nobody may decode.
    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        number(content.count) + Array(name.utf8) + content + [0, 0, 0, 0]
    }

    private static func number(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private static func header(width: Int, height: Int) -> [UInt8] {
        chunk("IHDR", number(width) + number(height) + [8, 2, 0, 0, 0])
    }

    /// A valid PNG of one white pixel.
    private static let pixel = Array(
        Data(
            base64Encoded:
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4//8/AAX+Av4zEpUUAAAAAElFTkSuQmCC"
        ) ?? Data())

    /// A shield of 96 × 96 pixels with a transparent ground.
    private static let shield = Array(
        Data(
            base64Encoded:
                "iVBORw0KGgoAAAANSUhEUgAAAGAAAABgCAMAAADVRocKAAAACVBMVEX///8ATJn///8jpJQpAAAAA3RSTlP//wDXyg1BAAAAtklE"
                + "QVR42u3VSQ7DMAxDUfff/9BdFIWTNrYGC3ACkGuRb6lGz2uedoxx20ebAAECBAgQIECAAAECngi0uggQIEDAfQH9AwECBAioACgD"
                + "EJAFKALYB1ACsBOgAGAvwDLAboBFABNgCeAOAAsALoA0gBMgCeAGSAEEABIAIYAwQBAgCBAG/ogZMB6ZAbgBksCZGALTBQM4EgPA"
                + "6JtAJy4Bs+0AvsQF4Oi6gA/yAzh7biAbAQIeALwBc6AoyQZk7W8AAAAASUVORK5CYII="
        ) ?? Data())

    private static func fault(_ bytes: [UInt8]) -> FaultCode? {
        do {
            _ = try LogoImage.decoded(png: bytes)
            return nil
        } catch { return (error as? LogoFault)?.code }
    }

    @Test func `a picture is encoded again, and the result is its own fixed point`() throws {
        let first = try LogoImage.decoded(png: Self.pixel)
        #expect(first.width == 1 && first.height == 1)
        #expect(try LogoImage.decoded(png: first.png) == first)
    }

    @Test func `chunks with texts, profiles and animations are neither decoded nor stored`() throws {
        let bombs = ["zTXt", "iTXt", "iCCP", "acTL", "eXIf"].flatMap {
            Self.chunk($0, Array(repeating: 0x41, count: 900))
        }
        let end = Self.pixel.count - 12
        let file = Array(Self.pixel.prefix(end)) + bombs + Array(Self.pixel.dropFirst(end))
        #expect(try LogoImage.decoded(png: file) == LogoImage.decoded(png: Self.pixel))
    }

    @Test func `a bomb is refused before it is decoded`() {
        for (width, height) in [(4_001, 1), (1, 4_001), (4_000, 4_000), (0, 1), (1, 0), (0x7FFF_FFFF, 0x7FFF_FFFF)] {
            let file =
                Self.signature + Self.header(width: width, height: height) + Self.chunk("IDAT", [])
                + Self.chunk("IEND", [])
            #expect(Self.fault(file) == .outOfRange, "\(width) × \(height)")
        }
        #expect(Self.fault(Array(repeating: 0, count: CreditorLogo.maximumBytes + 1)) == .tooLong)
    }

    @Test func `a file that is no PNG, has no end or is damaged is refused`() {
        let files: [[UInt8]] = [
            [], Array("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".utf8), [0xFF, 0xD8, 0xFF, 0xE0],
            Self.signature, Self.signature + Self.chunk("IDAT", []), Array(Self.pixel.dropLast(12)),
            Self.signature + Self.header(width: 1, height: 1) + Self.header(width: 9, height: 9)
                + Self.chunk("IEND", []),
            Self.signature + Self.header(width: 1, height: 1) + Self.chunk("IEND", []),
            Self.signature + [0xFF, 0xFF, 0xFF, 0xFF] + Array("IHDR".utf8),
        ]
        for file in files { #expect(Self.fault(file) == .badFormat, "\(file.prefix(20))") }
        for index in Self.pixel.indices {
            var file = Self.pixel
            file[index] ^= 0xFF
            // Refused or drawn, depending on the byte.
            _ = Self.fault(file)
        }
    }

    @Test(arguments: Language.allCases)
    func `a receipt and a notice with logo, colour, address and sentence conform and have the same bytes every time`(
        language: Language
    ) async throws {
        let image = try LogoImage.decoded(png: Self.shield)
        #expect(image.width == 96 && image.height == 96)
        let at = try Instant(rfc3339: "2026-01-01T00:00:00Z")
        let logo = CreditorLogo(
            png: image.png, width: image.width, height: image.height, alternativeText: "Stemma del Comune di Forlì",
            color: try BrandColor("#0066CC"), createdAt: at, updatedAt: at)
        var context = try Sample.context(lines: 3)
        context.logo = logo
        let content = ReceiptContent(try Sample.receipt(), context, for: .payer, language: language)
        let pdf = try await Self.drawing.get().draw(content)
        for line in try PDFVerdict.lines(on: pdf) { #expect(line.contains(" True "), "\(line)") }
        #expect(try await Self.drawing.get().draw(content) == pdf)
        try PDFVerdict.keep(pdf, as: "receipt-logo-\(language.rawValue)")
        let tree = try Tool.withFile(pdf, suffix: "pdf") { try Tool.run("qpdf", ["--json", $0]) }
        #expect(tree.contains("Stemma del Comune di Forl"))
        let text = try Tool.text(of: pdf).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("Piazza Saffi 8, 47121 Forlì (FC)"))
        #expect(text.contains(language == .en ? "Keep this receipt." : "Conserva questa ricevuta."))
    }
}

import CPangoCairo
import Foundation
import PagoPA
import TestSupport
import Testing

@testable import Documents

/// SVGs of strangers: drawn right, or rejected with a reason.
@Suite struct SVGLogoTests {
    private static let painter = SVGPainter(
        program: URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "quietanza").path)
    private static let drawing = Result { try ReceiptPDF(painter: painter) }

    static func svg(_ content: String, _ attributes: String = "viewBox=\"0 0 100 40\"") -> [UInt8] {
        Array("<svg xmlns=\"http://www.w3.org/2000/svg\" \(attributes)>\(content)</svg>".utf8)
    }

    private static func picture(_ content: String, _ attributes: String = "viewBox=\"0 0 100 40\"") throws -> Picture {
        try Picture(LogoImage.decoded(svg: svg(content, attributes), by: painter))
    }

    private static func fault(_ bytes: [UInt8]) -> LogoFault? {
        do {
            _ = try LogoImage.decoded(svg: bytes, by: painter)
            return nil
        } catch { return error as? LogoFault }
    }

    /// A decoded logo.
    private struct Picture {
        let width: Int
        let height: Int
        private let pixels: [UInt32]

        init(_ image: LogoImage) throws {
            let surface = try LogoImage.surface(of: image.png)
            defer { cairo_surface_destroy(surface) }
            width = image.width
            height = image.height
            let stride = Int(cairo_image_surface_get_stride(surface))
            let data = try #require(cairo_image_surface_get_data(surface))
            var pixels: [UInt32] = []
            for row in 0..<image.height {
                let line = UnsafeRawPointer(data + row * stride)
                for column in 0..<image.width {
                    pixels.append(line.load(fromByteOffset: column * 4, as: UInt32.self) & 0xFF_FFFF)
                }
            }
            self.pixels = pixels
        }

        /// As #RRGGBB.
        func color(_ x: Int, _ y: Int) -> String {
            let text = String(pixels[y * width + x], radix: 16, uppercase: true)
            return "#" + String(repeating: "0", count: 6 - text.count) + text
        }
    }

    // MARK: Drawn right

    private static let shield = """
        <title>Stemma</title>
        <defs>
          <linearGradient id="sky"><stop offset="0" stop-color="#0066CC"/><stop offset="1" stop-color="#0066CC"/></linearGradient>
          <clipPath id="left"><rect width="50" height="40"/></clipPath>
          <g id="dot"><circle cx="75" cy="10" r="5"/></g>
        </defs>
        <style>.red, path.x{fill:#CC0000} /* a { comment */</style>
        <rect width="100" height="40" fill="url(#sky)" clip-path="url(#left)"/>
        <use href="#dot" class="red"/>
        <use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#dot" transform="translate(0 20)" style="fill:rgb(0, 128, 0)"/>
        """

    @Test
    func `a plain SVG has its shapes, gradients, clips, uses and styles where they belong, as large as a logo may be`()
        throws
    {
        let picture = try Self.picture(Self.shield)
        #expect(picture.width == 400 && picture.height == 160)
        #expect(picture.color(10, 80) == "#0066CC" && picture.color(190, 150) == "#0066CC")
        #expect(picture.color(210, 80) == "#FFFFFF" && picture.color(390, 5) == "#FFFFFF")
        #expect(picture.color(300, 40) == "#CC0000" && picture.color(300, 120) == "#008000")
    }

    @Test func `the same SVG has the same bytes every time, which are those of its picture sent as a PNG`() throws {
        let first = try LogoImage.decoded(svg: Self.svg(Self.shield), by: Self.painter)
        for _ in 0..<3 { #expect(try LogoImage.decoded(svg: Self.svg(Self.shield), by: Self.painter) == first) }
        #expect(try LogoImage.decoded(png: first.png) == first)
    }

    @Test(arguments: [
        ("width=\"10\" height=\"40\"", 40, 160), ("width=\"10cm\" height=\"10cm\" viewBox=\"0 0 5 5\"", 160, 160),
        ("viewBox=\"0 0 100 2\"", 400, 8), ("width=\"100%\" viewBox=\"0 0 10 10\"", 160, 160),
        ("viewBox=\"-500 -500 100000 100000\"", 160, 160),
    ]) func `an SVG has the form that it states`(size: String, width: Int, height: Int) throws {
        let picture = try Self.picture(Self.all, size)
        #expect(picture.width == width && picture.height == height)
    }

    private static let all = ##"<rect x="-500" y="-500" width="200000" height="200000" fill="#123456"/>"##

    @Test func `what editors write is ignored`() throws {
        let head = """
            <?xml version="1.0" encoding="UTF-8" standalone="no"?>
            <!-- Generator: an editor -->
            <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
            """
        let body = """
            <svg xmlns="http://www.w3.org/2000/svg" xmlns:sodipodi="urn:s" xmlns:rdf="urn:r" viewBox="0 0 100 40" version="1.1"
              xml:space="preserve" enable-background="new 0 0 100 40" sodipodi:docname="stemma.svg" data-name="a">
              <metadata><rdf:RDF><rdf:script/></rdf:RDF></metadata><sodipodi:namedview id="base"/>
              <desc>Stemma</desc><rect width="100" height="40" fill="#0066CC" style="-inkscape-font:x;filter:none"/>
            </svg>
            """
        let plain = try LogoImage.decoded(
            svg: Self.svg(##"<rect width="100" height="40" fill="#0066CC"/>"##), by: Self.painter)
        #expect(try LogoImage.decoded(svg: Array((head + body).utf8), by: Self.painter) == plain)
        let wide = [0xFF, 0xFE] + Array(body.data(using: .utf16LittleEndian) ?? Data())
        #expect(try LogoImage.decoded(svg: wide, by: Self.painter) == plain)
        #expect(try LogoImage.decoded(svg: [0xEF, 0xBB, 0xBF] + Array(body.utf8), by: Self.painter) == plain)
    }

    @Test func `nothing of the file but what is drawn reaches the library that draws`() throws {
        let document = try SVGDocument(
            Self.svg(
                ##"<!-- c --><?pi p?><desc>&lt;d&gt;</desc><g data-x="1" aria-label="y"><path id="a&quot;&gt;&lt;b" d="M0 0h9v9z"/></g>"##
            ))
        #expect(
            String(decoding: document.cleaned, as: UTF8.self)
                == #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 40">"#
                + #"<g><path id="a&quot;&gt;&lt;b" d="M0 0h9v9z"></path></g></svg>"#)
    }

    // MARK: Rejected

    struct Hostile: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let code: FaultCode
        /// A part of the reason.
        let reason: String
        var testDescription: String { name }
    }

    private static func hostile(_ name: String, _ content: String, _ code: FaultCode, _ reason: String) -> Hostile {
        Hostile(name: name, bytes: svg(content), code: code, reason: reason)
    }

    private static func hostile(_ name: String, _ content: String, _ reason: String) -> Hostile {
        hostile(name, content, .notAllowed, reason)
    }

    private static func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

    private static func element(ofAttributes count: Int) -> String {
        let attributes: [String] = (0..<count).map { "a\($0)=\"\"" }
        return "<g \(attributes.joined(separator: " "))/>"
    }

    /// 10^15 rectangles in a thousand bytes.
    private static var nestedUses: String {
        let groups: [String] = (1...15).map { level in
            "<g id=\"a\(level)\">\(times(10, "<use href=\"#a\(level - 1)\"/>"))</g>"
        }
        return "<g id=\"a0\">\(rect)</g>\(groups.joined())<use href=\"#a15\"/>"
    }

    private static var vastCurves: String {
        let path = "M0 0" + times(5_000, "c1e6 1e6 -1e6 1e6 0 0")
        return "<path d=\"\(path)\" stroke=\"#000\" stroke-width=\"9e5\" stroke-linejoin=\"round\"/>"
    }

    private static let rect = "<rect width=\"9\" height=\"9\"/>"

    static let active = [
        hostile("script", "<script>alert(1)</script>\(rect)", "“script”, which is not drawn: a logo has no scripts"),
        hostile("event", "<rect width=\"9\" height=\"9\" onclick=\"alert(1)\"/>", "line 1 the script “onclick”"),
        hostile("load", "<g onload=\"alert(1)\">\(rect)</g>", "“onload”"),
        hostile(
            "foreignObject", "<foreignObject><p xmlns=\"http://www.w3.org/1999/xhtml\">x</p></foreignObject>",
            "“foreignObject”"),
        hostile(
            "animation", "<rect width=\"9\" height=\"9\"><animate attributeName=\"x\" to=\"9\"/></rect>", "“animate”"),
        hostile("link", "<a href=\"https://example.org\">\(rect)</a>", "“a”"),
        hostile(
            "text", "\n<text y=\"9\">Comune</text>",
            "line 2 the element “text”, which is not drawn: convert texts to paths"),
    ]

    static let outside = [
        hostile("image of a site", "<image href=\"https://example.org/a.png\"/>", "“image”"),
        hostile("image of a file", "<image href=\"file:///etc/passwd\"/>", "“image”"),
        hostile("embedded image", "<image href=\"data:image/png;base64,AAAA\"/>", "“image”"),
        hostile("use of another file", "<use href=\"other.svg#a\"/>", "a reference to the outside in “use”"),
        hostile(
            "xlink of another site",
            "<use xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\"https://example.org/#a\"/>",
            "a reference to the outside in “use”"),
        hostile(
            "fill of another site", "<rect width=\"9\" height=\"9\" fill=\"url(https://example.org/#a)\"/>", "in “fill”"
        ),
        hostile("fill of a file", "<rect width=\"9\" height=\"9\" style=\"fill:URL( 'file:///a#b' )\"/>", "in “fill”"),
        hostile("hidden reference", "<rect width=\"9\" height=\"9\" style=\"fill:u\\72l(a.svg#b)\"/>", "a backslash"),
        hostile("import", "<style>@import url(https://example.org/a.css);</style>\(rect)", "not made of rules"),
        hostile("import before a rule", "<style>@import 'a.css'; .a{fill:red}</style>\(rect)", "begins with @"),
        hostile("font", "<style>@font-face{font-family:x;src:url(a.ttf)}</style>\(rect)", "begins with @"),
        hostile("variable", "<rect width=\"9\" height=\"9\" style=\"fill:var(--a)\"/>", "a function in “fill”"),
        hostile("filter", "<rect width=\"9\" height=\"9\" filter=\"url(#f)\"/>", "“filter”"),
        hostile("filter in a style", "<rect width=\"9\" height=\"9\" style=\"filter:url(#f)\"/>", "“filter”"),
        hostile("filter element", "<filter id=\"f\" width=\"1e9\" height=\"1e9\"><feTurbulence/></filter>", "“filter”"),
        hostile("pattern", "<pattern id=\"p\" width=\"1e-9\" height=\"1e-9\">\(rect)</pattern>", "“pattern”"),
    ]

    static let unreadable = [
        Hostile(
            name: "billion laughs",
            bytes: Array("<!DOCTYPE svg [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>".utf8)
                + svg("<desc>&b;</desc>\(rect)"),
            code: .badFormat, reason: "must have no document type"),
        Hostile(
            name: "external entity",
            bytes: Array("<!DOCTYPE svg [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>".utf8) + svg("<desc>&a;</desc>"),
            code: .badFormat, reason: "must have no document type"),
        hostile("entity", "<desc>&a;</desc>\(rect)", .badFormat, "not well-formed"),
        hostile("document type inside", "<!DOCTYPE svg>\(rect)", .badFormat, "must have no document type"),
        hostile("open element", "<g>", .badFormat, "not well-formed"),
        Hostile(
            name: "no namespace", bytes: Array("<svg viewBox=\"0 0 9 9\">\(rect)</svg>".utf8), code: .badFormat,
            reason: "of the namespace"),
        Hostile(
            name: "another root", bytes: Array("<html xmlns=\"http://www.w3.org/1999/xhtml\"/>".utf8), code: .badFormat,
            reason: "its root is svg"),
        Hostile(name: "svgz", bytes: [0x1F, 0x8B, 0x08, 0x00], code: .badFormat, reason: "not compressed"),
        Hostile(name: "PNG", bytes: [0x89, 0x50, 0x4E, 0x47], code: .badFormat, reason: "must be an SVG"),
        Hostile(name: "half a character of UTF-16", bytes: [0xFF, 0xFE, 0x3C], code: .badFormat, reason: "UTF-16"),
        Hostile(name: "empty", bytes: [], code: .badFormat, reason: "is empty"),
        hostile("1 000 levels", times(1_000, "<g>") + times(1_000, "</g>"), .badFormat, "not well-formed"),
        hostile("33 levels", times(32, "<g>") + times(32, "</g>"), .badFormat, "nested deeper"),
        hostile("10 000 paths", times(10_000, "<path/>"), .badFormat, "more than 5000 elements"),
        hostile("1 000 000 paths", times(1_000_000, "<path/>"), .tooLong, "131072 bytes"),
        hostile("10 000 attributes", element(ofAttributes: 10_000), .badFormat, "more than 128 attributes"),
        hostile("100 attributes", element(ofAttributes: 100), .badFormat, "64 attributes"),
        hostile("501 rules", "<style>\(times(501, "a{}"))</style>", .tooMany, "500 rules"),
    ]

    static let costly = [
        hostile("nested use", nestedUses, .tooMany, "draws more than 5000 elements"),
        hostile("use of itself", "<g id=\"a\"><use href=\"#a\"/></g>", .tooMany, "uses elements"),
        hostile(
            "fine dashes", "<path d=\"M0 0L1e9 1e9\" stroke=\"#000\" stroke-dasharray=\"0.01\"/>", "time or memory"),
        hostile("curves of astronomic size", vastCurves, "time or memory"),
        hostile("nothing", "", .badFormat, "draws nothing"),
        hostile("white on white", "<rect width=\"100\" height=\"40\" fill=\"#fff\"/>", .badFormat, "draws nothing"),
    ]

    @Test(arguments: active + outside) func `an SVG that does or loads something is rejected with the line`(
        file: Hostile
    ) {
        let fault = Self.fault(file.bytes)
        #expect(fault?.code == file.code && fault?.text.contains(file.reason) == true, "\(fault as Any)")
        #expect(fault?.text.contains("has on line ") == true)
    }

    @Test(arguments: unreadable + costly) func `an SVG that cannot be read or costs too much is rejected`(file: Hostile)
    {
        let fault = Self.fault(file.bytes)
        #expect(fault?.code == file.code && fault?.text.contains(file.reason) == true, "\(fault as Any)")
    }

    @Test(arguments: [
        "", "width=\"0\" height=\"0\"", "viewBox=\"0 0 0 0\"", "viewBox=\"0 0 -1 5\"", "viewBox=\"0 0 1e30 1e30\"",
        "viewBox=\"0 0 1e-30 1e-30\"", "viewBox=\"0 0 100 1\"", "viewBox=\"0 0 1 100\"", "viewBox=\"0 0 nan inf\"",
        "width=\"1e300\" height=\"1e300\"",
    ]) func `an SVG without a size of a logo is rejected`(size: String) {
        let fault = Self.fault(Self.svg(Self.all, size))
        #expect([.outOfRange, .badFormat].contains(fault?.code), "\(fault as Any)")
    }

    @Test func `no SVG that is cut off or has a byte changed ends anything but the process that draws it`() {
        let file = Self.svg(Self.shield)
        for length in stride(from: 0, to: file.count, by: 97) { #expect(Self.fault(Array(file.prefix(length))) != nil) }
        for index in stride(from: 0, to: file.count, by: 61) {
            var changed = file
            changed[index] ^= 0x15
            // Rejected or drawn, depending on the byte.
            _ = Self.fault(changed)
        }
    }

    @Test func `a program that does not draw is an error of the service, not of the SVG`() {
        #expect(throws: DocumentFailure.self) {
            try LogoImage.decoded(svg: Self.svg(Self.rect), by: SVGPainter(program: "/does/not/exist"))
        }
    }

    @Test func `a receipt with the logo of an SVG conforms`() async throws {
        let renderer = try Self.drawing.get()
        let image = try await renderer.decode(logo: .svg(Self.svg(Self.shield)))
        let at = try Instant(rfc3339: "2026-01-01T00:00:00Z")
        var context = try Sample.context(lines: 3)
        context.logo = CreditorLogo(
            png: image.png, width: image.width, height: image.height, alternativeText: "Stemma del Comune di Forlì",
            color: try BrandColor("#0066CC"), createdAt: at, updatedAt: at)
        let content = ReceiptContent(try Sample.receipt(), context, for: .payer, language: .it)
        let pdf = try await renderer.draw(content)
        for line in try PDFVerdict.lines(on: pdf) { #expect(line.contains(" True "), "\(line)") }
        #expect(try await renderer.draw(content) == pdf)
        try PDFVerdict.keep(pdf, as: "receipt-logo-svg")
    }
}

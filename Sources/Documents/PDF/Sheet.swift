import CPangoCairo
import PagoPA

/// A4 pages that are written from top to bottom, each piece of text within a tag of the document's structure.
///
/// Not Sendable: one renderer creates, writes and finishes it.
final class Sheet {
    static let width = 595.276
    static let height = 841.890
    static let margin = 42.0
    static let bottom = height - margin - 12
    static let textWidth = width - 2 * margin

    private let surface: OpaquePointer
    private let cairo: OpaquePointer
    private let typeface: Typeface
    private let output: Output
    private(set) var y = Sheet.margin
    private(set) var annotations: [Annotation] = []
    private var elementCount = 0
    private let pageCount: Int
    private let runningHead: String
    /// From 1.
    private(set) var page = 1

    /// What Cairo 1.16 cannot say of an element of the structure.
    struct Annotation {
        /// From 0, in the order in which the elements begin.
        let element: Int
        var alternativeText: String?
        /// BCP 47, if it is not the document's language.
        var language: String?
        /// Whether a TH heads its column; others head their row.
        var headsColumn = false
    }

    private final class Output {
        var bytes: [UInt8] = []

        init() {
            // More than most receipts have.
            bytes.reserveCapacity(65_536)
        }
    }

    /// - Parameters:
    ///   - createdAt: RFC 3339, in whole seconds.
    ///   - runningHead: stands above every page but the first.
    ///   - pageCount: as each page says it; `page` tells at the end whether it was right.
    init(
        typeface: Typeface, title: String, author: String, createdAt: String, runningHead: String, pageCount: Int
    ) throws {
        let output = Output()
        let surface = cairo_pdf_surface_create_for_stream(
            { closure, data, length in
                guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
                let output = Unmanaged<Output>.fromOpaque(closure).takeUnretainedValue()
                output.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(output).toOpaque(), Self.width, Self.height)
        guard let surface, let cairo = cairo_create(surface) else {
            throw DocumentFailure.drawing("cairo is out of memory")
        }
        cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, author)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, createdAt)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, createdAt)
        self.typeface = typeface
        self.pageCount = pageCount
        self.runningHead = runningHead
        self.output = output
        self.surface = surface
        self.cairo = cairo
    }

    deinit {
        cairo_destroy(cairo)
        cairo_surface_destroy(surface)
    }

    struct Style {
        let font: Typeface.Style
        /// 0 black … 1 white
        let grey: Double
        var lineHeight: Double { font.size * 1.4 }

        init(size: Double, weight: Typeface.Weight, grey: Double) {
            font = Typeface.Style(size: size, weight: weight)
            self.grey = grey
        }
    }

    /// - Parameters:
    ///   - alternativeText: what readers speak instead of a figure.
    ///   - language: BCP 47, if it is not the document's language.
    ///   - headsColumn: whether a TH heads its column instead of its row.
    func tagged(
        _ tag: String, alternativeText: String? = nil, language: String? = nil, headsColumn: Bool = false,
        _ body: () -> Void
    ) {
        if alternativeText != nil || language != nil || headsColumn {
            annotations.append(
                Annotation(
                    element: elementCount, alternativeText: alternativeText, language: language,
                    headsColumn: headsColumn))
        }
        elementCount += 1
        cairo_tag_begin(cairo, tag, "")
        body()
        cairo_tag_end(cairo, tag)
    }

    /// - Parameter isFixed: whether the text is our own wording, which other receipts contain too.
    func lines(of text: String, _ style: Style, width: Double, isFixed: Bool = false) -> [TextLine] {
        isFixed
            ? typeface.lines(ofFixed: text, style.font, width: width)
            : typeface.lines(of: text, style.font, width: width)
    }

    /// Draws lines from `top` downwards and leaves `y` where it is.
    func draw(_ lines: [TextLine], _ style: Style, x: Double, top: Double) {
        cairo_set_source_rgb(cairo, style.grey, style.grey, style.grey)
        for (number, line) in lines.enumerated() {
            guard let layout = line.layout else { continue }
            cairo_move_to(cairo, x, top + Double(number) * style.lineHeight - line.descent)
            pango_cairo_show_layout(cairo, layout)
        }
    }

    /// A block of text over the whole width.
    func write(_ text: String, _ style: Style, as tag: String, isFixed: Bool = false) {
        let lines = lines(of: text, style, width: Self.textWidth, isFixed: isFixed)
        let top = y
        tagged(tag) { draw(lines, style, x: Self.margin, top: top) }
        y += Double(lines.count) * style.lineHeight
    }

    /// A block of text anywhere on the page; `y` stays where it is.
    /// - Returns: its height.
    @discardableResult
    func write(
        _ text: String, _ style: Style, as tag: String, x: Double, top: Double, width: Double, language: String? = nil,
        isFixed: Bool = false
    ) -> Double {
        let lines = lines(of: text, style, width: width, isFixed: isFixed)
        tagged(tag, language: language) { draw(lines, style, x: x, top: top) }
        return Double(lines.count) * style.lineHeight
    }

    /// A filled rectangle: decoration, which no reader speaks.
    func fill(x: Double, top: Double, width: Double, height: Double, color: Color) {
        cairo_set_source_rgb(cairo, color.red, color.green, color.blue)
        cairo_rectangle(cairo, x, top, width, height)
        cairo_fill(cairo)
    }

    /// - Parameter side: in points, without the white margin around the code.
    func draw(_ code: Barcode, x: Double, top: Double, side: Double, alternativeText: String) {
        let module = side / Double(code.side)
        tagged("Figure", alternativeText: alternativeText) {
            cairo_set_source_rgb(cairo, 0, 0, 0)
            for row in 0..<code.side {
                for run in code.blackRuns(row: row) {
                    cairo_rectangle(
                        cairo, x + Double(run.lowerBound) * module, top + Double(row) * module,
                        Double(run.count) * module, module)
                }
            }
            cairo_fill(cairo)
        }
    }

    /// Loads a logo, so that `draw(_:of:x:top:width:)` cannot fail.
    func image(of logo: CreditorLogo) throws -> OpaquePointer { try typeface.logo(logo.png) }

    /// - Parameters:
    ///   - image: of `image(of:)`.
    ///   - width: in points; the height follows.
    func draw(_ image: OpaquePointer, of logo: CreditorLogo, x: Double, top: Double, width: Double) {
        let scale = width / Double(max(1, logo.width))
        tagged("Figure", alternativeText: logo.alternativeText) {
            cairo_save(cairo)
            cairo_translate(cairo, x, top)
            cairo_scale(cairo, scale, scale)
            cairo_set_source_surface(cairo, image, 0, 0)
            // Otherwise Cairo asks viewers to interpolate, which PDF/A forbids.
            cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST)
            cairo_rectangle(cairo, 0, 0, Double(logo.width), Double(logo.height))
            cairo_fill(cairo)
            cairo_restore(cairo)
        }
    }

    /// A hairline over the whole width: decoration, which no reader speaks.
    func rule(grey: Double) {
        cairo_set_source_rgb(cairo, grey, grey, grey)
        // Filled, not painted: an unclipped paint drops the tags recorded so far.
        cairo_rectangle(cairo, Self.margin, y, Self.textWidth, 0.6)
        cairo_fill(cairo)
    }

    func skip(_ points: Double) { y += points }

    func hasRoom(for height: Double) -> Bool { y + height <= Self.bottom }

    func turnPage() {
        endPage()
        page += 1
        // One line, however long the names are.
        let line = typeface.firstLine(of: runningHead, Style.small.font, width: Self.textWidth)
        draw([line], .small, x: Self.margin, top: Self.margin - 16)
        y = Self.margin + 8
    }

    /// Repeats what a table is about on the page where it continues. Readers hear only the first heading, like the number of the page.
    func repeatHeading(_ text: String) {
        draw(lines(of: text, .heading, width: Self.textWidth, isFixed: true), .heading, x: Self.margin, top: y)
        y += Style.heading.lineHeight + 3
    }

    /// The number of the page is an artifact: text outside every tag.
    private func endPage() {
        let number = lines(of: "\(page)/\(pageCount)", .small, width: Self.textWidth, isFixed: true)
        draw(number, .small, x: Self.width - Self.margin - 20, top: Self.height - Self.margin + 10)
        cairo_show_page(cairo)
    }

    func finish() throws -> DrawnPDF {
        endPage()
        cairo_surface_finish(surface)
        // Cairo reports an invalid structure only here.
        let status = cairo_surface_status(surface)
        guard status == CAIRO_STATUS_SUCCESS else {
            throw DocumentFailure.drawing(String(cString: cairo_status_to_string(status)))
        }
        return withExtendedLifetime(output) {
            DrawnPDF(bytes: output.bytes, annotations: annotations, elementCount: elementCount)
        }
    }
}

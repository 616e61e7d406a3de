import CPangoCairo

/// A4 pages that are written from top to bottom, each piece of text within a tag of the document's structure.
///
/// Not Sendable: one renderer creates, writes and finishes it.
final class Sheet {
    static let width = 595.276
    static let height = 841.890
    static let margin = 56.0
    static let bottom = height - margin - 24

    private let surface: OpaquePointer
    private let cairo: OpaquePointer
    private let typeface: Typeface
    private let output: Output
    private(set) var y = Sheet.margin

    private final class Output {
        var bytes: [UInt8] = []

        init() {
            // More than most receipts have.
            bytes.reserveCapacity(65_536)
        }
    }

    init(typeface: Typeface, title: String, author: String, createdAt: String) throws {
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

    func tagged(_ tag: String, _ body: () -> Void) {
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
        let lines = lines(of: text, style, width: Self.width - 2 * Self.margin, isFixed: isFixed)
        let top = y
        tagged(tag) { draw(lines, style, x: Self.margin, top: top) }
        y += Double(lines.count) * style.lineHeight
    }

    /// A hairline over the whole width: decoration, which no reader speaks.
    func rule(grey: Double) {
        cairo_set_source_rgb(cairo, grey, grey, grey)
        // Filled, not painted: an unclipped paint drops the tags recorded so far.
        cairo_rectangle(cairo, Self.margin, y, Self.width - 2 * Self.margin, 0.6)
        cairo_fill(cairo)
    }

    func skip(_ points: Double) { y += points }

    func hasRoom(for height: Double) -> Bool { y + height <= Self.bottom }

    func turnPage() {
        cairo_show_page(cairo)
        y = Self.margin
    }

    func finish() throws -> [UInt8] {
        cairo_show_page(cairo)
        cairo_surface_finish(surface)
        // Cairo reports an invalid structure only here.
        let status = cairo_surface_status(surface)
        guard status == CAIRO_STATUS_SUCCESS else {
            throw DocumentFailure.drawing(String(cString: cairo_status_to_string(status)))
        }
        return withExtendedLifetime(output) { output.bytes }
    }
}

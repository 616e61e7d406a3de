import CPangoCairo

/// What went wrong while a document was made; never the reader's fault.
package enum DocumentFailure: Error, Sendable, Equatable {
    case fontMissing(path: String)
    case drawing(String)
    case conformance(String)
    /// Too many documents wait; the caller may try again.
    case busy
}

/// One typeface in two weights, from our own font folder alone, so that a machine's other fonts change nothing.
///
/// Not Sendable: Pango's font map belongs to one renderer.
final class Typeface {
    enum Weight { case regular, bold }

    private let config: OpaquePointer
    private let map: UnsafeMutablePointer<PangoFontMap>
    private let context: OpaquePointer
    private let attributes: OpaquePointer
    /// Characters that both weights can show; `nil` never after a successful init.
    private let characters: [OpaquePointer]

    static let family = "DejaVu Sans"
    private static let files = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"]

    init(directory: String) throws {
        guard let config = FcConfigCreate(), let map = pango_cairo_font_map_new() else {
            throw DocumentFailure.drawing("fontconfig or pango is out of memory")
        }
        for file in Self.files {
            let path = directory + "/" + file
            guard FcConfigAppFontAddFile(config, path) != 0 else { throw DocumentFailure.fontMissing(path: path) }
        }
        quietanza_use_fonts(map, config)
        guard let context = pango_font_map_create_context(map) else {
            throw DocumentFailure.drawing("pango has no context")
        }
        let options = cairo_font_options_create()
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        pango_cairo_context_set_font_options(context, options)
        cairo_font_options_destroy(options)
        // Otherwise letters sit on whole points: uneven spacing and larger files.
        pango_context_set_round_glyph_positions(context, 0)
        guard let attributes = pango_attr_list_new() else { throw DocumentFailure.drawing("pango is out of memory") }
        // A ligature becomes a nested Span, at which readers lose the rest of the line.
        pango_attr_list_insert(attributes, pango_attr_font_features_new("liga 0, clig 0"))
        self.config = config
        self.map = map
        self.context = context
        self.attributes = attributes
        characters = Self.characters(of: config)
    }

    deinit {
        pango_attr_list_unref(attributes)
        quietanza_unref(UnsafeMutableRawPointer(context))
        quietanza_unref(map)
        FcConfigDestroy(config)
    }

    private static func characters(of config: OpaquePointer) -> [OpaquePointer] {
        guard let set = FcConfigGetFonts(config, FcSetApplication) else { return [] }
        return (0..<Int(set.pointee.nfont)).compactMap { index in
            var characters: OpaquePointer?
            guard quietanza_font_characters(set.pointee.fonts[index], &characters) != 0 else { return nil }
            return characters
        }
    }

    /// PDF/A forbids the glyph for "no such character": what the fonts lack becomes U+FFFD, controls become blanks.
    func showable(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format {
                shown.append(" ")
            } else if characters.allSatisfy({ FcCharSetHasChar($0, scalar.value) != 0 }) {
                shown.append(scalar)
            } else {
                shown.append("\u{FFFD}")
            }
        }
        return String(shown)
    }

    /// Calls `body` with a layout of this text; the layout ends with the call.
    func withLayout<Value>(
        _ text: String, size: Double, weight: Weight, width: Double? = nil, _ body: (OpaquePointer) -> Value
    ) -> Value? {
        guard let layout = pango_layout_new(context), let font = pango_font_description_new() else { return nil }
        defer {
            pango_font_description_free(font)
            quietanza_unref(UnsafeMutableRawPointer(layout))
        }
        pango_font_description_set_family(font, Self.family)
        pango_font_description_set_absolute_size(font, size * Double(PANGO_SCALE))
        pango_font_description_set_weight(font, weight == .bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        pango_layout_set_font_description(layout, font)
        pango_layout_set_attributes(layout, attributes)
        if let width {
            let units = Int32(exactly: (width * Double(PANGO_SCALE)).rounded(.towardZero)) ?? -1
            pango_layout_set_width(layout, units)
            pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        }
        pango_layout_set_text(layout, text, -1)
        return body(layout)
    }

    /// The lines that this text takes within `width` points.
    ///
    /// Each is drawn as a layout of its own, because a wrapped layout puts an empty Span at every break.
    func lines(of text: String, size: Double, weight: Weight, width: Double) -> [String] {
        let bytes = Array(text.utf8)
        return withLayout(text, size: size, weight: weight, width: width) { layout in
            (0..<pango_layout_get_line_count(layout)).compactMap { index -> String? in
                guard let line = pango_layout_get_line_readonly(layout, index) else { return nil }
                let start = Int(line.pointee.start_index)
                let slice = bytes.dropFirst(max(0, start)).prefix(max(0, Int(line.pointee.length)))
                return String(decoding: slice, as: UTF8.self).trimmedEnd
            }
        } ?? []
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        var view = self[...]
        while view.last == " " { view = view.dropLast() }
        return String(view)
    }
}

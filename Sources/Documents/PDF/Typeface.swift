import CPangoCairo

/// An error in generating a document, which is never the caller's fault.
package enum DocumentFailure: Error, Sendable, Equatable {
    case fontMissing(path: String)
    case drawing(String)
    case conformance(String)
    /// Too many documents wait; the caller may try again.
    case busy
}

/// DejaVu Sans in two weights, and a fallback font for each script that DejaVu lacks. The fonts come only from the list of
/// files below, and only that list decides the font of each word, so that the output depends neither on a machine's other fonts nor
/// on its locale.
///
/// Not Sendable: Pango's font map belongs to one renderer.
final class Typeface {
    enum Weight { case regular, bold }

    private struct Family {
        let name: String
        /// One set for each weight.
        var characters: [OpaquePointer]

        func covers(_ scalar: Unicode.Scalar) -> Bool {
            scalar.isInvisibleInText || characters.allSatisfy { FcCharSetHasChar($0, scalar.value) != 0 }
        }

        func covers(_ scalars: some Sequence<Unicode.Scalar>) -> Bool { scalars.allSatisfy(covers) }
    }

    /// Bytes of a text, and the fallback font that draws them.
    private struct Run {
        let bytes: Range<Int>
        let family: Family
    }

    private let config: OpaquePointer
    private let map: UnsafeMutablePointer<PangoFontMap>
    private let context: OpaquePointer
    private let main: Family
    private let fallbacks: [Family]

    init(directory: String) throws {
        guard let config = FcConfigCreate(), let map = pango_cairo_font_map_new() else {
            throw DocumentFailure.drawing("fontconfig or pango is out of memory")
        }
        for file in FontFiles.all {
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
        // By default Pango takes both from the environment or from the text: the language selects forms of letters, and a line
        // that begins with an Arabic name would run from right to left completely.
        pango_context_set_language(context, pango_language_from_string("it"))
        pango_context_set_base_dir(context, PANGO_DIRECTION_LTR)
        let families = Self.families(of: config)
        guard let main = families.first else { throw DocumentFailure.drawing("fontconfig lists no fonts") }
        self.config = config
        self.map = map
        self.context = context
        self.main = main
        fallbacks = Array(families.dropFirst())
    }

    deinit {
        quietanza_unref(UnsafeMutableRawPointer(context))
        quietanza_unref(map)
        FcConfigDestroy(config)
    }

    /// In the order of ``FontFiles/all``.
    private static func families(of config: OpaquePointer) -> [Family] {
        guard let set = FcConfigGetFonts(config, FcSetApplication) else { return [] }
        var families: [Family] = []
        for index in 0..<Int(set.pointee.nfont) {
            var characters: OpaquePointer?
            guard let pattern = set.pointee.fonts[index], let name = quietanza_font_family(pattern),
                quietanza_font_characters(pattern, &characters) != 0, let characters
            else { continue }
            let family = String(cString: name)
            if let known = families.firstIndex(where: { $0.name == family }) {
                families[known].characters.append(characters)
            } else {
                families.append(Family(name: family, characters: [characters]))
            }
        }
        return families
    }

    private func fallback(for scalars: some Sequence<Unicode.Scalar>) -> Family? {
        fallbacks.first { $0.covers(scalars) }
    }

    /// PDF/A forbids the glyph for "no such character": a character without a font becomes U+FFFD, and controls become blanks.
    func showable(_ text: String) -> String {
        let visible = Self.withoutControls(text)
        if main.covers(visible) { return String(visible) }
        var shown = ""
        for character in String(visible) {
            let scalars = character.unicodeScalars
            if main.covers(scalars) || fallback(for: scalars) != nil {
                shown.append(character)
            } else {
                shown += scalars.map { main.covers($0) || fallback(for: [$0]) != nil ? String($0) : "\u{FFFD}" }
                    .joined()
            }
        }
        // A font may have the characters and still lack the glyph that its own rules of shaping ask for.
        guard hasUnknownGlyphs(shown) else { return shown }
        return String(shown.map { hasUnknownGlyphs(String($0)) ? "\u{FFFD}" : $0 })
    }

    /// Joiners between letters remain, and so do marks that separate numbers from names written from right to left. Other direction
    /// characters are removed, because they could reverse the text after them.
    private static func withoutControls(_ text: String) -> String.UnicodeScalarView {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control: shown.append(" ")
            case .format where scalar.isInvisibleInText: shown.append(scalar)
            case .format, .lineSeparator, .paragraphSeparator: shown.append(" ")
            default: shown.append(scalar)
            }
        }
        return shown
    }

    private func hasUnknownGlyphs(_ text: String) -> Bool {
        withLayout(text, size: 10, weight: .regular) { pango_layout_get_unknown_glyphs_count($0) > 0 } ?? false
    }

    /// The parts of a text that the main font does not draw. A word has one font where one covers it, because letters of
    /// different fonts are not joined.
    private func runs(of text: String) -> [Run] {
        if main.covers(text.unicodeScalars) { return [] }
        var runs: [Run] = []
        var start = 0
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            append(word, at: start, to: &runs)
            start += word.utf8.count + 1
        }
        return runs
    }

    private func append(_ word: Substring, at start: Int, to runs: inout [Run]) {
        if main.covers(word.unicodeScalars) { return }
        if let family = fallback(for: word.unicodeScalars.lazy.filter { !$0.isASCII }) {
            var position = start
            for part in word.parts(where: { $0.isASCII }) {
                let end = position + part.utf8.count
                if part.first?.isASCII == false { runs.append(Run(bytes: position..<end, family: family)) }
                position = end
            }
        } else {
            var position = start
            for character in word {
                let end = position + character.utf8.count
                if !main.covers(character.unicodeScalars), let family = fallback(for: character.unicodeScalars) {
                    runs.append(Run(bytes: position..<end, family: family))
                }
                position = end
            }
        }
    }

    private func attributes(of text: String) -> OpaquePointer? {
        guard let attributes = pango_attr_list_new() else { return nil }
        // A ligature becomes a nested Span, at which readers lose the rest of the line.
        pango_attr_list_insert(attributes, pango_attr_font_features_new("liga 0, clig 0"))
        pango_attr_list_insert(attributes, pango_attr_fallback_new(0))
        for run in runs(of: text) {
            guard let family = pango_attr_family_new(run.family.name),
                let start = UInt32(exactly: run.bytes.lowerBound),
                let end = UInt32(exactly: run.bytes.upperBound)
            else { continue }
            family.pointee.start_index = start
            family.pointee.end_index = end
            pango_attr_list_insert(attributes, family)
        }
        return attributes
    }

    /// Calls `body` with a layout of this text; the layout ends with the call.
    func withLayout<Value>(
        _ text: String, size: Double, weight: Weight, width: Double? = nil, _ body: (OpaquePointer) -> Value
    ) -> Value? {
        guard let layout = pango_layout_new(context), let font = pango_font_description_new() else { return nil }
        let attributes = attributes(of: text)
        defer {
            pango_attr_list_unref(attributes)
            pango_font_description_free(font)
            quietanza_unref(UnsafeMutableRawPointer(layout))
        }
        pango_font_description_set_family(font, main.name)
        pango_font_description_set_absolute_size(font, size * Double(PANGO_SCALE))
        pango_font_description_set_weight(font, weight == .bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        pango_layout_set_font_description(layout, font)
        pango_layout_set_attributes(layout, attributes)
        pango_layout_set_auto_dir(layout, 0)
        if let width {
            let units = Int32(exactly: (width * Double(PANGO_SCALE)).rounded(.towardZero)) ?? -1
            pango_layout_set_width(layout, units)
            pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        }
        pango_layout_set_text(layout, text, -1)
        return body(layout)
    }

    /// By how much a fallback font with taller letters would move the text down, away from the label beside it.
    func baselineDifference(of text: String, size: Double, weight: Weight) -> Double {
        if main.covers(text.unicodeScalars) { return 0 }
        func baseline(_ text: String) -> Int32 {
            withLayout(text, size: size, weight: weight, pango_layout_get_baseline) ?? 0
        }
        return Double(baseline(text) - baseline("x")) / Double(PANGO_SCALE)
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

extension Substring {
    /// The longest parts of which either every character meets the condition or none does.
    fileprivate func parts(where meets: (Character) -> Bool) -> [Substring] {
        var parts: [Substring] = []
        var rest = self
        while let first = rest.first {
            let part = rest.prefix { meets($0) == meets(first) }
            parts.append(part)
            rest = rest.dropFirst(part.count)
        }
        return parts
    }
}

extension Unicode.Scalar {
    /// A joiner (U+200C, U+200D) or the left-to-right mark: it changes how letters are shaped or ordered and is not drawn itself.
    fileprivate var isInvisibleInText: Bool { (0x200C...0x200E).contains(value) }
}

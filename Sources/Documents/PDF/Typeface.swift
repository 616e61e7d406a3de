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
/// Not Sendable: only one thread may use Pango's font map at a time. See ``Typefaces``.
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
    /// For each scalar value up to its count, whether the main font has it: most letters of most receipts are among them.
    private let mainHas: [Bool]
    /// The attributes of a text that the main font draws alone.
    private let plainAttributes: OpaquePointer
    private var fonts: [Style: OpaquePointer] = [:]
    private var fixedLines: [FixedText: [TextLine]] = [:]
    private var logos: [[UInt8]: OpaquePointer] = [:]

    /// More than the wording of a receipt in all languages.
    private static let maximumFixedTexts = 1_000
    /// Decoded, at most 256 KiB each.
    private static let maximumLogos = 64

    struct Style: Hashable {
        let size: Double
        let weight: Weight
    }

    private struct FixedText: Hashable {
        let text: String
        let style: Style
        let width: Double
    }

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
        guard let plainAttributes = Self.attributes() else { throw DocumentFailure.drawing("pango is out of memory") }
        self.config = config
        self.map = map
        self.context = context
        self.main = main
        self.plainAttributes = plainAttributes
        fallbacks = Array(families.dropFirst())
        let values: Range<UInt32> = 0..<0x250
        mainHas = values.map { Unicode.Scalar($0).map(main.covers) ?? false }
    }

    deinit {
        for logo in logos.values { cairo_surface_destroy(logo) }
        fixedLines = [:]
        for font in fonts.values { pango_font_description_free(font) }
        pango_attr_list_unref(plainAttributes)
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

    private func mainCovers(_ scalars: some Sequence<Unicode.Scalar>) -> Bool {
        scalars.allSatisfy { scalar in
            let value = Int(scalar.value)
            return mainHas.indices.contains(value) ? mainHas[value] : main.covers(scalar)
        }
    }

    private func fallback(for scalars: some Sequence<Unicode.Scalar>) -> Family? {
        fallbacks.first { $0.covers(scalars) }
    }

    /// PDF/A forbids the glyph for "no such character": a character without a font becomes U+FFFD, and controls become blanks.
    private func showable(_ text: String) -> String {
        // The main font has all of ASCII.
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
        let visible = Self.withoutControls(text)
        if mainCovers(visible) { return String(visible) }
        var shown = ""
        for character in String(visible) {
            let scalars = character.unicodeScalars
            if mainCovers(scalars) || fallback(for: scalars) != nil {
                shown.append(character)
            } else {
                shown += scalars.map { mainCovers([$0]) || fallback(for: [$0]) != nil ? String($0) : "\u{FFFD}" }
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
        guard let layout = layout(of: text, Style(size: 10, weight: .regular)) else { return false }
        defer { quietanza_unref(UnsafeMutableRawPointer(layout)) }
        return pango_layout_get_unknown_glyphs_count(layout) > 0
    }

    /// The parts of a text that the main font does not draw. A word has one font where one covers it, because letters of
    /// different fonts are not joined.
    private func runs(of text: String) -> [Run] {
        if mainCovers(text.unicodeScalars) { return [] }
        var runs: [Run] = []
        var start = 0
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            append(word, at: start, to: &runs)
            start += word.utf8.count + 1
        }
        return runs
    }

    private func append(_ word: Substring, at start: Int, to runs: inout [Run]) {
        if mainCovers(word.unicodeScalars) { return }
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
                if !mainCovers(character.unicodeScalars), let family = fallback(for: character.unicodeScalars) {
                    runs.append(Run(bytes: position..<end, family: family))
                }
                position = end
            }
        }
    }

    private static func attributes() -> OpaquePointer? {
        guard let attributes = pango_attr_list_new() else { return nil }
        // A ligature becomes a nested Span, at which readers lose the rest of the line.
        pango_attr_list_insert(attributes, pango_attr_font_features_new("liga 0, clig 0"))
        pango_attr_list_insert(attributes, pango_attr_fallback_new(0))
        return attributes
    }

    /// The caller releases the list.
    private func attributes(of text: String) -> OpaquePointer? {
        let runs = runs(of: text)
        guard !runs.isEmpty else { return pango_attr_list_ref(plainAttributes) }
        let attributes = Self.attributes()
        for run in runs {
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

    private func font(_ style: Style) -> OpaquePointer? {
        if let known = fonts[style] { return known }
        guard let font = pango_font_description_new() else { return nil }
        pango_font_description_set_family(font, main.name)
        pango_font_description_set_absolute_size(font, style.size * Double(PANGO_SCALE))
        pango_font_description_set_weight(font, style.weight == .bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        fonts[style] = font
        return font
    }

    /// A layout of this text, which the caller releases.
    private func layout(of text: String, _ style: Style) -> OpaquePointer? {
        guard let layout = pango_layout_new(context) else { return nil }
        let attributes = attributes(of: text)
        pango_layout_set_font_description(layout, font(style))
        pango_layout_set_attributes(layout, attributes)
        pango_attr_list_unref(attributes)
        pango_layout_set_auto_dir(layout, 0)
        pango_layout_set_text(layout, text, -1)
        return layout
    }

    /// What kept a line together is gone once the line is made: people find and copy what they would type.
    private func line(_ text: String, _ style: Style) -> TextLine {
        let text = text.utf8.contains { $0 == 0xC2 || $0 == 0xE2 } ? text.withoutJoints : text
        guard !text.isEmpty, let layout = layout(of: text, style) else { return TextLine(layout: nil, descent: 0) }
        return TextLine(layout: layout, descent: baselineDifference(of: text, layout, style))
    }

    /// The distance by which a fallback font with taller letters would lower the text below the label beside it.
    private func baselineDifference(of text: String, _ layout: OpaquePointer, _ style: Style) -> Double {
        if mainCovers(text.unicodeScalars) { return 0 }
        guard let usual = self.layout(of: "x", style) else { return 0 }
        defer { quietanza_unref(UnsafeMutableRawPointer(usual)) }
        return Double(pango_layout_get_baseline(layout) - pango_layout_get_baseline(usual)) / Double(PANGO_SCALE)
    }

    /// A decoded logo, which belongs to the typeface: creditors have few, and each is on many documents.
    func logo(_ png: [UInt8]) throws -> OpaquePointer {
        if let known = logos[png] { return known }
        let surface = try LogoImage.surface(of: png)
        if logos.count >= Self.maximumLogos {
            for logo in logos.values { cairo_surface_destroy(logo) }
            logos = [:]
        }
        logos[png] = surface
        return surface
    }

    /// The lines that this text takes within `width` points.
    func lines(of text: String, _ style: Style, width: Double) -> [TextLine] {
        let text = showable(text)
        let units = Int32(exactly: (width * Double(PANGO_SCALE)).rounded(.towardZero)) ?? -1
        if text.last != " " {
            // Most texts take one line and are laid out once.
            let line = line(text, style)
            if line.widthUnits <= units { return [line] }
        }
        return broken(text.withWholeCodes, style, widthUnits: units).map { self.line($0, style) }
    }

    /// The text on one line, which ends with an ellipsis where the rest has no room.
    func firstLine(of text: String, _ style: Style, width: Double) -> TextLine {
        let units = Int32(exactly: (width * Double(PANGO_SCALE)).rounded(.towardZero)) ?? -1
        let whole = showable(text)
        let line = line(whole, style)
        guard line.widthUnits > units else { return line }
        var (shortest, longest) = (0, whole.count)
        while shortest < longest {
            let middle = (shortest + longest + 1) / 2
            if self.line("\(whole.prefix(middle))…", style).widthUnits <= units {
                shortest = middle
            } else {
                longest = middle - 1
            }
        }
        return self.line("\(whole.prefix(shortest))…", style)
    }

    /// The lines of a text of our own wording, which many receipts share: they are laid out once.
    func lines(ofFixed text: String, _ style: Style, width: Double) -> [TextLine] {
        let key = FixedText(text: text, style: style, width: width)
        if let known = fixedLines[key] { return known }
        let lines = lines(of: text, style, width: width)
        if fixedLines.count < Self.maximumFixedTexts { fixedLines[key] = lines }
        return lines
    }

    /// Each line is drawn as a layout of its own, because a wrapped layout puts an empty Span at every break.
    private func broken(_ text: String, _ style: Style, widthUnits: Int32) -> [String] {
        guard let layout = layout(of: text, style) else { return [] }
        defer { quietanza_unref(UnsafeMutableRawPointer(layout)) }
        pango_layout_set_width(layout, widthUnits)
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        let bytes = Array(text.utf8)
        return (0..<pango_layout_get_line_count(layout)).compactMap { index -> String? in
            guard let line = pango_layout_get_line_readonly(layout, index) else { return nil }
            let start = Int(line.pointee.start_index)
            let slice = bytes.dropFirst(max(0, start)).prefix(max(0, Int(line.pointee.length)))
            return String(decoding: slice, as: UTF8.self).trimmedEnd
        }
    }
}

/// One line of text as Pango laid it out, to be drawn on any sheet of its typeface.
///
/// Not Sendable: it belongs to the typeface.
final class TextLine {
    /// `nil` for an empty line.
    let layout: OpaquePointer?
    /// By how many points the line's baseline is lower than that of other lines.
    let descent: Double

    /// - Parameter layout: released with this object.
    fileprivate init(layout: OpaquePointer?, descent: Double) {
        self.layout = layout
        self.descent = descent
    }

    deinit {
        if let layout { quietanza_unref(UnsafeMutableRawPointer(layout)) }
    }

    fileprivate var widthUnits: Int32 {
        guard let layout else { return 0 }
        var width: Int32 = 0
        pango_layout_get_size(layout, &width, nil)
        return width
    }
}

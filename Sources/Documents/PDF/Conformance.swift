import CQPDF
import Glibc

/// Adds to Cairo's PDF the parts that PDF/UA-1 and PDF/A-2a require and Cairo 1.16 cannot write: language, title display,
/// metadata, colour space, header scopes, texts for figures, languages, artifacts, glyph maps, a deterministic /ID.
struct Conformance {
    private let pdf: qpdf_data
    private let content: any PDFContent
    private let annotations: [Int: Sheet.Annotation]

    static func applied(to drawn: DrawnPDF, of content: some PDFContent) throws -> [UInt8] {
        var handle: qpdf_data? = qpdf_init()
        defer { qpdf_cleanup(&handle) }
        guard let pdf = handle else { throw DocumentFailure.conformance("qpdf is out of memory") }
        qpdf_silence_errors(pdf)
        qpdf_set_suppress_warnings(pdf, 1)
        let document = Conformance(
            pdf: pdf, content: content,
            annotations: Dictionary(drawn.annotations.map { ($0.element, $0) }) { first, _ in first })
        let read = drawn.bytes.withUnsafeBytes { buffer in
            qpdf_read_memory(
                pdf, "receipt", buffer.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(buffer.count), nil)
        }
        try document.check(read)
        document.describe()
        try document.tagArtifacts()
        document.addGlyphMaps()
        var count = 0
        document.describeElements(document.key("/StructTreeRoot", of: qpdf_get_root(pdf)), depth: 0, count: &count)
        guard count == drawn.elementCount else {
            throw DocumentFailure.conformance("the structure has \(count) elements instead of \(drawn.elementCount)")
        }
        return try document.written()
    }

    private func check(_ code: QPDF_ERROR_CODE) throws {
        // Bit 0 is a warning, bit 1 an error.
        guard code & 2 == 0, qpdf_has_error(pdf) == 0 else {
            let error = qpdf_get_error(pdf)
            throw DocumentFailure.conformance(qpdf_get_error_full_text(pdf, error).map { String(cString: $0) } ?? "")
        }
    }

    private func key(_ name: String, of object: qpdf_oh) -> qpdf_oh { qpdf_oh_get_key_if_dict(pdf, object, name) }

    private func set(_ name: String, of object: qpdf_oh, to value: qpdf_oh) {
        qpdf_oh_replace_key(pdf, object, name, value)
    }

    private func parsed(_ text: String) -> qpdf_oh { qpdf_oh_parse(pdf, text) }

    private func stream(_ bytes: [UInt8], dictionary: [(String, String)] = []) -> qpdf_oh {
        let stream = qpdf_oh_new_stream(pdf)
        qpdf_oh_replace_stream_data(
            pdf, stream, bytes, bytes.count, qpdf_oh_new_null(pdf), qpdf_oh_new_null(pdf))
        let fields = qpdf_oh_get_dict(pdf, stream)
        for (name, value) in dictionary { set(name, of: fields, to: parsed(value)) }
        return stream
    }

    private func describe() {
        let root = qpdf_get_root(pdf)
        set("/Lang", of: root, to: qpdf_oh_new_string(pdf, content.language.tag))
        set("/ViewerPreferences", of: root, to: parsed("<< /DisplayDocTitle true >>"))
        set("/MarkInfo", of: root, to: parsed("<< /Marked true >>"))
        let packet = XMP.packet(
            title: content.title, author: content.creditorName, language: content.language.tag,
            createdAt: content.createdAt.wholeSeconds)
        set("/Metadata", of: root, to: stream(packet, dictionary: [("/Type", "/Metadata"), ("/Subtype", "/XML")]))
        let intent = parsed(
            "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB IEC61966-2.1) >>")
        set("/DestOutputProfile", of: intent, to: stream(ColorProfile.sRGB, dictionary: [("/N", "3")]))
        let intents = qpdf_oh_new_array(pdf)
        qpdf_oh_append_item(pdf, intents, intent)
        set("/OutputIntents", of: root, to: intents)
        qpdf_set_info_key(pdf, "/Producer", "Quietanza")
        qpdf_set_info_key(pdf, "/Creator", nil)
    }

    private func tagArtifacts() throws {
        for number in 0..<qpdf_get_num_pages(pdf) {
            let page = qpdf_get_page_n(pdf, Int(number))
            set("/Tabs", of: page, to: qpdf_oh_new_name(pdf, "/S"))
            let contents = key("/Contents", of: page)
            guard qpdf_oh_is_stream(pdf, contents) != 0 else { continue }
            let marked = Artifacts.marked(try data(of: contents))
            qpdf_oh_replace_stream_data(
                pdf, contents, marked, marked.count, qpdf_oh_new_null(pdf), qpdf_oh_new_null(pdf))
        }
    }

    private func data(of stream: qpdf_oh) throws -> [UInt8] {
        var buffer: UnsafeMutablePointer<UInt8>?
        var length = 0
        try check(qpdf_oh_get_stream_data(pdf, stream, qpdf_dl_generalized, nil, &buffer, &length))
        guard let buffer else { return [] }
        defer { free(buffer) }
        return Array(UnsafeBufferPointer(start: buffer, count: length))
    }

    /// Cairo leaves /CIDToGIDMap out of its TrueType fonts.
    private func addGlyphMaps() {
        for number in 0..<qpdf_get_num_pages(pdf) {
            let resources = key("/Resources", of: qpdf_get_page_n(pdf, Int(number)))
            let fonts = key("/Font", of: resources)
            guard qpdf_oh_is_dictionary(pdf, fonts) != 0 else { continue }
            for name in keys(of: fonts) {
                let descendants = key("/DescendantFonts", of: key(name, of: fonts))
                guard qpdf_oh_is_array(pdf, descendants) != 0 else { continue }
                let font = qpdf_oh_get_array_item(pdf, descendants, 0)
                guard qpdf_oh_is_name_and_equals(pdf, key("/Subtype", of: font), "/CIDFontType2") != 0 else { continue }
                set("/CIDToGIDMap", of: font, to: qpdf_oh_new_name(pdf, "/Identity"))
            }
        }
    }

    private func keys(of dictionary: qpdf_oh) -> [String] {
        var keys: [String] = []
        qpdf_oh_begin_dict_key_iter(pdf, dictionary)
        while qpdf_oh_dict_more_keys(pdf) != 0 {
            if let name = qpdf_oh_dict_next_key(pdf) { keys.append(String(cString: name)) }
        }
        return keys
    }

    /// Deeper than any receipt's structure; the tree is Cairo's own.
    private static let maximumDepth = 16

    /// Says of every TH whether it heads its row or its column, and what the sheet noted about elements.
    ///
    /// - Parameter count: the number of elements so far, in the order in which they were drawn.
    private func describeElements(_ element: qpdf_oh, depth: Int, count: inout Int) {
        guard depth < Self.maximumDepth, qpdf_oh_is_dictionary(pdf, element) != 0 else { return }
        if qpdf_oh_is_name(pdf, key("/S", of: element)) != 0 {
            if let annotation = annotations[count] { describe(element, annotation) }
            if qpdf_oh_is_name_and_equals(pdf, key("/S", of: element), "/TH") != 0 {
                let scope = annotations[count]?.headsColumn == true ? "Column" : "Row"
                set("/A", of: element, to: parsed("<< /O /Table /Scope /\(scope) >>"))
            }
            count += 1
        }
        let kids = key("/K", of: element)
        if qpdf_oh_is_array(pdf, kids) != 0 {
            for index in 0..<qpdf_oh_get_array_n_items(pdf, kids) {
                describeElements(qpdf_oh_get_array_item(pdf, kids, index), depth: depth + 1, count: &count)
            }
        } else {
            describeElements(kids, depth: depth + 1, count: &count)
        }
    }

    private func describe(_ element: qpdf_oh, _ annotation: Sheet.Annotation) {
        if let text = annotation.alternativeText { set("/Alt", of: element, to: qpdf_oh_new_unicode_string(pdf, text)) }
        if let language = annotation.language { set("/Lang", of: element, to: qpdf_oh_new_string(pdf, language)) }
    }

    private func written() throws -> [UInt8] {
        let bytes = try written(compressing: true)
        return Self.hasAmbiguousEnd(bytes) ? try written(compressing: false) : bytes
    }

    /// Whether the data of a stream end with a carriage return: with the line feed before `endstream` it looks like one line end, and
    /// validators count one byte less than `/Length`. Compressed data end in any byte, so this happens in some documents of a hundred.
    static func hasAmbiguousEnd(_ bytes: [UInt8]) -> Bool {
        let end = Array("\r\nendstream".utf8)
        var rest = bytes[...]
        while let place = rest.firstIndex(of: UInt8(ascii: "\r")) {
            rest = rest[place...]
            if rest.starts(with: end) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    private func written(compressing: Bool) throws -> [UInt8] {
        try check(qpdf_init_write_memory(pdf))
        if !compressing { qpdf_set_stream_data_mode(pdf, qpdf_s_uncompress) }
        qpdf_set_deterministic_ID(pdf, 1)
        qpdf_set_newline_before_endstream(pdf, 1)
        qpdf_set_minimum_pdf_version(pdf, "1.7")
        qpdf_set_object_stream_mode(pdf, qpdf_o_disable)
        try check(qpdf_write(pdf))
        guard let buffer = qpdf_get_buffer(pdf) else { throw DocumentFailure.conformance("nothing was written") }
        return Array(UnsafeBufferPointer(start: buffer, count: qpdf_get_buffer_length(pdf)))
    }
}

/// Marks content outside every tag as an artifact: decoration, running heads and numbers of pages, which screen readers skip.
enum Artifacts {
    /// Cairo writes one operation per line. Outside the tags are filled rectangles, and texts from BT to ET.
    static func marked(_ content: [UInt8]) -> [UInt8] {
        var marked: [UInt8] = []
        marked.reserveCapacity(content.count + 1_024)
        var depth = 0
        var isInText = false
        for line in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            let operation = operation(of: line)
            if beginsTag(operation) { depth += 1 }
            let isDecoration = depth == 0 && paints(operation)
            if depth == 0 && operation.elementsEqual("BT".utf8) {
                marked += Array("/Artifact <</Type /Pagination>> BDC\n".utf8)
                isInText = true
            }
            if isDecoration { marked += Array("/Artifact BMC\n".utf8) }
            marked += line
            marked.append(UInt8(ascii: "\n"))
            if isDecoration { marked += Array("EMC\n".utf8) }
            if isInText && operation.elementsEqual("ET".utf8) {
                marked += Array("EMC\n".utf8)
                isInText = false
            }
            if operation.elementsEqual("EMC".utf8) { depth -= 1 }
        }
        return marked
    }

    /// The last word of a line.
    private static func operation(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let blank = UInt8(ascii: " ")
        var line = line
        while line.last == blank { line = line.dropLast() }
        guard let before = line.lastIndex(of: blank) else { return line }
        return line.suffix(max(0, line.endIndex - before - 1))
    }

    private static func beginsTag(_ operation: ArraySlice<UInt8>) -> Bool {
        operation.elementsEqual("BDC".utf8) || operation.elementsEqual("BMC".utf8)
    }

    private static func paints(_ operation: ArraySlice<UInt8>) -> Bool {
        operation.count <= 2 && ["f", "f*", "S", "B"].contains { operation.elementsEqual($0.utf8) }
    }
}

import Foundation

/// The characters of a stranger's XML document: decoded, and looked over once before libxml2 sees them.
enum XMLText {
    /// - Returns: the document in UTF-8, without byte order mark, XML declaration and document type.
    static func utf8(of bytes: [UInt8], within limits: XMLLimits = .rt) throws(UnreadableXML) -> [UInt8] {
        guard !bytes.isEmpty else { throw UnreadableXML(detail: "is empty") }
        guard bytes.count <= limits.bytes else { throw UnreadableXML(detail: "is longer than \(limits.bytes) bytes") }
        let text = try decoded(bytes)
        guard !text.contains(0) else { throw UnreadableXML(detail: "holds a character U+0000") }
        var body = text[(declarationEnd(text) ?? 0)...]
        if let type = try inspect(body, limits) {
            // Blanks instead of the document type, but the same lines.
            body.replaceSubrange(type, with: body[type].map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") })
        }
        return Array(body)
    }

    // MARK: Encodings

    private static func decoded(_ bytes: [UInt8]) throws(UnreadableXML) -> [UInt8] {
        if bytes.starts(with: [0xFE, 0xFF]) { return try utf16(bytes.dropFirst(2), isBigEndian: true) }
        if bytes.starts(with: [0xFF, 0xFE]) { return try utf16(bytes.dropFirst(2), isBigEndian: false) }
        if bytes.starts(with: [0x00, 0x3C]) { return try utf16(bytes[...], isBigEndian: true) }
        if bytes.starts(with: [0x3C, 0x00]) { return try utf16(bytes[...], isBigEndian: false) }
        let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let plain = isMarked ? Array(bytes.dropFirst(3)) : bytes
        let encoding = isMarked ? "utf-8" : declaredEncoding(plain) ?? "utf-8"
        switch encoding {
        case "utf-8", "utf8":
            guard String(validating: plain, as: UTF8.self) != nil else { throw UnreadableXML(detail: "is not UTF-8") }
            return plain
        case "us-ascii", "ascii", "iso646-us", "ansi_x3.4-1968":
            guard plain.allSatisfy({ $0 < 0x80 }) else { throw UnreadableXML(detail: "is not ASCII as it says") }
            return plain
        case "iso-8859-1", "iso_8859-1", "iso8859-1", "latin1", "latin-1", "l1":
            return Array(String(String.UnicodeScalarView(plain.map { Unicode.Scalar($0) })).utf8)
        case "iso-8859-15", "iso_8859-15", "iso8859-15", "latin9", "latin-9":
            return Array(String(String.UnicodeScalarView(plain.map { latin9[$0] ?? Unicode.Scalar($0) })).utf8)
        case "windows-1252", "cp1252", "cp-1252":
            return Array(String(String.UnicodeScalarView(plain.map(windows1252))).utf8)
        default:
            throw UnreadableXML(detail: "is in an encoding that is not supported; send UTF-8")
        }
    }

    /// Well formed, without lone surrogates.
    private static func utf16(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) throws(UnreadableXML) -> [UInt8] {
        let list = Array(bytes)
        guard list.count.isMultiple(of: 2) else { throw UnreadableXML(detail: "is not UTF-16") }
        let units = stride(from: 0, to: list.count, by: 2).map { index -> UInt16 in
            let high = UInt16(truncatingIfNeeded: list[isBigEndian ? index : index + 1])
            let low = UInt16(truncatingIfNeeded: list[isBigEndian ? index + 1 : index])
            return high << 8 | low
        }
        guard let text = String(validating: units, as: UTF16.self) else {
            throw UnreadableXML(detail: "is not UTF-16")
        }
        return Array(text.utf8)
    }

    private static let latin9: [UInt8: Unicode.Scalar] = [
        0xA4: "€", 0xA6: "Š", 0xA8: "š", 0xB4: "Ž", 0xB8: "ž", 0xBC: "Œ", 0xBD: "œ", 0xBE: "Ÿ",
    ]

    private static func windows1252(_ byte: UInt8) -> Unicode.Scalar {
        guard (0x80...0x9F).contains(byte) else { return Unicode.Scalar(byte) }
        return windows[Int(byte) - 0x80]
    }

    /// 0x80 to 0x9F; undefined bytes are invalid.
    private static let windows: [Unicode.Scalar] = [
        "€", "\u{FFFD}", "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "\u{FFFD}", "Ž", "\u{FFFD}", "\u{FFFD}",
        "‘",
        "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", "\u{FFFD}", "ž", "Ÿ",
    ]

    /// The index after `?>`, if the document begins with a declaration. All encodings that a declaration may name contain ASCII.
    private static func declarationEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.starts(with: Array("<?xml".utf8)), bytes.count > 5, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[5])
        else { return nil }
        for index in 5..<min(bytes.count - 1, maximumDeclarationBytes)
        where bytes[index] == UInt8(ascii: "?") && bytes[index + 1] == UInt8(ascii: ">") { return index + 2 }
        return nil
    }

    private static let maximumDeclarationBytes = 512

    private static func declaredEncoding(_ bytes: [UInt8]) -> String? {
        guard let end = declarationEnd(bytes) else { return nil }
        let declaration = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
        for part in declaration.components(separatedBy: "encoding").dropFirst() {
            var rest = part.drop(while: \.isWhitespace)
            guard rest.popFirst() == "=" else { continue }
            rest = rest.drop(while: \.isWhitespace)
            guard let quote = rest.popFirst(), quote == "\"" || quote == "'",
                let close = rest.firstIndex(where: isQuote)
            else { continue }
            return String(rest[..<close])
        }
        return nil
    }

    private static func isQuote(_ character: Character) -> Bool { character == "\"" || character == "'" }

    // MARK: Markup

    /// One pass that rejects input that is expensive for libxml2, or that a document must not contain. Comments, CDATA sections and
    /// processing instructions end where libxml2 ends them, so that they cannot hide other input.
    /// - Returns: where a document type is that shall be skipped.
    private static func inspect(_ bytes: ArraySlice<UInt8>, _ limits: XMLLimits) throws(UnreadableXML) -> Range<Int>? {
        var at = bytes.startIndex
        var type: Range<Int>?
        var isInside = false
        while let open = bytes[at...].firstIndex(of: UInt8(ascii: "<")) {
            let rest = bytes[open...]
            if rest.starts(with: cdata) {
                at = try end(of: "]]>", in: bytes, from: open + 9, maximum: limits.bytes)
            } else if rest.starts(with: comment) {
                at = try end(of: "-->", in: bytes, from: open + 4, maximum: limits.tagBytes)
            } else if rest.starts(with: instruction) {
                at = try end(of: "?>", in: bytes, from: open + 2, maximum: limits.tagBytes)
            } else if rest.starts(with: declaration) {
                guard limits.skipsDocumentType, !isInside, type == nil, rest.starts(with: documentType),
                    let end = rest.prefix(maximumDeclarationBytes).firstIndex(of: UInt8(ascii: ">")),
                    !rest[..<end].contains(UInt8(ascii: "["))
                else { throw UnreadableXML(detail: "must have no document type") }
                at = end + 1
                type = open..<at
            } else {
                isInside = true
                at = try endOfTag(in: bytes, from: open, limits)
            }
        }
        return type
    }

    private static let documentType = Array("<!DOCTYPE".utf8)
    private static let cdata = Array("<![CDATA[".utf8)
    private static let comment = Array("<!--".utf8)
    private static let instruction = Array("<?".utf8)
    private static let declaration = Array("<!".utf8)

    private static func end(of mark: StaticString, in bytes: ArraySlice<UInt8>, from start: Int, maximum: Int)
        throws(UnreadableXML) -> Int
    {
        let mark = mark.withUTF8Buffer { Array($0) }
        var at = start
        while at <= bytes.endIndex - mark.count, at >= start {
            guard at - start <= maximum else { break }
            if bytes[at] == mark[0], bytes[at...].starts(with: mark) { return at + mark.count }
            at += 1
        }
        throw UnreadableXML(detail: "has markup that does not end within \(maximum) bytes")
    }

    /// An attribute's value may contain `>`.
    private static func endOfTag(in bytes: ArraySlice<UInt8>, from open: Int, _ limits: XMLLimits)
        throws(UnreadableXML) -> Int
    {
        var quote: UInt8?
        var equalsSigns = 0
        for index in open..<min(bytes.endIndex, open + limits.tagBytes) {
            let byte = bytes[index]
            if let mark = quote {
                if byte == mark { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: "=") {
                equalsSigns += 1
                guard equalsSigns <= XMLLimits.equalsSigns else { break }
            } else if byte == UInt8(ascii: ">") {
                return index + 1
            }
        }
        throw UnreadableXML(
            detail:
                "has a tag longer than \(limits.tagBytes) bytes or with more than \(XMLLimits.equalsSigns) attributes")
    }
}

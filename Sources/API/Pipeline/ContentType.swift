import Text

/// A `Content-Type` header: the media type and its charset, both in lower case.
struct ContentType: Sendable, Equatable {
    let mediaType: String
    let charset: String?

    init(_ header: String) {
        let parts = header.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmed)
        mediaType = (parts.first ?? "").lowercased()
        charset = parts.dropFirst().lazy.compactMap(Self.charset).first
    }

    private static func charset(_ parameter: String) -> String? {
        let pair = parameter.split(separator: "=", maxSplits: 1)
        guard pair.first?.trimmed.lowercased() == "charset", let value = pair.dropFirst().first else { return nil }
        return value.filter { $0 != "\"" }.trimmed.lowercased()
    }

    /// Both names mean the same type (RFC 7303). A type with `+xml` is a different one.
    var isXML: Bool { mediaType == "application/xml" || mediaType == "text/xml" }

    /// Whether a body of this charset reads the same as UTF-8: by the charset's name, or because it is plain ASCII.
    func readsAsUTF8(_ body: [UInt8]) -> Bool {
        guard let charset, !charset.isEmpty, !Self.namesOfUTF8.contains(charset) else { return true }
        return Self.supersetsOfASCII.contains { charset.hasPrefix($0) } && body.allSatisfy { $0 < 0x80 }
    }

    /// As `readsAsUTF8`, and XML in Latin-1 too, because the XML reader uses the document's own declaration.
    func isReadable(_ body: [UInt8]) -> Bool {
        readsAsUTF8(body) || isXML && Self.supersetsOfASCII.contains { charset?.hasPrefix($0) == true }
    }

    /// Names that senders use for UTF-8 and for its subset ASCII.
    private static let namesOfUTF8: Set<String> = [
        "utf-8", "utf8", "utf_8", "unicode-1-1-utf-8", "us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us",
        "iso_646.irv:1991",
    ]
    private static let supersetsOfASCII = [
        "iso-8859-", "iso8859-", "iso_8859-", "latin1", "latin-1", "windows-125", "cp125",
    ]
}

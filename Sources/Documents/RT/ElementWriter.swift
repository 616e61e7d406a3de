import PagoPA
import Text

/// Writes an XML document element by element. Its texts fit their schema: cut, escaped, and of characters that XML 1.0 has.
struct ElementWriter {
    private var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

    var bytes: [UInt8] { Array(text.utf8) }

    /// An element with children.
    mutating func element(_ name: String, namespace: String? = nil, _ children: (inout ElementWriter) -> Void) {
        text += "<\(name)\(namespace.map { " xmlns=\"\($0)\"" } ?? "")>"
        children(&self)
        text += "</\(name)>"
    }

    /// An element with at most `maximum` characters of text, or with the official documents' value for unknown.
    mutating func text(_ name: String, _ value: String?, _ maximum: Int, unknown: String = "n/a") {
        let known = value.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 } ?? unknown
        let escaped = Markup.escapeContent(cutText(Self.readable(known), upTo: maximum))
        text += "<\(name)>\(Self.withReferences(escaped))</\(name)>"
    }

    /// With references for carriage returns: a parser reads a bare one, and one before a line feed, as a line feed. A search for
    /// characters would not find the latter, because both together are one character.
    private static func withReferences(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar == "\r" { result += "&#13;" } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }

    /// The text without characters that XML 1.0 does not allow, not even as a reference.
    private static func readable(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D: result.append(scalar)
            case 0..<0x20, 0xFFFE, 0xFFFF: result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

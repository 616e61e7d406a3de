import PagoPA

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

    /// An element with at most `maximum` characters of text, or with what the documents say for unknown.
    mutating func text(_ name: String, _ value: String?, _ maximum: Int, unknown: String = "n/a") {
        let known = value.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 } ?? unknown
        text += "<\(name)>\(Self.escaped(cutText(Self.readable(known), upTo: maximum)))</\(name)>"
    }

    /// Without what no XML 1.0 document may hold, not even as a reference.
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

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            // A parser would read it as a line feed.
            case "\r": result += "&#13;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

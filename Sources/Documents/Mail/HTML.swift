import PagoPA
import Text

/// A part of an HTML page. Names of elements and attributes are constants, and every text and attribute value is escaped when it is
/// written, so that no value can leave its place. The output is also well-formed XML.
struct HTML: Sendable {
    enum Tag: String, Sendable, CaseIterable {
        case html, head, meta, title, body, table, tr, th, td, h1, p, a, strong, span, img

        fileprivate var isVoid: Bool { self == .meta || self == .img }
        /// Whether the output has a line break after the element.
        fileprivate var endsLine: Bool { self != .a && self != .strong && self != .span }
    }

    enum Name: String, Sendable {
        case lang, dir, charset, name, content, role, width, cellpadding, cellspacing, border, align, scope, style,
            href, src, alt, height
        case className = "class"
    }

    private enum Content: Sendable {
        case text(String)
        case element(Tag, [(Name, String)], [HTML])
        case styleSheet(StaticString)
    }

    private let content: Content

    static func text(_ text: String) -> HTML { HTML(content: .text(text)) }

    static func element(_ tag: Tag, _ attributes: [(Name, String)] = [], _ children: [HTML] = []) -> HTML {
        HTML(content: .element(tag, attributes, children))
    }

    static func element(_ tag: Tag, _ attributes: [(Name, String)] = [], text: String) -> HTML {
        element(tag, attributes, [.text(text)])
    }

    /// A link whose address cannot contain a script, because ``MailURL`` has no such scheme.
    static func link(_ url: MailURL, _ attributes: [(Name, String)] = [], text: String) -> HTML {
        element(.a, [(.href, url.text)] + attributes, [.text(text)])
    }

    /// A constant style sheet, which is not escaped.
    static func styleSheet(_ sheet: StaticString) -> HTML { HTML(content: .styleSheet(sheet)) }

    /// The page with this root element.
    var page: String {
        var output = "<!DOCTYPE html>\n"
        write(into: &output)
        return output
    }

    private func write(into output: inout String) {
        switch content {
        case .text(let text): output += Markup.escape(Self.printable(text))
        case .styleSheet(let sheet): output += "<style>\(sheet)</style>\n"
        case .element(let tag, let attributes, let children):
            output += "<\(tag.rawValue)"
            for (name, value) in attributes {
                output += " \(name.rawValue)=\"\(Markup.escape(Self.printable(value)))\""
            }
            if tag.isVoid {
                output += " />\n"
                return
            }
            output += ">"
            for child in children { child.write(into: &output) }
            output += "</\(tag.rawValue)>"
            if tag.endsLine { output += "\n" }
        }
    }

    /// Without the control characters that neither HTML nor XML allows.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isRefused) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { !isRefused($0) }))
    }

    private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 9, 10: false
        case 0..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF: true
        default: false
        }
    }
}

/// An address that a mail may link to: a web page, a mailbox or a telephone number.
struct MailURL: Sendable, Equatable {
    let text: String

    /// - Returns: nil unless the text is an http or https address.
    init?(page text: String) {
        let scheme = text.prefix { $0 != ":" }.lowercased()
        guard scheme == "https" || scheme == "http", text.dropFirst(scheme.count).hasPrefix("://") else { return nil }
        self.text = text
    }

    init(mailbox: EmailAddress) {
        let allowed = mailbox.value.utf8.map { byte -> String in
            guard !byte.isAlphanumeric, !"-._~@+".utf8.contains(byte) else { return String(UnicodeScalar(byte)) }
            return "%" + Hex.encode([byte]).uppercased()
        }
        text = "mailto:\(allowed.joined())"
    }

    /// - Returns: nil for a text that is more than one number, which stays plain text.
    init?(telephone text: String) {
        let number = text.filter { !" -./()".contains($0) }
        let digits = number.hasPrefix("+") ? number.dropFirst() : number[...]
        guard (3...15).contains(digits.utf8.count), digits.utf8.allSatisfy(\.isDigit) else { return nil }
        self.text = "tel:\(number)"
    }
}

import Text

/// A piece of a page. It can only be made of texts, which are escaped, and of elements with escaped attributes; there is no way to
/// insert markup from a string.
struct HTML: Sendable, Equatable {
    fileprivate(set) var markup: String

    static let empty = HTML(markup: "")

    fileprivate init(markup: String) { self.markup = markup }

    init(_ text: String) { markup = Markup.escapeContent(HTML.readable(text)) }

    /// Without controls, which no page shows, and without the controls of writing direction, which could reorder what stands beside them.
    static func readable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isInvisibleControl) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !isInvisibleControl(scalar) { scalars.append(scalar) }
        return String(scalars)
    }

    private static func isInvisibleControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    static func joined(_ parts: some Sequence<HTML>) -> HTML { HTML(markup: parts.map(\.markup).joined()) }

    /// A whole document.
    var document: String { "<!DOCTYPE html>\n\(markup)\n" }
}

/// Attributes in their order; those without a value are left out, and an empty value is written as it is.
struct Attributes: Sendable, ExpressibleByDictionaryLiteral {
    fileprivate var pairs: [(name: StaticString, value: String?)]

    init(dictionaryLiteral elements: (StaticString, String?)...) { pairs = elements }

    /// A Boolean attribute such as `required`.
    static func flag(_ isSet: Bool) -> String? { isSet ? "" : nil }

    fileprivate var markup: String {
        var text = ""
        for case (let name, let value?) in pairs {
            let name = "\(name)"
            let safe = ["href", "action", "src"].contains(name) ? Self.link(value) : value
            text += " \(name)=\"\(Markup.escape(HTML.readable(safe)))\""
        }
        return text
    }

    /// Only addresses of pages: a path, a fragment or a query of this site, https, http, mailto and tel.
    private static func link(_ address: String) -> String {
        let schemes = ["/", "#", "?", "https://", "http://", "mailto:", "tel:"]
        return schemes.contains { address.hasPrefix($0) } && !["//", "/\\"].contains { address.hasPrefix($0) }
            ? address : "#"
    }
}

/// Strings in the body of an element are texts.
@resultBuilder enum HTMLBuilder {
    static func buildExpression(_ text: String) -> HTML { HTML(text) }
    static func buildExpression(_ html: HTML) -> HTML { html }
    static func buildExpression(_ html: HTML?) -> HTML { html ?? .empty }
    static func buildExpression(_ parts: [HTML]) -> HTML { .joined(parts) }
    static func buildBlock(_ parts: HTML...) -> HTML { .joined(parts) }
    static func buildOptional(_ part: HTML?) -> HTML { part ?? .empty }
    static func buildEither(first part: HTML) -> HTML { part }
    static func buildEither(second part: HTML) -> HTML { part }
    static func buildArray(_ parts: [HTML]) -> HTML { .joined(parts) }
}

/// An element with an end tag.
func element(_ name: StaticString, _ attributes: Attributes = [:], @HTMLBuilder _ content: () -> HTML) -> HTML {
    HTML(markup: "<\(name)\(attributes.markup)>\(content().markup)</\(name)>")
}

func element(_ name: StaticString, _ attributes: Attributes = [:], _ text: String) -> HTML {
    element(name, attributes) { text }
}

/// An element without content, such as `input`.
func element(_ name: StaticString, _ attributes: Attributes) -> HTML {
    HTML(markup: "<\(name)\(attributes.markup)>")
}

func group(@HTMLBuilder _ content: () -> HTML) -> HTML { content() }

import Text

/// A strict reader of HTML: it accepts only what the functions that write the pages may write, and names everything else.
struct PageMarkup {
    struct Element {
        let name: String
        let attributes: [(name: String, value: String)]
        /// The elements around it, the nearest last.
        let ancestors: [Int]
        /// With the texts of the elements in it.
        var text = ""
        /// Without them.
        var ownText = ""

        subscript(attribute: String) -> String? { attributes.first { $0.name == attribute }?.value }
    }

    private(set) var elements: [Element] = []
    private(set) var faults: [String] = []

    private static let void: Set<String> = ["meta", "link", "input", "img", "br"]
    private static let entities = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"]
    /// Every element and attribute that the pages have. A value that broke out of its place would add another one.
    private static let names: Set<String> = [
        "html", "head", "meta", "title", "link", "script", "body", "a", "header", "div", "nav", "ul", "ol", "li", "p",
        "form", "input", "button", "span", "main", "h1", "h2", "h3", "footer", "dl", "dt", "dd", "table", "caption",
        "thead", "tbody", "tr", "th", "td", "label", "fieldset", "legend", "select", "option", "textarea", "bdi",
        "strong", "time", "progress", "svg", "desc", "rect", "line", "img", "pre",
    ]
    private static let attributes: Set<String> = [
        "lang", "charset", "name", "content", "rel", "href", "type", "src", "defer", "class", "id", "tabindex",
        "aria-label", "hreflang", "aria-current", "method", "action", "value", "enctype", "novalidate", "role", "for",
        "autocomplete", "required", "inputmode", "maxlength", "aria-invalid", "aria-describedby", "autocapitalize",
        "spellcheck", "rows", "selected", "checked", "accept", "scope", "data-title", "data-poll", "data-go",
        "data-print", "data-from-fragment", "hidden", "aria-hidden", "aria-labelledby", "datetime", "max", "viewBox",
        "x", "y", "x1", "x2", "y1", "y2", "width", "height", "alt",
    ]

    init(_ page: String) {
        var rest = Substring(page)
        let doctype = "<!DOCTYPE html>\n"
        if rest.hasPrefix(doctype) { rest = rest.dropFirst(doctype.count) } else { faults.append("no doctype") }
        var open: [Int] = []
        while let mark = rest.utf8.firstIndex(of: UInt8(ascii: "<")) {
            read(text: rest[..<mark], in: open.last)
            rest = rest[mark...].dropFirst()
            guard let end = Self.endOfTag(rest) else {
                faults.append("a tag without end: <\(rest.prefix(60))")
                return
            }
            let tag = rest[..<end]
            rest = rest[end...].dropFirst()
            if tag.hasPrefix("/") {
                let name = String(tag.dropFirst())
                guard let last = open.popLast(), elements[last].name == name else {
                    faults.append("</\(name)> does not fit")
                    return
                }
            } else {
                add(tag, &open)
            }
        }
        read(text: rest, in: open.last)
        if !open.isEmpty { faults.append("open at the end: \(open.map { elements[$0].name })") }
    }

    /// The index of `>` outside of quotes.
    private static func endOfTag(_ text: Substring) -> Substring.Index? {
        var isQuoted = false
        let bytes = text.utf8
        return bytes.indices.first { index in
            if bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            return !isQuoted && bytes[index] == UInt8(ascii: ">")
        }
    }

    private mutating func add(_ tag: Substring, _ open: inout [Int]) {
        let name = String(tag.prefix { $0 != " " })
        if !Self.names.contains(name) { faults.append("unknown element <\(tag.prefix(80))>") }
        var attributes: [(name: String, value: String)] = []
        var rest = tag.dropFirst(name.count)
        while let (key, value, end) = Self.attribute(at: rest) {
            if !Self.attributes.contains(key) { faults.append("unknown attribute \(key) of <\(name)>") }
            if attributes.contains(where: { $0.name == key }) { faults.append("\(key) twice in <\(name)>") }
            check(entitiesOf: value)
            attributes.append((key, Self.decoded(value)))
            rest = rest[end...]
        }
        if !rest.isEmpty { faults.append("<\(name)> has \(rest.prefix(80))") }
        elements.append(Element(name: name, attributes: attributes, ancestors: open))
        if !Self.void.contains(name) { open.append(elements.count - 1) }
    }

    /// The attribute ` name="value"` that a text begins with, and the index after it. The text is read byte by byte, because a regular expression is
    /// compiled for each use.
    private static func attribute(at text: Substring) -> (name: String, value: Substring, end: Substring.Index)? {
        let bytes = text.utf8
        guard bytes.first == UInt8(ascii: " "), let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let name = bytes[bytes.index(after: bytes.startIndex)..<equals]
        let quote = bytes.index(after: equals)
        guard !name.isEmpty, name.allSatisfy({ $0.isAlphanumeric || $0 == UInt8(ascii: "-") }),
            bytes[quote...].first == UInt8(ascii: "\"")
        else { return nil }
        let begin = bytes.index(after: quote)
        guard let end = bytes[begin...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        let value = text[begin..<end]
        guard !value.utf8.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }) else { return nil }
        return (String(name) ?? "", value, bytes.index(after: end))
    }

    private mutating func read(text: Substring, in element: Int?) {
        guard !text.isEmpty else { return }
        if text.utf8.contains(UInt8(ascii: ">")) { faults.append("> in a text: \(text.prefix(80))") }
        check(entitiesOf: text)
        guard let element else {
            if text.contains(where: { !$0.isWhitespace }) { faults.append("a text outside of the page") }
            return
        }
        let text = Self.decoded(text)
        elements[element].text += text
        elements[element].ownText += text
        for ancestor in elements[element].ancestors { elements[ancestor].text += text }
    }

    private mutating func check(entitiesOf text: Substring) {
        var rest = text
        while let mark = rest.utf8.firstIndex(of: UInt8(ascii: "&")) {
            rest = rest[mark...]
            guard let entity = Self.entities.first(where: rest.hasPrefix) else {
                faults.append("& stands alone: \(rest.prefix(40))")
                return
            }
            rest = rest.dropFirst(entity.count)
        }
    }

    private static func decoded(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return String(text) }
        return String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }

    func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

    func elements(in element: Int) -> [Element] { elements.filter { $0.ancestors.contains(element) } }

    /// The indices of the elements of a name.
    func indices(of name: String) -> [Int] { elements.indices.filter { elements[$0].name == name } }

    var ids: [String] { elements.compactMap { $0["id"] } }

    /// What a browser and a screen reader need of every page.
    var accessibilityFaults: [String] {
        var faults: [String] = []
        let ids = ids
        let known = Set(ids)
        if known.count != ids.count {
            faults.append(
                "ids that are not unique: \(Dictionary(grouping: ids, by: { $0 }).filter { $1.count > 1 }.keys)")
        }
        if all("h1").count != 1 { faults.append("\(all("h1").count) h1") }
        if all("h1").first?.text.contains(where: { !$0.isWhitespace }) != true { faults.append("an empty h1") }
        if all("title").first?.text.isEmpty != false { faults.append("no title") }
        if all("html").first?["lang"] == nil { faults.append("no language") }
        for element in elements {
            for name in ["for", "aria-describedby", "aria-labelledby"] {
                for id in (element[name] ?? "").split(separator: " ") where !known.contains(String(id)) {
                    faults.append("\(name) names \(id), which does not exist")
                }
            }
            if let href = element["href"], href.hasPrefix("#"), href.count > 1,
                !known.contains(String(href.dropFirst()))
            {
                faults.append("\(href) leads nowhere")
            }
        }
        let labelled = Set(all("label").compactMap { $0["for"] })
        for field in all("input") + all("select") + all("textarea") where field["type"] != "hidden" {
            if !labelled.contains(field["id"] ?? "") { faults.append("\(field["name"] ?? "?") has no label") }
        }
        for (index, element) in elements.enumerated() where ["a", "button"].contains(element.name) {
            let hasPicture = elements(in: index).contains { $0.name == "img" }
            if !hasPicture, element["aria-label"] == nil, !element.text.contains(where: { !$0.isWhitespace }) {
                faults.append("<\(element.name)> \(element["href"] ?? "") has no text")
            }
        }
        for index in indices(of: "table") {
            let inside = elements(in: index)
            if !inside.contains(where: { $0.name == "caption" && !$0.text.isEmpty }) {
                faults.append("a table without caption")
            }
            let columns = inside.count { $0.name == "th" }
            let rows = inside.count { $0.name == "tr" } - 1
            if inside.count(where: { $0.name == "td" }) != columns * rows {
                faults.append("a table with missing cells")
            }
        }
        return faults
    }
}

extension PageMarkup.Element: Sendable {}

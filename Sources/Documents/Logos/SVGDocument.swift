import PagoPA
import Text

/// An SVG that is written anew from what the service knows: shapes, gradients, clips and styles. A file with anything else that would
/// change the picture is rejected: scripts, texts, pictures, animations, filters and references to the outside. What does not change it
/// is left out: comments, descriptions, and elements and attributes of editors.
struct SVGDocument {
    /// In UTF-8, without entities, document type, or references to the outside.
    let cleaned: [UInt8]

    /// Each element counts as often as it is drawn, because a `use` draws others again.
    static let maximumDrawn = 5_000
    private static let maximumUses = 16
    private static let link = "http://www.w3.org/1999/xlink"

    /// - Throws: ``LogoFault``
    init(_ bytes: [UInt8]) throws {
        guard !bytes.starts(with: [0x1F, 0x8B]) else {
            throw LogoFault(code: .badFormat, text: "must be an SVG that is not compressed")
        }
        let root: SVGElement
        do { root = try SVGElement.root(of: bytes) } catch {
            throw LogoFault(code: .badFormat, text: "must be an SVG; this file \(error.detail)")
        }
        guard root.name == "svg", root.namespace == SVGElement.namespace else {
            throw LogoFault(
                code: .badFormat, text: "must be an SVG: its root is svg of the namespace \(SVGElement.namespace)")
        }
        var counter = DrawnCounter(root)
        try counter.count(root, uses: 0)
        var text = ""
        try Self.write(root, isRoot: true, to: &text)
        cleaned = Array(text.utf8)
    }

    // MARK: Writing

    private static func write(_ element: SVGElement, isRoot: Bool = false, to text: inout String) throws {
        guard element.namespace == SVGElement.namespace, !SVGRules.ignored.contains(element.name) else { return }
        guard SVGRules.elements.contains(element.name) else {
            throw SVGValues.fault(
                "the element \(SVGValues.shown(element.name))", element.line, advice: SVGRules.advice(on: element.name))
        }
        text += "<\(element.name)" + (isRoot ? " xmlns=\"\(SVGElement.namespace)\"" : "")
        for (name, value) in try attributes(of: element) { text += " \(name)=\"\(Markup.escape(value))\"" }
        text += ">"
        if element.name == "style" {
            text += Markup.escapeContent(try styleSheet(element))
        } else {
            for child in element.children { try write(child, to: &text) }
        }
        text += "</\(element.name)>"
    }

    private static func styleSheet(_ element: SVGElement) throws -> String {
        guard ["", "text/css"].contains(element.attribute("type") ?? ""),
            ["", "all", "screen"].contains(element.attribute("media") ?? "")
        else { throw SVGValues.fault("a style sheet of another type", element.line) }
        return try SVGValues.styleSheet(element.text, line: element.line)
    }

    /// Names of the service's own lists, and checked values.
    private static func attributes(of element: SVGElement) throws -> [(String, String)] {
        var kept: [(String, String)] = []
        if let reference = try reference(of: element) { kept.append(("href", reference)) }
        for attribute in element.attributes where attribute.namespace.isEmpty {
            let (name, value) = (attribute.name, attribute.value)
            if name.lowercased().hasPrefix("on") {
                throw SVGValues.fault("the script \(SVGValues.shown(name))", element.line)
            }
            if SVGRules.rejected.contains(name), !SVGRules.neutral.contains(value) {
                throw SVGValues.fault(SVGValues.shown(name), element.line)
            }
            if name == "style" {
                kept.append((name, try SVGValues.declarations(value, line: element.line)))
            } else if name == "id" || name == "class" {
                kept.append((name, value))
            } else if SVGRules.attributes.contains(name) || SVGRules.properties.contains(name) {
                try SVGValues.check(value, of: name, line: element.line)
                kept.append((name, value))
            }
        }
        return kept
    }

    /// An element of the file to which this one refers.
    fileprivate static func reference(of element: SVGElement) throws -> String? {
        guard SVGRules.referring.contains(element.name),
            let value = element.attribute("href")
                ?? element.attributes.first(where: { $0.name == "href" && $0.namespace == link })?.value
        else { return nil }
        guard SVGValues.isLocal(value) else {
            throw SVGValues.fault("a reference to the outside in \(SVGValues.shown(element.name))", element.line)
        }
        return value
    }

    /// Counts what is drawn: ends at the limit, also where elements use each other.
    private struct DrawnCounter {
        private var targets: [String: SVGElement] = [:]
        private var drawn = 0

        init(_ root: SVGElement) { collect(root) }

        private mutating func collect(_ element: SVGElement) {
            if let id = element.attribute("id"), targets[id] == nil { targets[id] = element }
            for child in element.children { collect(child) }
        }

        mutating func count(_ element: SVGElement, uses: Int) throws {
            drawn += 1
            guard drawn <= maximumDrawn, uses <= maximumUses else {
                throw LogoFault(
                    code: .tooMany,
                    text:
                        "draws more than \(maximumDrawn) elements, or uses elements that use others more than \(maximumUses) times"
                )
            }
            if element.name == "use", let reference = try reference(of: element),
                let target = targets[String(reference.dropFirst())]
            {
                try count(target, uses: uses + 1)
            }
            for child in element.children { try count(child, uses: uses) }
        }
    }
}

import CXML

/// An element of a stranger's SVG, with its attributes.
struct SVGElement: Sendable {
    struct Attribute: Sendable {
        let name: String
        let namespace: String
        let value: String
    }

    static let namespace = "http://www.w3.org/2000/svg"

    let name: String
    let namespace: String
    /// In the file, for messages.
    let line: Int
    let attributes: [Attribute]
    /// Without that of its children.
    let text: String
    let children: [SVGElement]

    /// The first attribute of this name without a namespace.
    func attribute(_ name: String) -> String? {
        attributes.first { $0.name == name && $0.namespace.isEmpty }?.value
    }
}

extension XMLLimits {
    /// A logo, whose paths are attributes.
    static let svg = XMLLimits(
        bytes: 131_072, depth: 32, elements: 5_000, attributes: 64, textBytes: 65_536, tagBytes: 131_072,
        skipsDocumentType: true)
}

extension SVGElement {
    /// Reads a document like ``XMLNode``, and skips a document type that declares nothing, because many programs write one.
    static func root(of bytes: [UInt8]) throws(UnreadableXML) -> SVGElement {
        try XMLNode.withRoot(of: bytes, within: .svg) { (root) throws(UnreadableXML) in
            var elements = 0
            return try read(root, depth: 1, &elements)
        }
    }

    private static func read(_ node: xmlNodePtr, depth: Int, _ elements: inout Int) throws(UnreadableXML) -> SVGElement
    {
        elements += 1
        guard depth <= XMLLimits.svg.depth, elements <= XMLLimits.svg.elements else {
            throw UnreadableXML(
                detail:
                    "is nested deeper than \(XMLLimits.svg.depth) or has more than \(XMLLimits.svg.elements) elements")
        }
        let (text, children) = try XMLNode.content(of: node, within: .svg) { (child) throws(UnreadableXML) in
            try read(child, depth: depth + 1, &elements)
        }
        return SVGElement(
            name: XMLNode.string(node.pointee.name), namespace: namespace(of: node.pointee.ns),
            line: xmlGetLineNo(node), attributes: try attributes(of: node), text: text, children: children)
    }

    private static func namespace(of declaration: xmlNsPtr?) -> String {
        declaration.map { XMLNode.string($0.pointee.href) } ?? ""
    }

    private static func attributes(of node: xmlNodePtr) throws(UnreadableXML) -> [Attribute] {
        var attributes: [Attribute] = []
        var next = node.pointee.properties
        while let one = next {
            guard attributes.count < XMLLimits.svg.attributes else {
                throw UnreadableXML(detail: "has an element with more than \(XMLLimits.svg.attributes) attributes")
            }
            var value = ""
            var part = one.pointee.children
            while let text = part {
                value += XMLNode.string(text.pointee.content)
                part = text.pointee.next
            }
            attributes.append(
                Attribute(
                    name: XMLNode.string(one.pointee.name), namespace: namespace(of: one.pointee.ns), value: value))
            next = one.pointee.next
        }
        return attributes
    }
}

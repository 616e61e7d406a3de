import CXML

/// An element as read from a stranger's document: bounded, without entities, attributes only counted.
struct XMLNode: Sendable, Equatable {
    let name: String
    let namespace: String
    /// The text of an element; if it has children, only the text that is not blank.
    let text: String
    let children: [XMLNode]
}

/// The document cannot be parsed at all; `detail` is for its sender.
package struct UnreadableXML: Error, Sendable, Equatable {
    package let detail: String
}

/// The maximum size of a document.
struct XMLLimits: Sendable {
    let bytes: Int
    let depth: Int
    let elements: Int
    /// Of one element, without declarations of namespaces.
    let attributes: Int
    let textBytes: Int
    /// Between `<` and `>`. libxml2 compares the names of attributes pairwise, so that a tag of many attributes costs the square of
    /// their number.
    let tagBytes: Int
    /// Whether a document type without declarations of its own is skipped. It is never read.
    let skipsDocumentType: Bool

    /// An RT with five payments and five stamps is far smaller.
    static let rt = XMLLimits(
        bytes: 262_144, depth: 32, elements: 5_000, attributes: 64, textBytes: 65_536, tagBytes: 8_192,
        skipsDocumentType: false)
    /// In one tag, with declarations of namespaces.
    static let equalsSigns = 128
}

extension XMLNode {
    /// Reads a document without document type, entities or references to the outside.
    init(document bytes: [UInt8]) throws(UnreadableXML) {
        self = try Self.withRoot(of: bytes, within: .rt) { (root) throws(UnreadableXML) in
            var elements = 0
            return try Self.read(root, depth: 1, &elements)
        }
    }

    /// Lets libxml2 read a document, and frees it afterwards.
    static func withRoot<Value>(
        of bytes: [UInt8], within limits: XMLLimits, _ body: (xmlNodePtr) throws(UnreadableXML) -> Value
    ) throws(UnreadableXML) -> Value {
        let text = try XMLText.utf8(of: bytes, within: limits)
        _ = Self.library
        let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
        let document = text.withUnsafeBytes { raw in
            xmlReadMemory(
                raw.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: raw.count), nil, "UTF-8",
                Int32(clamping: options))
        }
        guard let document else { throw UnreadableXML(detail: "is not well-formed XML") }
        defer { xmlFreeDoc(document) }
        guard document.pointee.intSubset == nil, let root = xmlDocGetRootElement(document) else {
            throw UnreadableXML(detail: "must have no document type")
        }
        return try body(root)
    }

    private static let library: Void = xmlInitParser()

    private static func read(_ node: xmlNodePtr, depth: Int, _ elements: inout Int) throws(UnreadableXML) -> XMLNode {
        elements += 1
        guard depth <= XMLLimits.rt.depth, elements <= XMLLimits.rt.elements else {
            throw UnreadableXML(
                detail: "is nested deeper than \(XMLLimits.rt.depth) or has more than \(XMLLimits.rt.elements) elements"
            )
        }
        var attributes = 0
        var attribute = node.pointee.properties
        while let one = attribute {
            attributes += 1
            attribute = one.pointee.next
        }
        guard attributes <= XMLLimits.rt.attributes else {
            throw UnreadableXML(detail: "has an element with more than \(XMLLimits.rt.attributes) attributes")
        }
        let (text, children) = try content(of: node, within: .rt) { (child) throws(UnreadableXML) in
            try read(child, depth: depth + 1, &elements)
        }
        return XMLNode(
            name: string(node.pointee.name), namespace: node.pointee.ns.map { string($0.pointee.href) } ?? "",
            text: children.isEmpty ? text : String(text.filter { !$0.isWhitespace }), children: children)
    }

    /// The text of an element without that of its children, and the children as `read` reads them; comments and processing instructions are
    /// skipped.
    static func content<Child>(
        of node: xmlNodePtr, within limits: XMLLimits, _ read: (xmlNodePtr) throws(UnreadableXML) -> Child
    ) throws(UnreadableXML) -> (text: String, children: [Child]) {
        var text = ""
        var children: [Child] = []
        var child = node.pointee.children
        while let one = child {
            switch one.pointee.type {
            case XML_ELEMENT_NODE: children.append(try read(one))
            case XML_TEXT_NODE, XML_CDATA_SECTION_NODE: text += string(one.pointee.content)
            case XML_COMMENT_NODE, XML_PI_NODE: break
            default: throw UnreadableXML(detail: "holds what is neither element nor text")
            }
            guard text.utf8.count <= limits.textBytes else {
                throw UnreadableXML(detail: "has a text longer than \(limits.textBytes) bytes")
            }
            child = one.pointee.next
        }
        return (text, children)
    }

    static func string(_ text: UnsafePointer<xmlChar>?) -> String {
        text.map { String(cString: $0) } ?? ""
    }

    static func string(_ text: UnsafeMutablePointer<xmlChar>?) -> String {
        text.map { String(cString: $0) } ?? ""
    }
}

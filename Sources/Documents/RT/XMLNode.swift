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

/// The maximum size of a document. An RT with five payments and five stamps is far smaller.
enum XMLLimits {
    static let bytes = 262_144
    static let depth = 32
    static let elements = 5_000
    static let attributes = 64
    static let textBytes = 65_536
    /// Between `<` and `>`: libxml2 compares attributes pairwise, so that a long tag costs its square.
    static let tagBytes = 8_192
}

extension XMLNode {
    /// Reads a document without document type, entities or references to the outside.
    init(document bytes: [UInt8]) throws(UnreadableXML) {
        let text = try XMLText.utf8(of: bytes)
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
        var elements = 0
        self = try Self.read(root, depth: 1, &elements)
    }

    private static let library: Void = xmlInitParser()

    private static func read(_ node: xmlNodePtr, depth: Int, _ elements: inout Int) throws(UnreadableXML) -> XMLNode {
        elements += 1
        guard depth <= XMLLimits.depth, elements <= XMLLimits.elements else {
            throw UnreadableXML(
                detail: "is nested deeper than \(XMLLimits.depth) or has more than \(XMLLimits.elements) elements")
        }
        var attributes = 0
        var attribute = node.pointee.properties
        while let one = attribute {
            attributes += 1
            attribute = one.pointee.next
        }
        guard attributes <= XMLLimits.attributes else {
            throw UnreadableXML(detail: "has an element with more than \(XMLLimits.attributes) attributes")
        }
        var children: [XMLNode] = []
        var text = ""
        var child = node.pointee.children
        while let one = child {
            switch one.pointee.type {
            case XML_ELEMENT_NODE: children.append(try read(one, depth: depth + 1, &elements))
            case XML_TEXT_NODE, XML_CDATA_SECTION_NODE: text += string(one.pointee.content)
            case XML_COMMENT_NODE, XML_PI_NODE: break
            default: throw UnreadableXML(detail: "holds what is neither element nor text")
            }
            guard text.utf8.count <= XMLLimits.textBytes else {
                throw UnreadableXML(detail: "has a text longer than \(XMLLimits.textBytes) bytes")
            }
            child = one.pointee.next
        }
        return XMLNode(
            name: string(node.pointee.name), namespace: node.pointee.ns.map { string($0.pointee.href) } ?? "",
            text: children.isEmpty ? text : String(text.filter { !$0.isWhitespace }), children: children)
    }

    private static func string(_ text: UnsafePointer<xmlChar>?) -> String {
        text.map { String(cString: $0) } ?? ""
    }

    private static func string(_ text: UnsafeMutablePointer<xmlChar>?) -> String {
        text.map { String(cString: $0) } ?? ""
    }
}

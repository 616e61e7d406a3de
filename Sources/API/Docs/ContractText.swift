import Yams

/// How the texts and values of openapi.yaml are written as HTML.
extension ContractWriter {
    /// Paragraphs.
    func prose(_ node: Node?) -> String {
        (node?.string ?? "").split(separator: "\n").map { "<p>\(marked(String($0)))</p>" }.joined()
    }

    /// Without paragraphs.
    func inline(_ node: Node?) -> String { marked(node?.string ?? "") }

    /// `code` and **strong**, the only marks that the file uses.
    private func marked(_ text: String) -> String {
        alternate(escaped(text), at: "`", "code") { alternate($0, at: "**", "strong") { $0 } }
    }

    /// Every second piece between marks becomes an element; the pieces outside go on to `outside`.
    private func alternate(_ text: String, at mark: String, _ element: String, _ outside: (String) -> String) -> String
    {
        let pieces = text.split(separator: mark, omittingEmptySubsequences: false).map(String.init)
        return pieces.enumerated().map { index, piece in
            index % 2 == 1 && index < pieces.count - 1 ? "<\(element)>\(piece)</\(element)>" : outside(piece)
        }.joined()
    }

    /// A YAML value as indented JSON.
    func json(_ node: Node, indent: String = "") -> String {
        let inner = indent + "  "
        if node.mapping != nil {
            let fields = node.pairs.map { "\(inner)\(quoted($0)): \(json($1, indent: inner))" }
            return fields.isEmpty ? "{}" : "{\n\(fields.joined(separator: ",\n"))\n\(indent)}"
        }
        if node.sequence != nil {
            let items = node.items.map { inner + json($0, indent: inner) }
            return items.isEmpty ? "[]" : "[\n\(items.joined(separator: ",\n"))\n\(indent)]"
        }
        let text = node.scalar?.string ?? ""
        let isBare = node.scalar?.style == .plain && (["true", "false", "null"].contains(text) || Int64(text) != nil)
        return isBare ? text : quoted(text)
    }

    private func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }

    func escaped(_ text: String) -> String { htmlEscaped(text) }
}

extension Node {
    var items: [Node] { sequence.map { Array($0) } ?? [] }
    /// The fields of a mapping in the file's order.
    var pairs: [(String, Node)] {
        (mapping ?? [:]).compactMap { key, value in key.scalar.map { ($0.string, value) } }
    }
}

import JSON
import PagoPA
import Text

/// The columns of a CSV file. A column has the name of its member's JSON pointer without the leading slash: `debtor/tax_code`,
/// `installments/0/amount_cents`. So the pointers of violations name columns.
struct CSVColumns {
    private indirect enum Node {
        case cell(column: Int, CellType)
        case object([(name: String, node: Node)])
        case list([Node])
    }

    private enum CellType {
        case text, integer, flag
    }

    private let count: Int
    private let root: Node

    /// - Throws: `UnreadableFile` for a column that a position does not have.
    init(_ names: [[UInt8]], line: Int) throws(UnreadableFile) {
        var paths: [(path: ArraySlice<String>, column: Int)] = []
        var known: Set<String> = []
        for (column, bytes) in names.enumerated() {
            guard let name = String(validating: bytes, as: UTF8.self), Self.isKnown(name) else {
                throw UnreadableFile(
                    line: line,
                    detail:
                        "Column \(column + 1) is not a member of a position. Name columns like debtor/tax_code or installments/0/amount_cents."
                )
            }
            guard known.insert(name).inserted else {
                throw UnreadableFile(line: line, detail: "Column \(column + 1) has the name of another one.")
            }
            paths.append((name.split(separator: "/").map(String.init)[...], column))
        }
        count = names.count
        root = try Self.node(paths, of: nil, line: line)
    }

    /// With `*` for each index. `metadata/` is followed by any name.
    private static let members: Set<String> = {
        let address = ["street", "civic_number", "postal_code", "city", "province", "country"]
        let transfer = ["creditor_tax_code", "iban", "amount_cents", "taxonomy_code", "remittance"]
        return Set(
            ["creditor_tax_code", "external_id", "debt_type", "description", "draft", "alternative_group"]
                + ["year", "number"].map { "document/" + $0 }
                + ["kind", "tax_code", "full_name", "email"].map { "debtor/" + $0 }
                + address.map { "debtor/address/" + $0 }
                + ["description", "quantity", "amount_cents"].map { "lines/*/" + $0 }
                + ["amount_cents", "due_date", "valid_until", "iuv", "notice_number"].map { "installments/*/" + $0 }
                + transfer.map { "installments/*/transfers/*/" + $0 })
    }()

    private static let lists: Set<String> = ["lines", "installments", "transfers"]
    private static let integers: Set<String> = ["amount_cents", "quantity", "year"]

    private static func isKnown(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if parts.first == "metadata" { return parts.count == 2 && parts.last?.isEmpty == false }
        let pattern = parts.map { part in
            (1...3).contains(part.utf8.count) && part.utf8.allSatisfy(\.isDigit) ? "*" : String(part)
        }
        return members.contains(pattern.joined(separator: "/"))
    }

    /// - Parameter parent: the name of the member that contains these.
    private static func node(
        _ paths: [(path: ArraySlice<String>, column: Int)], of parent: String?, line: Int
    ) throws(UnreadableFile) -> Node {
        var names: [String] = []
        var groups: [String: [(path: ArraySlice<String>, column: Int)]] = [:]
        for (path, column) in paths {
            guard let name = path.first else { continue }
            if groups[name] == nil { names.append(name) }
            groups[name, default: []].append((path.dropFirst(), column))
        }
        var children: [(name: String, node: Node)] = []
        for name in names {
            let group = groups[name] ?? []
            if let leaf = group.first, leaf.path.isEmpty {
                children.append((name, .cell(column: leaf.column, type(of: name, in: parent))))
            } else {
                children.append((name, try node(group, of: name, line: line)))
            }
        }
        guard let parent, lists.contains(parent) else { return .object(children) }
        let ordered = children.sorted { (Int($0.name) ?? 0) < (Int($1.name) ?? 0) }
        guard ordered.enumerated().allSatisfy({ Int($0.element.name) == $0.offset }) else {
            throw UnreadableFile(line: line, detail: "The indices of columns must be 0, 1, 2 and so on, without a gap.")
        }
        return .list(ordered.map(\.node))
    }

    private static func type(of name: String, in parent: String?) -> CellType {
        if parent == "metadata" { return .text }
        if integers.contains(name) { return .integer }
        return name == "draft" ? .flag : .text
    }

    // MARK: Rows

    /// The JSON object of a record. An empty field is a missing member.
    func row(_ record: [[UInt8]], line: Int) -> StagedRow {
        guard record.count == count else {
            return .refused(.mismatch, "has \(record.count) fields, but the header has \(count)", line: line)
        }
        var texts: [String] = []
        for bytes in record {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                return .refused(.badFormat, "is not UTF-8", line: line)
            }
            texts.append(Self.withoutFormula(text))
        }
        var writer = JSONWriter()
        writer.value(value(root, texts) ?? .object([]))
        return .checked(writer.bytes, line: line)
    }

    /// Excel removes the leading zeros of `0123`, so programs write `="0123"`, and Excel saves it as `"=""0123"""`.
    private static func withoutFormula(_ text: String) -> String {
        guard text.utf8.count >= 3, text.hasPrefix("=\""), text.hasSuffix("\"") else { return text }
        return String(text.dropFirst(2).dropLast())
    }

    private func value(_ node: Node, _ texts: [String]) -> JSONValue? {
        switch node {
        case .cell(let column, let type):
            guard texts.indices.contains(column), !texts[column].isEmpty else { return nil }
            return Self.value(texts[column], type)
        case .object(let children):
            let members = children.compactMap { child in
                value(child.node, texts).map { JSONValue.Member(child.name, $0) }
            }
            return members.isEmpty ? nil : .object(members)
        case .list(let nodes):
            let items = nodes.map { value($0, texts) }
            guard let last = items.lastIndex(where: { $0 != nil }) else { return nil }
            return .array(items.prefix(through: last).map { $0 ?? .object([]) })
        }
    }

    /// A text that is not a number remains a text, so that the row is refused as the same JSON would be.
    private static func value(_ text: String, _ type: CellType) -> JSONValue {
        switch type {
        case .text: .string(text)
        case .integer: Int64(text).map(JSONValue.integer) ?? .string(text)
        // Excel writes TRUE and FALSE.
        case .flag: Bool(text.lowercased()).map(JSONValue.bool) ?? .string(text)
        }
    }
}

import JSON

/// Writes JSON objects as records of CSV (RFC 4180), in UTF-8 with a byte order mark, which spreadsheets need to recognize UTF-8.
struct CSVTable: Sendable {
    private static let quote = UInt8(ascii: "\"")
    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    private let columns: [String]
    private let indices: [String: Int]

    /// - Parameter columns: the paths of the members: `document.year` is the member `year` of the member `document`.
    init(_ columns: [String]) {
        self.columns = columns
        indices = Dictionary(columns.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// The byte order mark and the names of the columns.
    var header: [UInt8] { UTF8Text.byteOrderMark + Self.record(columns.map { Self.field(text: $0) }) }

    /// The record of an object. A member that is missing is an empty field; a member without a column is left out.
    func row(_ object: JSONValue) -> [UInt8] {
        var fields = [[UInt8]](repeating: [], count: columns.count)
        fill(&fields, from: object, under: "")
        return Self.record(fields)
    }

    private func fill(_ fields: inout [[UInt8]], from value: JSONValue, under path: String) {
        if case .object(let members) = value {
            for member in members {
                fill(&fields, from: member.value, under: path.isEmpty ? member.key : "\(path).\(member.key)")
            }
        } else if let index = indices[path], fields.indices.contains(index) {
            fields[index] = Self.field(value)
        }
    }

    // MARK: Fields

    /// A number or a flag is no formula. Words of a list are separated by blanks; a list of objects is JSON.
    private static func field(_ value: JSONValue) -> [UInt8] {
        switch value {
        case .null: return []
        case .bool(let flag): return Array((flag ? "true" : "false").utf8)
        case .integer(let number): return Array(String(number).utf8)
        case .number(let text): return Array(text.utf8)
        case .string(let text): return field(text: text)
        case .array(let items):
            let words = items.compactMap { item in if case .string(let word) = item { word } else { nil as String? } }
            if words.count == items.count { return field(text: words.joined(separator: " ")) }
            var writer = JSONWriter()
            writer.value(value)
            return escaped(writer.bytes)
        case .object: return []
        }
    }

    private static func field(text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return escaped(isFormula(bytes) ? [UInt8(ascii: "'")] + bytes : bytes)
    }

    /// Whether a spreadsheet may execute a text. The apostrophe before it says that it is a text.
    private static func isFormula(_ bytes: [UInt8]) -> Bool {
        switch bytes.first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D: true
        // The full-width forms of the first four, which some spreadsheets read like them.
        case 0xEF: ["＝", "＋", "－", "＠"].contains { bytes.starts(with: $0.utf8) }
        default: false
        }
    }

    private static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: needsQuotes) else { return bytes }
        var quoted: [UInt8] = [quote]
        for byte in bytes {
            if byte == quote { quoted.append(quote) }
            quoted.append(byte)
        }
        return quoted + [quote]
    }

    /// The semicolon is the separator that spreadsheets expect in Italy.
    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case quote, UInt8(ascii: ","), UInt8(ascii: ";"), 0x0A, 0x0D: true
        default: false
        }
    }

    private static func record(_ fields: [[UInt8]]) -> [UInt8] {
        Array(fields.joined(separator: [UInt8(ascii: ",")])) + lineEnd
    }
}

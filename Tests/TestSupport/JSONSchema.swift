import Foundation

/// A JSON or YAML value as the contract's reader sees it.
package indirect enum JSONTree: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case list([JSONTree])
    case object([String: JSONTree])

    package subscript(key: String) -> JSONTree? {
        if case .object(let fields) = self { fields[key] } else { nil }
    }

    package var text: String? { if case .text(let value) = self { value } else { nil } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var list: [JSONTree] { if case .list(let items) = self { items } else { [] } }
    package var fields: [String: JSONTree] { if case .object(let fields) = self { fields } else { [:] } }
    package var texts: [String] { list.compactMap(\.text) }

    package var integer: Int? {
        switch self {
        case .integer(let value): Int(value)
        case .number(let value): Int(exactly: value)
        case .null, .bool, .text, .list, .object: nil
        }
    }

    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .null, .bool, .text, .list, .object: nil
        }
    }

    package init(json: Data) throws {
        self = try JSONDecoder().decode(JSONTree.self, from: json)
    }
}

extension JSONTree: Encodable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let items): try container.encode(items)
        case .object(let fields): try container.encode(fields)
        }
    }
}

extension JSONTree: Decodable {
    package init(from decoder: any Decoder) throws {
        let box = try decoder.singleValueContainer()
        if box.decodeNil() {
            self = .null
        } else if let value = try? box.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? box.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? box.decode(Double.self) {
            self = .number(value)
        } else if let value = try? box.decode(String.self) {
            self = .text(value)
        } else if let value = try? box.decode([JSONTree].self) {
            self = .list(value)
        } else {
            self = .object(try box.decode([String: JSONTree].self))
        }
    }
}

/// The schemas of OpenAPI 3.0 as far as the contract uses them. `document` is where `$ref` points into.
package struct JSONSchema: Sendable {
    let document: JSONTree

    package init(document: JSONTree) {
        self.document = document
    }

    /// Follows `$ref` until something else is found; a reference that leads nowhere gives `nil`.
    package func resolved(_ node: JSONTree) -> JSONTree? {
        var node = node
        for _ in 0..<32 {
            guard let reference = node["$ref"]?.text else { return node }
            guard reference.hasPrefix("#/"), let target = target(reference) else { return nil }
            node = target
        }
        return nil
    }

    private func target(_ reference: String) -> JSONTree? {
        var node = document
        for part in reference.dropFirst(2).split(separator: "/") {
            let key = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
            guard let next = node[key] else { return nil }
            node = next
        }
        return node
    }

    /// Every rule that `value` breaks, each with its JSON pointer. Empty: it is valid.
    package func violations(of value: JSONTree, by schema: JSONTree, at pointer: String = "") -> [String] {
        guard let schema = resolved(schema) else { return ["\(pointer): the schema's $ref leads nowhere"] }
        if value == .null, schema["nullable"]?.bool == true { return [] }
        return wrongType(value, schema, pointer) ?? wrongEnum(value, schema, pointer)
            + combined(value, schema, pointer) + details(of: value, by: schema, at: pointer)
    }

    private func details(of value: JSONTree, by schema: JSONTree, at pointer: String) -> [String] {
        switch value {
        case .null, .bool: []
        case .integer, .number: numberFaults(value, schema, pointer)
        case .text(let text): textFaults(text, schema, pointer)
        case .list(let items): listFaults(items, schema, pointer)
        case .object(let fields): objectFaults(fields, schema, pointer)
        }
    }

    private func wrongType(_ value: JSONTree, _ schema: JSONTree, _ pointer: String) -> [String]? {
        guard let wanted = schema["type"]?.text else { return nil }
        let fits =
            switch (wanted, value) {
            case ("object", .object), ("array", .list), ("string", .text), ("boolean", .bool), ("number", .number),
                ("number", .integer), ("integer", .integer):
                true
            default: false
            }
        return fits ? nil : ["\(pointer): is not of type \(wanted)"]
    }

    private func wrongEnum(_ value: JSONTree, _ schema: JSONTree, _ pointer: String) -> [String] {
        guard let allowed = schema["enum"], !allowed.list.contains(value) else { return [] }
        return ["\(pointer): is none of the enum's values"]
    }

    private func combined(_ value: JSONTree, _ schema: JSONTree, _ pointer: String) -> [String] {
        var faults = (schema["allOf"]?.list ?? []).flatMap { violations(of: value, by: $0, at: pointer) }
        if let choices = schema["anyOf"]?.list, !choices.contains(where: { fits(value, $0) }) {
            faults.append("\(pointer): fits none of anyOf")
        }
        if let choices = schema["oneOf"]?.list {
            let count = choices.count { fits(value, $0) }
            if count != 1 { faults.append("\(pointer): fits \(count) of oneOf") }
        }
        if let refused = schema["not"], fits(value, refused) { faults.append("\(pointer): fits what it must not") }
        return faults
    }

    private func fits(_ value: JSONTree, _ schema: JSONTree) -> Bool {
        violations(of: value, by: schema).isEmpty
    }
}

extension JSONSchema {
    private func numberFaults(_ value: JSONTree, _ schema: JSONTree, _ pointer: String) -> [String] {
        guard let number = value.double else { return [] }
        var faults: [String] = []
        if let low = schema["minimum"]?.double, number < low { faults.append("\(pointer): is less than \(low)") }
        if let high = schema["maximum"]?.double, number > high { faults.append("\(pointer): is more than \(high)") }
        if schema["exclusiveMinimum"]?.bool == true, number == schema["minimum"]?.double {
            faults.append("\(pointer): is not more than the minimum")
        }
        if schema["exclusiveMaximum"]?.bool == true, number == schema["maximum"]?.double {
            faults.append("\(pointer): is not less than the maximum")
        }
        if let step = schema["multipleOf"]?.double, step > 0, number.remainder(dividingBy: step) != 0 {
            faults.append("\(pointer): is not a multiple of \(step)")
        }
        if schema["format"]?.text == "int32", Int32(exactly: number) == nil {
            faults.append("\(pointer): is not an int32")
        }
        return faults
    }

    private func textFaults(_ text: String, _ schema: JSONTree, _ pointer: String) -> [String] {
        var faults: [String] = []
        let length = text.unicodeScalars.count
        if let low = schema["minLength"]?.integer, length < low { faults.append("\(pointer): is shorter than \(low)") }
        if let high = schema["maxLength"]?.integer, length > high {
            faults.append("\(pointer): is longer than \(high)")
        }
        if let pattern = schema["pattern"]?.text, text.range(of: pattern, options: .regularExpression) == nil {
            faults.append("\(pointer): does not match \(pattern)")
        }
        if let format = schema["format"]?.text, !TextFormat.holds(format, text) {
            faults.append("\(pointer): is not a \(format)")
        }
        return faults
    }

    private func listFaults(_ items: [JSONTree], _ schema: JSONTree, _ pointer: String) -> [String] {
        var faults: [String] = []
        if let low = schema["minItems"]?.integer, items.count < low {
            faults.append("\(pointer): has fewer than \(low) items")
        }
        if let high = schema["maxItems"]?.integer, items.count > high {
            faults.append("\(pointer): has more than \(high) items")
        }
        if schema["uniqueItems"]?.bool == true,
            items.indices.contains(where: { items[..<$0].contains(items[$0]) })
        {
            faults.append("\(pointer): repeats an item")
        }
        guard let each = schema["items"] else { return faults }
        return faults + items.enumerated().flatMap { violations(of: $1, by: each, at: "\(pointer)/\($0)") }
    }

    private func objectFaults(_ fields: [String: JSONTree], _ schema: JSONTree, _ pointer: String) -> [String] {
        var faults: [String] = []
        if let low = schema["minProperties"]?.integer, fields.count < low {
            faults.append("\(pointer): has fewer than \(low) fields")
        }
        if let high = schema["maxProperties"]?.integer, fields.count > high {
            faults.append("\(pointer): has more than \(high) fields")
        }
        for name in schema["required"]?.texts ?? [] where fields[name] == nil {
            faults.append("\(pointer): lacks \(name)")
        }
        let known = schema["properties"]?.fields ?? [:]
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            let place = "\(pointer)/\(name.replacing("~", with: "~0").replacing("/", with: "~1"))"
            if let schema = known[name] {
                faults += violations(of: value, by: schema, at: place)
            } else if schema["additionalProperties"]?.bool == false {
                faults.append("\(place): is not in the schema")
            } else if let rest = schema["additionalProperties"], rest.bool == nil {
                faults += violations(of: value, by: rest, at: place)
            }
        }
        return faults
    }
}

/// The formats of strings; one that is not known holds for every text.
enum TextFormat {
    static func holds(_ format: String, _ text: String) -> Bool {
        switch format {
        case "date": isDay(text)
        case "date-time": isInstant(text)
        case "uuid": matches(text, "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
        case "uri": matches(text, "[A-Za-z][A-Za-z0-9+.-]*:[!-~]+") && URL(string: text) != nil
        case "email": matches(text, "[!-?A-~]+@[A-Za-z0-9.-]+")
        default: true
        }
    }

    private static func matches(_ text: String, _ pattern: String) -> Bool {
        text.range(of: "^(?:\(pattern))$", options: .regularExpression) == text.startIndex..<text.endIndex
    }

    private static func isDay(_ text: String) -> Bool {
        guard matches(text, "[0-9]{4}-[0-9]{2}-[0-9]{2}") else { return false }
        let parts = text.split(separator: "-").compactMap { Int($0) }
        let isLeap = parts[0] % 4 == 0 && (parts[0] % 100 != 0 || parts[0] % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(parts[1]) && (1...lengths[parts[1] - 1]).contains(parts[2])
    }

    private static func isInstant(_ text: String) -> Bool {
        let time = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?"
        let zone = "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
        return matches(text, "[0-9]{4}-[0-9]{2}-[0-9]{2}T\(time)\(zone)") && isDay(String(text.prefix(10)))
    }
}

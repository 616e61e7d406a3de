/// One violation in a document: an RFC 6901 pointer, a stable code for the rule, and a description.
package struct Violation: Sendable, Equatable {
    package let pointer: String
    package let code: String
    package let detail: String

    package init(_ pointer: String, code: String, _ detail: String) {
        self.pointer = pointer
        self.code = code
        self.detail = detail
    }
}

/// The rules that the reader itself checks.
package enum ReaderCode: String, Sendable, CaseIterable {
    case required
    case unknownMember = "unknown_member"
    case wrongType = "wrong_type"
    case badFormat = "bad_format"
    case outOfRange = "out_of_range"
    case tooFew = "too_few"
    case tooMany = "too_many"
    case duplicate
}

/// An error with the code of the violated rule.
package protocol CodedError: Error {
    var violationCode: String { get }
}

/// Collects all violations of one document, so that they are reported together.
package final class Violations {
    package private(set) var items: [Violation] = []
    /// The maximum number of violations that are reported.
    package static let maximum = 100

    package init() {}

    package func add(_ pointer: String, code: String, _ detail: String) {
        if items.count < Self.maximum { items.append(Violation(pointer, code: code, detail)) }
    }

    /// Adds the error that a value's parser threw; an error without a code counts as a bad format.
    package func add(_ pointer: String, _ error: any Error, prefix: String = "") {
        let code = (error as? any CodedError)?.violationCode ?? ReaderCode.badFormat.rawValue
        add(pointer, code: code, "\(prefix)\(error)")
    }

    fileprivate func find(_ pointer: String, _ code: ReaderCode, _ detail: String) {
        add(pointer, code: code.rawValue, detail)
    }
}

/// Reads one JSON object field by field. An invalid field is recorded as a violation and read as nil; `finish` rejects unknown
/// fields.
package struct ObjectReader {
    package let pointer: String
    package let violations: Violations
    private var unread: [String: JSONValue]
    private let order: [String]

    /// `nil`, with a violation, if the value is not an object.
    package init?(_ value: JSONValue, at pointer: String = "", into violations: Violations) {
        guard case .object(let members) = value else {
            violations.find(pointer, .wrongType, "must be an object, not \(value.kind)")
            return nil
        }
        self.pointer = pointer
        self.violations = violations
        self.unread = Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        self.order = members.map(\.key)
    }

    private func pointer(to key: String) -> String { "\(pointer)/\(key.pointerEscaped)" }

    package func has(_ key: String) -> Bool { unread[key] != nil }

    /// Records a violation of a field, or of the object if `key` is nil.
    package func refuse(_ key: String?, code: String, _ detail: String) {
        violations.add(key.map(pointer(to:)) ?? pointer, code: code, detail)
    }

    /// Records each field that was not read as a violation.
    package func finish() {
        for key in order where unread[key] != nil {
            violations.find(pointer(to: key), .unknownMember, "is not a known field")
        }
    }

    // MARK: Any value

    package mutating func optional<T>(_ key: String, _ read: (JSONValue, String, Violations) -> T?) -> T? {
        guard let value = unread.removeValue(forKey: key) else { return nil }
        if value == .null {
            violations.find(pointer(to: key), .wrongType, "must not be null; leave it out instead")
            return nil
        }
        return read(value, pointer(to: key), violations)
    }

    package mutating func required<T>(_ key: String, _ read: (JSONValue, String, Violations) -> T?) -> T? {
        guard has(key) else {
            violations.find(pointer(to: key), .required, "is required")
            return nil
        }
        return optional(key, read)
    }

    // MARK: Texts

    /// A string that `make` parses; its error becomes the violation.
    package mutating func required<T>(_ key: String, text make: (String) throws -> T) -> T? {
        required(key) { value, pointer, violations in Self.text(value, pointer, violations, make) }
    }

    package mutating func optional<T>(_ key: String, text make: (String) throws -> T) -> T? {
        optional(key) { value, pointer, violations in Self.text(value, pointer, violations, make) }
    }

    package static func text<T>(
        _ value: JSONValue, _ pointer: String, _ violations: Violations, _ make: (String) throws -> T
    ) -> T? {
        guard case .string(let text) = value else {
            violations.find(pointer, .wrongType, "must be a string, not \(value.kind)")
            return nil
        }
        do { return try make(text) } catch {
            violations.add(pointer, error)
            return nil
        }
    }

    // MARK: Numbers and flags

    package mutating func required(_ key: String, in range: ClosedRange<Int64>) -> Int64? {
        required(key) { value, pointer, violations in Self.integer(value, pointer, violations, range) }
    }

    package mutating func optional(_ key: String, in range: ClosedRange<Int64>) -> Int64? {
        optional(key) { value, pointer, violations in Self.integer(value, pointer, violations, range) }
    }

    package static func integer(
        _ value: JSONValue, _ pointer: String, _ violations: Violations, _ range: ClosedRange<Int64>
    ) -> Int64? {
        if case .number(let text) = value, text.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) }) {
            // An integer beyond 64 bits.
            violations.find(pointer, .outOfRange, "must be from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        guard case .integer(let number) = value else {
            violations.find(pointer, .wrongType, "must be an integer, not \(value.kind)")
            return nil
        }
        guard range.contains(number) else {
            violations.find(pointer, .outOfRange, "must be from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    package mutating func optional(flag key: String) -> Bool? {
        optional(key) { value, pointer, violations in
            guard case .bool(let flag) = value else {
                violations.find(pointer, .wrongType, "must be true or false, not \(value.kind)")
                return nil
            }
            return flag
        }
    }

    package mutating func required(flag key: String) -> Bool? {
        if !has(key) { violations.find(pointer(to: key), .required, "is required") }
        return optional(flag: key)
    }

    // MARK: Parts

    /// Items that `read` parses; nil if an item or the number of items is invalid.
    package mutating func required<T>(
        _ key: String, count: ClosedRange<Int>, items read: (JSONValue, String, Violations) -> T?
    ) -> [T]? {
        required(key) { value, pointer, violations in Self.list(value, pointer, violations, count, read) }
    }

    package mutating func optional<T>(
        _ key: String, count: ClosedRange<Int>, items read: (JSONValue, String, Violations) -> T?
    ) -> [T]? {
        optional(key) { value, pointer, violations in Self.list(value, pointer, violations, count, read) }
    }

    private static func list<T>(
        _ value: JSONValue, _ pointer: String, _ violations: Violations, _ count: ClosedRange<Int>,
        _ read: (JSONValue, String, Violations) -> T?
    ) -> [T]? {
        guard case .array(let items) = value else {
            violations.find(pointer, .wrongType, "must be an array, not \(value.kind)")
            return nil
        }
        guard count.contains(items.count) else {
            violations.find(
                pointer, items.count < count.lowerBound ? .tooFew : .tooMany,
                "must contain \(count.lowerBound) to \(count.upperBound) items")
            return nil
        }
        let all = items.enumerated().map { read($0.element, "\(pointer)/\($0.offset)", violations) }
        let good = all.compactMap { $0 }
        return good.count == all.count ? good : nil
    }

    /// An object, read field by field; `finish` is then called.
    package mutating func required<T>(_ key: String, object read: (inout ObjectReader) -> T?) -> T? {
        required(key) { value, pointer, violations in Self.object(value, pointer, violations, read) }
    }

    package mutating func optional<T>(_ key: String, object read: (inout ObjectReader) -> T?) -> T? {
        optional(key) { value, pointer, violations in Self.object(value, pointer, violations, read) }
    }

    package static func object<T>(
        _ value: JSONValue, _ pointer: String, _ violations: Violations, _ read: (inout ObjectReader) -> T?
    ) -> T? {
        guard var reader = ObjectReader(value, at: pointer, into: violations) else { return nil }
        let result = read(&reader)
        reader.finish()
        return result
    }

    /// An object with string values and any names. Names that differ only in Unicode normalization look the same, so both are rejected.
    package mutating func optional(
        map key: String, count: ClosedRange<Int>, key keyMake: (String) throws -> String,
        value valueMake: (String) throws -> String
    ) -> [String: String]? {
        optional(key) { value, pointer, violations in
            guard case .object(let members) = value else {
                violations.find(pointer, .wrongType, "must be an object, not \(value.kind)")
                return nil
            }
            if !count.contains(members.count) {
                violations.find(
                    pointer, members.count < count.lowerBound ? .tooFew : .tooMany,
                    "must contain \(count.lowerBound) to \(count.upperBound) members")
            }
            var map: [String: String] = [:]
            for member in members {
                let own = "\(pointer)/\(member.key.pointerEscaped)"
                do { _ = try keyMake(member.key) } catch { violations.add(own, error, prefix: "its name ") }
                if map[member.key] != nil {
                    violations.find(own, .duplicate, "its name differs from another one only in Unicode normalization")
                }
                map[member.key] = Self.text(member.value, own, violations, valueMake)
            }
            return map
        }
    }
}

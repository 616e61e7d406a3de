import Foundation

/// The values of a statement's parameters in one buffer, in the layout that libpq expects.
package struct Parameters: Sendable, Hashable {
    private struct Value: Sendable, Hashable {
        /// The offset in `bytes`; nil for NULL.
        let offset: Int?
        let length: Int32
    }

    private var bytes: [UInt8] = []
    private var values: [Value] = []
    /// The type of each parameter.
    private(set) var types: [SQLType] = []
    /// PostgreSQL cannot store U+0000 in text.
    private(set) var hasZeroInText = false

    init() {}

    var count: Int { values.count }

    mutating func append<Value: SQLBindable>(_ value: Value) {
        let offset = bytes.count
        var writer = ParameterWriter(bytes: bytes)
        bytes = []  // The writer owns the only reference, so that it does not copy the buffer.
        value.write(to: &writer)
        bytes = writer.bytes
        hasZeroInText = hasZeroInText || writer.hasZeroInText
        values.append(Self.Value(offset: offset, length: Int32(clamping: bytes.count - offset)))
        types.append(Value.sqlType)
        // libpq reads a text up to a zero byte, and needs an address even for a value without bytes.
        bytes.append(0)
    }

    mutating func appendNull(_ type: SQLType) {
        values.append(Value(offset: nil, length: 0))
        types.append(type)
    }

    mutating func append(_ other: Parameters) {
        guard !other.values.isEmpty else { return }
        guard !values.isEmpty else {
            self = other
            return
        }
        let base = bytes.count
        bytes.append(contentsOf: other.bytes)
        for value in other.values {
            values.append(Value(offset: value.offset.map { $0 + base }, length: value.length))
        }
        types.append(contentsOf: other.types)
        hasZeroInText = hasZeroInText || other.hasZeroInText
    }

    /// Calls `body` with the arguments that `PQsendQueryPrepared` expects: addresses, lengths and formats.
    func withArguments<R>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> R
    ) -> R {
        let count = values.count
        guard count > 0 else { return body(nil, nil, nil) }
        return bytes.withUnsafeBytes { buffer in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { addresses in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { numbers in
                    for (index, (value, type)) in zip(values, types).enumerated() {
                        let address = value.offset.flatMap { buffer.baseAddress?.advanced(by: $0) }
                        addresses.initializeElement(at: index, to: address?.assumingMemoryBound(to: CChar.self))
                        numbers.initializeElement(at: index, to: value.length)
                        numbers.initializeElement(at: count + index, to: type == .inferred ? 0 : 1)
                    }
                    let lengths = numbers.baseAddress.map { UnsafePointer($0) }
                    return body(addresses.baseAddress.map { UnsafePointer($0) }, lengths, lengths?.advanced(by: count))
                }
            }
        }
    }
}

/// Appends one value to the buffer of the parameters.
package struct ParameterWriter {
    fileprivate(set) var bytes: [UInt8]
    fileprivate(set) var hasZeroInText = false

    package mutating func write(text: some StringProtocol) {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        hasZeroInText = hasZeroInText || bytes[start...].contains(0)
    }

    mutating func write(bytes more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    mutating func write<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// A one-dimensional array without NULL elements.
    mutating func write<Element>(
        arrayOf type: SQLType, _ elements: [Element], _ write: (inout ParameterWriter, Element) -> Void
    ) {
        self.write(elements.isEmpty ? 0 : 1 as Int32)  // dimensions
        self.write(0 as Int32)  // no NULL
        self.write(type.oid)
        guard !elements.isEmpty else { return }
        self.write(Int32(clamping: elements.count))
        self.write(1 as Int32)  // the first index
        for element in elements {
            let start = bytes.count
            self.write(0 as Int32)
            write(&self, element)
            let length = Int32(clamping: bytes.count - start - 4)
            withUnsafeBytes(of: length.bigEndian) { bytes.replaceSubrange(start..<start + 4, with: $0) }
        }
    }
}

/// A type whose values may be interpolated as `\(value)` in `SQL`.
package protocol SQLBindable: Sendable {
    /// The type, in PostgreSQL's binary format; `.inferred` for text that PostgreSQL parses as the type that it infers.
    static var sqlType: SQLType { get }
    func write(to writer: inout ParameterWriter)
}

extension String: SQLBindable {
    package static var sqlType: SQLType { .inferred }
    package func write(to writer: inout ParameterWriter) { writer.write(text: self) }
}

extension Substring: SQLBindable {
    package static var sqlType: SQLType { .inferred }
    package func write(to writer: inout ParameterWriter) { writer.write(text: self) }
}

/// Numbers are sent as text, because a parameter may have any of PostgreSQL's types of numbers.
extension SQLBindable where Self: BinaryInteger {
    package static var sqlType: SQLType { .inferred }
    package func write(to writer: inout ParameterWriter) { writer.write(text: String(self)) }
}

extension Int: SQLBindable {}
extension Int16: SQLBindable {}
extension Int32: SQLBindable {}
extension Int64: SQLBindable {}

extension Bool: SQLBindable {
    package static var sqlType: SQLType { .bool }
    package func write(to writer: inout ParameterWriter) { writer.write(self ? 1 : 0 as UInt8) }
}

extension UUID: SQLBindable {
    package static var sqlType: SQLType { .uuid }
    package func write(to writer: inout ParameterWriter) { writer.write(self) }
}

extension ParameterWriter {
    fileprivate mutating func write(_ id: UUID) {
        withUnsafeBytes(of: id.uuid) { bytes.append(contentsOf: $0) }
    }
}

/// Raw bytes are a bytea. An array of any other type is a PostgreSQL array. `nil` elements are not supported, because none of our columns
/// needs them.
extension Array: SQLBindable where Element: SQLArrayElement {
    package static var sqlType: SQLType { Element.sqlArrayType }
    package func write(to writer: inout ParameterWriter) { Element.write(self, to: &writer) }
}

/// A type whose values may be elements of a bound array.
package protocol SQLArrayElement: Sendable {
    static var sqlArrayType: SQLType { get }
    static func write(_ array: [Self], to writer: inout ParameterWriter)
}

extension UInt8: SQLArrayElement {
    package static var sqlArrayType: SQLType { .bytea }
    package static func write(_ array: [UInt8], to writer: inout ParameterWriter) { writer.write(bytes: array) }
}

/// An array of byte strings is a bytea[].
extension Array: SQLArrayElement where Element == UInt8 {
    package static var sqlArrayType: SQLType { .byteaArray }
    package static func write(_ array: [[UInt8]], to writer: inout ParameterWriter) {
        writer.write(arrayOf: .bytea, array) { $0.write(bytes: $1) }
    }
}

extension String: SQLArrayElement {
    package static var sqlArrayType: SQLType { .textArray }
    package static func write(_ array: [String], to writer: inout ParameterWriter) {
        writer.write(arrayOf: .text, array) { $0.write(text: $1) }
    }
}

extension UUID: SQLArrayElement {
    package static var sqlArrayType: SQLType { .uuidArray }
    package static func write(_ array: [UUID], to writer: inout ParameterWriter) {
        writer.write(arrayOf: .uuid, array) { $0.write($1) }
    }
}

extension Bool: SQLArrayElement {
    package static var sqlArrayType: SQLType { .boolArray }
    package static func write(_ array: [Bool], to writer: inout ParameterWriter) {
        writer.write(arrayOf: .bool, array) { $0.write($1 ? 1 : 0 as UInt8) }
    }
}

extension SQLArrayElement where Self: BinaryInteger {
    package static var sqlArrayType: SQLType { .inferred }
    package static func write(_ array: [Self], to writer: inout ParameterWriter) {
        writer.write(text: "{")
        for (index, number) in array.enumerated() {
            if index > 0 { writer.write(text: ",") }
            writer.write(text: String(number))
        }
        writer.write(text: "}")
    }
}

extension Int: SQLArrayElement {}
extension Int16: SQLArrayElement {}
extension Int32: SQLArrayElement {}
extension Int64: SQLArrayElement {}

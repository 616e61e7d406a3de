import Foundation

/// One cell in PostgreSQL's binary format. It is valid only inside `SQLDecodable.init(cell:)`, because the row owns its bytes.
package struct SQLCell {
    let bytes: UnsafeRawBufferPointer
    let type: SQLType

    func integer<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws -> Value {
        guard bytes.count == MemoryLayout<Value>.size else {
            throw PostgresError.decoding("\(bytes.count) bytes where \(Value.self) was expected")
        }
        return Value(bigEndian: bytes.loadUnaligned(as: Value.self))
    }

    func mismatch(_ wanted: Any.Type) -> PostgresError {
        .decoding("type with oid \(type.oid) where \(wanted) was expected")
    }

    /// The elements of a one-dimensional array. NULL elements are rejected.
    func elements<Value: SQLDecodable>(_: Value.Type = Value.self) throws -> [Value] {
        try mapElements { try Value(cell: $0) }
    }

    /// Like `elements`, for elements that `decode` reads.
    func mapElements<Value>(_ decode: (SQLCell) throws -> Value) throws -> [Value] {
        guard type.isArray else { throw mismatch([Value].self) }
        var reader = ByteReader(bytes: bytes)
        let dimensions = try reader.integer(Int32.self)
        _ = try reader.integer(Int32.self)
        let elementType = SQLType(oid: try reader.integer(UInt32.self))
        guard dimensions == 1 else {
            if dimensions == 0 { return [] }
            throw PostgresError.decoding("array of \(dimensions) dimensions")
        }
        let count = try reader.integer(Int32.self)
        _ = try reader.integer(Int32.self)
        var elements: [Value] = []
        elements.reserveCapacity(Int(max(0, min(count, 65_536))))
        for _ in 0..<max(0, count) {
            let length = try reader.integer(Int32.self)
            guard length >= 0 else { throw PostgresError.decoding("NULL in an array") }
            elements.append(try decode(SQLCell(bytes: reader.take(Int(length)), type: elementType)))
        }
        return elements
    }
}

struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
        guard count >= 0, count <= bytes.count - offset else { throw PostgresError.decoding("array cut short") }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    mutating func integer<Value: FixedWidthInteger>(_: Value.Type) throws -> Value {
        Value(bigEndian: try take(MemoryLayout<Value>.size).loadUnaligned(as: Value.self))
    }
}

/// A PostgreSQL type, identified by its OID in the catalog `pg_type`.
package struct SQLType: Hashable, Sendable {
    let oid: UInt32

    /// PostgreSQL infers the type of a parameter from its context.
    package static let inferred = SQLType(oid: 0)

    static let bool = SQLType(oid: 16)
    static let bytea = SQLType(oid: 17)
    static let text = SQLType(oid: 25)
    static let int8 = SQLType(oid: 20)
    static let int2 = SQLType(oid: 21)
    static let int4 = SQLType(oid: 23)
    static let json = SQLType(oid: 114)
    static let date = SQLType(oid: 1082)
    static let timestamptz = SQLType(oid: 1184)
    static let uuid = SQLType(oid: 2950)
    static let jsonb = SQLType(oid: 3802)
    static let byteaArray = SQLType(oid: 1001)
    static let boolArray = SQLType(oid: 1000)
    static let textArray = SQLType(oid: 1009)
    static let dateArray = SQLType(oid: 1182)
    static let timestamptzArray = SQLType(oid: 1185)
    static let uuidArray = SQLType(oid: 2951)

    /// "char", name, text, unknown, bpchar and varchar are plain text in the binary format too. So are enumerations and other types
    /// from CREATE TYPE, whose OIDs start at 16384; most values of such a type that are not text fail the UTF-8 check.
    var isText: Bool {
        switch oid {
        case 18, 19, 25, 705, 1042, 1043: true
        default: oid >= 16_384
        }
    }

    /// bool, bytea, name, int2, int4, text, bpchar, varchar, int8, date, timestamptz, uuid, json, jsonb, record, and types from CREATE TYPE.
    var isArray: Bool {
        switch oid {
        case 1000, 1001, 1003, 1005, 1007, 1009, 1014, 1015, 1016, 1182, 1185, 2951, 199, 3807, 2287: true
        default: oid >= 16_384
        }
    }
}

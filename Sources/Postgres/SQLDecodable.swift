import Foundation

/// A type that `Row.next` can decode. Types of other modules conform through one of these: `self.init(try Int64(cell: cell))`.
package protocol SQLDecodable {
    /// - Throws: `PostgresError.decoding` when the type or the bytes of the cell do not match.
    init(cell: SQLCell) throws
}

extension String: SQLDecodable {
    package init(cell: SQLCell) throws {
        let text: UnsafeRawBufferPointer
        if cell.type.isText || cell.type == .json {
            text = cell.bytes
        } else if cell.type == .jsonb, cell.bytes.first == 1 {
            text = UnsafeRawBufferPointer(rebasing: cell.bytes.dropFirst())  // the format's version
        } else {
            throw cell.mismatch(String.self)
        }
        // The standard library validates through generic code, which costs more than all the rest here.
        if text.allSatisfy({ $0 < 0x80 }) {
            self.init(decoding: text, as: UTF8.self)
        } else {
            guard let string = String(validating: text.bindMemory(to: UInt8.self), as: UTF8.self) else {
                throw PostgresError.decoding("text is not UTF-8")
            }
            self = string
        }
    }
}

extension SQLDecodable where Self: FixedWidthInteger {
    /// Decodes int2, int4 and int8 columns if the number fits into the Swift type.
    package init(cell: SQLCell) throws {
        let wide: Int64
        switch cell.type {
        case .int8: wide = try cell.integer(Int64.self)
        case .int4: wide = Int64(try cell.integer(Int32.self))
        case .int2: wide = Int64(try cell.integer(Int16.self))
        default: throw cell.mismatch(Self.self)
        }
        guard let value = Self(exactly: wide) else { throw PostgresError.decoding("number beyond \(Self.self)") }
        self = value
    }
}

extension Int: SQLDecodable {}
extension Int16: SQLDecodable {}
extension Int32: SQLDecodable {}
extension Int64: SQLDecodable {}

extension Bool: SQLDecodable {
    package init(cell: SQLCell) throws {
        guard cell.type == .bool, cell.bytes.count == 1 else { throw cell.mismatch(Bool.self) }
        self = cell.bytes[0] != 0
    }
}

extension UUID: SQLDecodable {
    package init(cell: SQLCell) throws {
        guard cell.type == .uuid, cell.bytes.count == 16 else { throw cell.mismatch(UUID.self) }
        self.init(uuid: cell.bytes.loadUnaligned(as: uuid_t.self))
    }
}

extension Microseconds: SQLDecodable {
    package init(cell: SQLCell) throws {
        guard cell.type == .timestamptz else { throw cell.mismatch(Microseconds.self) }
        let since2000 = try cell.integer(Int64.self)
        let (value, overflow) = since2000.addingReportingOverflow(PostgresEpoch.microseconds)
        guard !overflow, since2000 != .min else { throw PostgresError.decoding("infinite timestamp") }
        self.init(value)
    }
}

extension EpochDays: SQLDecodable {
    package init(cell: SQLCell) throws {
        guard cell.type == .date else { throw cell.mismatch(EpochDays.self) }
        let since2000 = try cell.integer(Int32.self)
        let (value, overflow) = since2000.addingReportingOverflow(PostgresEpoch.days)
        guard !overflow, since2000 != .min else { throw PostgresError.decoding("infinite date") }
        self.init(value)
    }
}

/// `[UInt8]` from bytea; other arrays from PostgreSQL's arrays.
extension Array: SQLDecodable where Element: SQLArrayDecodable {
    package init(cell: SQLCell) throws {
        self = try Element.array(from: cell)
    }
}

package protocol SQLArrayDecodable {
    static func array(from cell: SQLCell) throws -> [Self]
}

extension SQLArrayDecodable where Self: SQLDecodable {
    package static func array(from cell: SQLCell) throws -> [Self] { try cell.elements() }
}

extension UInt8: SQLArrayDecodable {
    package static func array(from cell: SQLCell) throws -> [UInt8] {
        guard cell.type == .bytea else { throw cell.mismatch([UInt8].self) }
        return [UInt8](cell.bytes)
    }
}

extension String: SQLArrayDecodable {}
extension Int: SQLArrayDecodable {}
extension Int16: SQLArrayDecodable {}
extension Int32: SQLArrayDecodable {}
extension Int64: SQLArrayDecodable {}
extension Bool: SQLArrayDecodable {}
extension UUID: SQLArrayDecodable {}
extension Microseconds: SQLArrayDecodable {}
extension EpochDays: SQLArrayDecodable {}

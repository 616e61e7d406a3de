import Foundation

/// One row of a result, or one element of an array of a composite type. The caller reads its cells in the order of SELECT:
///
///     var row = row
///     let id = try row.next(UUID.self), note = try row.nextOptional(String.self)
package struct Row: Sendable {
    private let answer: Answer
    private var source: Source
    private var column: Int32 = 0

    private enum Source: Sendable {
        case row(Int32)
        case record(Record)
    }

    init(answer: Answer, index: Int32) {
        self.answer = answer
        source = .row(index)
    }

    private init(answer: Answer, record: Record) {
        self.answer = answer
        source = .record(record)
    }

    /// - Throws: `PostgresError.decoding` when the cell is NULL or has another type, or when no cell is left.
    package mutating func next<Value: SQLDecodable>(_ type: Value.Type = Value.self) throws -> Value {
        guard let value = try nextOptional(type) else {
            throw PostgresError.decoding("column \(column) is NULL where \(Value.self) was expected")
        }
        return value
    }

    /// `nil` for NULL.
    package mutating func nextOptional<Value: SQLDecodable>(_ type: Value.Type = Value.self) throws -> Value? {
        guard let cell = try nextCell() else { return nil }
        do {
            return try Value(cell: cell)
        } catch let error as PostgresError {
            throw PostgresError.decoding("column \(column): \(error)")
        }
    }

    /// The elements of an array of a composite type, each of which `decode` reads like a row.
    @inlinable
    package mutating func nextRows<Value>(_ decode: (inout Row) throws -> Value) throws -> [Value] {
        try elements().map { element in
            var row = element
            return try decode(&row)
        }
    }

    /// The elements of an array of a composite type.
    package mutating func elements() throws -> [Row] {
        guard let cell = try nextCell() else { throw PostgresError.decoding("column \(column) is NULL") }
        return try cell.mapElements { Row(answer: answer, record: try Record($0)) }
    }

    /// Skips `count` cells.
    package mutating func skip(_ count: Int = 1) {
        for _ in 0..<max(0, count) { _ = try? nextCell() }
    }

    private mutating func nextCell() throws -> SQLCell? {
        column += 1
        switch source {
        case .row(let index):
            guard column <= answer.columns else { throw PostgresError.decoding("no column \(column)") }
            return answer.cell(row: index, column: column - 1)
        case .record(var record):
            guard column <= record.columns else { throw PostgresError.decoding("no column \(column)") }
            defer { source = .record(record) }
            return try record.next()
        }
    }
}

/// The common types without generics, because the compiler cannot specialize generic functions for callers in other modules.
extension Row {
    package mutating func string() throws -> String { try next() }
    package mutating func optionalString() throws -> String? { try nextOptional() }
    package mutating func integer() throws -> Int { try next() }
    package mutating func optionalInteger() throws -> Int? { try nextOptional() }
    package mutating func bigInteger() throws -> Int64 { try next() }
    package mutating func optionalBigInteger() throws -> Int64? { try nextOptional() }
    package mutating func boolean() throws -> Bool { try next() }
    package mutating func uuid() throws -> UUID { try next() }
    package mutating func optionalUUID() throws -> UUID? { try nextOptional() }
    package mutating func microseconds() throws -> Microseconds { try next() }
    package mutating func optionalMicroseconds() throws -> Microseconds? { try nextOptional() }
    package mutating func epochDays() throws -> EpochDays { try next() }
    package mutating func optionalEpochDays() throws -> EpochDays? { try nextOptional() }
    package mutating func strings() throws -> [String] { try next() }
}

/// A value of a composite type in the binary format: for each column its type, its length and its bytes. The bytes belong to the answer,
/// which is immutable and which the row retains.
private struct Record: @unchecked Sendable {  // the bytes never change
    let columns: Int32
    private var reader: ByteReader

    init(_ cell: SQLCell) throws {
        reader = ByteReader(bytes: cell.bytes)
        columns = try reader.integer(Int32.self)
    }

    mutating func next() throws -> SQLCell? {
        let type = SQLType(oid: try reader.integer(UInt32.self))
        let length = try reader.integer(Int32.self)
        guard length >= 0 else { return nil }
        return SQLCell(bytes: try reader.take(Int(length)), type: type)
    }
}

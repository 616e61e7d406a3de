/// One row of a result. The caller reads its cells in the order of SELECT:
///
///     var row = row
///     let id = try row.next(UUID.self), note = try row.nextOptional(String.self)
package struct Row: Sendable {
    private let answer: Answer
    private let index: Int32
    private var column: Int32 = 0

    init(answer: Answer, index: Int32) {
        self.answer = answer
        self.index = index
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
        guard column < answer.columns else { throw PostgresError.decoding("no column \(column + 1)") }
        column += 1
        guard let cell = answer.cell(row: index, column: column - 1) else { return nil }
        do {
            return try Value(cell: cell)
        } catch let error as PostgresError {
            throw PostgresError.decoding("column \(column): \(error)")
        }
    }

    /// Skips `count` cells.
    package mutating func skip(_ count: Int = 1) {
        column += Int32(clamping: count)
    }
}

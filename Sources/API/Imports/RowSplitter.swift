import PagoPA

/// Splits a file into rows as its bytes arrive. It stores at most one row.
protocol RowSplitter: Sendable {
    /// - Returns: the rows that these bytes complete.
    mutating func read(_ bytes: [UInt8]) throws(UnreadableFile) -> [StagedRow]
    /// - Returns: the last row, if it does not end with a line end.
    mutating func finish() throws(UnreadableFile) -> [StagedRow]
}

/// From this line on the file cannot be divided into rows, or has too many.
struct UnreadableFile: Error, Equatable {
    let line: Int
    let detail: String
    var isTooLong = false
}

extension StagedRow {
    /// A row with this content, or with the reason why PostgreSQL cannot store it.
    static func checked(_ content: [UInt8], line: Int) -> StagedRow {
        if content.contains(0) {
            return StagedRow(line: line, content: .failure(Fault("", .badCharacters, "must not contain U+0000")))
        }
        guard String(validating: content, as: UTF8.self) != nil else {
            return StagedRow(line: line, content: .failure(Fault("", .badFormat, "is not UTF-8")))
        }
        return StagedRow(line: line, content: .success(content))
    }

    static func refused(_ code: FaultCode, _ detail: String, line: Int) -> StagedRow {
        StagedRow(line: line, content: .failure(Fault("", code, detail)))
    }
}

enum UTF8Text {
    /// The byte order mark that some programs write at the beginning of a file.
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}

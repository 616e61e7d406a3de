import Cryptography
import PagoPA

/// The formats of a file of positions.
enum ImportFormat: String, CaseIterable {
    /// A JSON object on each line, as in the body of a single creation.
    case ndjson = "application/x-ndjson"
    /// RFC 4180 with a header.
    case csv = "text/csv"
}

/// A file of positions while it arrives: splits it into rows, counts them and computes their digest.
struct ImportFile {
    private var splitter: any RowSplitter
    private(set) var rows = 0
    /// The number of rows that cannot be stored, such as a line that is not UTF-8.
    private(set) var refused = 0
    /// Of the rows so far. It does not depend on line ends, separators and blank lines.
    private(set) var digest = [UInt8](repeating: 0, count: SHA256.byteCount)

    init(_ format: ImportFormat) {
        splitter =
            switch format {
            case .ndjson: NDJSONReader()
            case .csv: CSVReader()
            }
    }

    /// - Returns: the rows that these bytes complete.
    mutating func read(_ bytes: [UInt8]) throws(UnreadableFile) -> [StagedRow] { try count(splitter.read(bytes)) }

    /// - Returns: the last row, if it does not end with a line end.
    mutating func finish() throws(UnreadableFile) -> [StagedRow] {
        let last = try count(splitter.finish())
        guard rows > 0 else { throw UnreadableFile(line: 1, detail: "The file has no rows.") }
        return last
    }

    private mutating func count(_ found: [StagedRow]) throws(UnreadableFile) -> [StagedRow] {
        for row in found {
            rows += 1
            guard rows <= PositionImport.maximumRows else {
                throw UnreadableFile(
                    line: row.line,
                    detail: "A file has at most \(PositionImport.maximumRows) rows. Send several files.",
                    isTooLong: true)
            }
            switch row.content {
            case .success(let content): digest = SHA256.digest(digest + content)
            case .failure(let fault):
                refused += 1
                digest = SHA256.digest(digest + Array(fault.detail.utf8))
            }
        }
        return found
    }
}

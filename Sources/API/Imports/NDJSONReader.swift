import PagoPA

/// Splits NDJSON into lines. A line that is too long is refused, and the next one is read.
struct NDJSONReader: RowSplitter {
    private var pending: [UInt8] = []
    private var line = 1
    private var isTooLong = false

    mutating func read(_ bytes: [UInt8]) -> [StagedRow] {
        var rows: [StagedRow] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            append(rest[..<end])
            rest = rest[(end + 1)...]
            if let row = endLine() { rows.append(row) }
            line += 1
        }
        append(rest)
        return rows
    }

    mutating func finish() -> [StagedRow] { endLine().map { [$0] } ?? [] }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        guard !isTooLong else { return }
        // One byte more for the CR before the LF.
        guard pending.count + bytes.count <= PositionImport.maximumRowBytes + 1 else {
            isTooLong = true
            pending = []
            return
        }
        pending += bytes
    }

    /// - Returns: the line; `nil` for a blank one.
    private mutating func endLine() -> StagedRow? {
        defer {
            pending = []
            isTooLong = false
        }
        if isTooLong {
            return .refused(.tooLong, "is longer than \(PositionImport.maximumRowBytes) bytes", line: line)
        }
        var content = pending[...]
        if line == 1, content.starts(with: UTF8Text.byteOrderMark) { content = content.dropFirst(3) }
        if content.last == 0x0D { content = content.dropLast() }
        guard content.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return nil }
        return .checked(Array(content), line: line)
    }
}

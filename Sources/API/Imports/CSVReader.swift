import PagoPA

/// Splits CSV (RFC 4180) into records, and turns each into the JSON object of a single creation. The separator is a comma or a semicolon,
/// which Excel writes in Italy; a byte order mark and a first line `sep=;` are accepted.
struct CSVReader: RowSplitter {
    private enum State {
        case fieldStart
        case plain
        case quoted
        /// After a quote within a quoted field: the end of the field, or the first half of a doubled quote.
        case quoteSeen
    }

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D

    private var state = State.fieldStart
    private var separator = UInt8(ascii: ",")
    private var field: [UInt8] = []
    private var fields: [[UInt8]] = []
    /// Of the current record.
    private var bytes = 0
    private var line = 1
    /// The line on which the current record begins.
    private var recordLine = 1
    /// The current record has a quote where none is allowed.
    private var isMalformed = false
    /// The bytes up to the first line end, which show the separator.
    private var head: [UInt8]? = []
    private var columns: CSVColumns?

    mutating func read(_ bytes: [UInt8]) throws(UnreadableFile) -> [StagedRow] {
        var rows: [StagedRow] = []
        if head == nil {
            try split(bytes[...], into: &rows)
            return rows
        }
        head?.append(contentsOf: bytes)
        guard let first = head else { return rows }
        if bytes.contains(Self.lineFeed) {
            try begin(first, into: &rows)
        } else if first.count > PositionImport.maximumRowBytes {
            throw tooLong
        }
        return rows
    }

    mutating func finish() throws(UnreadableFile) -> [StagedRow] {
        var rows: [StagedRow] = []
        if let head { try begin(head, into: &rows) }
        switch state {
        case .quoted: throw UnreadableFile(line: recordLine, detail: "A quoted field has no closing quote.")
        case .fieldStart where fields.isEmpty: break
        case .fieldStart, .plain, .quoteSeen: try endRecord(into: &rows)
        }
        guard columns != nil else { throw UnreadableFile(line: 1, detail: "The first line must name the columns.") }
        return rows
    }

    private var tooLong: UnreadableFile {
        UnreadableFile(
            line: recordLine,
            detail:
                "The row is longer than \(PositionImport.maximumRowBytes) bytes. Perhaps a quoted field has no closing quote."
        )
    }

    /// Skips the byte order mark and finds the separator: the one that `sep=` names, or the more frequent one in the first line.
    private mutating func begin(_ bytes: [UInt8], into rows: inout [StagedRow]) throws(UnreadableFile) {
        head = nil
        var rest = bytes[...]
        if rest.starts(with: UTF8Text.byteOrderMark) { rest = rest.dropFirst(3) }
        let first = rest.prefix { $0 != Self.lineFeed }
        if first.starts(with: Array("sep=".utf8)), (5...6).contains(first.count), let named = first.dropFirst(4).first {
            separator = named
            rest = rest.dropFirst(first.count + 1)
            line += 1
            recordLine = line
        } else {
            let semicolons = first.count { $0 == UInt8(ascii: ";") }
            let commas = first.count { $0 == UInt8(ascii: ",") }
            separator = UInt8(ascii: semicolons > commas ? ";" : ",")
        }
        try split(rest, into: &rows)
    }

    private mutating func split(_ bytes: ArraySlice<UInt8>, into rows: inout [StagedRow]) throws(UnreadableFile) {
        for byte in bytes {
            self.bytes += 1
            guard self.bytes <= PositionImport.maximumRowBytes else { throw tooLong }
            switch state {
            case .quoted: readQuoted(byte)
            case .quoteSeen where byte == Self.quote:
                field.append(byte)
                state = .quoted
            case .fieldStart where byte == Self.quote: state = .quoted
            case .plain where byte == Self.quote && field == [UInt8(ascii: "=")]:
                // Excel removes the leading zeros of 0123, so programs write ="0123" for it.
                field = []
                state = .quoted
            case .fieldStart, .plain, .quoteSeen: try readPlain(byte, into: &rows)
            }
        }
    }

    private mutating func readQuoted(_ byte: UInt8) {
        if byte == Self.quote {
            state = .quoteSeen
        } else {
            if byte == Self.lineFeed { line += 1 }
            field.append(byte)
        }
    }

    private mutating func readPlain(_ byte: UInt8, into rows: inout [StagedRow]) throws(UnreadableFile) {
        switch byte {
        case separator: endField()
        case Self.lineFeed:
            line += 1
            try endRecord(into: &rows)
        case Self.carriageReturn where state == .quoteSeen: break
        default:
            if byte == Self.quote || state == .quoteSeen { isMalformed = true }
            field.append(byte)
            state = .plain
        }
    }

    private mutating func endField() {
        fields.append(field)
        field = []
        state = .fieldStart
    }

    private mutating func endRecord(into rows: inout [StagedRow]) throws(UnreadableFile) {
        if state != .quoteSeen, field.last == Self.carriageReturn { _ = field.popLast() }
        endField()
        defer {
            fields = []
            bytes = 0
            recordLine = line
            isMalformed = false
        }
        // Excel writes rows without any value for lines that were emptied.
        if fields.allSatisfy(\.isEmpty) { return }
        guard let columns else {
            columns = try CSVColumns(fields, line: recordLine)
            return
        }
        rows.append(
            isMalformed
                ? .refused(.badFormat, "has a quote where none is allowed", line: recordLine)
                : columns.row(fields, line: recordLine))
    }
}

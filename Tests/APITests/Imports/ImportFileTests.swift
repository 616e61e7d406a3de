import JSON
import PagoPA
import TestSupport
import Testing

@testable import API

/// Files as bytes in parts of any size, and the rows into which they are divided.
@Suite struct ImportFileTests {
    /// The rows as text: their line and their JSON or the code of their fault.
    private static func rows(_ format: ImportFormat, _ bytes: [UInt8], partBytes: Int) throws(UnreadableFile)
        -> [String]
    {
        var file = ImportFile(format)
        var rows: [StagedRow] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            rows += try file.read(Array(rest.prefix(partBytes)))
            rest = rest.dropFirst(partBytes)
        }
        rows += try file.finish()
        return rows.map { row in
            switch row.content {
            case .success(let json): "\(row.line) " + String(decoding: json, as: UTF8.self)
            case .failure(let fault): "\(row.line) \(fault.code.rawValue)"
            }
        }
    }

    /// The same for parts of 1, 2, 7 and all bytes.
    private static func rows(_ format: ImportFormat, _ bytes: [UInt8]) throws -> [String] {
        let whole = try rows(format, bytes, partBytes: max(bytes.count, 1))
        for partBytes in [1, 2, 7] { #expect(try rows(format, bytes, partBytes: partBytes) == whole) }
        return whole
    }

    private static func unreadable(_ format: ImportFormat, _ bytes: [UInt8]) throws -> UnreadableFile {
        try #require(throws: UnreadableFile.self) { try rows(format, bytes, partBytes: 7) }
    }

    @Test(
        arguments: [
            ("external_id,description\nA,b\n", [#"2 {"external_id":"A","description":"b"}"#]),
            ("external_id;description\r\nA;b,c\r\n", [#"2 {"external_id":"A","description":"b,c"}"#]),
            ("external_id,description\nA,b", [#"2 {"external_id":"A","description":"b"}"#]),
            ("\u{FEFF}external_id;description\r\nA;b", [#"2 {"external_id":"A","description":"b"}"#]),
            ("sep=;\r\nexternal_id;description\r\nA;b", [#"3 {"external_id":"A","description":"b"}"#]),
            ("sep=|\nexternal_id|description\nA|b;c,d", [#"3 {"external_id":"A","description":"b;c,d"}"#]),
            ("external_id,description\nA,\"b,\"\"c\"\"\"\n", [#"2 {"external_id":"A","description":"b,\"c\""}"#]),
            (
                "external_id,description\r\nA,\"b\r\nc\"\r\nB,d\r\n",
                [#"2 {"external_id":"A","description":"b\r\nc"}"#, #"4 {"external_id":"B","description":"d"}"#]
            ),
            ("external_id,description\nA,\"b\"\r\n", [#"2 {"external_id":"A","description":"b"}"#]),
            ("external_id;description\n=\"007\";b\n", [#"2 {"external_id":"007","description":"b"}"#]),
            ("external_id;description\n\"=\"\"007\"\"\";b\n", [#"2 {"external_id":"007","description":"b"}"#]),
            ("external_id;description\n=\"0\"\"7\";b\n", [#"2 {"external_id":"0\"7","description":"b"}"#]),
            ("external_id,description\nA,\n", [#"2 {"external_id":"A"}"#]),
            ("external_id,description\n\n,\n\r\nA,b\n", [#"5 {"external_id":"A","description":"b"}"#]),
            (
                "external_id,draft\nA,true\nB,FALSE\nC,si\n",
                [
                    #"2 {"external_id":"A","draft":true}"#, #"3 {"external_id":"B","draft":false}"#,
                    #"4 {"external_id":"C","draft":"si"}"#,
                ]
            ),
            (
                "external_id,installments/0/amount_cents,installments/1/amount_cents\nA,5980,\nB,1,2\nC,,3\nD,1.50,\n",
                [
                    #"2 {"external_id":"A","installments":[{"amount_cents":5980}]}"#,
                    #"3 {"external_id":"B","installments":[{"amount_cents":1},{"amount_cents":2}]}"#,
                    #"4 {"external_id":"C","installments":[{},{"amount_cents":3}]}"#,
                    #"5 {"external_id":"D","installments":[{"amount_cents":"1.50"}]}"#,
                ]
            ),
            (
                "external_id,metadata/year,debtor/address/city\nA,2026,Roma\n",
                [#"2 {"external_id":"A","metadata":{"year":"2026"},"debtor":{"address":{"city":"Roma"}}}"#]
            ),
            // Rows that are wrong do not change the rows after them. The reader of JSON refuses U+0000.
            ("external_id,description\nA,b\"c\nB,d\n", ["2 bad_format", #"3 {"external_id":"B","description":"d"}"#]),
            (
                "external_id,description\nA,\"b\"c\nB,d\n",
                ["2 bad_format", #"3 {"external_id":"B","description":"d"}"#]
            ),
            (
                "external_id,description\nA\nB,d,e\nC,f\n",
                ["2 mismatch", "3 mismatch", #"4 {"external_id":"C","description":"f"}"#]
            ),
            (
                "external_id,description\nA,b\u{0}c\nB,d\n",
                [#"2 {"external_id":"A","description":"b\u0000c"}"#, #"3 {"external_id":"B","description":"d"}"#]
            ),
        ] as [(String, [String])])
    func `CSV is divided into records and each becomes the JSON of a creation`(text: String, expected: [String]) throws
    {
        #expect(try Self.rows(.csv, Array(text.utf8)) == expected)
    }

    @Test func `bytes that are not UTF-8 are a fault of their row`() throws {
        let csv = Array("external_id,description\nA,perch".utf8) + [0xE9] + Array("\nB,c\n".utf8)
        #expect(try Self.rows(.csv, csv) == ["2 bad_format", #"3 {"external_id":"B","description":"c"}"#])
        let ndjson = Array(#"{"a":"perch"#.utf8) + [0xE9] + Array("\"}\n{}\n".utf8)
        #expect(try Self.rows(.ndjson, ndjson) == ["1 bad_format", "2 {}"])
    }

    @Test(
        arguments: [
            ("", 1, "The first line must name the columns."),
            ("external_id,description\n", 1, "The file has no rows."),
            ("\n\n", 1, "The first line must name the columns."),
            ("%PDF-1.7\n1 0 obj\n", 1, "Column 1 is not a member of a position."),
            ("external_id,nome\nA,b\n", 1, "Column 2 is not a member of a position."),
            ("external_id,\nA,b\n", 1, "Column 2 is not a member of a position."),
            ("external_id,metadata/\nA,b\n", 1, "Column 2 is not a member of a position."),
            ("external_id,external_id\nA,b\n", 1, "Column 2 has the name of another one."),
            ("external_id,lines/1/amount_cents\nA,1\n", 1, "The indices of columns must be 0, 1, 2"),
            ("external_id,description\nA,b\nB,\"c\nD,e\n", 3, "A quoted field has no closing quote."),
            (
                "external_id,description\nA,b\nB,\"" + String(repeating: "c", count: 70_000), 3,
                "The row is longer than 65536 bytes."
            ),
            (String(repeating: "c", count: 70_000), 1, "The row is longer than 65536 bytes."),
        ])
    func `a file that is not CSV is rejected with the line`(text: String, line: Int, detail: String) throws {
        let error = try Self.unreadable(.csv, Array(text.utf8))
        #expect(error.line == line && error.detail.hasPrefix(detail), "\(error)")
    }

    @Test func `NDJSON is divided into lines, and a line that is too long is refused alone`() throws {
        #expect(try Self.rows(.ndjson, Array("{\"a\":1}\r\n\n \t\n{}".utf8)) == [#"1 {"a":1}"#, "4 {}"])
        #expect(try Self.rows(.ndjson, Array("\u{FEFF}{}\nnull\n".utf8)) == ["1 {}", "2 null"])
        let long = String(repeating: "x", count: PositionImport.maximumRowBytes + 2)
        #expect(try Self.rows(.ndjson, Array("{}\n\(long)\n{}\n".utf8)) == ["1 {}", "2 too_long", "3 {}"])
        let longest = String(repeating: "x", count: PositionImport.maximumRowBytes)
        #expect(try Self.rows(.ndjson, Array("\(longest)\r\n{}\n".utf8)).last == "2 {}")
        #expect(try Self.unreadable(.ndjson, Array("\n\n".utf8)).detail == "The file has no rows.")
    }

    @Test func `a file has at most 100 000 rows`() throws {
        let text = Array(String(repeating: "{}\n", count: PositionImport.maximumRows).utf8)
        #expect(try Self.rows(.ndjson, text, partBytes: 1 << 20).count == PositionImport.maximumRows)
        let error = try Self.unreadable(.ndjson, text + Array("{}".utf8))
        #expect(error.isTooLong && error.line == PositionImport.maximumRows + 1)
    }

    @Test func `the digest depends on the rows and their order, and not on line ends or separators`() throws {
        func digest(_ format: ImportFormat, _ text: String) throws -> [UInt8] {
            var file = ImportFile(format)
            _ = try file.read(Array(text.utf8))
            _ = try file.finish()
            return file.digest
        }
        let comma = try digest(.csv, "external_id,description\nA,b\nB,c\n")
        #expect(try digest(.csv, "\u{FEFF}external_id;description\r\n\"A\";b\r\n\r\nB;c") == comma)
        #expect(try digest(.csv, "external_id,description\nB,c\nA,b\n") != comma)
        #expect(try digest(.csv, "external_id,description\nA,b\n") != comma)
        #expect(try digest(.ndjson, "{}\n{}\n") == digest(.ndjson, "{}\r\n\r\n{}"))
    }

    @Test func `any texts are the same after they were written as CSV`() throws {
        var random = SeededRandom(seed: 65)
        let names = ["external_id", "description", "debtor/full_name", "metadata/a", "metadata/b"]
        let pieces = [
            "a", "b c", ",", ";", "\"", "\"\"", "\n", "\r\n", "\r", "à", "🎓", "'", "=", "+1", "\t", "\\", "0123",
            "sep=",
        ]
        for _ in 0..<400 {
            let separator = [",", ";"].randomElement(using: &random) ?? ","
            let lineEnd = ["\n", "\r\n"].randomElement(using: &random) ?? "\n"
            var text = Bool.random(using: &random) ? "\u{FEFF}" : ""
            text += names.joined(separator: separator) + lineEnd
            var expected: [[String: String]] = []
            for number in 0..<Int.random(in: 1...6, using: &random) {
                var fields = (1..<names.count).map { _ in
                    (0..<Int.random(in: 0...4, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                        .joined()
                }
                // A text of this form is the text within the quotes.
                fields = fields.map { $0.hasPrefix("=\"") && $0.hasSuffix("\"") ? "" : $0 }
                fields.insert("\(number)", at: 0)
                expected.append(Dictionary(zip(names, fields).filter { !$0.1.isEmpty }) { first, _ in first })
                let written = fields.map { field in
                    let needsQuotes = field.unicodeScalars.contains { ",;\"\n\r".unicodeScalars.contains($0) }
                    return needsQuotes || Bool.random(using: &random)
                        ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
                }
                text += written.joined(separator: separator) + lineEnd
            }
            let partBytes = Int.random(in: 1...40, using: &random)
            let rows = try Self.rows(.csv, Array(text.utf8), partBytes: partBytes)
            let found = try rows.map { row in
                try Self.texts(
                    JSONValue.parse(Array((row.split(separator: " ", maxSplits: 1).last ?? "").utf8)), under: "")
            }
            #expect(found == expected, "\(text.debugDescription)")
        }
    }

    /// The texts of an object by their pointers.
    private static func texts(_ json: JSONValue, under pointer: String) -> [String: String] {
        switch json {
        case .object(let members):
            members.reduce(into: [:]) { all, member in
                all.merge(texts(member.value, under: pointer.isEmpty ? member.key : "\(pointer)/\(member.key)")) { $1 }
            }
        case .string(let text): [pointer: text]
        case .array, .integer, .number, .bool, .null: [:]
        }
    }
}

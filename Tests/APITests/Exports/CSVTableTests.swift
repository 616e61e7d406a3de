import JSON
import PagoPA
import TestSupport
import Testing

@testable import API

/// Records of CSV as bytes, and what our reader of CSV makes of them.
@Suite struct CSVTableTests {
    private static func row(_ json: String, _ columns: [String]) throws -> String {
        String(decoding: CSVTable(columns).row(try JSONValue(json)), as: UTF8.self)
    }

    @Test func `the header names the columns after a byte order mark`() {
        let header = CSVTable(["id", "document.year", "_links.self"]).header
        #expect(header == [0xEF, 0xBB, 0xBF] + Array("id,document.year,_links.self\r\n".utf8))
    }

    @Test(
        arguments: [
            (#"{"a":"x","b":5980,"c":true}"#, "x,5980,true"),
            (#"{"c":false,"b":-5,"a":""}"#, ",-5,false"),
            (#"{"b":{"d":1,"e":"y"},"a":"x"}"#, "x,,,1,y"),
            (#"{"a":"x","unknown":1,"b":null}"#, "x,,"),
            (#"{"a":["late","twice"],"b":[],"c":["one"]}"#, "late twice,,one"),
            (#"{"a":[{"x":1},{"x":2}]}"#, #""[{""x"":1},{""x"":2}]",,"#),
            (#"{"a":"1,2","b":"1;2","c":"say \"hi\""}"#, #""1,2","1;2","say ""hi""""#),
            (#"{"a":"two\nlines","b":"à €","c":" x "}"#, "\"two\nlines\",à €, x "),
        ])
    func `a member is the field of its column`(json: String, record: String) throws {
        let columns = ["a", "b", "c"] + (record == "x,,,1,y" ? ["b.d", "b.e"] : [])
        #expect(try Self.row(json, columns) == record + "\r\n")
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+39 02", "'+39 02"), ("-5", "'-5"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"),
        ("\rx", "\"'\rx\""), ("\nx", "\"'\nx\""), ("=\"0123\"", "\"'=\"\"0123\"\"\""), ("＝1", "'＝1"), ("＠x", "'＠x"),
        ("=", "'="), ("a=1", "a=1"), (" =1", " =1"), ("5-3", "5-3"), ("－", "'－"), ("＋", "'＋"), ("！x", "！x"),
        ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""),
    ])
    func `a text that a spreadsheet would execute has an apostrophe before it`(text: String, field: String) {
        let record = CSVTable(["a"]).row(.object([.init("a", .string(text))]))
        #expect(String(decoding: record, as: UTF8.self) == field + "\r\n")
    }

    @Test func `our reader of CSV finds the texts of every record again`() throws {
        var random = SeededRandom(seed: 66)
        let columns = ["external_id", "description", "debtor/full_name", "metadata/a", "metadata/b"]
        let table = CSVTable(columns)
        let pieces = [
            "a", "b c", ",", ";", "\"", "\"\"", "\n", "\r\n", "\r", "à", "🎓", "'", "=", "+", "-", "@", "\t", "\\",
            "0123",
            "sep=", " ", "\u{FEFF}", "＝",
        ]
        for _ in 0..<400 {
            var file = table.header
            var expected: [[String: String]] = []
            for number in 0..<Int.random(in: 1...6, using: &random) {
                var texts = ["external_id": "\(number)"]
                for column in columns.dropFirst() {
                    texts[column] = (0..<Int.random(in: 0...5, using: &random))
                        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
                }
                file += table.row(.object(columns.map { .init($0, .string(texts[$0] ?? "")) }))
                expected.append(texts.filter { !$0.value.isEmpty }.mapValues(Self.neutralized))
            }
            #expect(try Self.read(file) == expected, "\(String(decoding: file, as: UTF8.self).debugDescription)")
        }
    }

    private static func neutralized(_ text: String) -> String {
        guard let first = text.unicodeScalars.first else { return text }
        return "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first) ? "'" + text : text
    }

    /// The texts of each row of a file, by their columns.
    private static func read(_ bytes: [UInt8]) throws -> [[String: String]] {
        var file = ImportFile(.csv)
        let rows = try file.read(bytes) + file.finish()
        return try rows.map { row in
            guard case .success(let json) = row.content else { return ["fault": "\(row.content)"] }
            return texts(try JSONValue.parse(json), under: "")
        }
    }

    private static func texts(_ json: JSONValue, under path: String) -> [String: String] {
        switch json {
        case .object(let members):
            members.reduce(into: [:]) { all, member in
                all.merge(texts(member.value, under: path.isEmpty ? member.key : "\(path)/\(member.key)")) { $1 }
            }
        case .string(let text): [path: text]
        case .array, .integer, .number, .bool, .null: [:]
        }
    }
}

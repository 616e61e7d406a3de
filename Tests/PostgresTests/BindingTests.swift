import Foundation
import TestSupport
import Testing

@testable import Postgres

/// Values of every type at their extremes, as PostgreSQL receives and returns them.
@Suite struct BindingTests {
    private func roundTrip<Value: SQLBindable & SQLDecodable & Equatable>(
        _ values: [Value], as type: SQL, _ pool: Pool
    ) async throws {
        for value in values {
            let read = try await pool.query("SELECT \(value)::\(type)").only(Value.self)
            #expect(read == value, "\(type.text) \(value)")
        }
    }

    private static let texts = [
        "", " ", "NULL", "null", "\"", "\\", "'", "{}", "{", ",", "a,b", "\\\"", "$1", "--", ";", "\n\r\t",
        "\u{1}\u{7F}",
        "è", "e\u{301}", "👩‍👩‍👧", "\u{202E}", "\u{FFFF}", String(repeating: "x\\\"", count: 5_000),
    ]

    @Test func `each type keeps its smallest, largest and odd values`() async throws {
        try await withPool { pool async throws in
            try await roundTrip([Int16.min, -1, 0, .max], as: "smallint", pool)
            try await roundTrip([Int32.min, -1, 0, .max], as: "integer", pool)
            try await roundTrip([Int64.min, -1, 0, .max], as: "bigint", pool)
            try await roundTrip([Int.min, Int.max], as: "bigint", pool)
            try await roundTrip([true, false], as: "boolean", pool)
            try await roundTrip(Self.texts, as: "text", pool)
            let ids = ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]
            try await roundTrip(ids.compactMap { UUID(uuidString: $0) }, as: "uuid", pool)
            try await roundTrip([[], [0], Array(0...255), [UInt8](repeating: 255, count: 300_000)], as: "bytea", pool)
            // PostgreSQL's own limits of timestamptz and date.
            try await roundTrip(
                [
                    Microseconds(-210_866_803_200_000_000), Microseconds(-62_167_219_200_000_001), Microseconds(-1),
                    Microseconds(0), Microseconds(.max),
                ], as: "timestamptz", pool)
            try await roundTrip(
                [EpochDays(-2_440_588), EpochDays(-719_529), EpochDays(-1), EpochDays(0), EpochDays(2_145_031_948)],
                as: "date", pool)
        }
    }

    @Test func `arrays keep their order, their empty and odd elements, and any length`() async throws {
        try await withPool { pool async throws in
            try await roundTrip([[], Self.texts, [""], ["NULL", "null", ""]], as: "text[]", pool)
            try await roundTrip([[], [Int16.min, .max]], as: "smallint[]", pool)
            try await roundTrip([[], [Int32.min, .max]], as: "integer[]", pool)
            try await roundTrip([[], [Int64.min, .max], Array(0..<20_000)], as: "bigint[]", pool)
            try await roundTrip([[], [true, false, true]], as: "boolean[]", pool)
            try await roundTrip([[], [UUID(), UUID()]], as: "uuid[]", pool)
            try await roundTrip(
                [[], [Microseconds(-62_167_219_200_000_001), Microseconds(1)]], as: "timestamptz[]", pool)
            try await roundTrip([[], [EpochDays(-719_529), EpochDays(0)]], as: "date[]", pool)
            let bytes: [[UInt8]] = [[], [0, 255, 92, 39], Array(0...255)]
            let texts = try await pool.query(
                "SELECT encode(b, 'hex') FROM unnest(\(bytes)::bytea[]) WITH ORDINALITY AS a(b, n) ORDER BY n"
            ).map { row in
                var row = row
                return try row.string()
            }
            #expect(texts == bytes.map { $0.map { String(format: "%02x", $0) }.joined() })
        }
    }

    @Test func `every day and every hour around the beginning of our era has PostgreSQL's text`() async throws {
        try await withPool { pool async throws in
            for (days, text) in [
                (-719_163, "0001-12-31 BC"), (-719_162, "0001-01-01"), (-719_528, "0001-01-01 BC"),
                (-719_529, "0002-12-31 BC"), (2_932_897, "10000-01-01"), (-719_469, "0001-02-29 BC"),
            ] as [(Int32, String)] {
                let read = try await pool.query("SELECT \(EpochDays(days))::date::text").only(String.self)
                #expect(read == text)
            }
        }
    }

    @Test func `NULL is NULL for every type, in a cell and in an array`() async throws {
        try await withPool { pool async throws in
            func null<Value: SQLBindable & SQLDecodable>(_: Value.Type, _ type: SQL) async throws {
                let absent: Value? = nil
                var row = try #require(try await pool.query("SELECT \(absent)::\(type), 1").first)
                let cells = (try row.nextOptional(Value.self), try row.next(Int.self))
                #expect(cells.0 == nil && cells.1 == 1)
                let error = await failure { try await pool.query("SELECT \(absent)::\(type)").only(Value.self) }
                #expect(error == .decoding("column 1 is NULL where \(Value.self) was expected"))
            }
            try await null(Int.self, "bigint")
            try await null(String.self, "text")
            try await null(Bool.self, "boolean")
            try await null(UUID.self, "uuid")
            try await null([UInt8].self, "bytea")
            try await null([String].self, "text[]")
            try await null(Microseconds.self, "timestamptz")
            try await null(EpochDays.self, "date")
            for (sql, element) in [("text", "'a'"), ("bigint", "1"), ("uuid", "gen_random_uuid()")] {
                let array: SQL = "SELECT ARRAY[NULL]::\(SQL.identifier(sql == "bigint" ? "int8" : sql))[]"
                let error = await failure {
                    if sql == "text" { _ = try await pool.query(array).only([String].self) }
                    if sql == "bigint" { _ = try await pool.query(array).only([Int].self) }
                    if sql == "uuid" { _ = try await pool.query(array).only([UUID].self) }
                }
                #expect(error == .decoding("column 1: unexpected cell: NULL in an array"), "\(element)")
            }
        }
    }

    @Test func `a cell is decoded into exactly the types that can represent it`() async throws {
        try await withPool { pool async throws in
            let cells: [(SQL, fits: Set<String>)] = [
                ("1::int2", ["Int", "Int16", "Int32", "Int64"]), ("1::int4", ["Int", "Int16", "Int32", "Int64"]),
                ("1::int8", ["Int", "Int16", "Int32", "Int64"]), ("40000::int4", ["Int", "Int32", "Int64"]),
                ("5000000000::int8", ["Int", "Int64"]), ("1::numeric", []), ("1::float8", []),
                ("'a'::text", ["String"]),
                ("'a'::varchar", ["String"]), ("'{}'::json", ["String"]), ("'{}'::jsonb", ["String"]),
                ("true", ["Bool"]),
                ("gen_random_uuid()", ["UUID"]), ("'a'::bytea", ["Bytes"]), ("now()", ["Microseconds"]),
                ("localtimestamp", []), ("current_date", ["EpochDays"]), ("interval '1 day'", []),
                ("ARRAY['a']", ["Strings"]), ("ARRAY[1]", ["Ints"]), ("ARRAY[gen_random_uuid()]", ["UUIDs"]),
                ("'{}'::text[]", ["Strings", "Ints", "UUIDs"]), ("ARRAY[[1]]", []), ("ARRAY[1.5]", []),
            ]
            for (sql, fits) in cells {
                var decoded: Set<String> = []
                func attempt<Value: SQLDecodable>(_ name: String, _: Value.Type) async throws {
                    var row = try #require(try await pool.query("SELECT \(sql)").first)
                    do {
                        _ = try row.next(Value.self)
                        decoded.insert(name)
                    } catch let error as PostgresError {
                        guard case .decoding = error else { throw error }
                    }
                }
                try await attempt("Int", Int.self)
                try await attempt("Int16", Int16.self)
                try await attempt("Int32", Int32.self)
                try await attempt("Int64", Int64.self)
                try await attempt("String", String.self)
                try await attempt("Bool", Bool.self)
                try await attempt("UUID", UUID.self)
                try await attempt("Bytes", [UInt8].self)
                try await attempt("Microseconds", Microseconds.self)
                try await attempt("EpochDays", EpochDays.self)
                try await attempt("Strings", [String].self)
                try await attempt("Ints", [Int].self)
                try await attempt("UUIDs", [UUID].self)
                #expect(decoded == fits, "\(sql.text)")
            }
        }
    }

    @Test func `fragments nested in any way bind their values in the order of the text`() async throws {
        try await withPool { pool async throws in
            var random = SeededRandom(seed: 8)
            func fragment(_ depth: Int, _ values: inout [String]) -> SQL {
                switch Int.random(in: 0..<(depth > 3 ? 2 : 5), using: &random) {
                case 0:
                    let value = Self.texts.prefix(22).randomElement(using: &random) ?? ""
                    values.append(value)
                    return "\(value)::text"
                case 1:
                    values.append("literal")
                    return "'literal'"
                case 2:
                    let (one, other) = (fragment(depth + 1, &values), fragment(depth + 1, &values))
                    return one + ", " + other
                case 3:
                    let parts = (0..<3).map { _ in fragment(depth + 1, &values) }
                    return parts.joined(separator: ", ")
                default:
                    var whole = fragment(depth + 1, &values)
                    whole += ", \(fragment(depth + 1, &values))"
                    return whole
                }
            }
            for _ in 0..<60 {
                var values: [String] = []
                let list = fragment(0, &values)
                #expect(list.parameters.count == values.count { $0 != "literal" })
                let read = try await pool.query("SELECT ARRAY[\(list)]").only([String].self)
                #expect(read == values)
            }
            #expect([SQL]().joined(separator: ", ").text == "")
        }
    }

    @Test func `a name of any characters is one name`() async throws {
        try await withPool { pool async throws in
            for name in [#"we"ird"#, #"""#, "a b", "SELECT", "è", "a;b--", "$1", "%"] {
                let column = SQL.identifier(name)
                var row = try #require(
                    try await pool.query("SELECT x.\(column) FROM (SELECT 5 AS \(column)) AS x").first)
                #expect(try row.next(Int.self) == 5, "\(name)")
            }
        }
    }

    @Test func `an error is retried, closes its connection or is a fault by its SQLSTATE alone`() {
        func error(_ state: String) -> PostgresError { .server(sqlState: state, constraint: nil, message: "m") }
        for (state, isUnavailable, endsConnection) in [
            ("57P01", true, true), ("57P02", true, true), ("57P03", true, true), ("57P05", true, true),
            ("25P03", true, true), ("25006", true, true), ("57014", true, false), ("55P03", true, false),
            ("58030", true, false), ("53100", true, false), ("53300", true, false), ("08006", true, false),
            ("23505", false, false), ("40001", false, false), ("40P01", false, false), ("42601", false, false),
            ("22021", false, false), ("XX000", false, false), ("P0001", false, false),
        ] {
            #expect(
                error(state).isUnavailable == isUnavailable && error(state).endsConnection == endsConnection, "\(state)"
            )
            #expect(error(state).sqlState == state && error(state).description == "PostgreSQL \(state): m")
        }
        for (error, isUnavailable, endsConnection) in [
            (PostgresError.connectionLost, true, true), (.commitUnknown, true, true), (.timedOut, true, true),
            (.poolExhausted, true, false), (.unavailable(reason: "x"), true, false), (.decoding("x"), false, false),
            (.transactionEnded, false, false),
        ] {
            #expect(error.isUnavailable == isUnavailable && error.endsConnection == endsConnection, "\(error)")
            #expect(error.sqlState == nil && error.constraint == nil)
        }
    }
}

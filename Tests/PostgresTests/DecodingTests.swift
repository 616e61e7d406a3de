import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite struct DecodingTests {
    @Test func `generated values are decoded as they were bound`() async throws {
        try await withPool { pool async throws in
            var random = SeededRandom(seed: 7)
            for _ in 0..<150 {
                let sample = Sample(random: &random)

                var row = try #require(try await pool.query(sample.select).first)

                #expect(try Sample(row: &row) == sample)
            }
        }
    }

    @Test func `the smallest and largest values are decoded`() async throws {
        try await withPool { pool async throws in
            for instant in [
                0, -1, 1, 253_402_300_799_999_999, 253_402_300_800_000_000, -62_135_596_800_000_001,
                951_782_400_000_000,
            ] {
                let rows = try await pool.query("SELECT \(Microseconds(Int64(instant)))::timestamptz")
                #expect(try rows.only(Microseconds.self).value == Int64(instant))
            }
            for days in [0, -1, 11_016, 2_932_896, 2_932_897, -719_163, -719_528] {
                #expect(
                    try await pool.query("SELECT \(EpochDays(Int32(days)))::date").only(EpochDays.self).value
                        == Int32(days))
            }
            for number in [Int64.min, -1, 0, .max] {
                #expect(try await pool.query("SELECT \(number)::bigint").only(Int64.self) == number)
            }
        }
    }

    @Test func `the calendar matches PostgreSQL's calendar`() async throws {
        try await withPool { pool async throws in
            var row = try #require(
                try await pool.query(
                    """
                    SELECT \(EpochDays(19_782))::date::text, \(Microseconds(1_709_211_600_000_001))::timestamptz::text,
                        \(EpochDays(-719_164))::date::text
                    """
                ).first)

            #expect(try row.next(String.self) == "2024-02-29")
            #expect(try row.next(String.self) == "2024-02-29 13:00:00.000001+00")
            #expect(try row.next(String.self) == "0001-12-30 BC")
        }
    }

    @Test func `arrays of rows are read in order, also inside each other and with NULL`() async throws {
        try await withPool { pool async throws in
            _ = try await pool.query("CREATE TYPE part AS (name text, number integer)")
            let rows = try await pool.query(
                """
                SELECT ARRAY(SELECT ROW (n, CASE WHEN n > 1 THEN 'name' END, ARRAY[ROW ('a', n)::part, ROW (NULL, 7)::part])
                    FROM generate_series(1, 2) AS n ORDER BY n), ARRAY[]::part[], 5, NULL::part[]
                """)
            var row = try #require(rows.first)

            let read = try row.nextRows { part in
                (
                    try part.next(Int.self), try part.nextOptional(String.self),
                    try part.nextRows { try "\($0.nextOptional(String.self) ?? "-")\($0.next(Int.self))" }
                )
            }
            #expect(read.map(\.0) == [1, 2] && read.map(\.1) == [nil, "name"])
            #expect(read.map(\.2) == [["a1", "-7"], ["a2", "-7"]])
            #expect(try row.nextRows { try $0.next(Int.self) }.isEmpty)
            #expect(try row.next(Int.self) == 5)
            #expect(throws: PostgresError.self) { try row.nextRows { try $0.next(Int.self) } }
            // A cell that is missing or has another type is an error, as in a row.
            var again = try #require(rows.first)
            #expect(throws: PostgresError.self) { try again.nextRows { try $0.next(String.self) } }
            var more = try #require(rows.first)
            #expect(throws: PostgresError.self) {
                try more.nextRows { part in
                    part.skip(3)
                    _ = try part.next(Int.self)
                }
            }
        }
    }

    @Test func `json, enumerations, names and small integers are decoded`() async throws {
        try await withPool { pool async throws in
            _ = try await pool.query("CREATE TYPE mood AS ENUM ('calm', 'cross')")
            var row = try #require(
                try await pool.query(
                    """
                    SELECT \(#"{"a": [1, "è"]}"#)::jsonb, '{"b":2}'::json, 'calm'::mood, current_schema(), 5::int2, 6::int4,
                        ARRAY['calm']::mood[], '{}'::uuid[], 'x'::varchar(3), 'y'::char(2), NULL::text
                    """
                ).first)

            #expect(try row.next(String.self) == #"{"a": [1, "è"]}"#)
            #expect(try row.next(String.self) == #"{"b":2}"#)
            #expect(try row.next(String.self) == "calm")
            #expect(try row.next(String.self).hasPrefix("t_"))
            #expect(try row.next(Int.self) == 5)
            #expect(try row.next(Int.self) == 6)
            #expect(try row.next([String].self) == ["calm"])
            #expect(try row.next([UUID].self) == [])
            #expect(try row.next(String.self) == "x")
            #expect(try row.next(String.self) == "y ")
            #expect(try row.nextOptional(String.self) == nil)
        }
    }

    @Test func `a cell of another type, NULL, infinity or no cell at all is an error`() async throws {
        try await withPool { pool async throws in
            func reading<Value: SQLDecodable>(_ sql: SQL, _ type: Value.Type) async -> Bool {
                let error = await failure { try await pool.query(sql).only(type) }
                if case .decoding = error { return true }
                return false
            }

            #expect(await reading("SELECT 1", String.self))
            #expect(await reading("SELECT 'a'", Int.self))
            #expect(await reading("SELECT NULL::int", Int.self))
            #expect(await reading("SELECT 4000000000", Int32.self))
            #expect(await reading("SELECT 'infinity'::timestamptz", Microseconds.self))
            #expect(await reading("SELECT '-infinity'::date", EpochDays.self))
            #expect(await reading("SELECT ARRAY['a', NULL]", [String].self))
            #expect(await reading("SELECT ARRAY[[1], [2]]", [Int].self))
            #expect(await reading("SELECT", Int.self))
            #expect(await reading("SELECT sum(1::bigint)", Int64.self))
        }
    }

    @Test func `rows remain valid after their query and in other tasks`() async throws {
        try await withPool { pool async throws in
            let rows = try await pool.query("SELECT i, 'row ' || i FROM generate_series(1, 500) i")
            _ = try await pool.query("SELECT 2")

            let sum = await Task {
                rows.reduce(0) { sum, row in
                    var row = row
                    return sum + ((try? row.next(Int.self)) ?? 0)
                }
            }.value

            #expect(sum == 125_250)
        }
    }
}

/// One generated value of each type.
private struct Sample: Equatable {
    let text: String
    let number: Int64
    let flag: Bool
    let uuid: UUID
    let bytes: [UInt8]
    let texts: [String]
    let numbers: [Int64]
    let uuids: [UUID]
    let instant: Microseconds
    let day: EpochDays
    let absent: String?

    init(random: inout SeededRandom) {
        text = Self.text(&random)
        number = Int64.random(in: .min ... .max, using: &random)
        flag = Bool.random(using: &random)
        uuid = Self.uuid(&random)
        bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        texts = (0..<Int.random(in: 0...5, using: &random)).map { _ in Self.text(&random) }
        numbers = (0..<Int.random(in: 0...5, using: &random)).map { _ in Int64.random(in: .min ... .max, using: &random)
        }
        uuids = (0..<Int.random(in: 0...3, using: &random)).map { _ in Self.uuid(&random) }
        // Years 1 … 9999.
        instant = Microseconds(Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &random))
        day = EpochDays(Int32.random(in: -719_162...2_932_896, using: &random))
        absent = Bool.random(using: &random) ? nil : Self.text(&random)
    }

    init(row: inout Row) throws {
        text = try row.next()
        number = try row.next()
        flag = try row.next()
        uuid = try row.next()
        bytes = try row.next()
        texts = try row.next()
        numbers = try row.next()
        uuids = try row.next()
        instant = try row.next()
        day = try row.next()
        absent = try row.nextOptional()
    }

    var select: SQL {
        """
        SELECT \(text)::text, \(number)::bigint, \(flag)::boolean, \(uuid)::uuid, \(bytes)::bytea, \(texts)::text[],
            \(numbers)::bigint[], \(uuids)::uuid[], \(instant)::timestamptz, \(day)::date, \(absent)::text
        """
    }

    private static func text(_ random: inout SeededRandom) -> String {
        let alphabet: [String] = [
            "a", "{", "}", ",", "\"", "\\", "'", " ", "NULL", "è", "🧾", "\n", "\t", "$1", "%", "\u{1}", "ß",
        ]
        return (0..<Int.random(in: 0...12, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "" }
            .joined()
    }

    private static func uuid(_ random: inout SeededRandom) -> UUID {
        let bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}

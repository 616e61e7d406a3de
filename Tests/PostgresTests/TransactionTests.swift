import Foundation
import Testing

@testable import Postgres

@Suite struct TransactionTests {
    private static let table: SQL =
        "CREATE TABLE things (id bigint CONSTRAINT things_pkey PRIMARY KEY, note text CONSTRAINT things_note_check CHECK (note <> ''))"

    @Test func `queued and queried statements are committed`() async throws {
        try await withPool { pool async throws in
            _ = try await pool.query(Self.table)

            let count = try await pool.transaction { tx in
                tx.send("INSERT INTO things VALUES (1, 'a')")
                let written = try await tx.execute("INSERT INTO things VALUES (2, 'b'), (3, 'c')")
                let answers = try await tx.queryAll([
                    "SELECT count(*) FROM things", "SELECT note FROM things WHERE id = \(2)",
                ])
                tx.send("UPDATE things SET note = 'z' WHERE id = 3")
                #expect(try answers[1].only(String.self) == "b")
                #expect(written == 2)
                return try answers[0].only(Int.self)
            }

            #expect(count == 3)
            #expect(try await pool.query("SELECT note FROM things ORDER BY id").column(String.self) == ["a", "b", "z"])
        }
    }

    @Test func `rows of one INSERT share a statement, after the queued statements and in their order`() async throws {
        try await withPool { pool async throws in
            _ = try await pool.query("CREATE SEQUENCE calls")
            _ = try await pool.query(
                "CREATE TABLE entries (id bigint GENERATED ALWAYS AS IDENTITY, note text, seen bigint DEFAULT currval('calls'))"
            )
            func row(_ note: String, in tx: Transaction) {
                tx.send(row: "(\(note))", of: "INSERT INTO entries (note) VALUES")
                // A number for each statement that comes before the rows.
                tx.send("SELECT nextval('calls')")
            }

            let before = try await pool.transaction { tx in
                for note in ["a", "b", "c", "d", "e"] { row(note, in: tx) }
                let read = try await tx.query("SELECT note FROM entries ORDER BY id").column(String.self)
                row("f", in: tx)
                return read
            }

            #expect(before == ["a", "b", "c", "d", "e"])
            #expect(
                try await pool.query("SELECT note || seen FROM entries ORDER BY id").column(String.self)
                    == ["a5", "b5", "c5", "d5", "e5", "f6"])
            await #expect(throws: Refusal.self) {
                try await pool.transaction { tx in
                    row("g", in: tx)
                    throw Refusal()
                }
            }
            #expect(try await pool.query("SELECT count(*) FROM entries").only(Int.self) == 6)
        }
    }

    @Test func `an error of the body rolls back and is thrown`() async throws {
        try await withPool(connections: 1) { pool async throws in
            _ = try await pool.query(Self.table)

            await #expect(throws: Refusal.self) {
                try await pool.transaction { tx in
                    _ = try await tx.query("INSERT INTO things VALUES (1, 'a')")
                    tx.send("INSERT INTO things VALUES (2, 'a')")
                    throw Refusal()
                }
            }

            #expect(try await pool.query("SELECT count(*) FROM things").only(Int.self) == 0)
            #expect(pool.gauges == PoolGauges(inUse: 0, idle: 1, waiting: 0, size: 1))
        }
    }

    @Test func `the first statement that fails is reported with its constraint`() async throws {
        try await withPool { pool async throws in
            _ = try await pool.query(Self.table)

            let error = await failure {
                try await pool.transaction { tx in
                    tx.send("INSERT INTO things VALUES (1, 'a')")
                    tx.send("INSERT INTO things VALUES (2, \("")) ")
                    tx.send("INSERT INTO things VALUES (1, 'again')")
                }
            }

            #expect(error?.sqlState == "23514")
            #expect(error?.constraint == "things_note_check")
            #expect(try await pool.query("SELECT count(*) FROM things").only(Int.self) == 0)
        }
    }

    @Test func `a deferred constraint is reported by the commit`() async throws {
        try await withPool { pool async throws in
            _ = try await pool.query("CREATE TABLE d (a int CONSTRAINT d_a_key UNIQUE DEFERRABLE INITIALLY DEFERRED)")

            let error = await failure {
                try await pool.transaction { tx in tx.send("INSERT INTO d VALUES (1), (1)") }
            }

            #expect(error?.sqlState == "23505")
            #expect(error?.constraint == "d_a_key")
        }
    }

    @Test func `a failed statement rolls back even when the body ignores the error`() async throws {
        try await withPool { pool async throws in
            _ = try await pool.query(Self.table)

            let error = await failure {
                try await pool.transaction { tx in
                    _ = try await tx.query("INSERT INTO things VALUES (1, 'a')")
                    _ = try? await tx.query("SELECT 1 / 0")
                    tx.send("INSERT INTO things VALUES (2, 'a')")
                }
            }

            #expect(error?.sqlState == "22012")
            #expect(try await pool.query("SELECT count(*) FROM things").only(Int.self) == 0)
        }
    }

    @Test func `a transaction cannot be used after its body`() async throws {
        try await withPool { pool async throws in
            var escaped: Transaction?
            try await pool.transaction { tx in
                _ = try await tx.query("SELECT 1")
                escaped = tx
            }
            let late = try #require(escaped)

            let error = await failure { try await late.query("SELECT 1") }

            #expect(error == .transactionEnded)
        }
    }

    @Test func `an empty transaction opens no connection`() async throws {
        try await withPool { pool async throws in
            let answer = try await pool.transaction { _ in 7 }

            #expect(answer == 7)
            #expect(pool.gauges.size == 0)
        }
    }

    @Test func `concurrent transactions lose no update`() async throws {
        try await withPool(connections: 6, settings: .patient) { pool async throws in
            _ = try await pool.query("CREATE TABLE counter (n bigint)")
            _ = try await pool.query("INSERT INTO counter VALUES (0)")

            try await withThrowingTaskGroup { group in
                for task in 0..<40 {
                    group.addTask {
                        for turn in 0..<10 {
                            let fails = (task + turn) % 7 == 0
                            do {
                                try await pool.transaction { tx in
                                    let n = try await tx.query("SELECT n FROM counter FOR UPDATE").only(Int.self)
                                    tx.send("UPDATE counter SET n = \(n + 1)")
                                    if fails { throw Refusal() }
                                }
                            } catch is Refusal {
                                continue
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }

            let failing = (0..<40).reduce(0) { sum, task in sum + (0..<10).filter { (task + $0) % 7 == 0 }.count }
            #expect(try await pool.query("SELECT n FROM counter").only(Int.self) == 400 - failing)
            #expect(pool.gauges.inUse == 0)
            #expect(pool.gauges.size <= 6)
        }
    }
}

private struct Refusal: Error {}

import Foundation
import Testing

@testable import Postgres

@Suite struct SQLTests {
    @Test func `values become numbered parameters and are never part of the text`() {
        let name = "x'; DROP TABLE positions; --"

        let sql: SQL = "SELECT 1 FROM t WHERE a = \(name) AND b = \(7)"

        #expect(sql.text == "SELECT 1 FROM t WHERE a = $1 AND b = $2")
        #expect(sql.parameters == ("\(name) \(7)" as SQL).parameters)
    }

    @Test func `fragments include their parameters, which are renumbered`() {
        let tenant: SQL = "tenant = \("a")"
        let state: SQL = "state = ANY(\(["open", "paid"]))"
        let absent: Int? = nil

        let sql: SQL = "SELECT \(true) WHERE \([tenant, state].joined(separator: " AND ")) LIMIT \(absent)"

        #expect(sql.text == "SELECT $1 WHERE tenant = $2 AND state = ANY($3) LIMIT $4")
        #expect(sql.parameters == ("\(true) \("a") \(["open", "paid"]) \(absent)" as SQL).parameters)
    }

    @Test func `concatenation joins texts and parameters`() {
        var sql: SQL = "a = \(1)"
        sql += " AND b = \(2)"

        #expect((sql + " OR c = \(3)").text == "a = $1 AND b = $2 OR c = $3")
    }

    @Test func `a statement is identified by its literals and the types of its parameters, not by their values`() {
        let show: (UUID?) -> SQL = { "SELECT \($0)" }
        let other: SQL = "SELECT \(UUID())::uuid"
        let listed: (String, Int?) -> SQL = { "SELECT FROM \(SQL.identifier($0)) WHERE \("a = \($1)" as SQL)" }
        func pair(_ value: some SQLBindable) -> SQL { "VALUES (\(value))" }

        #expect(show(UUID()).key() == show(UUID()).key() && show(nil).key() == show(UUID()).key())
        #expect(show(nil).key() != other.key())
        #expect(listed("t", 1).key() == listed("t", nil).key() && listed("t", 1).key() != listed("u", 1).key())
        #expect(pair("a").key() != pair(true).key())
        #expect(Set([show(nil).key(), show(UUID()).key(), other.key(), listed("t", 1).key()]).count == 3)
    }

    @Test func `identifiers are quoted`() {
        #expect(SQL.identifier(#"we"ird"#).text == #""we""ird""#)
    }

    @Test func `text with a zero byte is rejected before anything is sent`() async throws {
        try await withPool { pool async throws in
            let error = await failure { try await pool.query("SELECT \("a\u{0}b")::text") }
            let after = try await pool.query("SELECT 1")

            #expect(error?.sqlState == "22021")
            #expect(try after.only(Int.self) == 1)
            #expect(pool.gauges.size == 1)
        }
    }
}

import Foundation
import Testing

@testable import Postgres

@Suite struct SQLTests {
    @Test func `values become numbered parameters and are never part of the text`() {
        let name = "x'; DROP TABLE positions; --"

        let sql: SQL = "SELECT 1 FROM t WHERE a = \(name) AND b = \(7)"

        #expect(sql.text == "SELECT 1 FROM t WHERE a = $1 AND b = $2")
        #expect(sql.parameters == [.text(name), .text("7")])
    }

    @Test func `fragments include their parameters, which are renumbered`() {
        let tenant: SQL = "tenant = \("a")"
        let state: SQL = "state = ANY(\(["open", "paid"]))"
        let absent: Int? = nil

        let sql: SQL = "SELECT \(true) WHERE \([tenant, state].joined(separator: " AND ")) LIMIT \(absent)"

        #expect(sql.text == "SELECT $1 WHERE tenant = $2 AND state = ANY($3) LIMIT $4")
        #expect(sql.parameters == [.text("t"), .text("a"), .text(#"{"open","paid"}"#), .null])
    }

    @Test func `concatenation joins texts and parameters`() {
        var sql: SQL = "a = \(1)"
        sql += " AND b = \(2)"

        #expect((sql + " OR c = \(3)").text == "a = $1 AND b = $2 OR c = $3")
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

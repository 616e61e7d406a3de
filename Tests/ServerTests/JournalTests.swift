import Foundation
import TestSupport
import Testing

/// The journal has one permanent row for each change of state, in order.
extension ServerTests {
    @Suite struct JournalTests {
        @Test func `the journal of a position is in order across pages`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                func move(_ verb: String) async throws {
                    let answer = try await live.call("POST", "/v1/positions/\(position)/\(verb)", key: live.creditorKey)
                    #expect(answer.status == 200, "\(verb)")
                }
                try await move("cancel")
                // A repeat changes nothing and adds no row.
                try await move("cancel")
                try await move("restore")
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "KO", cents: 0, outcome: "KO"))
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "OK"))
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "OK"))

                var rows: [String] = []
                var numbers: [Int] = []
                var path: String? = "/v1/journal?position_id=\(position)&limit=2"
                while let next = path {
                    let page = try await live.call("GET", next, key: live.opsKey).json
                    for entry in try #require(page["items"] as? [[String: any Sendable]]) {
                        let (from, to) = (entry["from"] as? String ?? "-", entry["to"] as? String ?? "-")
                        rows.append("\(entry["kind"] as? String ?? "") \(from) \(to)")
                        numbers.append(try #require(entry["number"] as? Int))
                    }
                    path = (page["next_cursor"] as? String).map {
                        "/v1/journal?position_id=\(position)&limit=2&cursor=\($0)"
                    }
                }

                #expect(
                    rows == [
                        "position_created - open", "position_state open cancelled", "position_state cancelled open",
                        "rt_received - recorded", "rt_received - settled", "position_state open paid",
                    ])
                #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
            }
        }

        @Test func `a payment start whose process died is ended by its repeat, and the journal records it`()
            async throws
        {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                #expect(try await live.pay(iuv: iuv, key: "DIED").status == 201)
                // Simulates a process that ended half a minute ago, after the call to the PSP and before storing its response.
                _ = try live.query("UPDATE payment_attempts SET status = 'created', redirect_url = NULL")
                _ = try live.query(
                    """
                    UPDATE idempotency_keys SET status = NULL, headers = NULL, body = NULL,
                        created_at = now() - interval '31 seconds' WHERE key = 'DIED'
                    """)

                let repeated = try await live.pay(iuv: iuv, key: "DIED")

                #expect(repeated.status == 502)
                #expect(try live.query("SELECT status FROM payment_attempts") == ["failed"])
                let last =
                    "SELECT from_state || ' ' || to_state FROM journal WHERE kind = 'attempt_state' ORDER BY id DESC LIMIT 1"
                #expect(try live.query(last) == ["created failed"])
            }
        }

        @Test(arguments: ["journal", "rts"])
        func `rows cannot be changed or deleted, not even by the owner of the table`(table: String) async throws {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "EVIDENCE"))
                let before = try live.query("SELECT md5(string_agg(t::text, '' ORDER BY t.id)) FROM \(table) t")

                let column = table == "journal" ? "note" : "message_id"
                for attack in [
                    "UPDATE \(table) SET \(column) = 'x'", "DELETE FROM \(table)", "TRUNCATE \(table) CASCADE",
                ] {
                    for role in ["", "SET ROLE quietanza_every; SET quietanza.tenancy = 'every'; "] {
                        #expect(throws: Tool.Failure.self, "\(role)\(attack)") { try live.query(role + attack) }
                    }
                    do { _ = try live.query(attack) } catch { #expect("\(error)".contains("is append-only")) }
                }

                #expect(try live.query("SELECT md5(string_agg(t::text, '' ORDER BY t.id)) FROM \(table) t") == before)
            }
        }
    }
}

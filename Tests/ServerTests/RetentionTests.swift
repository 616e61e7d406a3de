import Foundation
import TestSupport
import Testing

extension ServerTests {
    @Suite struct RetentionTests {
        private func rows(_ live: Deployment, _ arguments: [String]) throws -> [String: Int] {
            try #require(try live.command(["retention", "--format", "json"] + arguments)["rows"] as? [String: Int])
        }

        @Test func `expired addresses are deleted, payment facts remain, and a dry run changes nothing`()
            async throws
        {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let attempt = try #require(try await live.pay(iuv: iuv).json["id"] as? String)
                let rt = Deployment.rt(iuv: iuv, receipt: "KEPT").replacing(
                    "\"transfers\"", with: "\"attempt_id\":\"\(attempt)\",\"transfers\"")
                let first = try await live.post(rt: rt)
                try #require(first.status == 201)
                try await live.waitUntil("both mails are out") {
                    try live.query("SELECT count(*) FROM notifications WHERE state = 'sent'") == ["2"]
                }
                try await live.account(.mario)
                _ = try await live.signIn(Applicant.mario.email)
                let facts = """
                    SELECT md5(string_agg(f, ',' ORDER BY f)) FROM (
                        SELECT 'p' || id || state || paid_cents || debtor_tax_code || debtor_full_name AS f FROM positions
                        UNION ALL SELECT 'a' || id || status || payer_tax_code FROM payment_attempts
                        UNION ALL SELECT 'r' || id || status || amount_cents || paid_at FROM receipts
                        UNION ALL SELECT 't' || id || encode(sha256, 'hex') || encode(body, 'hex') FROM rts
                        UNION ALL SELECT 'j' || id || kind || actor FROM journal) AS facts
                    """
                let before = try live.query(facts)

                // No row has expired yet.
                #expect(try rows(live, ["--dry-run"]).filter { $0.value > 0 }.isEmpty)
                try live.query(
                    """
                    UPDATE notifications SET created_at = created_at - interval '91 days';
                    UPDATE payment_attempts SET finished_at = finished_at - interval '91 days';
                    UPDATE positions SET updated_at = updated_at - interval '91 days';
                    UPDATE idempotency_keys SET created_at = created_at - interval '3 days';
                    UPDATE citizen_sessions SET refresh_expires_at = refresh_expires_at - interval '31 days'
                    """)
                let due = try rows(live, ["--dry-run"])
                #expect(due["payer_addresses"] == 1 && due["debtor_addresses"] == 1 && due["sessions"] == 1)
                #expect((due["mail_addresses"] ?? 0) >= 2 && (due["idempotency_keys"] ?? 0) >= 1)
                #expect(try rows(live, ["--dry-run"]) == due)

                #expect(try rows(live, []) == due)

                #expect(try rows(live, ["--dry-run"]).filter { $0.value > 0 }.isEmpty)
                for query in [
                    "SELECT count(*) FROM notifications WHERE recipient IS NOT NULL",
                    "SELECT count(*) FROM payment_attempts WHERE email IS NOT NULL OR payer_email IS NOT NULL",
                    "SELECT count(*) FROM positions WHERE state = 'paid' AND debtor_email IS NOT NULL",
                    "SELECT count(*) FROM citizen_sessions",
                ] {
                    #expect(try live.query(query) == ["0"], "\(query)")
                }
                #expect(try live.query(facts) == before)
                // A repeated request still gets its stored response.
                #expect(try await live.post(rt: rt).body == first.body)
                #expect(try await live.status(of: position) == "paid")
                let mails = try await live.call("GET", "/v1/notifications?position_id=\(position)", key: live.opsKey)
                #expect(mails.status == 200)
                #expect(try live.query("SELECT count(*) FROM citizens WHERE status = 'active'") == ["1"])
            }
        }

        @Test func `a dead mail whose address was deleted is not tried again`() async throws {
            try await Deployment.with { live in
                try await live.mailMode("rcpt5")
                let (position, iuv) = try await live.position()
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "DEAD"))
                try await live.waitUntil("the mail is given up") {
                    try await live.notification(of: position)["status"] as? String == "dead"
                }
                let id = try #require(try await live.notification(of: position)["id"] as? String)
                try live.query("UPDATE notifications SET created_at = created_at - interval '91 days'")
                #expect(try rows(live, [])["mail_addresses"] == 1)

                let again = try await live.call("POST", "/v1/notifications/\(id)/retry", key: live.opsKey)

                #expect(again.status == 409)
                #expect(try await live.notification(of: position)["recipient_masked"] == nil)
            }
        }
    }
}

import Foundation
import TestSupport
import Testing

extension ServerTests {
    @Suite struct DebtMailTests {
        @Test func `a debtor gets the notice of a new debt by e-mail, and unsubscribes with one click`() async throws {
            try await Deployment.with { live in
                let path = "/v1/creditors/\(Deployment.creditor)/debt-mails"
                let none = try await live.call("GET", path, key: live.creditorKey)
                #expect(none.status == 200 && String(decoding: none.body, as: UTF8.self) == #"{"new_notices":false}"#)
                let bad = try await live.call(
                    "PUT", path, key: live.creditorKey, json: #"{"new_notices":true,"reminder_days":31}"#)
                #expect(bad.status == 422)
                let saved = try await live.call(
                    "PUT", path, key: live.creditorKey, json: #"{"new_notices":true}"#)
                #expect(saved.status == 200)
                let stored = try await live.call(
                    "PUT", "/v1/creditors/\(Deployment.creditor)/logo", key: live.creditorKey,
                    json: #"{"png":"\#(Self.pixel)","alternative_text":"Stemma del Comune"}"#)
                #expect(stored.status == 201 || stored.status == 200)
                _ = try await live.position()
                _ = try live.query("UPDATE debt_mail_settings SET next_run_at = now()")
                try await live.waitUntil("the notice is here", seconds: 30) {
                    try await live.mailCount(to: "canarino@example.org") == 1
                }

                let mail = String(decoding: try #require(try await live.mails().first), as: UTF8.self)
                #expect(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"))
                #expect(mail.contains("filename=\"avviso-3") && mail.contains("Content-ID: <logo@quietanza>\r\n"))
                let header = try #require(
                    mail.firstMatch(of: /List-Unsubscribe: <https?:\/\/[^\/]+(\/unsubscribe\/[^>]+)>/))
                let link = String(header.1)
                let page = try await live.call(
                    "GET", link, headers: ["Accept": "text/html", "Accept-Language": "fr"])
                let html = String(decoding: page.body, as: UTF8.self)
                #expect(
                    page.status == 200 && html.contains("<html lang=\"fr\">") && html.contains("<form method=\"post\">")
                )
                #expect(page.headers["content-security-policy"]?.contains("form-action 'self'") == true)
                let form = ["Content-Type": "application/x-www-form-urlencoded"]
                let wrong = try await live.call("POST", link, headers: form, body: Data("a=b".utf8))
                #expect(wrong.status == 422)
                let done = try await live.call(
                    "POST", link, headers: form, body: Data("List-Unsubscribe=One-Click".utf8))
                #expect(done.status == 200)

                _ = try await live.position()
                _ = try live.query("UPDATE debt_mail_settings SET next_run_at = now()")
                try await live.waitUntil("the next notice is skipped", seconds: 30) {
                    try live.query("SELECT skipped_reason FROM notifications WHERE state = 'skipped'") == [
                        "unsubscribed"
                    ]
                }
                #expect(try await live.mailCount(to: "canarino@example.org") == 1)
                let listed = try await live.call("GET", "/v1/notifications?status=skipped", key: live.opsKey)
                #expect(String(decoding: listed.body, as: UTF8.self).contains(#""skipped_reason":"unsubscribed""#))

                let unknown = try await live.call(
                    "GET", "/unsubscribe/AAAA", headers: ["Accept": "text/html", "Accept-Language": "it"])
                #expect(String(decoding: unknown.body, as: UTF8.self).contains("Il link non è valido"))
                #expect(try await live.call("GET", "/unsubscribe/AAAA").status == 404)
            }
        }

        private static let pixel =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4//8/AAX+Av4zEpUUAAAAAElFTkSuQmCC"
    }
}

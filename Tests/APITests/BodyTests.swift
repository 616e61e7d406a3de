import Cryptography
import Foundation
import HTTPTypes
import JSON
import TestSupport
import Testing

@testable import API

/// One operation with a valid body that has every member.
struct ValidBody: Sendable, CustomTestStringConvertible {
    let operation: String
    let json: String
    /// The pointers of members that may be absent.
    var optional: Set<String> = []
    /// Parts with further rules, which have their own tests.
    var special: Set<String> = []
    /// Objects with any members.
    var open: Set<String> = []

    func isSpecial(_ pointer: String) -> Bool {
        special.contains { pointer == $0 || pointer.hasPrefix($0 + "/") }
    }

    var testDescription: String { operation }

    private static let mailToken = try! Token.make(.mail).text  // fails only without randomness
    private static let refreshToken = try! Token.make(.refresh).text  // fails only without randomness

    static let all: [ValidBody] = [
        ValidBody(
            operation: "force_payment",
            json: """
                {"creditor_tax_code":"12345678903","notice_number":"301000000000000144","outcome":"pay"}
                """),
        ValidBody(
            operation: "create_position",
            json: """
                {"creditor_tax_code":"12345678903","external_id":"M-1","debt_type":"mensa",
                "document":{"year":2026,"number":"1286"},"description":"Mensa",
                "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Rossi",
                "email":"mario@example.org","address":{"street":"Via Roma","civic_number":"1","postal_code":"00100",
                "city":"Roma","province":"RM","country":"IT"}},
                "lines":[{"description":"Pasti","quantity":20,"amount_cents":5980}],
                "installments":[{"amount_cents":5980,"due_date":"2030-10-10","valid_until":"2030-10-15","iuv":"01000000000000144",
                "notice_number":"301000000000000144",
                "transfers":[{"creditor_tax_code":"12345678903","iban":"IT60X0542811101000000123456",
                "amount_cents":5980,"taxonomy_code":"9/0101002IM/","remittance":"Mensa"}]}],
                "metadata":{"class":"1A"},"draft":false,"alternative_group":"G-1"}
                """,
            optional: [
                "/debtor/email", "/debtor/address", "/debtor/address/civic_number", "/debtor/address/province",
                "/lines",
                "/lines/0/quantity", "/installments/0/valid_until", "/installments/0/iuv",
                "/installments/0/notice_number",
                "/installments/0/transfers", "/metadata", "/metadata/class", "/draft", "/alternative_group",
            ], open: ["/metadata"]),
        ValidBody(
            operation: "save_position",
            json: """
                {"creditor_tax_code":"12345678903","external_id":"M-1","debt_type":"mensa",
                "document":{"year":2026,"number":"1286"},"description":"Mensa",
                "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Rossi",
                "email":"mario@example.org","address":{"street":"Via Roma","civic_number":"1","postal_code":"00100",
                "city":"Roma","province":"RM","country":"IT"}},
                "lines":[{"description":"Pasti","quantity":20,"amount_cents":5980}],
                "installments":[{"amount_cents":5980,"due_date":"2030-10-10","valid_until":"2030-10-15","iuv":"01000000000000144",
                "notice_number":"301000000000000144",
                "transfers":[{"creditor_tax_code":"12345678903","iban":"IT60X0542811101000000123456",
                "amount_cents":5980,"taxonomy_code":"9/0101002IM/","remittance":"Mensa"}]}],
                "metadata":{"class":"1A"},"draft":false,"alternative_group":"G-1"}
                """,
            optional: [
                "/creditor_tax_code", "/external_id",
                "/debtor/email", "/debtor/address", "/debtor/address/civic_number", "/debtor/address/province",
                "/lines",
                "/lines/0/quantity", "/installments/0/valid_until", "/installments/0/iuv",
                "/installments/0/notice_number",
                "/installments/0/transfers", "/metadata", "/metadata/class", "/draft", "/alternative_group",
            ], open: ["/metadata"]),
        ValidBody(
            operation: "record_counter_payment",
            json: """
                {"installment":1,"amount_cents":5980,"paid_at":"2023-11-10T10:00:00Z","till":"1","reference":"R-1"}
                """),
        ValidBody(operation: "void_counter_payment", json: #"{"reason":"Errore"}"#),
        ValidBody(
            operation: "write_off_rest", json: #"{"reason":"Accordo","installments":[2,3]}"#,
            optional: ["/installments"]),
        ValidBody(operation: "undo_write_off", json: #"{"reason":"Errore"}"#),
        ValidBody(
            operation: "plan_rest",
            json: """
                {"reason":"Accordo","installments":[{"number":2,"amount_cents":100,"due_date":"2027-01-31",
                "valid_until":"2027-02-28"}]}
                """,
            optional: ["/installments/0/number", "/installments/0/valid_until"]),
        ValidBody(
            operation: "mail_payment_notices", json: #"{"reason":"Chiesto","to":"casa@example.org"}"#,
            optional: ["/to"]),
        ValidBody(operation: "pass_days", json: #"{"creditor_tax_code":"00000000018","days":30}"#),
        ValidBody(operation: "reset_test_creditor", json: #"{"creditor_tax_code":"00000000018"}"#),
        ValidBody(
            operation: "start_payment_attempt",
            json: """
                {"installments":[{"creditor_tax_code":"12345678903","notice_number":"301000000000000144"}],
                "payment_method":"CP","psp_id":"ABCDITMM","channel_id":"canale",
                "payer":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Rossi",
                "email":"mario@example.org"},"email":"mario@example.org","notify_failure":true,
                "return_url":"https://portale.example.org/","language":"it","accepted_amount_cents":5980}
                """,
            optional: ["/payer", "/payer/email", "/notify_failure", "/language", "/accepted_amount_cents"]),
        ValidBody(
            operation: "receive_outcome",
            json: #"{"attempt_id":"0199c0de-0000-7000-8000-000000000002","outcome":"completed","detail":"ok"}"#,
            optional: ["/detail"]),
        ValidBody(
            operation: "enter_rt",
            json: """
                {"rt":{"receipt_id":"R-1","outcome":"OK","creditor_tax_code":"12345678903","iuv":"01000000000000144",
                "amount_cents":5980,"paid_at":"2023-11-10T10:00:00Z","psp":{"id":"ABCDITMM","business_name":"Banca"}},
                "evidence":{"base64":"UlQ=","media_type":"application/pdf"},
                "reason":"PEC"}
                """,
            special: ["/rt"]),
        ValidBody(
            operation: "resolve_anomaly",
            json: """
                {"resolution":"match","reason":"Trovata","position_id":"0199c0de-0000-7000-8000-000000000001",
                "installment":2}
                """,
            optional: ["/installment"]),
        ValidBody(
            operation: "decide_refund",
            json: """
                {"receipt_id":"0199c0de-0000-7000-8000-000000000003","amount_cents":100,"status":"paid",
                "date":"2023-11-10","reference":"TRN-1","reason":"Doppio"}
                """,
            optional: ["/amount_cents", "/status", "/date", "/reference", "/reason"]),
        ValidBody(
            operation: "change_refund", json: #"{"status":"paid","date":"2023-11-10","reference":"TRN-1"}"#,
            optional: ["/date", "/reference"]),
        ValidBody(
            operation: "make_api_key",
            json: """
                {"name":"Comune","kind":"creditor","scopes":["positions:read"],"creditors":["12345678903"],
                "allowed_origins":["https://portale.example.org"],"expires_at":"2030-01-01T00:00:00Z"}
                """,
            optional: ["/allowed_origins", "/expires_at"], special: ["/creditors"]),
        ValidBody(
            operation: "request_position",
            json: """
                {"amount_cents":100,"debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Rossi",
                "email":"mario@example.org","address":{"street":"Via Roma","civic_number":"1","postal_code":"00100",
                "city":"Roma","province":"RM","country":"IT"}},"fields":{"plate":"AB123CD"}}
                """,
            optional: [
                "/amount_cents", "/debtor", "/debtor/email", "/debtor/address", "/debtor/address/civic_number",
                "/debtor/address/province", "/fields", "/fields/plate",
            ], open: ["/fields"]),
        ValidBody(
            operation: "create_suspension",
            json: """
                {"creditor_tax_code":"12345678903","debt_type":"mensa","reason":"Tariffe",
                "starts_at":"2026-12-01T00:00:00Z","ends_at":"2026-12-02T00:00:00Z"}
                """,
            optional: ["/debt_type", "/starts_at", "/ends_at"]),
        ValidBody(
            operation: "create_suspension",
            json: #"{"psp_id":"ABCDITMM","channel_id":"canale","reason":"Manutenzione"}"#,
            optional: ["/channel_id"]),
        ValidBody(
            operation: "give_delegation",
            json: """
                {"delegator_tax_code":"RSSMRA80A01H501U","delegate_tax_code":"VRDNNA85M41F205G",
                "starts_at":"2026-12-01T00:00:00Z","ends_at":"2026-12-02T00:00:00Z"}
                """,
            optional: ["/starts_at", "/ends_at"], special: ["/delegator_tax_code"]),
        ValidBody(operation: "rotate_api_key", json: #"{"overlap_seconds":60}"#, optional: ["/overlap_seconds"]),
        ValidBody(
            operation: "register_citizen",
            json: """
                {"kind":"resident","tax_code":"RSSMRA80A01H501U","given_name":"Mario","family_name":"Rossi",
                "birth":{"date":"1980-01-01","place":"Roma"},
                "address":{"street":"Via Roma","civic_number":"1","postal_code":"00100","city":"Roma","province":"RM",
                "country":"IT"},
                "email":"casella@example.org","password":"quattro gatti sul tetto",
                "consents":{"privacy":true,"terms":true},"verification_url":"https://portale.example.org/verify"}
                """,
            optional: ["/address/civic_number", "/verification_url"], special: ["/address/province"]),
        ValidBody(
            operation: "verify_citizen", json: "{\"token\":\"\(mailToken)\",\"email\":\"casella@example.org\"}",
            optional: ["/email"]),
        ValidBody(
            operation: "request_password_reset",
            json: #"{"email":"casella@example.org","reset_url":"https://portale.example.org/reset"}"#,
            optional: ["/reset_url"]),
        ValidBody(
            operation: "confirm_password_reset",
            json:
                "{\"token\":\"\(mailToken)\",\"email\":\"casella@example.org\",\"new_password\":\"quattro gatti sul tetto\"}",
            optional: ["/email"]),
        ValidBody(operation: "open_session", json: #"{"username":"casella@example.org","password":"x"}"#),
        ValidBody(
            operation: "open_oidc_session",
            json: #"{"id_token":"eyJhbGciOiJSUzI1NiJ9.e30.AAAA","nonce":"nonce-0123456789"}"#),
        ValidBody(operation: "refresh_session", json: "{\"refresh_token\":\"\(refreshToken)\"}"),
        ValidBody(operation: "confirm_email_change", json: "{\"token\":\"\(mailToken)\"}"),
        ValidBody(
            operation: "make_smart_card_ticket", json: #"{"return_url":"https://portale.example.org/back"}"#),
        ValidBody(operation: "resend_notification", json: #"{"to":"ufficio@example.org"}"#, optional: ["/to"]),
        ValidBody(
            operation: "preview_mail",
            json: #"{"kind":"receipt_ready","language":"it","subject":"Grazie","sentence":"Pagati {amount}."}"#,
            optional: ["/subject", "/sentence"]),
        ValidBody(
            operation: "report_mail_bounce",
            json:
                #"{"message_id":"<a@example.org>","delivery_status":"Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; a\nAction: failed\nStatus: 5.1.1"}"#
        ),
        ValidBody(
            operation: "make_notice_batch",
            json:
                #"{"creditor_tax_code":"12345678903","language":"de","debt_type":"mensa","due_from":"2026-01-01","due_to":"2026-12-31"}"#,
            optional: ["/language", "/debt_type", "/due_from", "/due_to"]),
        ValidBody(
            operation: "make_notice_batch",
            json: #"{"creditor_tax_code":"12345678903","position_ids":["0199c0de-0000-7000-8000-000000000001"]}"#,
            optional: ["/position_ids"]),
        ValidBody(
            operation: "enter_rt",
            json: """
                {"rt":{"receipt_id":"R-1","outcome":"OK","creditor_tax_code":"12345678903","iuv":"01000000000000144",
                "amount_cents":5980,"paid_at":"2023-11-10T10:00:00Z","psp":{"id":"ABCDITMM","business_name":"Banca"}},
                "anomaly_id":"0199c0de-0000-7000-8000-000000000009","reason":"PEC"}
                """,
            special: ["/rt", "/anomaly_id"]),
        ValidBody(
            operation: "resolve_anomaly", json: #"{"resolution":"refund","reason":"Doppio","amount_cents":1}"#,
            optional: ["/amount_cents"], special: ["/resolution"]),
        ValidBody(operation: "send_test_notification", json: #"{"to":"ops@example.org"}"#),
    ]
}

/// The bodies that handlers read before their operation: each deviation has its own violation.
@Suite struct BodyTests {
    private func pointer(_ path: [String]) -> String { path.map { "/" + $0.pointerEscaped }.joined() }

    @Test(arguments: ValidBody.all) func `a body with every member is accepted`(body: ValidBody) async throws {
        #expect(try await RouteRunner.shared.value.send(json: JSONValue(body.json), to: body.operation) == .operation)
    }

    @Test func `a suspension is of a creditor or of a PSP`() async throws {
        let both = try JSONValue(#"{"psp_id":"ABCDITMM","creditor_tax_code":"12345678903","reason":"x"}"#)
        let runner = try await RouteRunner.shared.value
        #expect(
            try await runner.send(json: both, to: "create_suspension") == .invalid("/creditor_tax_code not_allowed"))
        let none = try JSONValue(#"{"reason":"x"}"#)
        #expect(try await runner.send(json: none, to: "create_suspension") == .invalid("/creditor_tax_code required"))
    }

    @Test func `a body cannot contain another key than the path`() async throws {
        let body = try #require(ValidBody.all.first { $0.operation == "save_position" })
        for (name, other) in [("creditor_tax_code", "01199250158"), ("external_id", "M-2")] {
            let json = try #require(try JSONValue(body.json).replacing([name], with: .string(other)))
            let outcome = try await RouteRunner.shared.value.send(json: json, to: body.operation)
            #expect(outcome == .invalid("/\(name) mismatch"))
        }
    }

    @Test(arguments: ValidBody.all) func `a missing member is one violation, unless it is optional`(body: ValidBody)
        async throws
    {
        let runner = try await RouteRunner.shared.value
        let json = try JSONValue(body.json)
        for (path, _) in json.parts() where path.last.flatMap({ Int($0) }) == nil {
            let pointer = self.pointer(path)
            if body.isSpecial(pointer) { continue }
            let shorter = try #require(json.replacing(path[...], with: nil))
            let outcome = try await runner.send(json: shorter, to: body.operation)
            let expected: RouteRunner.Outcome =
                body.optional.contains(pointer) ? .operation : .invalid("\(pointer) required")
            #expect(outcome == expected, "without \(pointer)")
        }
    }

    @Test(arguments: ValidBody.all) func `a member of another type, or null, is one violation`(body: ValidBody)
        async throws
    {
        let runner = try await RouteRunner.shared.value
        let json = try JSONValue(body.json)
        for (path, value) in json.parts() {
            let pointer = self.pointer(path)
            if body.isSpecial(pointer) { continue }
            let other: JSONValue = if case .bool = value { .string("true") } else { .bool(true) }
            for wrong in [other, .null] {
                let changed = try #require(json.replacing(path[...], with: wrong))
                let outcome = try await runner.send(json: changed, to: body.operation)
                #expect(outcome == .invalid("\(pointer) wrong_type"), "\(pointer) \(wrong)")
            }
        }
    }

    @Test(arguments: ValidBody.all) func `an unknown member is one violation in every object`(body: ValidBody)
        async throws
    {
        let runner = try await RouteRunner.shared.value
        let json = try JSONValue(body.json)
        for (path, value) in [([String](), json)] + json.parts() {
            let pointer = self.pointer(path)
            guard case .object = value, !body.open.contains(pointer), !body.isSpecial(pointer) else { continue }
            let changed = try #require(json.replacing(path[...] + ["un/known"], with: .integer(1)))
            let outcome = try await runner.send(json: changed, to: body.operation)
            #expect(outcome == .invalid("\(pointer)/un~1known unknown_member"), "\(pointer)")
        }
    }

    @Test(arguments: ValidBody.all) func `a body that is not an object of its media type is rejected`(body: ValidBody)
        async throws
    {
        let runner = try await RouteRunner.shared.value
        let headers = RouteRunner.headers(of: try runner.route(body.operation))
        let bytes = Array(body.json.utf8)
        let send = { (bytes: [UInt8], type: String?) -> RouteRunner.Outcome in
            var headers = headers
            headers[.contentType] = type
            return try await runner.send(body.operation, body: bytes, headers: headers)
        }
        let own = headers[.contentType]
        #expect(try await send(Array("[]".utf8), own) == .invalid(" wrong_type"))
        #expect(try await send(Array("{".utf8), own) == .problem("malformed-request", []))
        #expect(try await send(bytes + [0x2C], own) == .problem("malformed-request", []))
        #expect(try await send([0x7B, 0xFF, 0x7D], own) == .problem("malformed-request", []))
        #expect(try await send(bytes, "text/plain") == .problem("unsupported-media-type", []))
        #expect(try await send(bytes, nil) == .problem("unsupported-media-type", []))
        #expect(try await send(bytes, own.map { $0 + "; charset=utf-8" }) == .operation)
        #expect(
            try await send(bytes + Array(" ".utf8), own.map { $0 + "; charset=utf-16" })
                == .problem("unsupported-media-type", []))
    }

    @Test(arguments: 0..<60 as Range<UInt64>) func `random bodies are rejected or reach the operation`(seed: UInt64)
        async throws
    {
        let runner = try await RouteRunner.shared.value
        var random = SeededRandom(seed: seed)
        for body in ValidBody.all {
            var json = try JSONValue(body.json)
            for _ in 0..<3 {
                guard let part = json.parts().randomElement(using: &random) else { break }
                let values: [JSONValue] = [
                    .null, .bool(true), .integer(.max), .integer(.min), .number("1e400"), .string(""),
                    .string(String(repeating: "é", count: 3_000)), .string("\u{202E}\u{7F}"), .array([]), .object([]),
                ]
                json = json.replacing(part.path[...], with: values.randomElement(using: &random)) ?? .null
            }
            switch try await runner.send(json: json, to: body.operation) {
            case .operation: break
            case .problem(let code, _):
                #expect(["invalid-request", "malformed-request"].contains(code), "\(body.operation) \(json)")
            case .reply(let reply): Issue.record("\(body.operation) replied \(reply.status)")
            }
        }
    }
}

import Accounts
import Cryptography
import HTTPTypes
import JSON
import PagoPA
import Requests
import TestSupport
import Testing

@testable import API

/// The parameters of paths and queries, and the filters of searches.
@Suite struct ParameterTests {
    private func outcome(_ operation: String, _ query: [(name: String, value: String)]) async throws
        -> RouteRunner.Outcome
    {
        try await RouteRunner.shared.value.send(operation, query: query)
    }

    /// Values that each list accepts, by operation and parameter.
    private static let valid: [String: [String: String]] = [
        "list_positions": [
            "status": "open", "creditor_tax_code": " 1234567 8903", "external_id": "M/1 è", "debt_type": "mensa",
            "alternative_group": "TARI 2026/1", "service": "school",
            "document_year": "2026", "document_number": "1286", "iuv": "0100000000000 0101",
            "notice_number": "3010 0000 0000 0001 44", "due_from": "2026-01-01", "due_to": "2026-12-31",
            "valid_until_from": "2026-01-01", "valid_until_to": "2026-12-31",
            "paid_from": "2026-01-01", "paid_to": "2026-12-31", "updated_since": "2026-01-01T00:00:00Z",
            "under_review": "true", "sort": "-due_date", "limit": "100", "include_total": "false",
        ],
        "list_receipts": [
            "status": "recorded", "origin": "pagopa", "creditor_tax_code": "12345678903", "debt_type": "mensa",
            "iuv": "01000000000000144", "notice_number": "301000000000000144", "document_year": "1900",
            "document_number": "x", "paid_from": "1900-01-01", "paid_to": "2999-12-31",
            "position_id": "0199C0DE-0000-7000-8000-000000000001", "limit": "1", "psp_id": "ABCDITMM",
            "receipt_id": "RT-1", "amount_cents": "5980", "documents": "pdf",
        ],
        "list_anomalies": [
            "status": "open", "kind": "amount_mismatch", "creditor_tax_code": "12345678903",
            "iuv": "RF18539007547034", "psp_id": "ABCDITMM", "amount_cents": "0",
            "receipt_id": "0199c0de-0000-7000-8000-000000000001",
            "position_id": "0199c0de-0000-7000-8000-000000000001", "opened_from": "2026-01-01",
            "opened_to": "2026-01-01",
        ],
        "list_refunds": [
            "status": "decided", "receipt_id": "0199c0de-0000-7000-8000-000000000001",
            "creditor_tax_code": "12345678903",
        ],
        "list_payment_attempts": [
            "status": "created", "position_id": "0199c0de-0000-7000-8000-000000000001",
            "installment_id": "0199c0de-0000-7000-8000-000000000001", "creditor_tax_code": "12345678903",
            "iuv": "01000000000000144", "notice_number": "301000000000000144", "psp_id": "ABCDITMM",
            "created_from": "2026-01-01", "created_to": "2026-12-31",
        ],
        "list_notifications": [
            "status": "dead", "skipped_reason": "no_address", "receipt_id": "0199c0de-0000-7000-8000-000000000001",
            "position_id": "0199c0de-0000-7000-8000-000000000001", "creditor_tax_code": "12345678903",
            "iuv": "01000000000000144", "created_from": "2026-01-01", "created_to": "2026-12-31",
        ],
        "list_journal": [
            "position_id": "0199c0de-0000-7000-8000-000000000001", "limit": "20", "sort": "-at",
            "attempt_id": "0199c0de-0000-7000-8000-000000000001", "receipt_id": "0199c0de-0000-7000-8000-000000000001",
            "creditor_tax_code": "12345678903", "kind": "rt_received", "actor": "psp:ABCDITMM",
            "from": "2026-11-29T10:00:00Z", "to": "2026-11-29T12:00:00+01:00",
        ],
        "list_payment_methods": ["amount_cents": "5980"],
        "list_psps": [
            "payment_method": "CP", "amount_cents": "5980", "sort": "fee", "language": "sl", "payer_reference": "r",
        ],
        "show_receipt_pdf": ["disposition": "attachment", "for": "payer"],
        "show_payment_attempt": ["wait_seconds": "0"],
    ]

    @Test(arguments: valid.keys.sorted()) func `valid parameters reach the operation, together and one by one`(
        operation: String
    ) async throws {
        let parameters = try #require(Self.valid[operation]).map { (name: $0.key, value: $0.value) }
        #expect(try await self.outcome(operation, parameters) == .operation)
        for parameter in parameters where operation != "list_psps" {
            #expect(try await self.outcome(operation, [parameter]) == .operation, "\(parameter)")
        }
    }

    @Test(arguments: valid.keys.sorted()) func `the table of valid parameters has every parameter of the route`(
        operation: String
    ) async throws {
        // A delegation needs a citizen, and has a test of its own.
        let names = (try await RouteRunner.shared.value.route(operation).query ?? []).subtracting([
            KeyRequest.onBehalfOf
        ])
        let tested = Set(try #require(Self.valid[operation]).keys)
        #expect(tested.union(QueryReader.pageNames) == names.union(QueryReader.pageNames))
    }

    @Test(arguments: [
        "list_positions", "show_position", "show_payment_notice", "list_payment_notices", "list_receipts",
        "show_receipt", "show_receipt_pdf",
    ])
    func `acting for another person needs the id of a delegation, and a signed-in citizen`(operation: String)
        async throws
    {
        let name = "on_behalf_of"
        let id = "0199c0de-0000-7000-8000-000000000001"
        #expect(
            try await self.outcome(operation, [(name: name, value: "RSSMRA80A01H501U")])
                == .problem("malformed-request", ["on_behalf_of bad_format"]))
        #expect(
            try await self.outcome(operation, [(name: name, value: id), (name: name, value: id)])
                == .problem("malformed-request", ["on_behalf_of duplicate"]))
        #expect(
            try await self.outcome(operation, [(name: name, value: id)]) == .problem("citizen-token-invalid", []))
    }

    @Test(arguments: valid.keys.sorted()) func `an invalid parameter is one violation with its name`(operation: String)
        async throws
    {
        for name in try #require(Self.valid[operation]).keys {
            // A text that no parameter accepts, but a document number and a payer's reference may be any text.
            let isAnyText =
                ["document_number", "payer_reference"].contains(name)
                || (operation == "list_receipts" && name == "receipt_id")
            let value = isAnyText ? "" : "not\u{1}valid"
            let query = operation == "list_psps" && name != "amount_cents" ? [(name: "amount_cents", value: "1")] : []
            let outcome = try await self.outcome(operation, query + [(name: name, value: value)])
            guard case .problem("malformed-request", let violations) = outcome else {
                Issue.record("\(name): \(outcome)")
                continue
            }
            #expect(violations.count == 1 && violations.first?.hasPrefix("\(name) ") == true, "\(violations)")
        }
    }

    @Test(arguments: [
        ("limit", "0", "out_of_range"), ("limit", "101", "out_of_range"), ("limit", "1.5", "wrong_type"),
        ("limit", "+5", "wrong_type"), ("limit", "", "wrong_type"), ("limit", "99999999999999999999", "wrong_type"),
        ("include_total", "yes", "unknown_value"), ("include_total", "TRUE", "unknown_value"),
        ("cursor", "AAAA", "bad_format"), ("status", "open,closed", "unknown_value"), ("status", "", "unknown_value"),
        ("sort", "amount", "unknown_value"), ("due_from", "2026-13-01", "bad_format"),
        ("document_year", "1899", "out_of_range"), ("under_review", "1", "unknown_value"),
        ("updated_since", "2026-01-01", "bad_format"),
    ])
    func `each kind of parameter has its code`(name: String, value: String, code: String) async throws {
        let outcome = try await self.outcome("list_positions", [(name: name, value: value)])
        #expect(outcome == .problem("malformed-request", ["\(name) \(code)"]))
    }

    @Test func `a parameter is given once, but words may be repeated or joined by commas`() async throws {
        let twice = [(name: "limit", value: "5"), (name: "limit", value: "6")]
        #expect(try await self.outcome("list_positions", twice) == .problem("malformed-request", ["limit duplicate"]))
        for words in [["open", "paid"], ["open,paid"], ["open,paid", "draft"]] {
            #expect(try await self.outcome("list_positions", words.map { (name: "status", value: $0) }) == .operation)
        }
    }

    @Test(arguments: [
        ("show_position", "id"), ("publish_position", "id"), ("discard_draft", "id"), ("show_payment_attempt", "id"),
        ("show_receipt", "id"),
        ("show_receipt_pdf", "id"), ("show_receipt_rt", "id"), ("show_official_rt", "id"), ("show_refund", "id"),
        ("show_anomaly", "id"), ("show_anomaly_evidence", "id"), ("show_notification", "id"),
        ("retry_notification", "id"), ("resend_notification", "id"), ("revoke_api_key", "id"), ("show_api_key", "id"),
        ("show_suspension", "id"), ("lift_suspension", "id"), ("show_delegation", "id"), ("withdraw_delegation", "id"),
        ("look_up_notice", "tax_code"), ("look_up_notice", "notice_number"),
        ("revoke_webhook_secret", "id"),
        ("come_back", "attempt_id"), ("show_creditor", "tax_code"), ("list_accounts", "tax_code"),
        ("list_debt_types", "tax_code"), ("show_position_by_external_id", "tax_code"),
        ("show_position_by_notice_number", "tax_code"), ("show_position_by_notice_number", "notice_number"),
        ("show_psp_list_version", "version"), ("cancel_payment_attempt", "id"),
    ])
    func `a malformed id in a path is not found, and a valid one reaches the operation`(
        operation: String, name: String
    ) async throws {
        let runner = try await RouteRunner.shared.value
        #expect(try await runner.send(operation) == .operation)
        for value in [
            "", "x", "0", "-1", "1.5", "0199c0de-0000-7000-8000-00000000000g", "é", "00000000000000000000000",
        ] {
            let outcome = try await runner.send(operation, parameters: [name: value])
            #expect(outcome == .problem("not-found", []), "\(value)")
        }
    }

    @Test(arguments: ["", "a\u{1}b", "\u{202E}", String(repeating: "e", count: 71)])
    func `an external id that no position can have is not found`(value: String) async throws {
        let runner = try await RouteRunner.shared.value
        #expect(try await runner.send("show_position_by_external_id") == .operation)
        let outcome = try await runner.send("show_position_by_external_id", parameters: ["external_id": value])
        #expect(outcome == .problem("not-found", []))
    }

    @Test func `an id in upper case is the same id`() async throws {
        let runner = try await RouteRunner.shared.value
        let id = "0199C0DE-0000-7000-8000-00000000000A"
        #expect(try await runner.send("show_position", parameters: ["id": id]) == .operation)
    }

    @Test(arguments: [
        "publish_position", "cancel_position", "restore_position", "retry_notification",
        "cancel_payment_attempt", "make_webhook_secret",
    ])
    func `an operation without a body accepts none or an empty object`(operation: String) async throws {
        let runner = try await RouteRunner.shared.value
        let headers: HTTPFields = [.contentType: "application/json"]
        #expect(try await runner.send(operation) == .operation)
        #expect(try await runner.send(operation, body: Array("{}".utf8), headers: headers) == .operation)
        let outcome = try await runner.send(operation, body: Array(#"{"a":1}"#.utf8), headers: headers)
        #expect(outcome == .invalid("/a unknown_member"))
    }

    // MARK: Searches

    @Test(arguments: ["positions", "receipts", "payment_attempts", "notifications"])
    func `a search accepts the filters of its list`(noun: String) async throws {
        let (operation, list) = ("search_\(noun)", "list_\(noun)")
        // A search has no files, so it has no parameter for their content.
        let filters = try #require(Self.valid[list]).filter { $0.key != "documents" }
        let members = filters.map { name, value -> JSONValue.Member in
            if let number = Int64(value), ["document_year", "limit", "amount_cents"].contains(name) {
                return .init(name, .integer(number))
            }
            return .init(name, Bool(value).map(JSONValue.bool) ?? .string(value))
        }
        let runner = try await RouteRunner.shared.value
        #expect(try await runner.send(json: .object(members), to: operation) == .operation)
        #expect(try await runner.send(json: .object([]), to: operation) == .operation)
    }

    @Test(
        arguments: [
            (#"{"status":["open","paid"],"q":"mensa","debtor_tax_code":"RSSMRA80A01H501U"}"#, []),
            (#"{"status":"closed"}"#, ["/status unknown_value"]),
            (#"{"status":["open",1]}"#, ["/status wrong_type"]),
            (#"{"status":{"a":1}}"#, ["/status wrong_type"]),
            (#"{"limit":null}"#, ["/limit wrong_type"]),
            (#"{"limit":1.5}"#, ["/limit wrong_type"]),
            (#"{"limit":0}"#, ["/limit out_of_range"]),
            (#"{"debtor_tax_code":"x"}"#, ["/debtor_tax_code bad_format"]),
            (#"{"q":""}"#, ["/q too_short"]),
            (
                #"{"debtor_name":"Nicco","metadata_key":"a","metadata_value":"","notice_number_end":"143027134","notice_number_part":"618143"}"#,
                []
            ),
            (
                #"{"debtor_name":"N","notice_number_end":"12345","notice_number_part":"1234a6"}"#,
                ["/debtor_name too_short", "/notice_number_end bad_format", "/notice_number_part bad_format"]
            ),
            (#"{"metadata_key":"a"}"#, ["/metadata_value required"]),
            (#"{"metadata_value":"a"}"#, ["/metadata_key required"]),
            (#"{"a/b":1,"limit":0}"#, ["/a~1b unknown_member", "/limit out_of_range"]),
        ] as [(String, [String])])
    func `the violations of a search have pointers into its body`(text: String, violations: [String]) async throws {
        let outcome = try await RouteRunner.shared.value.send(json: JSONValue(text), to: "search_positions")
        #expect(outcome == (violations.isEmpty ? .operation : .problem("invalid-request", violations)))
    }

    @Test(arguments: ["search_positions", "search_receipts", "search_payment_attempts", "search_notifications"])
    func `a cursor in a search that the service did not issue is a malformed request`(operation: String) async throws {
        let outcome = try await RouteRunner.shared.value.send(json: JSONValue(#"{"cursor":"AAAA"}"#), to: operation)
        #expect(outcome == .problem("malformed-request", ["/cursor bad_format"]))
    }

    @Test(
        arguments: [
            ("group=day", nil), ("group=creditor&from=2026-01-01&to=2026-04-02", nil),
            ("group=debt_type&to=2026-04-02", nil), ("group=method&from=2026-01-01&to=2026-01-01", nil),
            ("group=psp&creditor_tax_code=12345678903", nil), ("", "group required"),
            ("group=week", "group unknown_value"), ("group=day&from=2026-01-01&to=2026-04-03", "from not_allowed"),
            ("group=day&from=2026-01-02&to=2026-01-01", "from mismatch"), ("group=day&from=x", "from bad_format"),
            ("group=day&creditor_tax_code=x", "creditor_tax_code bad_format"),
        ] as [(String, String?)])
    func `statistics need a group and days that are at most 92`(query: String, violation: String?) async throws {
        let parameters = query.split(separator: "&").map { part in
            let sides = part.split(separator: "=").map(String.init)
            return (name: sides[0], value: sides[1])
        }
        let outcome = try await self.outcome("show_statistics", parameters)
        #expect(outcome == (violation.map { .problem("malformed-request", [$0]) } ?? .operation))
    }

    @Test func `a person's code or address is accepted in the body of a search only`() async throws {
        let runner = try await RouteRunner.shared.value
        for (operation, body) in [
            ("search_payment_attempts", #"{"payer_tax_code":"RSSMRA 80A01H501U"}"#),
            ("search_notifications", #"{"recipient":"mario.rossi@example.org"}"#),
        ] { #expect(try await runner.send(json: JSONValue(body), to: operation) == .operation) }
        for (operation, body, violation) in [
            ("search_payment_attempts", #"{"payer_tax_code":"x"}"#, "/payer_tax_code bad_format"),
            ("search_notifications", #"{"recipient":"mario"}"#, "/recipient bad_format"),
        ] { #expect(try await runner.send(json: JSONValue(body), to: operation) == .invalid(violation)) }
        for (operation, name) in [
            ("list_payment_attempts", "payer_tax_code"), ("list_notifications", "recipient"),
        ] { #expect(try #require(try runner.route(operation).query).contains(name) == false) }
    }

    @Test func `a search continues with the cursor of its list, in the same order only`() async throws {
        let runner = try await RouteRunner.shared.value
        let codec = CursorCodec(runner.cursorAuthenticator, for: .everyCreditor)
        let cursor = Cursor(order: "-created_at", key: 1, id: Cursor.noID)
        let text = codec.text(of: cursor, in: .positions)
        #expect(
            try await runner.send(json: .object([.init("cursor", .string(text))]), to: "search_positions") == .operation
        )
        #expect(try await self.outcome("list_positions", [(name: "cursor", value: text)]) == .operation)
        let other = [(name: "cursor", value: text), (name: "sort", value: "due_date")]
        #expect(try await self.outcome("list_positions", other) == .problem("malformed-request", ["cursor bad_format"]))
    }

    // MARK: Conditions and repeats

    @Test func `changes of positions and refunds require If-Match`() async throws {
        let runner = try await RouteRunner.shared.value
        let patch: HTTPFields = [.contentType: "application/merge-patch+json"]
        for operation in ["change_position", "change_refund"] {
            let outcome = try await runner.send(operation, body: Array("{}".utf8), headers: patch)
            #expect(outcome == .problem("precondition-required", []), "\(operation)")
        }
    }

    @Test(arguments: ["", "\"", "a b", "\u{7F}", "a\"b", String(repeating: "k", count: 256), "\"\""])
    func `an invalid Idempotency-Key is rejected before the operation`(key: String) async throws {
        let runner = try await RouteRunner.shared.value
        let outcome = try await runner.send("publish_position", headers: [.idempotencyKey: key])
        #expect(outcome == .problem("malformed-request", ["Idempotency-Key bad_format"]))
    }

    @Test func `a payment cannot be started without an Idempotency-Key`() async throws {
        let runner = try await RouteRunner.shared.value
        let body = try #require(ValidBody.all.first { $0.operation == "start_payment_attempt" })
        let outcome = try await runner.send(
            "start_payment_attempt", body: Array(body.json.utf8), headers: [.contentType: "application/json"])
        #expect(outcome == .problem("idempotency-key-missing", []))
    }
}

import JSON
import Testing

@testable import API

/// Values of the right type that break a rule: each has its own code.
@Suite struct InvalidValueTests {
    private static let long = String(repeating: "x", count: 2_000)

    /// Operation, pointer, value as JSON, code.
    static let cases: [(String, String, String, String)] = [
        ("create_position", "/creditor_tax_code", "\"1234567890\"", "bad_format"),
        ("create_position", "/external_id", "\"\"", "too_short"),
        ("create_position", "/external_id", "\"\(String(repeating: "x", count: 71))\"", "too_long"),
        ("create_position", "/external_id", "\"a\\u0007b\"", "bad_characters"),
        ("create_position", "/debt_type", "\"Mensa\"", "bad_format"),
        ("create_position", "/debt_type", "\"\(String(repeating: "m", count: 36))\"", "bad_format"),
        ("create_position", "/document/year", "1899", "out_of_range"),
        ("create_position", "/document/year", "3000", "out_of_range"),
        ("create_position", "/description", "\"\(String(repeating: "x", count: 141))\"", "too_long"),
        ("create_position", "/debtor/kind", "\"firm\"", "unknown_value"),
        ("create_position", "/debtor/kind", "\"company\"", "mismatch"),
        ("create_position", "/debtor/tax_code", "\"RSSMRA80A01H501X\"", "bad_check_digit"),
        ("create_position", "/debtor/email", "\"mario\"", "bad_format"),
        ("create_position", "/debtor/address/country", "\"it\"", "bad_format"),
        ("create_position", "/debtor/address/country", "\"ITA\"", "bad_format"),
        ("create_position", "/debtor/address/civic_number", "\"\(String(repeating: "1", count: 17))\"", "too_long"),
        ("create_position", "/lines/0/quantity", "0", "out_of_range"),
        ("create_position", "/lines/0/amount_cents", "-1", "out_of_range"),
        ("create_position", "/installments", "[]", "too_few"),
        ("create_position", "/installments/0/amount_cents", "0", "out_of_range"),
        ("create_position", "/installments/0/amount_cents", "99999999999999999999", "out_of_range"),
        ("create_position", "/installments/0/amount_cents", "59.8", "wrong_type"),
        ("create_position", "/installments/0/due_date", "\"2030-02-30\"", "bad_format"),
        ("create_position", "/installments/0/transfers", "[]", "too_few"),
        ("create_position", "/installments/0/transfers/0/iban", "\"IT61X0542811101000000123456\"", "bad_check_digit"),
        ("create_position", "/metadata/class", "\"\(String(repeating: "x", count: 141))\"", "too_long"),
        ("create_position", "/alternative_group", "\"\(String(repeating: "x", count: 36))\"", "too_long"),
        ("request_position", "/amount_cents", "0", "out_of_range"),
        ("request_position", "/fields/plate", "\"\"", "too_short"),
        ("record_counter_payment", "/installment", "0", "out_of_range"),
        ("record_counter_payment", "/installment", "61", "out_of_range"),
        ("record_counter_payment", "/amount_cents", "0", "out_of_range"),
        ("record_counter_payment", "/paid_at", "\"2023-11-10\"", "bad_format"),
        ("record_counter_payment", "/till", "\"\"", "too_short"),
        ("void_counter_payment", "/reason", "\"\(String(repeating: "x", count: 501))\"", "too_long"),
        ("start_payment_attempt", "/installments", "[]", "too_few"),
        ("start_payment_attempt", "/installments/0", "\"x\"", "bad_format"),
        ("start_payment_attempt", "/payment_method", "\"cp\"", "bad_format"),
        ("start_payment_attempt", "/psp_id", "\"\"", "bad_format"),
        ("start_payment_attempt", "/payer/tax_code", "\"x\"", "bad_format"),
        ("start_payment_attempt", "/return_url", "\"http://portale.example.org/\"", "bad_format"),
        ("start_payment_attempt", "/language", "\"es\"", "unknown_value"),
        ("receive_outcome", "/attempt_id", "\"x\"", "bad_format"),
        ("receive_outcome", "/outcome", "\"paid\"", "unknown_value"),
        ("receive_outcome", "/detail", "\"\"", "too_short"),
        ("enter_rt", "/evidence/base64", "\"*\"", "bad_format"),
        ("enter_rt", "/evidence/base64", "\"\"", "bad_format"),
        ("enter_rt", "/evidence/media_type", "\"image/gif\"", "unknown_value"),
        ("enter_rt", "/rt", "{}", "required"),
        ("enter_rt", "/rt", "[]", "wrong_type"),
        ("resolve_anomaly", "/resolution", "\"appeared\"", "unknown_value"),
        ("resolve_anomaly", "/resolution", "\"entered\"", "unknown_value"),
        ("resolve_anomaly", "/position_id", "\"x\"", "bad_format"),
        ("resolve_anomaly", "/installment", "0", "out_of_range"),
        ("decide_refund", "/receipt_id", "\"x\"", "bad_format"),
        ("decide_refund", "/amount_cents", "0", "out_of_range"),
        ("decide_refund", "/status", "\"failed\"", "unknown_value"),
        ("decide_refund", "/date", "\"10/11/2023\"", "bad_format"),
        ("change_refund", "/status", "\"decided\"", "unknown_value"),
        ("make_api_key", "/kind", "\"psp\"", "unknown_value"),
        ("make_api_key", "/scopes", "[]", "too_few"),
        ("make_api_key", "/scopes/0", "\"everything\"", "unknown_value"),
        ("make_api_key", "/allowed_origins/0", "\"https://a.example.org/path\"", "bad_format"),
        ("make_api_key", "/expires_at", "\"tomorrow\"", "bad_format"),
        ("rotate_api_key", "/overlap_seconds", "-1", "out_of_range"),
        ("register_citizen", "/kind", "\"tourist\"", "unknown_value"),
        ("register_citizen", "/tax_code", "\"RSSMRA80A01H501X\"", "bad_check_digit"),
        ("register_citizen", "/birth/date", "\"1980-01-02\"", "mismatch"),
        ("register_citizen", "/birth/date", "\"2080-01-01\"", "in_the_future"),
        ("register_citizen", "/email", "\"casella@\"", "bad_format"),
        ("register_citizen", "/password", "\"short\"", "too_short"),
        ("register_citizen", "/consents/privacy", "false", "not_allowed"),
        ("register_citizen", "/consents/terms", "false", "not_allowed"),
        ("register_citizen", "/verification_url", "\"javascript:alert(1)\"", "bad_format"),
        ("verify_citizen", "/token", "\"\"", "too_short"),
        ("verify_citizen", "/token", "\"\(long)\"", "too_long"),
        ("open_session", "/username", "\"\"", "too_short"),
        ("open_session", "/password", "\"\"", "too_short"),
        ("open_session", "/password", "\"\(long)\"", "too_long"),
        ("open_oidc_session", "/id_token", "\"\"", "too_short"),
        ("open_oidc_session", "/id_token", "\"\(String(repeating: "x", count: 16_385))\"", "too_long"),
        ("open_oidc_session", "/id_token", "\"a b\"", "bad_characters"),
        ("open_oidc_session", "/nonce", "\"nonce-012345678\"", "too_short"),
        ("open_oidc_session", "/nonce", "\"\(String(repeating: "x", count: 257))\"", "too_long"),
        ("open_oidc_session", "/nonce", "\"nonce-0123456789é\"", "bad_characters"),
        ("confirm_password_reset", "/new_password", "\"short\"", "too_short"),
        ("send_test_notification", "/to", "\"ops\"", "bad_format"),
        ("make_smart_card_ticket", "/return_url", "\"https://user@portale.example.org/\"", "bad_format"),
    ]

    @Test(arguments: cases) func `an invalid value has its pointer and its code`(
        operation: String, pointer: String, value: String, code: String
    ) async throws {
        let body = try #require(ValidBody.all.first { $0.operation == operation })
        let path = pointer.split(separator: "/").map(String.init)
        let json = try #require(JSONValue(body.json).replacing(path[...], with: JSONValue(value)))
        let outcome = try await RouteRunner.shared.value.send(json: json, to: operation)

        let target = Self.reportedAt["\(operation) \(pointer) \(code)"] ?? pointer
        #expect(outcome == .invalid("\(target) \(code)"))
    }

    /// Where a rule about two members is reported.
    private static let reportedAt = [
        "create_position /debtor/kind mismatch": "/debtor/tax_code", "enter_rt /rt required": "/rt/psp/id",
    ]

    @Test func `an entered RT needs either its document or the anomaly of its body`() async throws {
        let runner = try await RouteRunner.shared.value
        let body = try #require(ValidBody.all.first { $0.operation == "enter_rt" })
        let json = try JSONValue(body.json)
        let id = JSONValue.string("0199c0de-0000-7000-8000-000000000009")
        let both = try #require(json.replacing(["anomaly_id"], with: id))
        let neither = try #require(json.replacing(["evidence"], with: nil))
        let anomaly = try #require(neither.replacing(["anomaly_id"], with: id))

        #expect(try await runner.send(json: both, to: "enter_rt") == .invalid("/evidence not_allowed"))
        #expect(try await runner.send(json: neither, to: "enter_rt") == .invalid("/evidence required"))
        #expect(try await runner.send(json: anomaly, to: "enter_rt") == .operation)
    }

    @Test(
        arguments: [
            (#"{"resolution":"accept","reason":"x"}"#, []),
            (#"{"resolution":"reject","reason":"x"}"#, []),
            (#"{"resolution":"refund","reason":"x"}"#, []),
            (#"{"resolution":"refund","reason":"x","amount_cents":1}"#, []),
            (#"{"resolution":"accept","reason":"x","amount_cents":1}"#, ["/amount_cents not_allowed"]),
            (#"{"resolution":"match","reason":"x"}"#, ["/position_id required"]),
            (
                #"{"resolution":"reject","reason":"x","position_id":"0199c0de-0000-7000-8000-000000000009","installment":1}"#,
                ["/position_id not_allowed", "/installment not_allowed"]
            ),
            (
                #"{"resolution":"match","amount_cents":1}"#,
                [
                    "/reason required", "/position_id required", "/amount_cents not_allowed",
                ]
            ),
        ] as [(String, [String])])
    func `each resolution of an anomaly has its own members`(text: String, violations: [String]) async throws {
        let outcome = try await RouteRunner.shared.value.send(json: JSONValue(text), to: "resolve_anomaly")
        #expect(outcome == (violations.isEmpty ? .operation : .problem("invalid-request", violations)))
    }

    @Test func `all violations of a body are reported together, in the order of the contract`() async throws {
        let text = """
            {"external_id":"","debt_type":"Mensa","document":{"year":1,"extra":1},"description":7,
            "debtor":{"kind":"person"},"installments":[{"amount_cents":0}],"metadata":{"a":1},"draft":"no","x":null}
            """
        let outcome = try await RouteRunner.shared.value.send(json: JSONValue(text), to: "create_position")
        #expect(
            outcome
                == .problem(
                    "invalid-request",
                    [
                        "/creditor_tax_code required", "/external_id too_short", "/debt_type bad_format",
                        "/document/year out_of_range", "/document/number required", "/document/extra unknown_member",
                        "/description wrong_type", "/debtor/tax_code required", "/debtor/full_name required",
                        "/installments/0/amount_cents out_of_range", "/installments/0/due_date required",
                        "/metadata/a wrong_type", "/draft wrong_type", "/x unknown_member",
                    ]))
    }
}

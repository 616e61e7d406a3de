import PagoPA
import Testing

/// What payers are asked who request a payment without a bill.
@Suite struct RequestFormTests {
    @Test(arguments: [
        ("[A-Z]{2}[0-9]{3}[A-Z]{2}", "AB123CD", true), ("[A-Z]{2}[0-9]{3}[A-Z]{2}", "AB123C", false),
        ("[A-Z]{2}[0-9]{3}[A-Z]{2}", "AB123CDE", false), ("[A-Z]{2}", "ab", false), ("a?a?a?aaa", "aaa", true),
        ("a?a?a?aaa", "aaaaaaa", false), ("\\d{1,3}\\.\\d", "12.5", true), ("\\d{1,3}\\.\\d", "12,5", false),
        ("[a-z.-]{1,5}", "a.b-c", true), ("x{0,2}", "", true), ("Nr\\d?", "Nr", true),
    ])
    func `a pattern matches whole texts only`(pattern: String, text: String, matches: Bool) throws {
        #expect(try FieldPattern(pattern).matches(text) == matches)
    }

    @Test(arguments: [
        "", "(a)", "a|b", "a*", "a+", ".", "[", "[]", "[a", "[z-a]", "[A-z]", "a{", "a{2", "a{2,1}", "a{0}", "a{141}",
        "\\w", "\\", "{2}", "è", "^a$", "a{999}", "[a-z]{100}[a-z]{41}", "a??",
    ])
    func `a pattern that is open, unbounded or malformed is rejected`(pattern: String) {
        #expect(throws: InvalidValue.self) { try FieldPattern(pattern) }
    }

    @Test func `every violation of a form is found at once`() throws {
        let form = RequestForm(
            minimum: Given.amount(100), maximum: Given.amount(500), dueDays: 30,
            fields: [
                field("plate", .text(maximumLength: 7, pattern: try FieldPattern("[A-Z]{2}[0-9]{3}[A-Z]{2}"))),
                field("months", .integer(1...12)), field("from", .date),
                field("name", .text(maximumLength: 3, pattern: nil)),
                field("note", .text(maximumLength: 3, pattern: nil), isRequired: false),
            ])
        let wrong = request(501, ["plate": "AB123C", "months": "13", "from": "2026-02-30", "other": "x"])
        #expect(
            wrong.faults(against: form).map { "\($0.pointer) \($0.code.rawValue)" } == [
                "/amount_cents out_of_range", "/fields/plate bad_format", "/fields/months out_of_range",
                "/fields/from bad_format", "/fields/name required", "/fields/other unknown_member",
            ])
        let right = request(500, ["plate": "AB123CD", "months": "12", "from": "2026-02-28", "name": "èèè"])
        #expect(right.faults(against: form).isEmpty)
        #expect(request(500, ["months": "+1"]).faults(against: form).contains { $0.pointer == "/fields/months" })
        #expect(request(nil, [:]).faults(against: form).first?.code == .required)
    }

    @Test func `a fixed amount need not be sent, but no other one is accepted`() throws {
        let form = RequestForm(minimum: Given.amount(1_600), maximum: Given.amount(1_600), dueDays: 0, fields: [])
        #expect(request(nil, [:]).faults(against: form).isEmpty)
        #expect(request(1_600, [:]).faults(against: form).isEmpty)
        #expect(request(1_599, [:]).faults(against: form).map(\.code) == [.outOfRange])
    }

    private func field(_ key: String, _ kind: RequestField.Kind, isRequired: Bool = true) -> RequestField {
        RequestField(key: key, labels: [.it: key], kind: kind, isRequired: isRequired)
    }

    private func request(_ cents: Int64?, _ values: [String: String]) -> PositionRequest {
        PositionRequest(
            creditor: Given.comune, debtTypeKey: "sosta", amount: cents.map(Given.amount), debtor: nil, values: values)
    }
}

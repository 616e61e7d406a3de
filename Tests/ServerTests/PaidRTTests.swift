import Foundation
import TestSupport
import Testing

/// An RT of moved money is never refused, and one RT is the same in every spelling. Every response is validated against the contract.
extension ServerTests {
    @Suite struct PaidRTTests {
        /// Variations of a valid RT in JSON, which are accepted with or without a note.
        private static let variations: [(String, String)] = [
            (#""business_name":"Banca Alfa""#, #""business_name":"Banca Alfa\n\n""#),
            (#""business_name":"Banca Alfa""#, #""business_name":"""#),
            (#""business_name":"Banca Alfa""#, #""business_name":"Banca \u202e Alfa","abi":1"#),
            (#""index":1,"#, #""index":1,"remittance":"Mensa ottobre\nclasse 2B\u0000","iban":"","mbd":null,"#),
            (#""index":1,"#, ""),
            (#""payment_method":"CP""#, #""payment_method":"creditCard""#),
            (
                #""payment_method":"CP""#,
                #""payment_method":null,"standin":false,"payer":{"full_name":"","kind":"F","email":"a@b.it, c@d.it"}"#
            ),
            (
                #""payment_method":"CP""#,
                #""payment_method":"cp","notice_number":"348172725623804858","fee_cents":-1,"debtor":[]"#
            ),
            (#""outcome":"OK""#, #""outcome":"ok""#), (#""outcome":"OK""#, #""outcome_code":"0""#),
            ("5980,", "5980.0,"), ("10:00:00Z", "10:00Z"), ("10:00:00Z", "11:00:00"),
            ("10:00:00Z", "11:00:00.000+0100"),
            ("10:00:00Z", "09:59:60Z"), ("{", "\u{FEFF}{"), ("RECEIPT", "0199c0de-0000-7000-8000-000000000001"),
            ("RECEIPT", String(repeating: "r", count: 140)),
        ]

        @Test func `small variations do not reject a paid RT, and its receipt shows clean values`() async throws {
            try await Deployment.with { live in
                for (index, (part, other)) in Self.variations.enumerated() {
                    let (position, iuv) = try await live.position()
                    var rt = Deployment.rt(iuv: iuv, receipt: "RECEIPT")
                    let range = try #require(rt.range(of: part), "\(part)")
                    rt.replaceSubrange(range, with: other)

                    let answer = try await live.post(rt: rt)

                    #expect(answer.status == 201, "\(index) \(other) \(String(decoding: answer.body, as: UTF8.self))")
                    #expect(try answer.json["disposition"] as? String == "settled")
                    #expect(try await live.status(of: position) == "paid")
                    let id = try #require(try answer.json["id"] as? String)
                    let shown = try await live.call("GET", "/v1/receipts/\(id)", key: live.apiKey)
                    #expect(shown.status == 200)
                    let notes = try answer.json["notes"] as? [[String: any Sendable]]
                    #expect((notes?.isEmpty ?? true) == ["\u{FEFF}{"].contains(other), "\(other)")
                    #expect(try (shown.json["notes"] as? [[String: any Sendable]])?.count == notes?.count)
                    let raw = try await live.call("GET", "/v1/receipts/\(id)/rt", key: live.apiKey)
                    #expect(raw.body == Data(rt.utf8))
                    let pdf = try await live.call("GET", "/v1/receipts/\(id)/pdf", key: live.apiKey)
                    #expect(pdf.status == 200)
                    let official = try await live.call("GET", "/v1/receipts/\(id)/official-rt", key: live.apiKey)
                    #expect(try Official.violations(ofRTs: [Array(official.body)]) ?? [] == [])
                    let again = try await live.post(
                        rt: String(decoding: official.body, as: UTF8.self), type: "application/xml")
                    #expect(again.status == 200 && again.body == answer.body, "\(other)")
                }
                #expect(try live.query("SELECT count(*) FROM anomalies") == ["0"])
                #expect(try live.query("SELECT count(*) FROM receipts") == ["\(Self.variations.count)"])
            }
        }

        @Test func `an official RT follows the same rules`() async throws {
            try await Deployment.with { live in
                let zero = RTSample.Single(amount: "0.00", outcome: "ACCEPTED")
                let cases: [(String, (inout RTSample) -> Void)] = [
                    ("settled", { $0.singles.append(zero) }), ("partial_payment", { $0.outcome = "2" }),
                    ("settled", { $0.singles[0].date = "2026-10-10" }),
                    ("contradictory_rt", { $0.singles[0].amount = "59.79" }),
                    ("settled", { $0.total = "059.8" }), ("settled", { $0.beforePayment = "<pay_i:standIn/>" }),
                ]
                for (expected, change) in cases {
                    let (position, iuv) = try await live.position()
                    var sample = RTSample(iuv: iuv, context: "C-\(iuv)")
                    change(&sample)
                    let text = sample.text.replacing("Banca Alfa", with: "Banca Alfa\n\n")
                        .replacing("Mensa &amp; trasporto", with: "riga 1\nriga 2 \u{202E}abc")

                    let answer = try await live.post(rt: text, type: "application/xml")

                    #expect(answer.status == 201, "\(expected) \(String(decoding: answer.body, as: UTF8.self))")
                    let kind = try answer.json["anomaly_kind"] as? String ?? answer.json["disposition"] as? String
                    #expect(kind == expected)
                    #expect(try await live.status(of: position) == (expected == "settled" ? "paid" : "open"))
                    let id = try #require(try answer.json["id"] as? String)
                    let shown = try await live.call("GET", "/v1/receipts/\(id)", key: live.apiKey).json
                    #expect((shown["psp"] as? [String: any Sendable])?["business_name"] as? String == "Banca Alfa")
                }
            }
        }

        @Test func `one RT in JSON, in XML or rewritten is one receipt, and another fact is a conflict`()
            async throws
        {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                let rt = Deployment.rt(
                    iuv: iuv, receipt: "R-1",
                    extra: #""payment_context":"CCP-1","fee_cents":150,"payer":{"full_name":"Nicolò"},"#)
                let first = try await live.post(rt: rt)
                #expect(first.status == 201)
                let id = try #require(try first.json["id"] as? String)
                let official = try await live.call("GET", "/v1/receipts/\(id)/official-rt", key: live.apiKey)

                for same in [
                    rt.replacing("10:00:00Z", with: "10:00:00.000Z"), rt.replacing("10:00:00Z", with: "11:00:00+01:00"),
                    rt.replacing("Nicolò", with: "Nicolo\u{300}"),
                    rt.replacing(#""outcome":"OK""#, with: #""outcome":"OK","outcome_code":0"#),
                    rt.replacing(
                        #","payer":{"full_name":"Nicolò"}"#, with: #","payer":{"full_name":"Nicolò"},"standin":false"#),
                ] {
                    let again = try await live.post(rt: same)
                    #expect(again.status == 200 && again.body == first.body, "\(same)")
                }
                let own = try await live.post(
                    rt: String(decoding: official.body, as: UTF8.self), type: "application/xml")
                #expect(own.status == 200 && own.body == first.body)
                var sample = RTSample(
                    iuv: iuv, context: "R-1", singles: [.init(date: "2026-11-20", fee: nil)],
                    sentAt: "2026-11-20T20:00:00")
                let xml = try await live.post(rt: sample.text, type: "application/xml")
                #expect(xml.status == 200 && xml.body == first.body)
                #expect(try live.query("SELECT count(*) FROM anomalies") == ["0"])

                sample.singles[0].date = "2026-11-19"
                #expect(try await live.post(rt: sample.text, type: "application/xml").status == 409)
                for other in [
                    rt.replacing("10:00:00Z", with: "10:00:01Z"), rt.replacing("5980", with: "5979"),
                    rt.replacing("\"OK\"", with: "\"KO\""),
                ] { #expect(try await live.post(rt: other).status == 409, "\(other)") }
                #expect(try live.query("SELECT count(*) FROM receipts") == ["1"])
            }
        }

        @Test func `an RT with contradictory amounts waits for an operator, who may accept it`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let answer = try await live.post(
                    rt: Deployment.rt(iuv: iuv, receipt: "ODD").replacing(
                        "\"amount_cents\":5980}", with: "\"amount_cents\":5979}"))
                #expect(answer.status == 201)
                #expect(try answer.json["anomaly_kind"] as? String == "contradictory_rt")
                #expect(try await live.status(of: position) == "open")
                let anomaly = try #require(try answer.json["anomaly_id"] as? String)
                let listed = try await live.call("GET", "/v1/anomalies?kind=contradictory_rt", key: live.opsKey).json
                #expect((listed["items"] as? [any Sendable])?.count == 1)
                let resolved = try await live.call(
                    "POST", "/v1/anomalies/\(anomaly)/resolve", key: live.opsKey,
                    json: #"{"resolution":"accept","reason":"The PSP confirmed the whole amount"}"#)
                #expect(resolved.status == 200)
                #expect(try await live.status(of: position) == "paid")
            }
        }

        @Test func `a position sent again with explicit defaults is the stored one`() async throws {
            try await Deployment.with { live in
                func body(_ debtor: String, _ name: String, _ extra: String, _ installment: String = "") -> String {
                    """
                    {"creditor_tax_code":"\(Deployment.creditor)","external_id":"AGAIN","debt_type":"mensa",
                    "document":{"year":2026,"number":"1"},"description":"Mensa perch\(name)",\(extra)
                    "debtor":{"kind":"person","tax_code":"\(debtor)","full_name":"Nicolò","email":"a@example.org"},
                    "installments":[{"amount_cents":5980,"due_date":"2030-10-10"\(installment)}]}
                    """
                }
                func post(_ text: String) async throws -> Deployment.Answer {
                    try await live.call("POST", "/v1/positions", key: live.creditorKey, json: text)
                }
                let plain = body("RSSMRA80A01H501U", "é", "")
                let first = try await post(plain)
                #expect(first.status == 201)
                for same in [
                    plain, body("rssmra80a01h501u", "e\u{301}", #""lines":[],"draft":false,"metadata":{},"#),
                    plain.replacing("a@example.org", with: "A@EXAMPLE.ORG"),
                ] {
                    let again = try await post(same)
                    #expect(again.status == 200)
                    #expect(try again.json["id"] as? String == first.json["id"] as? String)
                }
                for other in [
                    body("RSSMRA80A01H501U", "è", ""), body("RSSMRA80A01H501U", "é", #""draft":true,"#),
                    plain.replacing("5980", with: "5981"),
                ] { #expect(try await post(other).status == 409) }
            }
        }
    }
}

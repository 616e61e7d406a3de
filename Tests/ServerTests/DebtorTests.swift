import Foundation
import TestSupport
import Testing

/// Debtors without an Italian code.
extension ServerTests {
    @Suite struct DebtorTests {
        @Test func `a debt of a person without an Italian code is created, paid and written into the official RT`()
            async throws
        {
            try await Deployment.with { live in
                let tourist = try await live.owed(kind: "person", code: "ANONIMO", name: "ANONIMO")
                let company = try await live.owed(kind: "company", code: "DE123456789", name: "Beispiel GmbH")
                #expect(try await live.owed(kind: "company", code: "SM12345", name: "Esempio SRL").status == 201)
                #expect(tourist.status == 201 && company.status == 201)
                let italian = try await live.owed(kind: "company", code: "IT12345678903", name: "Esempio SPA")
                #expect(
                    try (italian.json["debtor"] as? [String: any Sendable])?["tax_code"] as? String == "12345678903")

                for (answer, code) in [(tourist, "F<|ANONIMO"), (company, "G<|DE123456789")] {
                    let iuv = try #require(
                        (try answer.json["installments"] as? [[String: any Sendable]])?.first?["iuv"] as? String)
                    // The payer is another tourist without a code: two people, not one.
                    let rt = Deployment.rt(
                        iuv: iuv, receipt: "R-\(iuv.suffix(6))",
                        extra: #""payer":{"kind":"person","tax_code":"ANONIMO","full_name":"Jean Martin"},"#)
                    let accepted = try await live.post(rt: rt)
                    #expect(accepted.status == 201)
                    let id = try #require(try accepted.json["id"] as? String)
                    let official = try await live.call(
                        "GET", "/v1/receipts/\(id)/official-rt", key: live.creditorKey)
                    let text = String(decoding: official.body, as: UTF8.self)
                    for part in code.split(separator: "|") { #expect(text.contains(">\(part)")) }
                    #expect(text.contains("<anagraficaVersante>Jean Martin<"))
                }
            }
        }

        @Test func `kind and code of a debtor are validated together`() async throws {
            try await Deployment.with { live in
                for (kind, code) in [
                    ("company", "RSSMRA80A01H501U"), ("company", "ANONIMO"), ("person", "DE12345678"),
                    ("person", "ZZ123456789"),
                ] {
                    let answer = try await live.owed(kind: kind, code: code, name: "Qualcuno")
                    #expect(answer.status == 422)
                    #expect(try answer.pointers == ["/debtor/tax_code"], "\(kind) \(code)")
                }
            }
        }

        @Test func `a front end cannot search for the debtors without a code`() async throws {
            try await Deployment.with { live in
                #expect(try await live.owed(kind: "person", code: "ANONIMO", name: "Uno").status == 201)
                #expect(try await live.owed(kind: "person", code: "ANONIMO", name: "Altro").status == 201)
                for (path, field) in [("positions", "debtor_tax_code"), ("receipts", "tax_code")] {
                    let json = "{\"\(field)\":\"anonimo\"}"
                    let refused = try await live.call("POST", "/v1/\(path)/search", key: live.apiKey, json: json)
                    #expect(refused.status == 422)
                    #expect(try refused.pointers == ["/\(field)"])
                    let own = try await live.call("POST", "/v1/\(path)/search", key: live.creditorKey, json: json)
                    #expect(own.status == 200)
                    if path == "positions" {
                        #expect(try (own.json["items"] as? [[String: any Sendable]])?.count == 2)
                    }
                }
            }
        }
    }
}

extension Deployment {
    /// Creates a position for this debtor.
    fileprivate func owed(kind: String, code: String, name: String) async throws -> Answer {
        try await call(
            "POST", "/v1/positions", key: creditorKey,
            json: """
                {"creditor_tax_code":"\(Self.creditor)","external_id":"D-\(UUID().uuidString)","debt_type":"mensa",
                "document":{"year":2026,"number":"42"},"description":"Multa a un turista",
                "debtor":{"kind":"\(kind)","tax_code":"\(code)","full_name":"\(name)"},
                "installments":[{"amount_cents":5980,"due_date":"2030-01-31"}]}
                """)
    }
}

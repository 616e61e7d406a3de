import Foundation
import TestSupport
import Testing

extension ServerTests {
    @Suite struct RegisterTests {
        @Test func `a creditor's accounts are read, replaced by operations, and enforced in new positions`()
            async throws
        {
            try await Deployment.with { live in
                let path = "/v1/creditors/\(Deployment.creditor)/accounts"
                let first = try await live.call("GET", path, key: live.creditorKey)
                let items = try #require(try first.json["items"] as? [[String: any Sendable]])
                #expect(items.count == 1 && items[0]["default"] as? Bool == true)
                let tag = try #require(first.headers["etag"])
                #expect(
                    try await live.call("GET", path, key: live.creditorKey, headers: ["If-None-Match": tag]).status
                        == 304)
                let wanted = """
                    {"items":[{"iban":"IT60X0542811101000000123456","default":true},
                    {"iban":"it30 O076 0103 2000 0001 2345 678","name":"Conto mensa","postal":true,"debt_types":["mensa"]}]}
                    """
                #expect(try await live.call("PUT", path, key: live.creditorKey, json: wanted).status == 403)
                let saved = try await live.call("PUT", path, key: live.opsKey, json: wanted, headers: ["If-Match": tag])
                #expect(saved.status == 200)
                #expect(
                    try await live.call("PUT", path, key: live.opsKey, json: wanted, headers: ["If-Match": tag]).status
                        == 412)
                // A GET response can be edited and sent back.
                let again = try await live.call("GET", path, key: live.opsKey)
                #expect(again.body == saved.body)
                let back = try await live.call(
                    "PUT", path, key: live.opsKey, json: String(decoding: again.body, as: UTF8.self))
                #expect(back.status == 200 && back.body == saved.body)

                let (position, _) = try await live.position()
                let detail = try await live.call("GET", "/v1/positions/\(position)", key: live.apiKey)
                let installment = (try detail.json["installments"] as? [[String: any Sendable]])?.first
                let transfer = (installment?["transfers"] as? [[String: any Sendable]])?.first
                #expect(transfer?["iban"] as? String == "IT30O0760103200000012345678")
                let bad = try await live.call(
                    "PUT", path, key: live.opsKey,
                    json: """
                        {"items":[{"iban":"IT60X0542811101000000123456","postal":true,"default":true},
                        {"iban":"IT99X0542811101000000000049"},{"debt_types":["Mensa"]}]}
                        """)
                #expect(
                    try Set(bad.pointers) == [
                        "/items/0/postal", "/items/1/iban", "/items/2/iban", "/items/2/debt_types/0",
                    ])
                #expect(
                    try await live.call("GET", "/v1/creditors/00000000001/accounts", key: live.opsKey).status == 404)
            }
        }

        @Test func `the service name of a debt type has the format of the contract, also as a filter`() async throws {
            try await Deployment.with { live in
                for service in ["0.5", "Scuola", "a b", String(repeating: "a", count: 36)] {
                    let saved = try await live.call(
                        "PUT", "/v1/creditors/\(Deployment.creditor)/debt-types/gita", key: live.opsKey,
                        json: """
                            {"descriptions":{"it":"Gita"},"service":"\(service)","taxonomy_code":"9/0101002IM/",
                            "payable_after_due":true}
                            """, headers: ["If-None-Match": "*"])
                    #expect(saved.status == 422, "\(service)")
                    #expect(try saved.pointers == ["/service"], "\(service)")
                    let query = service.replacing(" ", with: "%20")
                    let listed = try await live.call("GET", "/v1/positions?service=\(query)", key: live.apiKey)
                    #expect(listed.status == 400, "\(service)")
                    #expect(try listed.pointers == ["service"], "\(service)")
                }
                #expect(try await live.call("GET", "/v1/positions?service=school", key: live.apiKey).status == 200)
            }
        }

        @Test func `an account with an impossible IBAN is rejected`() async throws {
            try await Deployment.with { live in
                for iban in [
                    "IT99X0542811101000000000049", "IT01X0542811101000000000067", "IT65A0542811101000000123456",
                    "ZZ480542811101000000123456", "DE5137040044053201300",
                ] {
                    let answer = try await live.call(
                        "PUT", "/v1/creditors/90000000001", key: live.opsKey,
                        json: """
                            {"tax_code":"90000000001","name":"Ente prova","aux_digit":3,"segregation_code":"02",
                            "iban":"\(iban)"}
                            """)
                    #expect(answer.status == 422)
                    #expect(try answer.pointers == ["/iban"], "\(iban)")
                }
            }
        }
    }
}

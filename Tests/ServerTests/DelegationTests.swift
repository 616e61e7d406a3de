import Foundation
import TestSupport
import Testing

extension ServerTests {
    /// What a delegate reads of the delegator over HTTP.
    @Suite struct DelegationTests {
        private static let mario = "RSSMRA80A01H501U"
        private static let anna = "VRDNNA85M41F205G"

        @Test func `a delegate reads the payment notices of the delegator, and both read each other's name`()
            async throws
        {
            try await Deployment.with { live in
                let debt = try await live.position().id
                let (mario, anna) = (try await live.session(.mario).access, try await live.session(.anna).access)
                _ = try live.queryText("UPDATE citizens SET proved_by = 'identity_provider'")
                func call(_ method: String, _ path: String, _ token: String, _ json: String? = nil) async throws
                    -> Deployment.Answer
                {
                    try await live.call(
                        method, path, key: live.apiKey, json: json,
                        headers: ["X-Citizen-Token": token, "Accept": "application/pdf, application/json"])
                }
                let given = try await call(
                    "POST", "/v1/delegations", mario, #"{"delegate_tax_code":"\#(Self.anna)"}"#)
                #expect(given.status == 201)
                let id = try #require(try given.json["id"] as? String)
                let path = "/v1/delegations/\(id)"
                let before = try await call("GET", path, mario)
                #expect(try before.json["delegator_name"] as? String == "Mario Rossi")
                #expect(try before.json["delegate_name"] == nil && before.json["first_used_at"] == nil)

                for notices in ["/v1/positions/\(debt)/notices", "/v1/positions/\(debt)/installments/1/notice"] {
                    #expect(try await call("GET", notices, anna).status == 404)
                    let notice = try await call("GET", "\(notices)?on_behalf_of=\(id)", anna)
                    #expect(notice.status == 200 && notice.headers["content-type"] == "application/pdf", "\(notices)")
                    #expect(notice.body.starts(with: Array("%PDF".utf8)))
                    #expect(try await call("GET", "\(notices)?on_behalf_of=\(id)", mario).status == 404)
                }

                for token in [mario, anna] {
                    let shown = try await call("GET", path, token).json
                    #expect(shown["delegator_name"] as? String == "Mario Rossi")
                    #expect(shown["delegate_name"] as? String == "Anna Verdi" && shown["first_used_at"] != nil)
                }
                let listed = try await live.call("GET", "/v1/delegations", key: live.opsKey).json["items"]
                let row = try #require((listed as? [[String: any Sendable]])?.first)
                #expect(row["delegator_tax_code"] as? String == Self.mario)
                #expect(row["delegator_name"] == nil && row["delegate_name"] == nil)
                #expect(
                    try live.queryText(
                        "SELECT count(*) FROM journal WHERE kind = 'delegation_used' AND note LIKE '%payment_notice%'")
                        == "2")

                #expect(try await call("DELETE", path, mario).status == 204)
                let notices = "/v1/positions/\(debt)/notices?on_behalf_of=\(id)"
                #expect(try await call("GET", notices, anna).status == 404)
            }
        }
    }
}

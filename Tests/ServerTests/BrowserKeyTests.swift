import Foundation
import TestSupport
import Testing

extension ServerTests {
    /// A key that a web page publishes, over HTTP.
    @Suite struct BrowserKeyTests {
        private static let origin = "https://portale.example.org"

        @Test func `a page with its origin reaches public lists and notices, and with a citizen what the citizen sees`()
            async throws
        {
            try await Deployment.with { live in
                let made = try await live.call(
                    "POST", "/v1/api-keys", key: live.opsKey,
                    json: """
                        {"name":"page","kind":"browser","creditors":["\(Deployment.creditor)"],
                        "scopes":["positions:read","payments:write","receipts:read","citizens"],
                        "allowed_origins":["\(Self.origin)"]}
                        """)
                let key = try #require(try made.json["key"] as? String, "\(made.status)")
                let debt = try await live.position()
                let notice = "/v1/notices/\(Deployment.creditor)/3\(debt.iuv)"
                let get = { (path: String, origin: String?, token: String?) in
                    var headers: [String: String] = [:]
                    headers["Origin"] = origin
                    headers["X-Citizen-Token"] = token
                    return try await live.call("GET", path, key: key, headers: headers)
                }

                for path in [notice, "/v1/creditors", "/v1/help", "/v1/me/key", "/v1/psps?amount_cents=100"] {
                    let answer = try await get(path, Self.origin, nil)
                    #expect(answer.status == 200, "\(path)")
                    #expect(answer.headers["access-control-allow-origin"] == Self.origin, "\(path)")
                    for origin in [nil, "https://altro.example.org", "null"] {
                        #expect(try await get(path, origin, nil).status == 403, "\(path) \(origin ?? "")")
                    }
                }
                let found = try await get(notice, Self.origin, nil)
                #expect(try found.json["payable"] as? Bool == true)
                let text = String(decoding: found.body, as: UTF8.self)
                for secret in ["RSSMRA80A01H501U", "Mario", debt.id] { #expect(!text.contains(secret), "\(secret)") }
                for path in ["/v1/positions", "/v1/positions/\(debt.id)", "/v1/receipts", "/v1/me"] {
                    #expect(try await get(path, Self.origin, nil).status == 401, "\(path)")
                }

                try await live.account(.mario)
                let opened = try await live.call(
                    "POST", "/v1/sessions", key: key,
                    json: #"{"username":"RSSMRA80A01H501U","password":"\#(Applicant.mario.password)"}"#,
                    headers: ["Origin": Self.origin])
                let token = try Tokens(opened).access
                #expect(try await get("/v1/positions/\(debt.id)", Self.origin, token).status == 200)
                #expect(try await get("/v1/positions/\(debt.id)", nil, token).status == 403)
                #expect(try await get("/v1/journal", Self.origin, token).status == 403)
                let codes = try await live.send("GET", url: live.api + "/v1/codes?language=sl", headers: [:])
                #expect(codes.status == 200 && codes.headers["access-control-allow-origin"] == "*")
            }
        }
    }
}

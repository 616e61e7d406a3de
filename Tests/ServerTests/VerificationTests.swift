import Foundation
import TestSupport
import Testing

extension ServerTests {
    @Suite struct VerificationTests {
        @Test func `the code on a receipt leads to a page that says whether it is genuine and names nobody`()
            async throws
        {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                let sent = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "VERIFY"))
                let receipt = try #require(try sent.json["id"] as? String)
                let pdf = try await live.call("GET", "/v1/receipts/\(receipt)/pdf", key: live.apiKey)
                let text = try Tool.text(of: Array(pdf.body)).filter { !$0.isWhitespace }
                let code = String(try #require(text.firstMatch(of: /\/verify\/([0-9a-z]{45})/)).1)

                let facts = try await live.call("GET", "/verify/\(code)")
                #expect(try facts.json["status"] as? String == "paid" && facts.json["amount_cents"] as? Int == 5_980)
                let body = String(decoding: facts.body, as: UTF8.self)
                #expect(!body.contains("Canarino") && !body.contains(iuv))
                let page = try await live.call(
                    "GET", "/verify/\(code)", headers: ["Accept": "text/html", "Accept-Language": "en"])
                let html = String(decoding: page.body, as: UTF8.self)
                #expect(page.status == 200 && html.contains("genuine receipt") && html.contains("€59.80"))
                #expect(page.headers["content-security-policy"]?.contains("default-src 'none'") == true)

                let forged = (code.hasPrefix("0") ? "1" : "0") + code.dropFirst()
                let unknown = try await live.call("GET", "/verify/\(forged)")
                #expect(String(decoding: unknown.body, as: UTF8.self) == #"{"genuine":false}"#)
                let warning = try await live.call(
                    "GET", "/verify/\(forged)", headers: ["Accept": "text/html", "Accept-Language": "it"])
                #expect(String(decoding: warning.body, as: UTF8.self).contains("può essere falso"))
            }
        }
    }
}

import Foundation
import TestSupport
import Testing

/// A signed body that is not readable as an RT may be the only evidence of a payment, so it is stored unchanged.
extension ServerTests {
    @Suite struct UnreadableTests {
        @Test func `an operator enters an RT that arrived on paper, with any character in members without effect`()
            async throws
        {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let rt = Deployment.rt(iuv: iuv, receipt: "PAPER-1").replacing(
                    #""receipt_id""#, with: #""\u0000 note":{"a":["\u0000"]},"receipt_id""#)
                let body = """
                    {"rt":\(rt),"evidence":{"base64":"JVBERi0xLjc=","media_type":"application/pdf"},"reason":"Arrivata per PEC"}
                    """

                let entered = try await live.call("POST", "/v1/receipts", key: live.opsKey, json: body)

                #expect(entered.status == 201)
                #expect(try await live.status(of: position) == "paid")
                let again = try await live.call("POST", "/v1/receipts", key: live.opsKey, json: body)
                #expect(again.status == 200)
                let refused = try await live.call("POST", "/v1/receipts", key: live.creditorKey, json: body)
                #expect(refused.status == 403)
                let reason = body.replacing("per PEC", with: #"per \u0000"#)
                #expect(try await live.call("POST", "/v1/receipts", key: live.opsKey, json: reason).status == 422)
            }
        }

        @Test func `a signed body that is not readable is stored unchanged, and operators list and download it`()
            async throws
        {
            try await Deployment.with { live in
                let iuv = "RF18539007547034"
                let bodies: [(text: String, type: String, status: Int, servedAs: String)] = [
                    (#"{"iuv":"\#(iuv)","amount_cents":5980}"#, "application/json", 422, "application/json"),
                    ("[1,2]", "application/json", 422, "application/json"),
                    (#"{"receipt_id":"A",}"#, "application/json", 400, "application/octet-stream"),
                    (#"{"receipt_id":"A\u0000"}"#, "application/json", 422, "application/octet-stream"),
                    (
                        "<RT><identificativoUnivocoVersamento>\(iuv)</identificativoUnivocoVersamento></RT>",
                        "application/xml", 422, "application/xml"
                    ),
                    ("<RT>", "application/xml", 400, "application/xml"),
                ]
                for body in bodies {
                    let answer = try await live.post(rt: body.text, type: body.type)
                    let again = try await live.post(rt: body.text, type: body.type)

                    #expect(answer.status == body.status, "\(body.text)")
                    let anomaly = try #require(try answer.json["anomaly_id"] as? String, "\(body.text)")
                    #expect(try again.json["anomaly_id"] as? String == anomaly)
                    let shown = try await live.call("GET", "/v1/anomalies/\(anomaly)", key: live.opsKey).json
                    #expect(shown["kind"] as? String == "unreadable_rt" && shown["psp_id"] as? String == "ABCDITMM")
                    #expect(shown["receipt_id"] == nil && shown["payer_known"] as? Bool == false)
                    #expect((shown["violations"] as? [Any])?.isEmpty == false)
                    let evidence = try await live.call("GET", "/v1/anomalies/\(anomaly)/evidence", key: live.opsKey)
                    #expect(evidence.status == 200 && evidence.body == Data(body.text.utf8))
                    #expect(evidence.headers["content-type"] == body.servedAs, "\(body.text)")
                    #expect(evidence.headers["content-disposition"]?.hasPrefix("attachment") == true)
                    #expect(evidence.headers["x-content-type-options"] == "nosniff")
                    // It names no creditor, so only operators see it.
                    for (key, status) in [(live.apiKey, 403), (live.creditorKey, 404)] {
                        let answer = try await live.call("GET", "/v1/anomalies/\(anomaly)/evidence", key: key)
                        #expect(answer.status == status)
                    }
                }
                let listed = try await live.call(
                    "GET", "/v1/anomalies?kind=unreadable_rt&status=open", key: live.opsKey
                ).json
                #expect((listed["items"] as? [Any])?.count == bodies.count)
                // A body that names a creditor is visible to that creditor too.
                let named = try await live.post(rt: #"{"creditor_tax_code":"\#(Deployment.creditor)"}"#).json
                let theirs = try #require(named["anomaly_id"] as? String)
                let evidence = try await live.call("GET", "/v1/anomalies/\(theirs)/evidence", key: live.creditorKey)
                #expect(evidence.status == 200)
                let own = try await live.call("GET", "/v1/anomalies?kind=unreadable_rt", key: live.creditorKey).json
                #expect((own["items"] as? [Any])?.count == 1)
                let found = try await live.call("GET", "/v1/anomalies?iuv=\(iuv)", key: live.opsKey).json
                #expect((found["items"] as? [Any])?.count == 2)
            }
        }

        @Test func `a body without a valid signature or with an unsupported media type is not stored`() async throws {
            try await Deployment.with { live in
                let image = try await live.post(rt: "GIF89a", type: "image/gif")
                #expect(image.status == 415)
                let forged = try await live.call(
                    "POST", "/v1/psps/ABCDITMM/receipts", json: "{}",
                    headers: live.signed("{ }").merging(["Content-Type": "application/json"]) { $1 })
                #expect(forged.status == 401)
                let large = try await live.post(rt: String(repeating: " ", count: 300_000))
                #expect(large.status == 413)

                #expect(try live.query("SELECT count(*) FROM unreadable_rts") == ["0"])
                #expect(try live.query("SELECT count(*) FROM anomalies") == ["0"])
            }
        }
    }
}

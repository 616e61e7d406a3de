import Foundation
import TestSupport
import Testing

extension ServerTests {
    @Suite struct NoticeBatchTests {
        @Test func `a batch of notices is made, followed and read as an archive, with what is left out`() async throws {
            try await Deployment.with { live in
                let (first, _) = try await live.position()
                let (paid, iuv) = try await live.position()
                try #require(try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "BATCH")).status == 201)
                let body = """
                    {"creditor_tax_code":"\(Deployment.creditor)","language":"de","position_ids":["\(first)","\(paid)"]}
                    """
                let key = ["Idempotency-Key": UUID().uuidString]
                let made = try await live.call(
                    "POST", "/v1/notices/batches", key: live.creditorKey, json: body, headers: key)
                #expect(made.status == 202)
                let id = try #require(try made.json["id"] as? String)
                let path = "/v1/notices/batches/\(id)"
                let again = try await live.call(
                    "POST", "/v1/notices/batches", key: live.creditorKey, json: body, headers: key)
                #expect(again.status == 202 && again.body == made.body)
                try await live.waitUntil("the batch is done", seconds: 30) {
                    try await live.call("GET", path, key: live.creditorKey).json["status"] as? String == "done"
                }

                let done = try await live.call("GET", path, key: live.creditorKey)
                #expect(try done.json["made"] as? Int == 1 && done.json["left_out"] as? Int == 1)
                let tag = try #require(done.headers["etag"])
                let cached = try await live.call("GET", path, key: live.creditorKey, headers: ["If-None-Match": tag])
                #expect(cached.status == 304)
                let left = try await live.call("GET", path + "/left-out?include_total=true", key: live.creditorKey)
                #expect(String(decoding: left.body, as: UTF8.self).contains("The installment is paid."))
                let zip = try await live.call("GET", path + "/zip", key: live.creditorKey)
                #expect(zip.status == 200 && zip.headers["content-type"] == "application/zip")
                #expect(zip.body.starts(with: Data("PK".utf8)) && zip.body.range(of: Data("%PDF-1.".utf8)) != nil)

                let both =
                    #"{"creditor_tax_code":"\#(Deployment.creditor)","position_ids":["\#(first)"],"debt_type":"mensa"}"#
                #expect(
                    try await live.call("POST", "/v1/notices/batches", key: live.creditorKey, json: both).status == 422)
                #expect(try await live.call("GET", path, key: live.apiKey).status == 403)
            }
        }
    }
}

import Foundation
import TestSupport
import Testing

extension ServerTests {
    @Suite struct LogoTests {
        private static let pixel =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4//8/AAX+Av4zEpUUAAAAAElFTkSuQmCC"

        @Test func `a logo is set, read as JSON and as a picture, sent back unchanged, and removed`() async throws {
            try await Deployment.with { live in
                let path = "/v1/creditors/\(Deployment.creditor)/logo"
                #expect(try await live.call("GET", path, key: live.opsKey).status == 404)
                let body = ##"{"png":"\##(Self.pixel)","alternative_text":"Stemma","color":"#0066cc"}"##
                #expect(try await live.call("PUT", path, key: live.opsKey, json: body).status == 201)
                let shown = try await live.call("GET", path, key: live.opsKey)
                #expect(try shown.json["color"] as? String == "#0066CC")
                let again = try await live.call(
                    "PUT", path, key: live.opsKey, json: String(decoding: shown.body, as: UTF8.self))
                #expect(again.status == 200 && again.body == shown.body)
                let picture = try await live.call("GET", path, key: live.opsKey, headers: ["Accept": "image/png"])
                #expect(picture.headers["content-type"] == "image/png")
                let png = try #require(try shown.json["png"] as? String)
                #expect(Data(picture.body).base64EncodedString() == png)

                let (_, iuv) = try await live.position()
                try #require(try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "LOGO")).status == 201)
                for (png, code) in [("PHN2Zy8+", "bad_format"), ("!", "bad_format")] {
                    let refused = try await live.call(
                        "PUT", path, key: live.opsKey, json: #"{"png":"\#(png)","alternative_text":"Stemma"}"#)
                    #expect(refused.status == 422)
                    let violation = (try refused.json["violations"] as? [[String: Any]])?.first
                    #expect(violation?["pointer"] as? String == "/png" && violation?["code"] as? String == code)
                }
                #expect(try await live.call("DELETE", path, key: live.opsKey).status == 204)
                #expect(try await live.call("DELETE", path, key: live.opsKey).status == 404)
            }
        }
    }
}

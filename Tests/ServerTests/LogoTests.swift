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

        @Test func `an SVG is drawn by a process of its own, stored as a picture, and refused at its member`()
            async throws
        {
            try await Deployment.with { live in
                let path = "/v1/creditors/\(Deployment.creditor)/logo"
                func body(_ content: String, _ others: String = "") -> String {
                    let svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 40'>\(content)</svg>"
                    return #"{"svg":"\#(Data(svg.utf8).base64EncodedString())","alternative_text":"Stemma"\#(others)}"#
                }
                let plain = "<rect width='50' height='40' fill='#0066CC'/>"
                let saved = try await live.call("PUT", path, key: live.creditorKey, json: body(plain))
                #expect(saved.status == 201)
                #expect(try saved.json["svg"] == nil && saved.json["png"] as? String != nil)
                let again = try await live.call("PUT", path, key: live.creditorKey, json: body(plain))
                #expect(again.status == 200 && again.body == saved.body)
                let example = try await live.call(
                    "GET", "/v1/creditors/\(Deployment.creditor)/receipt-preview", key: live.creditorKey,
                    headers: ["Accept-Language": "de"])
                #expect(example.status == 200 && example.headers["content-type"] == "application/pdf")
                #expect(try Tool.text(of: Array(example.body)).contains("Niemand hat bezahlt"))
                let dashes = "<path d='M0 0L1e9 1e9' stroke='#000' stroke-dasharray='0.01'/>"
                for (json, code) in [
                    (body("<script/>"), "not_allowed"),
                    (body("<image href='https://example.org/a.png'/>"), "not_allowed"),
                    (body(dashes), "not_allowed"), (body("<g>"), "bad_format"), (body(""), "bad_format"),
                    (body(plain, #","png":"\#(Self.pixel)""#), "not_allowed"),
                    (#"{"svg":"!","alternative_text":"Stemma"}"#, "bad_format"),
                ] {
                    let refused = try await live.call("PUT", path, key: live.creditorKey, json: json)
                    #expect(refused.status == 422)
                    let violation = (try refused.json["violations"] as? [[String: Any]])?.first
                    #expect(violation?["pointer"] as? String == "/svg" && violation?["code"] as? String == code)
                }
                let missing = try await live.call(
                    "PUT", path, key: live.creditorKey, json: #"{"alternative_text":"Stemma"}"#)
                #expect((try missing.json["violations"] as? [[String: Any]])?.first?["pointer"] as? String == "/png")
                #expect(try await live.call("GET", path, key: live.creditorKey).body == saved.body)
            }
        }
    }
}

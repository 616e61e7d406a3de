import Foundation
import TestSupport
import Testing

extension ServerTests {
    @Suite struct NoticeTests {
        @Test func `the notice of an installment is a PDF, or its codes as JSON, for those who see the position`()
            async throws
        {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let path = "/v1/positions/\(position)/installments/1/notice"

                let pdf = try await live.call(
                    "GET", path, key: live.apiKey, headers: ["Accept": "application/pdf", "Accept-Language": "de"])
                #expect(pdf.status == 200 && pdf.headers["content-type"] == "application/pdf")
                #expect(pdf.headers["content-disposition"] == "inline; filename=\"avviso-3\(iuv).pdf\"")
                let text = try Tool.text(of: Array(pdf.body))
                for words in ["Avviso di pagamento", "Zahlungsmitteilung", "59,80 €", "Mario Canarino"] {
                    #expect(text.contains(words), "\(words)")
                }
                let codes = try await live.call(
                    "GET", path, key: live.apiKey, headers: ["Accept": "application/json"])
                #expect(
                    try codes.json["qr_code"] as? String == "PAGOPA|002|3\(iuv)|\(Deployment.creditor)|5980")

                let all = "/v1/positions/\(position)/notices"
                let together = try await live.call("GET", all, key: live.apiKey, headers: ["Accept": "application/pdf"])
                #expect(together.headers["content-disposition"] == "inline; filename=\"avviso-\(position).pdf\"")
                let items =
                    try await live.call("GET", all, key: live.apiKey, headers: ["Accept": "application/json"])
                    .json["items"] as? [[String: Any]]
                #expect(items?.map { $0["notice_number"] as? String } == ["3\(iuv)"])

                let archive = try await live.call(
                    "GET", "/v1/positions?status=open", key: live.apiKey, headers: ["Accept": "application/zip"])
                #expect(archive.headers["content-disposition"] == "attachment; filename=\"avvisi.zip\"")
                let names = try Tool.withFile(Array(archive.body), suffix: "zip") {
                    try Tool.run("python3", ["-m", "zipfile", "--list", $0])
                }
                #expect(names.contains("\(Deployment.creditor)-3\(iuv).pdf"))
                let limited = try await live.call(
                    "GET", "/v1/positions?limit=5", key: live.apiKey, headers: ["Accept": "application/zip"])
                #expect(limited.status == 400)

                let creditor = try await live.call(
                    "PUT", "/v1/creditors/15376371009", key: live.opsKey,
                    json: """
                        {"tax_code":"15376371009","name":"Altro Comune","aux_digit":3,"segregation_code":"01",
                        "iban":"IT60X0542811101000000123456"}
                        """)
                try #require(creditor.status == 201)
                let others = try await live.call(
                    "POST", "/v1/api-keys", key: live.opsKey,
                    json:
                        #"{"name":"other","kind":"creditor","scopes":["positions:read"],"creditors":["15376371009"]}"#)
                let other = try #require(try others.json["key"] as? String)
                for path in [path, all] { #expect(try await live.call("GET", path, key: other).status == 404) }
                for number in ["0", "2", "+1", "01", "x", "99999999999999999999"] {
                    let unknown = try await live.call(
                        "GET", "/v1/positions/\(position)/installments/\(number)/notice", key: live.apiKey)
                    #expect(unknown.status == 404, "\(number)")
                }

                try #require(try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "NOTICE")).status == 201)
                for path in [path, all] {
                    let paid = try await live.call("GET", path, key: live.apiKey)
                    #expect(paid.status == 409)
                    #expect(try paid.json["detail"] as? String == "The installment is paid.")
                }
            }
        }
    }
}

import Foundation
import TestSupport
import Testing

/// Anomalies are resolved by operators, or when the missing position is created.
extension ServerTests {
    @Suite struct AnomalyTests {
        private func resolve(
            _ live: Deployment, _ anomaly: String, _ json: String, key: String? = nil
        ) async throws -> Deployment.Answer {
            try await live.call("POST", "/v1/anomalies/\(anomaly)/resolve", key: key ?? live.opsKey, json: json)
        }

        /// An anomaly from a new RT that pays one cent too little; `(position, anomaly)`.
        private func mismatch(_ live: Deployment, _ receipt: String) async throws -> (position: String, anomaly: String)
        {
            let (position, iuv) = try await live.position()
            let rt = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: receipt, cents: 5_979)).json
            return (position, try #require(rt["anomaly_id"] as? String))
        }

        @Test func `an anomaly is resolved once, with a reason that the journal records`() async throws {
            try await Deployment.with { live in
                let (position, accepted) = try await mismatch(live, "A1")
                let (other, refunded) = try await mismatch(live, "A2")

                let wordless = try await resolve(live, accepted, #"{"resolution":"accept"}"#)
                #expect(wordless.status == 422)
                let yes = try await resolve(
                    live, accepted, #"{"resolution":"accept","reason":"Arrotondamento del PSP"}"#)
                #expect(yes.status == 200)
                #expect(try yes.json["status"] as? String == "resolved")
                #expect(try await live.status(of: position) == "paid")
                let again = try await resolve(live, accepted, #"{"resolution":"refund","reason":"x"}"#)
                #expect(again.status == 409)
                let back = try await resolve(live, refunded, #"{"resolution":"refund","reason":"Importo errato"}"#)
                #expect(back.status == 200)
                #expect(try await live.status(of: other) == "open")

                let journal = try await live.call("GET", "/v1/journal?position_id=\(position)", key: live.opsKey).json
                let entries = try #require(journal["items"] as? [[String: any Sendable]])
                let numbers = entries.compactMap { $0["number"] as? Int }
                #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
                #expect(
                    entries.compactMap { $0["kind"] as? String } == [
                        "position_created", "anomaly_opened", "rt_received", "position_state", "written_off",
                        "anomaly_resolved",
                    ])
                #expect(entries.last?["note"] as? String == "Arrotondamento del PSP")
                #expect((entries.last?["actor"] as? String)?.hasPrefix("key:") == true)
            }
        }

        @Test func `an anomaly that cannot be accepted is refused with advice that works`() async throws {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "FIRST"))
                let second = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "SECOND")).json
                let anomaly = try #require(second["anomaly_id"] as? String)
                let refused = try await resolve(live, anomaly, #"{"resolution":"accept","reason":"x"}"#)
                #expect(refused.status == 409)
                #expect((try refused.json["detail"] as? String)?.contains("Use match") == true)
                let other = try await live.position().id
                let matched = try await resolve(
                    live, anomaly, #"{"resolution":"match","position_id":"\#(other)","reason":"x"}"#)
                #expect(matched.status == 200)
                #expect(try await live.status(of: other) == "paid")
                let again = try await resolve(live, anomaly, #"{"resolution":"refund","reason":"Doppio"}"#)
                #expect(again.status == 409)
            }
        }

        @Test func `a creditor accepts the RT that a relay corrected, and receipts name each other and the sender`()
            async throws
        {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let relay = try await live.call("PUT", "/v1/psps/ABCDITMM/relay", key: live.opsKey)
                #expect(relay.status == 200)
                func rt(_ cents: Int) -> String {
                    Deployment.rt(iuv: iuv, receipt: "RELAYED", cents: cents)
                        .replacing(#""id":"ABCDITMM""#, with: #""id":"BETAITRR""#)
                }
                let first = try await live.post(rt: rt(5_980)).json
                let refused = try await live.post(rt: rt(5_979))
                #expect(refused.status == 409)
                let listed = try await live.call(
                    "GET", "/v1/anomalies?psp_id=BETAITRR&include_total=true", key: live.creditorKey
                ).json
                let anomaly = try #require((listed["items"] as? [[String: any Sendable]])?.first?["id"] as? String)
                #expect(listed["total_count"] as? Int == 1)
                let other = try await live.call(
                    "GET", "/v1/anomalies?psp_id=ABCDITMM&include_total=true", key: live.opsKey
                ).json
                #expect(other["total_count"] as? Int == 0)
                let wrong = try await live.call("GET", "/v1/anomalies?psp_id=x%20y", key: live.opsKey)
                #expect(wrong.status == 400)

                let wordless = try await resolve(live, anomaly, #"{"resolution":"accept"}"#, key: live.creditorKey)
                #expect(wordless.status == 422)
                let accepted = try await resolve(
                    live, anomaly, #"{"resolution":"accept","reason":"La banca ha corretto"}"#, key: live.creditorKey)
                #expect(accepted.status == 200)

                #expect(try await live.status(of: position) == "open")
                let old = try #require(first["id"] as? String)
                let new = try #require(try accepted.json["receipt_id"] as? String)
                func receipt(_ id: String, _ key: String) async throws -> [String: any Sendable] {
                    try await live.call("GET", "/v1/receipts/\(id)", key: key).json
                }
                let before = try await receipt(old, live.creditorKey)
                #expect(before["superseded_by"] as? String == new && before["status"] as? String == "recorded")
                let after = try await receipt(new, live.creditorKey)
                #expect(after["supersedes"] as? String == old && after["status"] as? String == "anomaly")
                #expect(after["sent_by"] as? String == "ABCDITMM")
                #expect((after["psp"] as? [String: any Sendable])?["id"] as? String == "BETAITRR")
                #expect(try await receipt(new, live.apiKey)["sent_by"] == nil)
                let archive = try await live.call(
                    "GET", "/v1/receipts?position_id=\(position)&include_total=true", key: live.apiKey
                ).json
                #expect(archive["total_count"] as? Int == 1)
            }
        }

        @Test func `codes are found and paid as they are printed and pasted, and no integer is too long to be refused`()
            async throws
        {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                let pasted = "\(iuv.prefix(3))\u{A0}\(iuv.dropFirst(3)) "
                for (path, filter) in [
                    ("positions", #""iuv":"\#(pasted)""#), ("positions", #""notice_number":"3\#(pasted)""#),
                    ("positions", #""debtor_tax_code":" RSS MRA 80A01 H501U""#),
                    ("positions", #""creditor_tax_code":"123 456 789 03""#), ("receipts", #""iuv":"\#(pasted)""#),
                    ("receipts", #""notice_number":"3\#(pasted)""#),
                    ("receipts", #""tax_code":"RSSMRA80A01H501U\#u{A0}""#),
                ] {
                    let found = try await live.call("POST", "/v1/\(path)/search", key: live.apiKey, json: "{\(filter)}")
                    #expect(found.status == 200, "\(filter)")
                    if path == "positions" {
                        #expect((try found.json["items"] as? [Any])?.isEmpty == false, "\(filter)")
                    }
                }
                #expect(try await live.pay(iuv: pasted).status == 201)
                let huge = try await live.call(
                    "POST", "/v1/positions", key: live.creditorKey,
                    json: #"{"installments":[{"amount_cents":9223372036854775808}]}"#)
                #expect(String(decoding: huge.body, as: UTF8.self).contains(#""code":"out_of_range""#))
            }
        }

        @Test func `an official RT pays like any other, and its bytes are returned unchanged`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let sample = RTSample(iuv: iuv).text

                let accepted = try await live.post(rt: sample, type: "application/xml")
                let again = try await live.post(rt: sample, type: "application/xml; charset=utf-8")

                #expect(accepted.status == 201, "\(String(decoding: accepted.body, as: UTF8.self))")
                #expect(again.status == 200 && again.body == accepted.body)
                #expect(try await live.status(of: position) == "paid")
                let receipt = try #require(try accepted.json["id"] as? String)
                let bytes = try await live.call("GET", "/v1/receipts/\(receipt)/rt", key: live.apiKey)
                #expect(bytes.headers["content-type"]?.hasPrefix("application/xml") == true)
                #expect(bytes.body == Data(sample.utf8))
                // The same RT, generated again by its sender.
                let rebuilt = sample.replacing("pay_i", with: "p").replacing(">RT-1<", with: ">5f3c<")
                    .replacing("T14:31:00", with: "T15:02:11").replacing("\n", with: "\n<!-- again -->")
                let anew = try await live.post(rt: rebuilt, type: "application/xml")
                #expect(anew.status == 200 && anew.body == accepted.body)
                #expect(try live.query("SELECT count(*) FROM rts") == ["1"])
                let other = try await live.post(
                    rt: sample.replacing("ESEGUITO", with: "ACCEPTED"), type: "application/xml")
                #expect(other.status == 409)

                let wrong = try await live.post(rt: RTSample(total: "1e2").text, type: "application/xml")
                #expect(wrong.status == 422)
                #expect(try wrong.json["paa_fault"] as? String == "PAA_SINTASSI_XSD")
                let broken = try await live.post(rt: "<!DOCTYPE RT []><RT/>", type: "application/xml")
                #expect(broken.status == 400)
                #expect(try broken.json["paa_fault"] as? String == "PAA_SINTASSI_XSD")
            }
        }

        @Test func `an operator matches a receipt for an unknown IUV`() async throws {
            try await Deployment.with { live in
                let rt = try await live.post(rt: Deployment.rt(iuv: "RF18539007547034", receipt: "LOST")).json
                let anomaly = try #require(rt["anomaly_id"] as? String)
                let (position, _) = try await live.position()

                let matched = try await resolve(
                    live, anomaly, #"{"resolution":"match","position_id":"\#(position)","reason":"Riconosciuto"}"#)

                #expect(matched.status == 200)
                #expect(try await live.status(of: position) == "paid")
                try await live.waitUntil("the debtor gets a mail") {
                    try await live.mailCount(to: "canarino@example.org") == 1
                }
                let foreign = try await live.post(
                    rt: Deployment.rt(iuv: "RF45w9", receipt: "ELSEWHERE", creditor: "15376371009")
                ).json
                let theirs = try #require(foreign["anomaly_id"] as? String)
                #expect(foreign["anomaly_kind"] as? String == "unknown_creditor")
                let (other, _) = try await live.position()
                let crossed = try await resolve(
                    live, theirs, #"{"resolution":"match","position_id":"\#(other)","reason":"x"}"#)
                #expect(crossed.status == 409)
                #expect(try await live.status(of: other) == "open")
                let refused = try await resolve(
                    live, anomaly,
                    #"{"resolution":"match","position_id":"0199c0de-0000-7000-8000-000000000009","reason":"x"}"#)
                #expect([409, 422].contains(refused.status))
            }
        }

        @Test(arguments: [false, true])
        func `money that arrived before its position settles when the position is created`(asDraft: Bool)
            async throws
        {
            try await Deployment.with { live in
                let notice = try Self.freeNotice()
                let waiting = try await live.post(rt: Deployment.rt(iuv: String(notice.dropFirst()), receipt: "EARLY"))
                    .json
                #expect(waiting["disposition"] as? String == "quarantined")

                let made = try await position(live, notice, asDraft: asDraft)
                try #require(made.status == 201, "\(String(decoding: made.body, as: UTF8.self))")
                let position = try #require(try made.json["id"] as? String)
                if asDraft {
                    #expect(try await live.status(of: position) == "draft")
                    _ = try await live.call("POST", "/v1/positions/\(position)/publish", key: live.creditorKey)
                }

                #expect(try await live.status(of: position) == "paid")
                let anomaly = try #require(waiting["anomaly_id"] as? String)
                let shown = try await live.call("GET", "/v1/anomalies/\(anomaly)", key: live.opsKey).json
                #expect(shown["resolution"] as? String == "appeared")
            }
        }

        @Test func `money that was refunded does not pay a position that appears later`() async throws {
            try await Deployment.with { live in
                let notice = try Self.freeNotice()
                let early = try await live.post(rt: Deployment.rt(iuv: String(notice.dropFirst()), receipt: "BACK"))
                    .json
                let anomaly = try #require(early["anomaly_id"] as? String)
                #expect(try await resolve(live, anomaly, #"{"resolution":"refund","reason":"Reso"}"#).status == 200)

                let made = try await position(live, notice, asDraft: false)

                let id = try #require(try made.json["id"] as? String)
                #expect(try await live.status(of: id) == "open")
            }
        }

        /// A position with a notice number that its creditor gave.
        private func position(_ live: Deployment, _ notice: String, asDraft: Bool) async throws -> Deployment.Answer {
            try await live.call(
                "POST", "/v1/positions", key: live.creditorKey,
                json: """
                    {"creditor_tax_code":"\(Deployment.creditor)","external_id":"LATE","debt_type":"mensa",
                    "draft":\(asDraft),"document":{"year":2026,"number":"1"},"description":"Mensa scolastica",
                    "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Canarino"},
                    "lines":[{"description":"Pasti","amount_cents":5980}],
                    "installments":[{"amount_cents":5980,"due_date":"2030-10-10","notice_number":"\(notice)"}]}
                    """)

        }

        /// A notice number of the demo creditor: aux digit 3, segregation code 01.
        static func freeNotice() throws -> String {
            try #require(
                (0..<93).lazy.map { "301999999999999" + "9" + ($0 < 10 ? "0\($0)" : "\($0)") }.first { verifies($0) })
        }

        /// A second implementation of pagoPA's rule: modulo 93 over the first sixteen digits.
        private static func verifies(_ notice: String) -> Bool {
            let digits = notice.compactMap(\.wholeNumberValue)
            return digits.prefix(16).reduce(0) { ($0 * 10 + $1) % 93 } == digits[16] * 10 + digits[17]
        }
    }
}

import Cryptography
import Foundation
import TestSupport
import Testing
import Text

/// The responses to RTs line by line, with the rows in the database afterwards.
extension ServerTests {
    @Suite struct ReceiptTests {
        @Test func `a conflict stores both bodies and changes nothing`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let first = Deployment.rt(iuv: iuv, receipt: "SAME")
                let second = Deployment.rt(iuv: iuv, receipt: "SAME", cents: 5_979)
                let accepted = try await live.post(rt: first).json

                let answers = [try await live.post(rt: second), try await live.post(rt: second)]

                for answer in answers {
                    #expect(answer.status == 409)
                    #expect((try answer.json["type"] as? String)?.hasSuffix("/receipt-conflict") == true)
                }
                #expect(try answers[0].json["anomaly_id"] as? String == answers[1].json["anomaly_id"] as? String)
                #expect(
                    try live.query("SELECT encode(sha256, 'hex') FROM rts ORDER BY is_first DESC")
                        == [first, second].map { Hex.encode(SHA256.digest(Array($0.utf8))) })
                let receipt = try #require(accepted["id"] as? String)
                let bytes = try await live.call("GET", "/v1/receipts/\(receipt)/rt", key: live.apiKey)
                #expect(bytes.body == Data(first.utf8))
                #expect(try await live.status(of: position) == "paid")
                #expect(try live.query("SELECT kind FROM anomalies") == ["receipt_conflict"])
                #expect(try live.query("SELECT count(*) FROM receipts") == ["1"])
                #expect(try live.query("SELECT count(*) FROM notifications") == ["1"])
            }
        }

        @Test func `concurrent RTs count once, with or without a position`() async throws {
            try await Deployment.with { live in
                let other = try await live.otherCreditor()
                let shared = try await live.debt(parts: [Self.shared(with: other.taxCode)]).installments[0].iuv
                let (position, iuv) = try await live.position()
                let unknown = Deployment.rt(iuv: "RF18539007547034", receipt: "LOST")
                let copy = Deployment.rt(iuv: shared, receipt: "COPY", cents: 1_000, creditor: other.taxCode)
                let rivals = (0..<20).map { Deployment.rt(iuv: iuv, receipt: "RIVAL-\($0)") }

                for rts in [Array(repeating: unknown, count: 20), Array(repeating: copy, count: 20), rivals] {
                    let answers = try await withThrowingTaskGroup(of: Deployment.Answer.self) { group in
                        for rt in rts { group.addTask { try await live.post(rt: rt) } }
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    if Set(rts).count == 1 {
                        #expect(answers.filter { $0.status == 201 }.count == 1)
                        #expect(answers.filter { $0.status == 200 }.count == 19)
                        #expect(Set(answers.map(\.body)).count == 1)
                    } else {
                        let dispositions = try answers.map { try $0.json["disposition"] as? String }
                        #expect(dispositions.filter { $0 == "settled" }.count == 1)
                        #expect(dispositions.filter { $0 == "anomaly" }.count == 19)
                    }
                }

                #expect(
                    try live.query("SELECT (SELECT count(*) FROM receipts), (SELECT count(*) FROM rts)") == ["22|22"])
                #expect(
                    try live.query("SELECT kind, count(*) FROM anomalies GROUP BY 1 ORDER BY 1")
                        == ["already_paid|19", "unknown_iuv|1"])
                #expect(try await live.status(of: position) == "paid")
            }
        }

        @Test func `an RT for a cancelled or expired attempt pays, and the attempt succeeds`()
            async throws
        {
            try await Deployment.with { live in
                for end in ["cancelled", "expired"] {
                    let (position, iuv) = try await live.position()
                    let attempt = try #require(try await live.pay(iuv: iuv).json["id"] as? String)
                    if end == "cancelled" {
                        let cancelled = try await live.call(
                            "POST", "/v1/payment-attempts/\(attempt)/cancel", key: live.apiKey)
                        #expect(cancelled.status == 200)
                    } else {
                        _ = try live.query(
                            "UPDATE payment_attempts SET expires_at = created_at WHERE id = '\(attempt)'")
                    }
                    try await live.waitUntil("the attempt is \(end)") {
                        try await live.attempt(attempt)["status"] as? String == end
                    }

                    let rt = Deployment.rt(iuv: iuv, receipt: "LATE-\(end)", paidAt: Deployment.now)
                    let answer = try await live.post(rt: rt)

                    #expect(try answer.json["disposition"] as? String == "settled")
                    #expect(try await live.status(of: position) == "paid")
                    #expect(try await live.attempt(attempt)["status"] as? String == "succeeded")
                }
            }
        }

        @Test func `money that a position does not expect is stored and listed with its reason`() async throws {
            try await Deployment.with { live in
                let strict = try await live.call(
                    "PUT", "/v1/creditors/\(Deployment.creditor)/debt-types/strict", key: live.opsKey,
                    json: """
                        {"descriptions":{"it":"Concorso"},"service":"school","taxonomy_code":"9/0101002IM/",
                        "payable_after_due":false}
                        """)
                try #require([200, 201].contains(strict.status))
                let cases: [(kind: String, extra: String, type: String, due: String)] = [
                    ("position_cancelled", "", "mensa", "2030-10-10"),
                    ("position_draft", "\"draft\":true,", "mensa", "2030-10-10"),
                    ("position_expired", "", "strict", "2026-11-19"),
                ]
                for one in cases {
                    let made = try await live.debt(one.extra, type: one.type, dueDate: one.due)
                    let iuv = made.installments[0].iuv
                    if one.kind == "position_cancelled" {
                        let cancelled = try await live.call(
                            "POST", "/v1/positions/\(made.id)/cancel", key: live.creditorKey)
                        #expect(cancelled.status == 200)
                    }
                    let before = try await live.status(of: made.id)

                    let answer = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: one.kind))

                    #expect(answer.status == 201)
                    #expect(try answer.json["disposition"] as? String == "anomaly")
                    #expect(try answer.json["anomaly_kind"] as? String == one.kind)
                    #expect(try await live.status(of: made.id) == before)
                    let anomaly = try #require(try answer.json["anomaly_id"] as? String)
                    let shown = try await live.call("GET", "/v1/anomalies/\(anomaly)", key: live.opsKey).json
                    #expect(shown["status"] as? String == "open" && shown["position_id"] as? String == made.id)
                }
                #expect(try live.query("SELECT count(*) FROM installments WHERE paid_at IS NOT NULL") == ["0"])
                #expect(try live.query("SELECT count(*) FROM rts") == ["3"])
            }
        }

        @Test func `an RT without an attempt pays, and the receipt states its origin`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let accepted = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "APP"))
                #expect(accepted.status == 201)
                let id = try #require(try accepted.json["id"] as? String)
                let receipt = try await live.call("GET", "/v1/receipts/\(id)", key: live.apiKey).json
                #expect(receipt["origin"] as? String == "pagopa" && receipt["attempt_id"] == nil)
                #expect(try await live.status(of: position) == "paid")
            }
        }

        @Test func `a cart of five is paid by five RTs, and its attempt succeeds with the last`() async throws {
            try await Deployment.with { live in
                let made = try await live.debt(parts: Array(repeating: "", count: 5))
                let started = try await live.start(made.installments.map(\.id), cents: 5 * 5_980)
                #expect(started.status == 201)
                let attempt = try #require(try started.json["id"] as? String)

                for (index, installment) in made.installments.enumerated() {
                    let answer = try await live.post(
                        rt: Deployment.rt(
                            iuv: installment.iuv, receipt: "CART", extra: "\"attempt_id\":\"\(attempt)\","))
                    #expect(try answer.json["disposition"] as? String == "settled")
                    let isLast = index == 4
                    #expect(
                        try await live.attempt(attempt)["status"] as? String == (isLast ? "succeeded" : "redirected"))
                    #expect(try await live.status(of: made.id) == (isLast ? "paid" : "partially_paid"))
                }
                #expect(try live.query("SELECT count(*) FROM receipts WHERE attempt_id = '\(attempt)'") == ["5"])
            }
        }

        @Test
        func
            `one refusal in a cart makes the attempt partly paid when the others are known, and frees its installment`()
            async throws
        {
            try await Deployment.with { live in
                let made = try await live.debt(parts: ["", ""])
                let attempt = try #require(
                    try await live.start(
                        made.installments.map(\.id), cents: 2 * 5_980,
                        extra: "\"notify_failure\":true,\"email\":\"asked@example.org\","
                    ).json["id"] as? String)
                let (paid, refused) = (made.installments[0], made.installments[1])

                _ = try await live.post(
                    rt: Deployment.rt(iuv: refused.iuv, receipt: "NO", cents: 0, outcome: "KO", paidAt: Deployment.now))
                #expect(try await live.attempt(attempt)["status"] as? String == "redirected")
                _ = try await live.post(rt: Deployment.rt(iuv: paid.iuv, receipt: "YES", paidAt: Deployment.now))

                // An unsupported language: the language of the start is used.
                let ended = try await live.call(
                    "GET", "/v1/payment-attempts/\(attempt)", key: live.apiKey, headers: ["Accept-Language": "es"]
                ).json
                #expect(ended["status"] as? String == "partially_succeeded" && ended["is_final"] as? Bool == true)
                #expect(ended["redirect_url"] == nil)
                let message = try #require(ended["message"] as? String)
                #expect(message.contains("Pagati: 3\(paid.iuv) (59,80\u{A0}€)."))
                #expect(message.contains("Non pagati: 3\(refused.iuv) (59,80\u{A0}€)."))
                #expect(try await live.status(of: made.id) == "partially_paid")
                #expect(
                    try live.query(
                        "SELECT r.iuv FROM notifications n JOIN receipts r ON r.id = n.receipt_id WHERE n.kind = 'payment_failed'"
                    )
                        == [refused.iuv])
                #expect(try await live.start([refused.id], cents: 5_980).status == 201)
            }
        }

        @Test(arguments: [false, true])
        func `the RT of a further beneficiary is stored as its own receipt, and the installment is paid once`(
            first: Bool
        )
            async throws
        {
            try await Deployment.with { live in
                let other = try await live.otherCreditor()
                let made = try await live.debt(parts: [Self.shared(with: other.taxCode)])
                let iuv = made.installments[0].iuv
                let whole = #"""
                    [{"index":1,"creditor_tax_code":"\#(Deployment.creditor)","amount_cents":4980},
                    {"index":2,"creditor_tax_code":"\#(other.taxCode)","amount_cents":1000,"remittance":"Quota"}]
                    """#
                let main = Deployment.rt(iuv: iuv, receipt: "MULTI", transfers: whole)
                let copies = [
                    Deployment.rt(iuv: iuv, receipt: "MULTI", creditor: other.taxCode, transfers: whole),
                    Deployment.rt(iuv: iuv, receipt: "PART", cents: 1_000, creditor: other.taxCode),
                ]
                if !first { _ = try await live.post(rt: main) }

                for copy in copies {
                    let answer = try await live.post(rt: copy)
                    #expect(answer.status == 201)
                    #expect(try answer.json["disposition"] as? String == "recorded")
                    #expect(try answer.json["position_id"] == nil && answer.json["anomaly_id"] == nil)
                    #expect(try await live.status(of: made.id) == (first ? "open" : "paid"))
                    let again = try await live.post(rt: copy)
                    #expect(again.status == 200 && again.body == answer.body)
                    let id = try #require(try answer.json["id"] as? String)
                    let own = try await live.call("GET", "/v1/receipts/\(id)", key: other.key)
                    #expect(own.status == 200)
                    #expect(try own.json["is_beneficiary_copy"] as? Bool == true && own.json["pdf_url"] == nil)
                    #expect(try await live.call("GET", "/v1/receipts/\(id)", key: live.creditorKey).status == 404)
                }
                if first { #expect(try await live.post(rt: main).status == 201) }

                #expect(try await live.status(of: made.id) == "paid")
                #expect(try live.query("SELECT count(*) FROM receipts WHERE status = 'settled'") == ["1"])
                #expect(try live.query("SELECT count(*) FROM anomalies") == ["0"])
                #expect(try live.query("SELECT count(*) FROM notifications") == ["1"])
                let archive = try await live.call("GET", "/v1/receipts", key: other.key).json
                #expect((archive["items"] as? [any Sendable])?.isEmpty == true)
                let copied = try await live.call("GET", "/v1/receipts?status=recorded", key: other.key).json
                let rows = try #require(copied["items"] as? [[String: any Sendable]])
                #expect(rows.count == 2 && rows.allSatisfy { $0["is_beneficiary_copy"] as? Bool == true })
                #expect(rows.contains { $0["description"] as? String == "Quota" })
                let wrong = try await live.post(
                    rt: Deployment.rt(iuv: iuv, receipt: "ODD", cents: 999, creditor: other.taxCode))
                #expect(try wrong.json["anomaly_kind"] as? String == "amount_mismatch")
                let refused = try await live.post(
                    rt: Deployment.rt(iuv: iuv, receipt: "KO", cents: 0, outcome: "KO", creditor: other.taxCode))
                #expect(try refused.json["disposition"] as? String == "recorded")
                #expect(try await live.status(of: made.id) == "paid")
            }
        }

        @Test
        func `the RT of a further beneficiary that arrives before the position leaves quarantine when it is created`()
            async throws
        {
            try await Deployment.with { live in
                let other = try await live.otherCreditor()
                let iuv = try AnomalyTests.freeNotice().dropFirst()
                let early = try await live.post(
                    rt: Deployment.rt(iuv: String(iuv), receipt: "EARLY", cents: 1_000, creditor: other.taxCode)
                ).json
                #expect(early["disposition"] as? String == "quarantined")

                let made = try await live.debt(parts: [Self.shared(with: other.taxCode, extra: "\"iuv\":\"\(iuv)\",")])

                let anomaly = try #require(early["anomaly_id"] as? String)
                let shown = try await live.call("GET", "/v1/anomalies/\(anomaly)", key: live.opsKey).json
                #expect(shown["resolution"] as? String == "appeared")
                let id = try #require(early["id"] as? String)
                let receipt = try await live.call("GET", "/v1/receipts/\(id)", key: other.key).json
                #expect(receipt["status"] as? String == "recorded")
                #expect(receipt["is_beneficiary_copy"] as? Bool == true)
                #expect(try await live.status(of: made.id) == "open")
            }
        }

        /// An installment of 49,80 for the creditor of the notice and 10,00 for another.
        private static func shared(with other: String, extra: String = "") -> String {
            #"""
            \#(extra)"transfers":[{"creditor_tax_code":"\#(Deployment.creditor)","iban":"IT60X0542811101000000123456",
            "amount_cents":4980,"taxonomy_code":"9/0101002IM/","remittance":"Mensa"},
            {"creditor_tax_code":"\#(other)","iban":"IT60X0542811101000000123456","amount_cents":1000,
            "taxonomy_code":"9/0301116TS/","remittance":"Quota"}],
            """#
        }

        @Test func `each installment that was not paid causes one mail, only to the payer who asked for it`()
            async throws
        {
            try await Deployment.with { live in
                let made = try await live.debt(parts: ["", "", ""])
                let ids = made.installments.map(\.id)
                let unaddressed = try await live.start([ids[0]], cents: 5_980, extra: "\"notify_failure\":true,")
                #expect(unaddressed.status == 422)
                #expect(try unaddressed.pointers == ["/email"])
                let asked = try await live.start(
                    Array(ids[..<2]), cents: 2 * 5_980,
                    extra: "\"notify_failure\":true,\"email\":\"asked@example.org\",")
                let silent = try await live.start([ids[2]], cents: 5_980, extra: "\"email\":\"silent@example.org\",")
                #expect(asked.status == 201, "\(String(decoding: asked.body, as: UTF8.self))")
                #expect(silent.status == 201)

                for (index, installment) in made.installments.enumerated() {
                    let no = Deployment.rt(
                        iuv: installment.iuv, receipt: "NO", cents: 0, outcome: "KO", paidAt: Deployment.now)
                    #expect(try await live.post(rt: no).status == 201)
                    #expect(try await live.post(rt: no).status == 200)
                    let rows = try live.query("SELECT kind, recipient FROM notifications")
                    #expect(rows == Array(repeating: "payment_failed|asked@example.org", count: min(index + 1, 2)))
                }
                // An RT after the end causes no further mail.
                _ = try await live.post(
                    rt: Deployment.rt(
                        iuv: made.installments[0].iuv, receipt: "AGAIN", cents: 0, outcome: "KO", paidAt: Deployment.now
                    ))

                let id = try #require(try asked.json["id"] as? String)
                let shown = try await live.attempt(id)
                #expect(shown["status"] as? String == "failed" && shown["failure_reason"] != nil)
                #expect(try await live.status(of: made.id) == "open")
                try await live.waitUntil("the mail was sent") {
                    try await live.mailCount(to: "asked@example.org") == 2
                }
                #expect(try await live.mailCount(to: "silent@example.org") == 0)
                #expect(try live.query("SELECT count(*) FROM notifications") == ["2"])
                let mail = String(decoding: try #require(try await live.mails().first), as: UTF8.self)
                #expect(!mail.contains("application/pdf"))
                #expect(try await live.start([ids[0]], cents: 5_980).status == 201)
            }
        }

        @Test func `the payer of a receipt in quarantine gets a mail when it settles, and the address is deleted`()
            async throws
        {
            try await Deployment.with { live in
                let iuv = try AnomalyTests.freeNotice().dropFirst()
                let payer = #""payer":{"full_name":"Anna Pagante","email":"anna@example.org"},"#
                let early = try await live.post(
                    rt: Deployment.rt(iuv: String(iuv), receipt: "EARLY", extra: payer)
                ).json
                #expect(early["disposition"] as? String == "quarantined")
                #expect(try live.query("SELECT payer_email FROM receipts") == ["anna@example.org"])

                let made = try await live.debt(parts: ["\"iuv\":\"\(iuv)\","])

                #expect(try await live.status(of: made.id) == "paid")
                #expect(
                    try live.query("SELECT recipient FROM notifications ORDER BY 1")
                        == ["anna@example.org", "canarino@example.org"])
                #expect(try live.query("SELECT count(*) FROM receipts WHERE payer_email IS NOT NULL") == ["0"])
                // A receipt outside quarantine has its mail at once and stores no address.
                let (_, other) = try await live.position()
                _ = try await live.post(rt: Deployment.rt(iuv: other, receipt: "DIRECT", extra: payer))
                #expect(try live.query("SELECT count(*) FROM receipts WHERE payer_email IS NOT NULL") == ["0"])
                try await live.waitUntil("the payer has both mails") {
                    try await live.mailCount(to: "anna@example.org") == 2
                }
            }
        }

        @Test
        func `an unreadable RT is rejected with all its faults, and its hash is in the journal`()
            async throws
        {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let rt = """
                    {"receipt_id":"WRONG","outcome":"OK","outcome_code":1,"creditor_tax_code":"\(Deployment.creditor)",
                    "iuv":"\(iuv)","amount_cents":5980,"psp":{"id":"ABCDITMM","business_name":"Banca Alfa"},
                    "paid_at":"2026-02-30T10:00:00Z","nonsense":1}
                    """
                let unreadable = try await live.post(rt: rt)
                #expect(unreadable.status == 422)
                #expect(try unreadable.pointers == ["/outcome_code", "/paid_at"])
                #expect(try live.query("SELECT count(*) FROM receipts") == ["0"])
                #expect(try await live.status(of: position) == "open")
                let hash = "sha256:" + Hex.encode(SHA256.digest(Array(rt.utf8)))
                #expect(try live.query("SELECT note FROM journal WHERE kind = 'rt_refused' ORDER BY id") == [hash])
            }
        }

        @Test func `an RT with many contradictions is stored, and one of another PSP is not`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let contradicting = """
                    {"receipt_id":"WRONG","outcome":"OK","creditor_tax_code":"\(Deployment.creditor)","iuv":"\(iuv)",
                    "notice_number":"302260618143027134","amount_cents":5980,
                    "psp":{"id":"ABCDITMM","business_name":"Banca Alfa"},"paid_at":"2126-11-20T10:00:00Z",
                    "transfers":[{"index":1,"creditor_tax_code":"\(Deployment.creditor)","amount_cents":1},
                    {"index":1,"creditor_tax_code":"\(Deployment.creditor)","amount_cents":2}]}
                    """
                let answer = try await live.post(rt: contradicting)

                #expect(answer.status == 201)
                #expect(try answer.json["anomaly_kind"] as? String == "contradictory_rt")
                let notes = try #require(try answer.json["notes"] as? [[String: any Sendable]])
                #expect(
                    Set(notes.compactMap { $0["pointer"] as? String }) == ["/notice_number", "/paid_at", "/transfers"])
                #expect(try await live.status(of: position) == "open")
            }
        }

        @Test func `the official RT of a receipt is the PSP's own, or one that the service writes`() async throws {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                let attempt = try #require(try await live.pay(iuv: iuv).json["id"] as? String)
                let stored = try await live.post(
                    rt: Deployment.rt(iuv: iuv, receipt: "OFFICIAL", paidAt: Deployment.now)
                ).json
                let id = try #require(stored["id"] as? String)

                let written = try await live.call("GET", "/v1/receipts/\(id)/official-rt", key: live.apiKey)

                #expect(written.status == 200)
                #expect(written.headers["content-type"]?.hasPrefix("application/xml") == true)
                let text = String(decoding: written.body, as: UTF8.self)
                for words in [
                    "<identificativoUnivocoVersamento>\(iuv)</", "<importoTotalePagato>59.80</",
                    "<identificativoUnivocoRiscossione>OFFICIAL</", "<anagraficaPagatore>Mario Canarino</",
                    "<riferimentoMessaggioRichiesta>\(attempt.replacing("-", with: ""))</",
                    "<denominazioneAttestante>Banca Alfa</", "<datiSpecificiRiscossione>9/0",
                ] { #expect(text.contains(words), "\(words)") }
                #expect(try Official.violations(ofRTs: [Array(written.body)]) ?? [] == [])
                let shown = try await live.call("GET", "/v1/receipts/\(id)", key: live.apiKey).json
                #expect((shown["official_rt_url"] as? String)?.hasSuffix("/\(id)/official-rt") == true)

                let (_, other) = try await live.position()
                let sample = RTSample(iuv: other).text
                let sent = try await live.post(rt: sample, type: "application/xml").json
                let own = try await live.call(
                    "GET", "/v1/receipts/\(sent["id"] as? String ?? "")/official-rt", key: live.apiKey)
                #expect(own.body == Data(sample.utf8))

                let lost = try await live.post(rt: Deployment.rt(iuv: "RF18539007547034", receipt: "LOST")).json
                let lostPath = "/v1/receipts/\(lost["id"] as? String ?? "")/official-rt"
                #expect(try await live.call("GET", lostPath, key: live.apiKey).status == 404)
                let forOps = try await live.call("GET", lostPath, key: live.opsKey)
                if forOps.status == 200 {
                    #expect(String(decoding: forOps.body, as: UTF8.self).contains("<anagraficaPagatore>ANONIMO</"))
                }

                let (position, _) = try await live.position()
                let counter = try await live.call(
                    "POST", "/v1/positions/\(position)/counter-payments", key: live.creditorKey,
                    json:
                        #"{"installment":1,"amount_cents":5980,"paid_at":"2026-11-20T09:30:00Z","till":"1","reference":"C-1"}"#
                ).json
                let counterID = try #require(counter["id"] as? String)
                let none = try await live.call("GET", "/v1/receipts/\(counterID)/official-rt", key: live.apiKey)
                #expect(none.status == 404)
            }
        }
    }
}

extension Deployment.Answer {
    /// The pointers of the violations, sorted.
    var pointers: [String] {
        get throws {
            let violations = try json["violations"] as? [[String: any Sendable]]
            return (violations ?? []).compactMap { $0["pointer"] as? String }.sorted()
        }
    }
}

extension Deployment {
    struct Debt {
        let id: String
        let installments: [(id: String, iuv: String)]
    }

    /// A position with € 59,80 for each part; `extra` and the parts are members of its JSON, each with its comma.
    func debt(_ extra: String = "", type: String = "mensa", dueDate: String = "2030-10-10", parts: [String] = [""])
        async throws -> Debt
    {
        let installments = parts.map { "{\($0)\"amount_cents\":5980,\"due_date\":\"\(dueDate)\"}" }
        let made = try await call(
            "POST", "/v1/positions", key: creditorKey,
            json: """
                {\(extra)"creditor_tax_code":"\(Self.creditor)","external_id":"D-\(UUID().uuidString)",
                "debt_type":"\(type)","document":{"year":2026,"number":"1"},"description":"Mensa scolastica",
                "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Canarino",
                "email":"canarino@example.org"},
                "lines":[{"description":"Pasti","amount_cents":\(5_980 * parts.count)}],
                "installments":[\(installments.joined(separator: ","))]}
                """)
        try #require(made.status == 201, "\(String(decoding: made.body, as: UTF8.self))")
        let json = try made.json
        let list = try #require(json["installments"] as? [[String: any Sendable]])
        return Debt(
            id: try #require(json["id"] as? String),
            installments: try list.map {
                (try #require($0["id"] as? String), try #require($0["iuv"] as? String))
            })
    }

    /// Another creditor, with a key that reads its receipts.
    func otherCreditor() async throws -> (taxCode: String, key: String) {
        let creditor = try await call(
            "PUT", "/v1/creditors/15376371009", key: opsKey,
            json: """
                {"tax_code":"15376371009","name":"Altro Comune","aux_digit":3,"segregation_code":"01",
                "iban":"IT60X0542811101000000123456"}
                """)
        try #require([200, 201].contains(creditor.status))
        let made = try await call(
            "POST", "/v1/api-keys", key: opsKey,
            json:
                #"{"name":"other","kind":"creditor","scopes":["positions:read","receipts:read"],"creditors":["15376371009"]}"#
        )
        return ("15376371009", try #require(try made.json["key"] as? String))
    }

    /// Starts a payment of these installments together.
    func start(_ installments: [String], cents: Int, extra: String = "") async throws -> Answer {
        let choice = try await call("GET", "/v1/psps?payment_method=CP&amount_cents=\(cents)", key: apiKey).json
        let row = try #require(
            (choice["items"] as? [[String: any Sendable]])?.first { $0["psp_id"] as? String == "ABCDITMM" })
        return try await call(
            "POST", "/v1/payment-attempts", key: apiKey,
            json: """
                {"installments":[\(installments.map { "\"\($0)\"" }.joined(separator: ","))],
                "payment_method":"CP","psp_id":"ABCDITMM","channel_id":"\(row["channel_id"] as? String ?? "")",
                \(extra)"return_url":"http://localhost:3000/esito","language":"it"}
                """, headers: ["Idempotency-Key": UUID().uuidString])
    }

    func attempt(_ id: String) async throws -> [String: any Sendable] {
        try await call("GET", "/v1/payment-attempts/\(id)", key: apiKey).json
    }

    static var now: String { Date().formatted(.iso8601) }
}

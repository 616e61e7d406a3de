import Foundation
import TestSupport
import Testing

/// Anomalies are resolved by write-off, refund or void, and the result is visible to the people concerned.
extension ServerTests {
    @Suite struct RefundTests {
        private typealias Object = [String: any Sendable]

        private func position(_ live: Deployment, _ id: String) async throws -> Object {
            try await live.call("GET", "/v1/positions/\(id)", key: live.creditorKey).json
        }

        private func resolve(_ live: Deployment, _ anomaly: String, _ json: String) async throws -> Deployment.Answer {
            try await live.call("POST", "/v1/anomalies/\(anomaly)/resolve", key: live.creditorKey, json: json)
        }

        private func pdf(_ live: Deployment, _ receipt: String, query: String = "") async throws -> String {
            let answer = try await live.call(
                "GET", "/v1/receipts/\(receipt)/pdf\(query)", key: live.creditorKey, headers: ["Accept-Language": "it"])
            try #require(answer.status == 200)
            return try Tool.text(of: Array(answer.body)).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }

        private func cents(_ object: Object, _ names: String...) -> [Int?] { names.map { object[$0] as? Int } }

        @Test func `a creditor accepts a short payment, and the write-off is shown with its author and reason`()
            async throws
        {
            try await Deployment.with { live in
                let (id, iuv) = try await live.position(cents: 4_550)
                let rt = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "SHORT", cents: 4_000)).json
                let anomaly = try #require(rt["anomaly_id"] as? String)

                let resolved = try await resolve(
                    live, anomaly, #"{"resolution":"accept","reason":"Importo ridotto per errore nostro"}"#)

                #expect(resolved.status == 200, "\(String(decoding: resolved.body, as: UTF8.self))")
                #expect(try resolved.json["written_off_cents"] as? Int == 550)
                #expect((try resolved.json["resolved_by"] as? String)?.hasPrefix("key:") == true)
                let shown = try await position(live, id)
                #expect(shown["status"] as? String == "paid")
                #expect(cents(shown, "paid_cents", "written_off_cents", "residual_cents") == [4_000, 550, 0])
                let list = try await live.call("GET", "/v1/positions?iuv=\(iuv)", key: live.creditorKey).json
                let row = try #require((list["items"] as? [Object])?.first)
                #expect(cents(row, "paid_cents", "written_off_cents", "residual_cents") == [4_000, 550, 0])
                let receipt = try #require(rt["id"] as? String)
                #expect(try await pdf(live, receipt).contains("5,50 €"))
                let notes = try live.query("SELECT note FROM journal WHERE kind = 'written_off'")
                #expect(notes == ["550 cents. Importo ridotto per errore nostro"])
                #expect(try live.query("SELECT count(*) FROM refunds") == ["0"])
            }
        }

        @Test func `an overpayment is refunded completely, and the payer gets a mail`() async throws {
            try await Deployment.with { live in
                let (id, iuv) = try await live.position(cents: 4_550)
                let payer =
                    #""payer":{"full_name":"Anna Pagante","tax_code":"VRDNNA85M41F205G","email":"anna@example.org"},"#
                let rt = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "MUCH", cents: 5_000, extra: payer))
                    .json
                let receipt = try #require(rt["id"] as? String)
                let anomaly = try #require(rt["anomaly_id"] as? String)
                let resolved = try await resolve(live, anomaly, #"{"resolution":"accept","reason":"Eccedenza"}"#)
                let refund = try #require(try resolved.json["refund_id"] as? String)
                let shown = try await position(live, id)
                #expect(cents(shown, "paid_cents", "written_off_cents", "residual_cents") == [4_550, 0, 0])

                let decided = try await live.call("GET", "/v1/refunds/\(refund)", key: live.creditorKey)
                #expect(try decided.json["amount_cents"] as? Int == 450)
                #expect(try decided.json["status"] as? String == "decided")
                try await live.waitUntil("only the payer gets a mail about the refund") {
                    try live.query(
                        "SELECT recipient, audience FROM notifications WHERE kind = 'refund_decided' AND state = 'sent'"
                    )
                        == ["anna@example.org|payer"]
                }
                let tag = try #require(decided.headers["etag"])
                let headers = ["If-Match": tag, "Content-Type": "application/merge-patch+json"]
                let paid = try await live.call(
                    "PATCH", "/v1/refunds/\(refund)", key: live.creditorKey,
                    json: #"{"status":"paid","reference":"Mandato 214"}"#, headers: headers)
                #expect(paid.status == 200)
                #expect(try paid.json["status"] as? String == "paid")
                let stale = try await live.call(
                    "PATCH", "/v1/refunds/\(refund)", key: live.creditorKey, json: #"{"status":"failed"}"#,
                    headers: headers)
                #expect(stale.status == 412)
                let archive = try await live.call("GET", "/v1/receipts?iuv=\(iuv)", key: live.apiKey).json
                let row = try #require((archive["items"] as? [Object])?.first)
                let refunds = try #require(row["refunds"] as? [Object])
                #expect(refunds.count == 1 && refunds[0]["reference"] as? String == "Mandato 214")
                #expect(try await pdf(live, receipt).contains("4,50 €, pagato il"))
                #expect(
                    try live.query("SELECT from_state, to_state FROM journal WHERE kind = 'refund_state' ORDER BY id")
                        == [
                            "|decided", "decided|paid",
                        ])
            }
        }

        @Test func `a receipt is refunded up to its amount, once for each Idempotency-Key`() async throws {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "FIRST"))
                let second = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "SECOND")).json
                let receipt = try #require(second["id"] as? String)
                let anomaly = try #require(second["anomaly_id"] as? String)
                let part = #"{"receipt_id":"\#(receipt)","amount_cents":5000,"date":"2026-11-20","reference":"M1"}"#
                let key = ["Idempotency-Key": "r1"]
                let made = try await live.call("POST", "/v1/refunds", key: live.creditorKey, json: part, headers: key)
                let again = try await live.call("POST", "/v1/refunds", key: live.creditorKey, json: part, headers: key)
                #expect(made.status == 201 && again.status == 201 && made.body == again.body)
                #expect(try made.json["date"] as? String == "2026-11-20")
                let beyond = try await live.call("POST", "/v1/refunds", key: live.creditorKey, json: part)
                #expect(beyond.status == 422)
                #expect(try beyond.pointers == ["/amount_cents"])
                let later = try await live.call(
                    "POST", "/v1/refunds", key: live.creditorKey,
                    json: #"{"receipt_id":"\#(receipt)","amount_cents":1,"date":"2126-11-20"}"#)
                #expect(later.status == 422)
                #expect(try later.pointers == ["/date"])

                // By default the remaining amount.
                let rest = try await resolve(live, anomaly, #"{"resolution":"refund","reason":"Doppio pagamento"}"#)
                #expect(rest.status == 200)
                #expect(
                    try live.query("SELECT amount_cents FROM refunds ORDER BY created_at, id") == ["5000", "980"])
                let whole = try await live.call(
                    "POST", "/v1/refunds", key: live.creditorKey, json: #"{"receipt_id":"\#(receipt)"}"#)
                #expect(whole.status == 409)
                #expect(try await pdf(live, receipt).contains("l'ente ha deciso il rimborso"))
                let list = try await live.call(
                    "GET", "/v1/refunds?status=decided&receipt_id=\(receipt)&include_total=true", key: live.opsKey
                ).json
                #expect(list["total_count"] as? Int == 2)
                let frontEnd = try await live.call("GET", "/v1/refunds", key: live.apiKey)
                #expect(frontEnd.status == 403)
            }
        }

        @Test func `a counter payment recorded by mistake is voided, and the debt is owed again`() async throws {
            try await Deployment.with { live in
                let (id, iuv) = try await live.position()
                func record(_ reference: String) async throws -> String {
                    let answer = try await live.call(
                        "POST", "/v1/positions/\(id)/counter-payments", key: live.creditorKey,
                        json: """
                            {"installment":1,"amount_cents":5980,"paid_at":"2026-11-20T10:00:00Z","till":"Sportello 1",
                            "reference":"\(reference)"}
                            """)
                    return try #require(try answer.json["id"] as? String, "\(answer.status)")
                }
                let receipt = try await record("C-1")
                let text = try await pdf(live, receipt)
                #expect(text.contains("allo sportello") && !text.contains("pagoPA") && !text.contains("IUR"))
                let path = "/v1/positions/\(id)/counter-payments/\(receipt)/void"
                let body = #"{"reason":"Digitato sul debito sbagliato"}"#

                let voided = try await live.call("POST", path, key: live.creditorKey, json: body)
                let again = try await live.call("POST", path, key: live.creditorKey, json: body)

                #expect(voided.status == 200 && again.body == voided.body)
                #expect(try voided.json["status"] as? String == "voided")
                let shown = try await position(live, id)
                #expect(shown["status"] as? String == "open")
                #expect(cents(shown, "paid_cents", "residual_cents") == [0, 5_980])
                #expect(try await pdf(live, receipt).contains("ANNULLATA"))
                let listed = try await live.call("GET", "/v1/receipts?status=voided", key: live.creditorKey).json
                #expect((listed["items"] as? [Object])?.count == 1)
                let refund = try await live.call(
                    "POST", "/v1/refunds", key: live.creditorKey, json: #"{"receipt_id":"\#(receipt)"}"#)
                #expect(refund.status == 409)
                _ = try await record("C-2")
                #expect(try await live.status(of: id) == "paid")
                #expect(
                    try live.query(
                        "SELECT from_state, to_state FROM journal WHERE kind = 'position_state' ORDER BY id")
                        == ["open|paid", "paid|open", "open|paid"])

                // A payment that a PSP reported cannot be voided.
                let (other, otherIUV) = try await live.position()
                let rt = try await live.post(rt: Deployment.rt(iuv: otherIUV, receipt: "ONLINE")).json
                let online = try #require(rt["id"] as? String)
                let no = try await live.call(
                    "POST", "/v1/positions/\(other)/counter-payments/\(online)/void", key: live.creditorKey, json: body)
                #expect(no.status == 409)
                let elsewhere = try await live.call(
                    "POST", "/v1/positions/\(id)/counter-payments/\(online)/void", key: live.creditorKey, json: body)
                #expect(elsewhere.status == 404)
                #expect(iuv != otherIUV)
            }
        }

        @Test func `payer and debtor each get their own version of the receipt`() async throws {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                let payer =
                    #""payer":{"full_name":"Anna Pagante","tax_code":"VRDNNA85M41F205G","email":"anna@example.org"},"#
                let rt = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "OTHER", extra: payer)).json
                let receipt = try #require(rt["id"] as? String)
                let (anna, mario) = ("VRDNNA85M41F205G", "RSSMRA80A01H501U")
                for (query, own, other) in [
                    ("", mario, anna), ("?for=debtor", mario, anna), ("?for=payer", anna, mario),
                ] {
                    let text = try await pdf(live, receipt, query: query)
                    #expect(text.contains(own) && !text.contains(other), "\(query)")
                }
                #expect(
                    try live.query("SELECT recipient, audience FROM notifications ORDER BY 1")
                        == ["anna@example.org|payer", "canarino@example.org|debtor"])
                let token = try await live.session(.anna).access
                let headers = ["X-Citizen-Token": token]
                let own = try await live.call(
                    "GET", "/v1/receipts/\(receipt)/pdf", key: live.apiKey, headers: headers)
                #expect(try Tool.text(of: Array(own.body)).contains(anna))
                let others = try await live.call(
                    "GET", "/v1/receipts/\(receipt)/pdf?for=debtor", key: live.apiKey, headers: headers)
                #expect(others.status == 404)
            }
        }

        @Test func `a creditor sees and resolves its own anomalies and mails`() async throws {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                let rt = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "A", cents: 1)).json
                let anomaly = try #require(rt["anomaly_id"] as? String)
                let list = try await live.call("GET", "/v1/anomalies?status=open", key: live.creditorKey).json
                #expect((list["items"] as? [Object])?.compactMap { $0["id"] as? String } == [anomaly])
                #expect(try await live.call("GET", "/v1/anomalies/\(anomaly)", key: live.creditorKey).status == 200)
                #expect(try await live.call("GET", "/v1/anomalies", key: live.apiKey).status == 403)
                #expect(try await resolve(live, anomaly, #"{"resolution":"reject","reason":"x"}"#).status == 200)
                let mails = try await live.call(
                    "GET", "/v1/notifications?include_total=true", key: live.creditorKey
                ).json
                #expect(mails["total_count"] as? Int == 1)
                let mail = try #require((mails["items"] as? [Object])?.first?["id"] as? String)
                try await live.waitUntil("the mail went out") {
                    try live.query("SELECT state FROM notifications") == ["sent"]
                }
                let retried = try await live.call("POST", "/v1/notifications/\(mail)/retry", key: live.creditorKey)
                #expect(retried.status == 409)
                _ = try live.query("UPDATE notifications SET state = 'dead', sent_at = NULL RETURNING id")
                let again = try await live.call("POST", "/v1/notifications/\(mail)/retry", key: live.creditorKey)
                #expect(again.status == 202)
                // Mails about accounts and test mails belong to no creditor.
                _ = try await live.call(
                    "POST", "/v1/notifications/test", key: live.opsKey, json: #"{"to":"x@example.org"}"#)
                let own = try await live.call(
                    "GET", "/v1/notifications?include_total=true", key: live.creditorKey
                ).json
                #expect(own["total_count"] as? Int == 1)
            }
        }

        @Test func `receipts in quarantine are in list, search and detail for callers who may resolve them`()
            async throws
        {
            try await Deployment.with { live in
                let iuv = try AnomalyTests.freeNotice().dropFirst()
                let rt = try await live.post(rt: Deployment.rt(iuv: String(iuv), receipt: "LOST")).json
                let (receipt, anomaly) = (try #require(rt["id"] as? String), try #require(rt["anomaly_id"] as? String))
                let plain = try await live.newKey(
                    kind: "creditor", scopes: ["receipts:read", "positions:write"], creditors: [Deployment.creditor])
                for (key, sees) in [
                    (live.apiKey, false), (plain, false), (live.creditorKey, true), (live.opsKey, true),
                ] {
                    let list = try await live.call(
                        "GET", "/v1/receipts?status=quarantined&include_total=true", key: key)
                    #expect(try list.json["total_count"] as? Int == (sees ? 1 : 0))
                    let found = try await live.call(
                        "POST", "/v1/receipts/search", key: key, json: #"{"status":["quarantined"]}"#)
                    #expect((try found.json["items"] as? [Object])?.count == (sees ? 1 : 0))
                    #expect(
                        try await live.call("GET", "/v1/receipts/\(receipt)", key: key).status == (sees ? 200 : 404))
                    let bytes = try await live.call("GET", "/v1/receipts/\(receipt)/rt", key: key)
                    #expect(bytes.status == (sees ? 200 : 404))
                }
                let today = "opened_from=2020-01-01&opened_to=2099-12-31"
                for query in ["receipt_id=\(receipt)", "iuv=\(iuv)", "creditor_tax_code=\(Deployment.creditor)", today]
                {
                    let list = try await live.call("GET", "/v1/anomalies?\(query)", key: live.creditorKey).json
                    #expect((list["items"] as? [Object])?.compactMap { $0["id"] as? String } == [anomaly], "\(query)")
                }
                for query in ["opened_to=2020-01-01", "position_id=\(receipt)", "creditor_tax_code=15376371009"] {
                    let list = try await live.call("GET", "/v1/anomalies?\(query)", key: live.creditorKey).json
                    #expect((list["items"] as? [Object])?.isEmpty == true, "\(query)")
                }
                // The creditor assigns its money to a debt.
                let (position, _) = try await live.position()
                let matched = try await resolve(
                    live, anomaly, #"{"resolution":"match","position_id":"\#(position)","reason":"Riconosciuto"}"#)
                #expect(matched.status == 200)
                #expect(try await live.status(of: position) == "paid")
            }
        }

        @Test func `after the void of a counter payment, the second payment that a PSP reported can pay the debt`()
            async throws
        {
            try await Deployment.with { live in
                let (id, iuv) = try await live.position()
                let counter = try await live.call(
                    "POST", "/v1/positions/\(id)/counter-payments", key: live.creditorKey,
                    json: """
                        {"installment":1,"amount_cents":5980,"paid_at":"2026-11-20T10:00:00Z","till":"Sportello 1",
                        "reference":"C-1"}
                        """)
                let receipt = try #require(try counter.json["id"] as? String)
                let rt = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "TRUE")).json
                let anomaly = try #require(rt["anomaly_id"] as? String)
                let accept = #"{"resolution":"accept","reason":"Pagato online"}"#
                #expect(try await resolve(live, anomaly, accept).status == 409)
                _ = try await live.call(
                    "POST", "/v1/positions/\(id)/counter-payments/\(receipt)/void", key: live.creditorKey,
                    json: #"{"reason":"Errore"}"#)
                #expect(try await resolve(live, anomaly, accept).status == 200)
                #expect(try await live.status(of: id) == "paid")
            }
        }
    }
}

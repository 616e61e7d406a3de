import Foundation

extension WebhookChecks {
    // MARK: Outcomes

    static let outcomes: [Check] = [
        Check("a payment makes the debt paid") { service in
            let debt = try await service.debt()
            try expect(await service.post(SampleRT(service, iuv: debt.iuv)), 201, disposition: "settled")
            try expect(await service.status(of: debt) == "paid", "the debt is not paid")
        },
        Check("a failed payment is recorded, and the debt stays open") { service in
            let debt = try await service.debt()
            try expect(await service.post(SampleRT(service, iuv: debt.iuv).failed), 201, disposition: "recorded")
            try expect(await service.status(of: debt) == "open", "the debt is not open")
        },
        Check("a payment after a failed one settles") { service in
            let debt = try await service.debt()
            try expect(await service.post(SampleRT(service, iuv: debt.iuv).failed), 201, disposition: "recorded")
            try expect(await service.post(SampleRT(service, iuv: debt.iuv)), 201, disposition: "settled")
        },
        Check("a failure that arrives after the payment changes nothing") { service in
            let debt = try await service.debt()
            try expect(await service.post(SampleRT(service, iuv: debt.iuv)), 201, disposition: "settled")
            try expect(await service.post(SampleRT(service, iuv: debt.iuv).failed), 201, disposition: "recorded")
            try expect(await service.status(of: debt) == "paid", "the debt is no longer paid")
        },
        Check("the payment of a cancelled debt is stored as an anomaly") { service in
            let debt = try await service.debt()
            try await service.cancel(debt)
            try expect(await service.post(SampleRT(service, iuv: debt.iuv)), 201, disposition: "anomaly")
        },
        Check("a second payment of the same debt is stored as an anomaly") { service in
            let debt = try await service.debt()
            try expect(await service.post(SampleRT(service, iuv: debt.iuv)), 201, disposition: "settled")
            try expect(await service.post(SampleRT(service, iuv: debt.iuv)), 201, disposition: "anomaly")
        },
        Check("a payment of another amount is stored as an anomaly") { service in
            let rt = SampleRT(service, iuv: try await service.debt().iuv)
            try expect(await service.post(rt.paying(ServiceUnderTest.amountCents + 1)), 201, disposition: "anomaly")
        },
        Check("the payment of an unknown IUV is quarantined") { service in
            let rt = SampleRT(service, iuv: "RF18539007547034")
            try expect(await service.post(rt), 201, disposition: "quarantined")
        },
        Check("the payment to an unknown creditor is quarantined") { service in
            var rt = SampleRT(service, iuv: "01000000000000000")
            rt.creditor = "99999999990"
            try expect(await service.post(rt), 201, disposition: "quarantined")
        },
    ]

    // MARK: Spellings

    private static func settles(
        _ name: String, type: String = "application/json",
        _ body: @escaping @Sendable (SampleRT, ServiceUnderTest.Debt) -> [UInt8]
    ) -> Check {
        Check(name) { service in
            let debt = try await service.debt()
            let body = body(SampleRT(service, iuv: debt.iuv), debt)
            try expect(await service.post(body, type: type), 201, disposition: "settled")
        }
    }

    private static func changed(_ rt: SampleRT, _ change: (inout SampleRT) -> Void) -> [UInt8] {
        var rt = rt
        change(&rt)
        return rt.json
    }

    static let spellings: [Check] = [
        settles("the notice number identifies the debt") { rt, debt in
            changed(rt) { $0.reference = #""notice_number": "\#(debt.noticeNumber)""# }
        },
        settles("the outcome may be a code") { rt, _ in changed(rt) { $0.outcome = #""outcome_code": 0"# } },
        settles("the instant may have an offset") { rt, _ in
            changed(rt) { $0.paidAt = String($0.paidAt.dropLast()) + "+00:00" }
        },
        settles("the amount may have a fraction of zeros") { rt, _ in changed(rt) { $0.amount += ".0" } },
        settles("an unknown member and a null are accepted") { rt, _ in
            changed(rt) { $0.others = #", "channel_version": "9", "fee_cents": null"# }
        },
        settles("JSON may begin with a byte order mark") { rt, _ in [0xEF, 0xBB, 0xBF] + rt.json },
        settles("the charset of JSON may be stated", type: "application/json; charset=utf-8") { rt, _ in rt.json },
        settles("an official RT in XML is accepted", type: "application/xml") { rt, _ in Array(rt.xml().utf8) },
        settles("an official RT may be text/xml", type: "text/xml; charset=utf-8") { rt, _ in Array(rt.xml().utf8) },
        settles("an official RT may be ISO-8859-1", type: "application/xml") { rt, _ in
            rt.xml(encoding: "ISO-8859-1").unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        },
        Check("an official RT of a failed payment is recorded") { service in
            let rt = SampleRT(service, iuv: try await service.debt().iuv).failed
            let answer = try await service.post(Array(rt.xml().utf8), type: "application/xml")
            try expect(answer, 201, disposition: "recorded")
        },
        Check("the same official RT twice is a repeat") { service in
            let body = Array(SampleRT(service, iuv: try await service.debt().iuv).xml().utf8)
            try expect(await service.post(body, type: "application/xml"), 201, disposition: "settled")
            try expect(await service.post(body, type: "application/xml"), 200)
        },
    ]

    // MARK: Faulty bodies

    /// - Parameter statuses: the statuses that are right.
    private static func refused(
        _ name: String, _ statuses: Set<Int>, type: String = "application/json",
        _ body: @escaping @Sendable (ServiceUnderTest) -> [UInt8]
    ) -> Check {
        Check(name) { service in
            let answer = try await service.post(body(service), type: type)
            try expect(statuses.contains(answer.status), "expected \(statuses.sorted()), got \(answer.status)")
            try expect(answer.contentType.hasPrefix("application/problem+json"), "no application/problem+json")
        }
    }

    static let faultyBodies: [Check] = [
        Check("a signed body that is no RT names every violation and its anomaly") { service in
            let answer = try await service.post(Array("{\"run\": \"\(ServiceUnderTest.newID())\"}".utf8))
            try expect(answer, 422)
            try expect(answer.count("violations") >= 5, "\(answer.count("violations")) violations")
            try expect(answer.text("anomaly_id") != nil, "no anomaly_id")
        },
        refused("a body that is no JSON is refused", [400]) { _ in Array("{\"receipt_id\": ".utf8) },
        refused("an empty body is refused", [400]) { _ in [] },
        refused("text is refused", [415], type: "text/plain") { SampleRT($0, iuv: "01000000000000000").json },
        refused("another charset of JSON is refused", [415], type: "application/json; charset=utf-16") {
            SampleRT($0, iuv: "01000000000000000").json
        },
        refused("a body over 256 KiB is refused", [413]) { _ in [UInt8](repeating: 0x20, count: 300_000) },
        refused("XML with a document type is refused", [400], type: "application/xml") { service in
            let rt = SampleRT(service, iuv: "01000000000000000")
            return Array(rt.xml(beforeRoot: #"<!DOCTYPE RT SYSTEM "file:///etc/passwd">"#).utf8)
        },
        Check("GET of the webhook is not allowed") { service in
            let answer = try await service.send("GET", "/v1/psps/\(service.psp)/receipts", body: nil, headers: [:])
            try expect(answer, 405)
        },
    ]
}

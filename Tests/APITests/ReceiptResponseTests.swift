import Foundation
import HTTPTypes
import JSON
import Operations
import PagoPA
import Testing

@testable import API

extension Sample {
    static func receipt(
        _ status: Disposition = .settled, outcome: RTOutcome = .executed, hasOptions: Bool = false
    ) throws -> Receipt {
        let at = try Instant(rfc3339: "2026-10-09T10:00:00Z")
        let creditor = try OrganizationTaxCode("12345678903")
        let notice = try NoticeCodes.aux3(segregationCode: "01").notice(base: 1)
        let id: Identifier<Receipt> = try Identifier("0199c0de-0000-7000-8000-000000000003")
        let refund = Refund(
            id: try Identifier("0199c0de-0000-7000-8000-000000000005"), receipt: id, anomaly: nil, creditor: creditor,
            amount: try Amount(cents: 100), status: .paid, day: try CalendarDate("2026-10-12"), reference: "TRN-1",
            reason: nil, decidedBy: "loop", version: 1, createdAt: at, updatedAt: at)
        return Receipt(
            id: id, receiptID: "R-1", origin: hasOptions ? .pagopa : .counter, status: status, outcome: outcome,
            creditor: creditor, creditorName: hasOptions ? "Comune" : nil,
            position: try Identifier("0199c0de-0000-7000-8000-000000000001"), installmentNumber: 1,
            attempt: hasOptions ? try Identifier("0199c0de-0000-7000-8000-000000000004") : nil,
            debtTypeKey: hasOptions ? "mensa" : nil, description: "Mensa",
            document: hasOptions ? Document(year: 2026, number: "1286") : nil, iuv: notice.iuv,
            noticeNumber: hasOptions ? notice : nil, paymentContext: hasOptions ? "CCP" : nil,
            amount: try Amount(cents: 5_980), fee: hasOptions ? try Amount(cents: 150) : nil, paidAt: at,
            psp: hasOptions
                ? RTPSP(id: try PSPID("ABCDITMM"), businessName: "Banca", taxCode: "12345678903", channel: "canale")
                : nil, method: hasOptions ? try PaymentMethod("CP") : nil,
            transfers: [
                RTTransfer(
                    index: 1, creditor: creditor, iban: hasOptions ? "IT60X0542811101000000123456" : nil,
                    amount: try Amount(cents: 5_980), remittance: hasOptions ? "Mensa" : nil)
            ], payer: nil, debtor: nil, failureReason: nil, till: hasOptions ? nil : "1",
            reference: hasOptions ? nil : "R-1", rtSHA256: hasOptions ? String(repeating: "ab", count: 32) : nil,
            receivedAt: at,
            notes: hasOptions ? [RTNote("/x", .unknownMember, "is not known")] : [],
            refunds: hasOptions ? [refund] : [], reviewReasons: status == .anomaly ? [.amountMismatch] : [],
            sender: hasOptions ? try PSPID("NODOPAGOPA") : nil)
    }

    static func attempt(_ status: AttemptStatus, of position: Position) throws -> PaymentAttempt {
        let at = try Instant(rfc3339: "2026-10-09T10:00:00Z")
        let items = position.installments.map { part in
            AttemptItem(
                installment: part.id, position: position.id, iuv: part.iuv, noticeNumber: part.noticeNumber,
                amount: part.amount, remittance: "Mensa", outcome: status == .succeeded ? .paid : .pending)
        }
        return PaymentAttempt(
            id: try Identifier("0199c0de-0000-7000-8000-000000000004"), creditor: position.creditor, status: status,
            method: try PaymentMethod("CP"), psp: try PSPID("ABCDITMM"), pspBusinessName: "Banca",
            channel: try ChannelID("canale"), amount: try Amount(cents: 5_980), fee: try Amount(cents: 150),
            items: items, payer: nil, email: nil, notifiesFailure: false,
            returnURL: "https://portale.example.org/", language: .it, redirectURL: "https://psp.example.org/pay/1",
            failureReason: nil, createdAt: at, expiresAt: at.adding(seconds: 1_800),
            finishedAt: status.isFinal ? at.adding(seconds: 60) : nil)
    }
}

/// The exact responses about receipts, anomalies and attempts.
@Suite struct ReceiptResponseTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        String(decoding: JSONWriter.object(write), as: UTF8.self)
    }

    @Test func `a counter receipt has no members of a PSP`() throws {
        let receipt = try Sample.receipt()
        let reply = receipt.reply(.created, Sample.links)
        #expect(reply.status == .created)
        #expect(
            String(decoding: reply.body, as: UTF8.self) == """
                {"id":"0199c0de-0000-7000-8000-000000000003","receipt_id":"R-1","creditor_tax_code":"12345678903",\
                "position_id":"0199c0de-0000-7000-8000-000000000001","installment_number":1,"description":"Mensa",\
                "iuv":"\(receipt.iuv.value)","paid_at":"2026-10-09T10:00:00Z","amount_cents":5980,"status":"settled",\
                "origin":"counter","under_review":false,"review_reasons":[],"outcome":"OK","outcome_code":0,\
                "transfers":[{"index":1,"creditor_tax_code":"12345678903","amount_cents":5980}],"till":"1",\
                "reference":"R-1","refunds":[],"received_at":"2026-10-09T10:00:00Z",\
                "pdf_url":"https://pay.example.org/v1/receipts/0199c0de-0000-7000-8000-000000000003/pdf",\
                "_links":{"self":"https://pay.example.org/v1/receipts/0199c0de-0000-7000-8000-000000000003",\
                "position":"https://pay.example.org/v1/positions/0199c0de-0000-7000-8000-000000000001"}}
                """)
    }

    @Test func `a PSP's receipt has every member in the order of the contract`() throws {
        let receipt = try Sample.receipt(.anomaly, hasOptions: true)
        let base = "https://pay.example.org/v1/receipts/0199c0de-0000-7000-8000-000000000003"
        #expect(
            String(decoding: receipt.reply(.ok, Sample.links).body, as: UTF8.self) == """
                {"id":"0199c0de-0000-7000-8000-000000000003","receipt_id":"R-1","payment_context":"CCP",\
                "creditor_tax_code":"12345678903","creditor_name":"Comune",\
                "position_id":"0199c0de-0000-7000-8000-000000000001","installment_number":1,\
                "attempt_id":"0199c0de-0000-7000-8000-000000000004","debt_type":"mensa","description":"Mensa",\
                "document":{"year":2026,"number":"1286"},"iuv":"\(receipt.iuv.value)",\
                "notice_number":"\(receipt.noticeNumber?.value ?? "")","paid_at":"2026-10-09T10:00:00Z",\
                "amount_cents":5980,"fee_cents":150,"status":"anomaly","origin":"pagopa","under_review":true,\
                "review_reasons":["amount_mismatch"],"outcome":"OK","outcome_code":0,\
                "psp":{"id":"ABCDITMM","business_name":"Banca","tax_code":"12345678903","channel_id":"canale"},\
                "sent_by":"NODOPAGOPA","payment_method":"CP","transfers":[{"index":1,\
                "creditor_tax_code":"12345678903","iban":"IT60X0542811101000000123456","amount_cents":5980,\
                "remittance":"Mensa"}],"refunds":[{"id":"0199c0de-0000-7000-8000-000000000005","amount_cents":100,\
                "status":"paid","date":"2026-10-12","reference":"TRN-1"}],\
                "rt_sha256":"\(String(repeating: "ab", count: 32))","notes":[{"pointer":"/x",\
                "code":"unknown_member","detail":"is not known"}],"received_at":"2026-10-09T10:00:00Z",\
                "pdf_url":"\(base)/pdf","rt_url":"\(base)/rt","official_rt_url":"\(base)/official-rt",\
                "_links":{"self":"\(base)",\
                "position":"https://pay.example.org/v1/positions/0199c0de-0000-7000-8000-000000000001",\
                "payment_attempt":"https://pay.example.org/v1/payment-attempts/0199c0de-0000-7000-8000-000000000004"}}
                """)
    }

    @Test func `a failed payment has no PDF`() throws {
        let receipt = try Sample.receipt(.recorded, outcome: .notExecuted, hasOptions: true)
        let value = try JSONValue(String(decoding: receipt.reply(.ok, Sample.links).body, as: UTF8.self))
        #expect(value["pdf_url"] == nil && value["outcome"] == .string("KO") && value["outcome_code"] == .integer(1))
    }

    @Test func `the row of a receipt repeats the members of the receipt`() throws {
        let receipt = try Sample.receipt(hasOptions: true)
        let whole = try JSONValue(String(decoding: receipt.reply(.ok, Sample.links).body, as: UTF8.self))
        var writer = JSONWriter()
        receipt.writeSummary(into: &writer, Sample.links)
        guard case .object(let members) = try JSONValue.parse(writer.bytes) else {
            Issue.record("not an object")
            return
        }
        for member in members where member.key != "_links" {
            #expect(member.value == whole[member.key], "\(member.key)")
        }
        #expect(members.count == 18)
    }

    // MARK: Anomalies

    private func anomaly(_ resolution: Resolution? = nil, isUnreadable: Bool = false) throws -> Anomaly {
        let receipt = try Sample.receipt(.anomaly, hasOptions: true)
        return Anomaly(
            id: try Identifier("0199c0de-0000-7000-8000-000000000006"),
            kind: isUnreadable ? .unreadableRT : .amountMismatch, isOpen: resolution == nil,
            receipt: isUnreadable ? nil : receipt.id, position: isUnreadable ? nil : receipt.position,
            creditor: isUnreadable ? nil : receipt.creditor, iuv: isUnreadable ? nil : receipt.iuv,
            psp: try PSPID("ABCDITMM"), amount: isUnreadable ? nil : receipt.amount, isPayerKnown: false,
            openedAt: receipt.receivedAt, resolution: resolution)
    }

    @Test func `an open anomaly states its kind in words`() throws {
        let anomaly = try anomaly()
        #expect(
            text { anomaly.write(into: &$0) } == """
                {"id":"0199c0de-0000-7000-8000-000000000006","kind":"amount_mismatch","status":"open",\
                "receipt_id":"0199c0de-0000-7000-8000-000000000003",\
                "position_id":"0199c0de-0000-7000-8000-000000000001","creditor_tax_code":"12345678903",\
                "iuv":"\(anomaly.iuv?.value ?? "")","psp_id":"ABCDITMM","amount_cents":5980,"payer_known":false,\
                "opened_at":"2026-10-09T10:00:00Z","detail":"The amount paid is not the amount owed."}
                """)
    }

    @Test func `a resolved anomaly has its decision`() throws {
        let resolution = Resolution(
            kind: .accept, reason: "Arrotondamento", resolvedAt: try Instant(rfc3339: "2026-10-10T10:00:00Z"),
            resolvedBy: "loop", writtenOff: try Amount(cents: 1),
            refund: try Identifier("0199c0de-0000-7000-8000-000000000005"))
        let anomaly = try anomaly(resolution)
        #expect(
            text { anomaly.write(into: &$0) }.hasSuffix(
                """
                "resolution":"accept","reason":"Arrotondamento","resolved_at":"2026-10-10T10:00:00Z",\
                "resolved_by":"loop","written_off_cents":1,"refund_id":"0199c0de-0000-7000-8000-000000000005"}
                """))
    }

    @Test func `an unreadable body without readable members has none of them`() throws {
        let anomaly = try anomaly(isUnreadable: true)
        let value = try JSONValue(text { anomaly.write(into: &$0) })
        for name in ["receipt_id", "position_id", "creditor_tax_code", "iuv", "amount_cents", "candidate"] {
            #expect(value[name] == nil, "\(name)")
        }
    }

    @Test func `a candidate names its installment`() throws {
        var anomaly = try anomaly()
        anomaly.candidate = MatchCandidate(
            position: try Identifier("0199c0de-0000-7000-8000-000000000001"), installmentNumber: 2,
            amount: try Amount(cents: 5_980), paidAt: nil, isIUVGenerated: true)
        #expect(
            try JSONValue(text { anomaly.write(into: &$0) })["candidate"]
                == JSONValue(
                    """
                    {"position_id":"0199c0de-0000-7000-8000-000000000001","installment":2,"amount_cents":5980,
                    "is_paid":false,"iuv_is_generated":true}
                    """))
    }

    @Test(arguments: AnomalyKind.allCases) func `every kind of anomaly has a detail that is a sentence`(
        kind: AnomalyKind
    ) {
        #expect(kind.detail.hasSuffix(".") && kind.detail.first?.isUppercase == true)
    }

    // MARK: Evidence

    private func evidence(_ bytes: String, _ type: String, messageID: String = "msg_1") throws -> Evidence {
        Evidence(
            bytes: Array(bytes.utf8), mediaType: type, sha256: [0xAB, 0x01], sender: try PSPID("ABCDITMM"),
            messageID: messageID, receivedAt: try Instant(rfc3339: "2026-10-09T10:00:00Z"),
            faults: [Fault("/iuv", .required, "is required")])
    }

    @Test func `evidence states its origin and the reasons why it is not readable`() throws {
        let evidence = try evidence("{}", "application/json")
        #expect(
            text { evidence.write(into: &$0) } == """
                {"evidence":{"media_type":"application/json","size_bytes":2,"sha256":"ab01",\
                "sender_psp_id":"ABCDITMM","webhook_id":"msg_1","received_at":"2026-10-09T10:00:00Z"},\
                "violations":[{"pointer":"/iuv","code":"required","detail":"is required"}]}
                """)
        let entered = try self.evidence("{}", "application/json", messageID: "")
        #expect(!text { entered.write(into: &$0) }.contains("webhook_id"))
    }

    @Test(arguments: [
        ("{\"a\":1}", "application/json", "application/json"),
        ("{\"a\":", "application/json", "application/octet-stream"),
        ("<RT/>", "application/xml", "application/xml"), ("not xml", "application/xml", "application/xml"),
        ("<script>", "text/html", "application/octet-stream"), ("x", "image/svg+xml", "application/octet-stream"),
        ("%PDF", "application/pdf", "application/octet-stream"), ("{}", "", "application/octet-stream"),
    ])
    func `untrusted bytes are served with a media type that browsers do not render`(
        bytes: String, type: String, served: String
    ) throws {
        #expect(try evidence(bytes, type).servedMediaType == served)
    }

    // MARK: Attempts

    private func attempt(_ status: AttemptStatus, in language: Language? = nil) throws -> Reply {
        AttemptDetail(attempt: try Sample.attempt(status, of: Sample.position())).reply(in: language, Sample.links)
    }

    @Test(arguments: AttemptStatus.allCases) func `an open attempt has its portal and Retry-After, a final one neither`(
        status: AttemptStatus
    ) throws {
        let reply = try attempt(status)
        let value = try JSONValue(String(decoding: reply.body, as: UTF8.self))
        #expect(value["status"] == .string(status.rawValue) && value["is_final"] == .bool(status.isFinal))
        #expect((value["redirect_url"] == nil) == status.isFinal)
        #expect((value["finished_at"] == nil) == !status.isFinal)
        #expect(reply.headers[.retryAfter] == (status.isFinal ? nil : "2"))
        #expect(value["total_cents"] == .integer(6_130))
    }

    @Test func `the message is in the requested language, or else in the one of the start`() throws {
        let messages = try Language.allCases.map { language in
            try JSONValue(String(decoding: attempt(.cancelled, in: language).body, as: UTF8.self))["message"]
        }
        #expect(Set(messages.map { "\(String(describing: $0))" }).count == Language.allCases.count)
        let own = try JSONValue(String(decoding: attempt(.cancelled).body, as: UTF8.self))["message"]
        #expect(own == messages.first)
    }
}

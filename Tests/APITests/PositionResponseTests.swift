import Foundation
import HTTPTypes
import JSON
import Operations
import PagoPA
import Testing

@testable import API

extension Sample {
    /// On the day before the installment is due.
    static let noon = try! Instant(rfc3339: "2026-10-09T10:00:00Z")  // a valid literal

    static func position(
        _ state: PositionState = .open, written off: Int64 = 0, reasons: [AnomalyKind] = [],
        heldUntil: Instant? = nil, isSparse: Bool = false
    ) throws -> Position {
        let creditor = try OrganizationTaxCode("12345678903")
        let at = try Instant(rfc3339: "2026-09-01T08:00:00Z")
        let notice = try NoticeCodes.aux3(segregationCode: "01").notice(base: 1)
        let transfer = Transfer(
            creditor: creditor, iban: try IBAN("IT60X0542811101000000123456"), amount: try Amount(cents: 5_980),
            taxonomyCode: try TaxonomyCode("9/0101002IM/"), remittance: "Mensa")
        let address = PostalAddress(
            street: "Via Roma", civicNumber: isSparse ? nil : "1", postalCode: "00100", city: "Roma",
            province: isSparse ? nil : "RM", country: "IT")
        return Position(
            id: try Identifier("0199c0de-0000-7000-8000-000000000001"), creditor: creditor, externalID: "M-1",
            debtTypeKey: "mensa", payableAfterDue: false, document: Document(year: 2026, number: "1286"),
            description: "Mensa \"A\"",
            debtor: Debtor(
                kind: .person, taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Mario Rossi",
                email: isSparse ? nil : try EmailAddress("mario@example.org"), address: isSparse ? nil : address),
            lines: isSparse
                ? []
                : [PositionLine(description: "Pasti", quantity: 20, amount: try Amount(cents: 5_980))],
            installments: [
                Installment(
                    id: try Identifier("0199c0de-0000-7000-8000-000000000002"), number: 1, iuv: notice.iuv,
                    noticeNumber: notice, amount: try Amount(cents: 5_980), dueDate: try CalendarDate("2026-10-10"),
                    transfers: [transfer], paidAt: state == .paid ? at : nil, writtenOff: try Amount(cents: off),
                    heldUntil: heldUntil)
            ], metadata: isSparse ? [:] : ["b": "2", "a": "1"], state: state, version: 3, createdAt: at, updatedAt: at,
            publishedAt: state == .draft ? nil : at, cancelledAt: state == .cancelled ? at : nil,
            reviewReasons: reasons, alternativeGroup: isSparse ? nil : "G-1")
    }
}

/// The exact responses about positions.
@Suite struct PositionResponseTests {
    private func json(_ detail: PositionDetail) -> String {
        String(decoding: detail.reply(at: Sample.noon, Sample.links).body, as: UTF8.self)
    }

    /// The members of one object of the response.
    private func value(_ detail: PositionDetail) throws -> JSONValue { try JSONValue(json(detail)) }

    @Test func `a position has every member in the order of the contract`() throws {
        let position = try Sample.position()
        let notice = position.installments[0].noticeNumber
        #expect(
            json(PositionDetail(position: position)) == """
                {"id":"0199c0de-0000-7000-8000-000000000001","creditor_tax_code":"12345678903","external_id":"M-1",\
                "debt_type":"mensa","document":{"year":2026,"number":"1286"},"description":"Mensa \\"A\\"",\
                "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Rossi",\
                "email":"mario@example.org","address":{"street":"Via Roma","civic_number":"1","postal_code":"00100",\
                "city":"Roma","province":"RM","country":"IT"}},\
                "lines":[{"description":"Pasti","quantity":20,"amount_cents":5980}],"status":"open",\
                "total_cents":5980,"paid_cents":0,"written_off_cents":0,"residual_cents":5980,"under_review":false,\
                "review_reasons":[],"suspended":false,"installments":[{"id":"0199c0de-0000-7000-8000-000000000002","number":1,\
                "iuv":"\(notice.iuv.value)","notice_number":"\(notice.value)","amount_cents":5980,\
                "due_date":"2026-10-10","status":"open","payable":true,"payment_in_progress":false,\
                "transfers":[{"creditor_tax_code":"12345678903","iban":"IT60X0542811101000000123456",\
                "amount_cents":5980,"taxonomy_code":"9/0101002IM/","remittance":"Mensa"}]}],"attempts":[],\
                "receipts":[],"metadata":{"a":"1","b":"2"},"created_at":"2026-09-01T08:00:00Z",\
                "updated_at":"2026-09-01T08:00:00Z","published_at":"2026-09-01T08:00:00Z","alternative_group":"G-1",\
                "_links":{"self":"https://pay.example.org/v1/positions/0199c0de-0000-7000-8000-000000000001",\
                "receipts":"https://pay.example.org/v1/receipts?position_id=0199c0de-0000-7000-8000-000000000001",\
                "payment_attempts":"https://pay.example.org/v1/payment-attempts?position_id=0199c0de-0000-7000-8000-000000000001"}}
                """)
    }

    @Test func `a member without a value is omitted`() throws {
        let value = try value(PositionDetail(position: Sample.position(.draft, isSparse: true)))
        for name in ["published_at", "cancelled_at", "alternative_group", "replaced_by"] { #expect(value[name] == nil) }
        #expect(value["lines"] == .array([]) && value["metadata"] == .object([]))
        #expect(value["debtor"]?["email"] == nil && value["debtor"]?["address"] == nil)
        #expect(value["status"] == .string("draft"))
    }

    @Test func `contact data of the debtor can be hidden`() throws {
        var detail = PositionDetail(position: try Sample.position())
        detail.hidesContactData = true
        #expect(
            try value(detail)["debtor"]
                == JSONValue(#"{"kind":"person","tax_code":"RSSMRA80A01H501U"}"#))
        #expect(!json(detail).contains("Rossi") && !json(detail).contains("mario@"))
    }

    @Test func `an installment shows its payment, its reservation and its write-off`() throws {
        func installment(_ position: Position) throws -> JSONValue {
            guard case .array(let items)? = try value(PositionDetail(position: position))["installments"],
                let first = items.first
            else { throw JSONSyntaxError.tooDeep(maximum: 0) }
            return first
        }
        let paid = try installment(Sample.position(.paid))
        #expect(paid["paid_at"] == .string("2026-09-01T08:00:00Z") && paid["payable"] == .bool(false))
        #expect(paid["status"] == .string("paid") && paid["disabled_code"] == .string("paid"))
        #expect(paid["written_off_cents"] == nil && paid["paid_late"] == nil)

        let held = try installment(Sample.position(heldUntil: Sample.now))
        #expect(held["payment_in_progress"] == .bool(true) && held["payable"] == .bool(false))
        #expect(held["disabled_code"] == .string("payment_in_progress"))

        #expect(try installment(Sample.position(.paid, written: 80))["written_off_cents"] == .integer(80))
        #expect(try installment(Sample.position(.draft))["payable"] == .bool(false))
        #expect(try installment(Sample.position(.cancelled))["payable"] == .bool(false))
    }

    @Test func `a position under review names its reasons`() throws {
        let value = try value(
            PositionDetail(position: Sample.position(reasons: [.amountMismatch, .alreadyPaid])))
        #expect(value["under_review"] == .bool(true))
        #expect(value["review_reasons"] == .array([.string("amount_mismatch"), .string("already_paid")]))
    }

    @Test func `the status depends on the day in Rome, and so does the entity tag`() throws {
        let detail = PositionDetail(position: try Sample.position())
        let due = detail.reply(at: Sample.noon.adding(seconds: 86_400), Sample.links)
        let late = detail.reply(at: Sample.noon.adding(seconds: 172_800), Sample.links)
        #expect(String(decoding: due.body, as: UTF8.self).contains(#""status":"open","total_cents""#))
        #expect(String(decoding: late.body, as: UTF8.self).contains(#""status":"expired","total_cents""#))
        #expect(due.headers[.eTag]?.hasPrefix("\"3-") == true && due.headers[.eTag] != late.headers[.eTag])
        #expect(due == detail.reply(at: Sample.noon, Sample.links))
    }

    @Test func `attempts and receipts are references`() throws {
        let position = try Sample.position()
        let at = try Instant(rfc3339: "2026-10-09T10:00:00Z")
        let attempt = AttemptSummary(
            id: try Identifier("0199c0de-0000-7000-8000-000000000004"), status: .inProgress, createdAt: at,
            installments: position.installments.map(\.id))
        let receipt = ReceiptSummary(
            id: try Identifier("0199c0de-0000-7000-8000-000000000003"), attempt: attempt.id, status: .settled,
            outcome: .executed, amount: try Amount(cents: 5_980), paidAt: at, hasPosition: true, reviewReasons: [],
            supersededBy: nil)
        let value = try value(PositionDetail(position: position, attempts: [attempt], receipts: [receipt]))
        #expect(
            try value["attempts"]
                == JSONValue(
                    """
                    [{"id":"0199c0de-0000-7000-8000-000000000004","status":"in_progress","installments":[1],
                    "created_at":"2026-10-09T10:00:00Z"}]
                    """))
        #expect(
            try value["receipts"]
                == JSONValue(
                    """
                    [{"id":"0199c0de-0000-7000-8000-000000000003","status":"settled","amount_cents":5980,
                    "paid_at":"2026-10-09T10:00:00Z","under_review":false,
                    "pdf_url":"https://pay.example.org/v1/receipts/0199c0de-0000-7000-8000-000000000003/pdf"}]
                    """))
    }

    // MARK: Changes

    private func apply(_ patch: String) throws -> PositionDraft {
        try PositionPatch.apply(
            JSONValue(patch), to: PositionDetail(position: Sample.position()), at: Sample.noon, Sample.links)
    }

    private func violations(_ patch: String) -> [String] {
        do {
            _ = try apply(patch)
            return []
        } catch let problem as Problem {
            return problem.violations.map { "\($0.pointer) \($0.code)" }
        } catch { return ["\(error)"] }
    }

    @Test func `a GET response sent back as a patch changes nothing`() throws {
        let detail = PositionDetail(position: try Sample.position())
        let unchanged = try apply("{}")
        #expect(try apply(json(detail)) == unchanged)
    }

    @Test func `a patch changes the members that it contains, and null removes an optional one`() throws {
        let draft = try apply(
            #"{"description":"Altro","debtor":{"full_name":"Anna Verdi","email":null},"metadata":{"a":null,"c":"3"}}"#)
        #expect(draft.description == "Altro" && draft.debtor.fullName == "Anna Verdi" && draft.debtor.email == nil)
        #expect(draft.debtor.address != nil && draft.metadata == ["b": "2", "c": "3"])
        #expect(try apply(#"{"lines":null,"alternative_group":null}"#).lines.isEmpty)
    }

    @Test(
        arguments: [
            (#"{"id":"x"}"#, ["/id read_only"]), (#"{"status":"paid"}"#, ["/status read_only"]),
            (#"{"external_id":"M-2"}"#, ["/external_id read_only"]),
            (#"{"total_cents":5980,"paid_cents":1}"#, ["/paid_cents read_only"]),
            (
                #"{"installments":[{"amount_cents":5980,"due_date":"2026-10-10","iuv":"01000000000000999"}]}"#,
                [
                    "/installments/0/iuv read_only"
                ]
            ),
            (#"{"installments":[]}"#, ["/installments too_few"]), (#"{"description":null}"#, ["/description required"]),
            (#"{"debtor":null}"#, ["/debtor required"]), (#"{"unknown":1}"#, ["/unknown unknown_member"]),
            (#"{"debtor":{"kind":"company"}}"#, ["/debtor/tax_code mismatch"]), (#"[]"#, [" wrong_type"]),
            (
                #"{"id":1,"status":1,"description":""}"#,
                ["/id read_only", "/status read_only", "/description too_short"]
            ),
        ] as [(String, [String])])
    func `a patch that may not be applied has its violations`(patch: String, expected: [String]) {
        #expect(violations(patch) == expected)
    }
}

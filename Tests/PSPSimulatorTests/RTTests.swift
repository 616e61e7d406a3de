import Foundation
import Testing

@testable import PSPSimulator

struct RTTests {
    private let paidAt = Date(timeIntervalSince1970: 1_539_077_400)

    @Test func `a cart gives one RT for each installment, and the fee is charged once`() throws {
        let payment = try Payment.sample()

        let receipts = RT.all(of: payment, paidAt: paidAt, makeID: Portal.makeReceiptID)

        #expect(receipts.map(\.amountCents) == [5_980, 8_060])
        #expect(receipts.map(\.feeCents) == [150, 0])
        #expect(receipts.map(\.iuv) == ["01000000000000101", "01000000000000202"])
        #expect(receipts.allSatisfy { $0.transfers.map(\.amountCents) == [$0.amountCents] })
        #expect(Set(receipts.map(\.receiptID)).count == 2)
        #expect(receipts.allSatisfy { $0.receiptID.utf8.count == 35 })
    }

    @Test func `an RT has the format that the webhook expects`() throws {
        let payment = try Payment.sample()

        let text = try String(
            decoding: RT.all(of: payment, paidAt: paidAt, makeID: { "IUR-1" })[0].bytes(), as: UTF8.self)

        #expect(
            text == """
                {"amount_cents":5980,"attempt_id":"0199b0aa-1111-7abc-8def-001122334455","creditor_tax_code":"01234567890",\
                "fee_cents":150,"iuv":"01000000000000101","notice_number":"301000000000000101","outcome":"OK",\
                "paid_at":"2018-10-09T09:30:00Z","payer":{"full_name":"Mario Rossi","kind":"person",\
                "tax_code":"RSSMRA80A01H501U"},"payment_context":"0199b0aa11117abc8def001122334455",\
                "psp":{"business_name":"Simulatore PSP ABCDITMM","channel_id":"12345678903_01","id":"ABCDITMM"},\
                "receipt_id":"IUR-1","transfers":[{"amount_cents":5980,"creditor_tax_code":"01234567890","index":1}]}
                """)
    }

    @Test(arguments: [PortalAction.refuse, .cancel])
    func `a failed payment gives RTs with a zero amount, the reason and no transfers`(action: PortalAction) throws {
        let portal = try portal()

        let receipts = try portal.bodies(for: action, of: try .sample()).map(decoded)

        #expect(receipts.map(\.outcome) == [.notExecuted, .notExecuted])
        #expect(
            receipts.allSatisfy { $0.amountCents == 0 && $0.feeCents == 0 && $0.transfers.isEmpty })
        #expect(receipts.allSatisfy { $0.failureReason == action.failureReason })
    }

    @Test func `the action "twice" sends the same bytes again`() throws {
        let bodies = try portal().bodies(for: .twice, of: try .sample())

        #expect(bodies.count == 4)
        #expect(Array(bodies[..<2]) == Array(bodies[2...]))
    }

    @Test func `a wrong amount does not contradict itself`() throws {
        let receipts = try portal().bodies(for: .wrongAmount, of: try .sample()).map(decoded)

        #expect(receipts.map(\.amountCents) == [5_981, 8_061])
        #expect(receipts.allSatisfy { $0.transfers.map(\.amountCents) == [$0.amountCents] })
    }

    @Test func `a conflict has the same key and other content`() throws {
        let receipts = try portal().bodies(for: .conflict, of: try .sample()).map(decoded)

        #expect(receipts[0].receiptID == receipts[2].receiptID)
        #expect(receipts[0].amountCents == 5_980)
        #expect(receipts[2].amountCents == 5_981)
    }

    @Test func `the action "never" sends no RT`() throws {
        #expect(try portal().bodies(for: .never, of: try .sample()).isEmpty)
    }

    private func portal() throws -> Portal {
        Portal(book: PaymentStore(), courier: Courier(), secrets: try Secrets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    }

    private func decoded(_ bytes: [UInt8]) throws -> RT {
        try JSONDecoder().decode(RT.self, from: Data(bytes))
    }
}

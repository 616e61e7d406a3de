import Foundation
import PagoPA
import Testing

/// Who gets which version of a receipt, and what can be voided or refunded.
@Suite struct ReceiptVersionTests {
    private static let mario = "RSSMRA80A01H501U"
    private static let anna = "VRDNNA85M41F205G"

    private func receipt(
        payer: String? = mario, debtor: String? = anna, origin: ReceiptOrigin = .counter,
        outcome: RTOutcome = .executed, voided: ReceiptVoid? = nil, refunds: [(Int64, RefundStatus)] = []
    ) throws -> Receipt {
        let creditor = try OrganizationTaxCode("12345678903")
        let id = Identifier<Receipt>(uuid: UUID())
        let at = Instant(microseconds: 1_800_000_000_000_000)
        func subject(_ code: String?) -> RTSubject? {
            code.map { RTSubject(kind: .person, taxCode: $0, fullName: "X", email: nil) }
        }
        return Receipt(
            id: id, receiptID: "R", origin: origin, status: voided == nil ? .settled : .voided, outcome: outcome,
            creditor: creditor, creditorName: nil, position: nil, installmentNumber: 1, attempt: nil, debtTypeKey: nil,
            description: "", document: nil, iuv: try IUV("02260618143027134"), noticeNumber: nil, paymentContext: nil,
            amount: try Amount(cents: 100), fee: nil, paidAt: at, psp: nil, method: nil, transfers: [],
            payer: subject(payer), debtor: subject(debtor), failureReason: nil, till: nil, reference: nil,
            rtSHA256: nil, receivedAt: at, voided: voided,
            refunds: try refunds.map { cents, status in
                Refund(
                    id: Identifier(uuid: UUID()), receipt: id, anomaly: nil, creditor: creditor,
                    amount: try Amount(cents: cents), status: status, day: CalendarDate(romeDayOf: at), reference: nil,
                    reason: nil, decidedBy: "loop", version: 1, createdAt: at, updatedAt: at)
            })
    }

    @Test func `a key chooses the version and gets the debtor's by default`() throws {
        let receipt = try receipt()
        #expect(receipt.audience(asked: nil, by: nil) == .debtor)
        #expect(receipt.audience(asked: .payer, by: nil) == .payer)
    }

    @Test func `a citizen gets their own version and no other`() throws {
        let receipt = try receipt(payer: Self.mario.lowercased())
        let (mario, anna) = (try TaxCode(Self.mario), try TaxCode(Self.anna))
        #expect(receipt.audience(asked: nil, by: mario) == .payer)
        #expect(receipt.audience(asked: .debtor, by: anna) == .debtor)
        #expect(receipt.audience(asked: .debtor, by: mario) == nil)
        #expect(receipt.audience(asked: .payer, by: anna) == nil)
        let own = try self.receipt(payer: Self.anna)
        for audience in ReceiptAudience.allCases {
            #expect(own.audience(asked: audience, by: anna) == audience)
        }
    }

    @Test func `a tax code is shown to its own person only`() throws {
        for (payer, debtor) in [(Self.mario, Self.anna), (Self.mario, Self.mario), (nil, Self.anna), (Self.mario, nil)]
        {
            let receipt = try receipt(payer: payer, debtor: debtor)
            for audience in [ReceiptAudience.payer, .debtor, nil] {
                for person in ReceiptAudience.allCases {
                    let isOwn = person == audience || (payer != nil && payer == debtor)
                    #expect(receipt.shows(taxCodeOf: person, to: audience) == isOwn)
                }
            }
        }
    }

    @Test func `only a counter payment without a refund is voided`() throws {
        #expect(try receipt().obstacleToVoid == nil)
        for origin in ReceiptOrigin.allCases where origin != .counter {
            #expect(try receipt(origin: origin).obstacleToVoid != nil)
        }
        #expect(try receipt(refunds: [(1, .failed)]).obstacleToVoid == nil)
        for status in [RefundStatus.decided, .paid] {
            #expect(try receipt(refunds: [(1, status)]).obstacleToVoid != nil)
        }
    }

    @Test func `a receipt can be refunded up to its amount less the refunds that did not fail`() throws {
        #expect(try receipt(refunds: [(40, .paid), (30, .decided), (90, .failed)]).refundableCents == 30)
        #expect(try receipt(refunds: [(100, .paid)]).obstacleToRefund != nil)
        #expect(try receipt(outcome: .notExecuted).obstacleToRefund != nil)
        let void = ReceiptVoid(at: Instant(microseconds: 0), reason: "x")
        #expect(try receipt(voided: void).obstacleToRefund != nil)
        #expect(try receipt().obstacleToRefund == nil)
    }

    @Test(arguments: [(4_000, 4_550, 550, 0), (5_000, 4_550, 0, 450), (4_550, 4_550, 0, 0)])
    func `accepting splits the difference into a write-off or an excess`(
        _ paid: Int64, _ owed: Int64, _ off: Int64, _ excess: Int64
    )
        throws
    {
        let difference = try AcceptedDifference(paid: Amount(cents: paid), owed: Amount(cents: owed))
        #expect(difference.writtenOff.cents == off && difference.excess.cents == excess)
    }
}

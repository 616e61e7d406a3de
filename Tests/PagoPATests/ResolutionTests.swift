import PagoPA
import Testing

/// What an operator can do with a payment that did not match: every anomaly with every receipt and position.
@Suite struct ResolutionTests {
    private static let refunds: [[(Int64, RefundStatus)]] = [[], [(1, .failed)], [(1, .decided)], [(5_980, .paid)]]

    private static func eachReceipt(_ body: (Receipt) throws -> Void) throws {
        for status in Disposition.allCases {
            for outcome in [RTOutcome.executed, .partlyExecuted, .notExecuted] {
                for cents in [0, 5_980] as [Int64] {
                    for refunds in refunds {
                        try body(Given.receipt(status, outcome: outcome, cents: cents, refunds: refunds))
                    }
                }
            }
        }
    }

    /// Whether the money of the receipt is there and pays nothing yet.
    private static func isFree(_ receipt: Receipt) -> Bool {
        receipt.outcome.movedMoney && receipt.amount > .zero && !receipt.refunds.contains { $0.status.counts }
            && (receipt.status == .anomaly || receipt.status == .quarantined)
    }

    @Test func `a receipt is accepted exactly if its money is free and its installment is owed`() throws {
        var accepted = 0
        for state in PositionState.allCases {
            for paidAt in [nil, Given.now] {
                let installment = try Given.installment(paidAt: paidAt)
                let position = try Given.position(state, [installment])
                try Self.eachReceipt { receipt in
                    for kind in AnomalyKind.allCases
                    where kind != .receiptConflict {
                        let obstacle = kind.obstacle(accepting: receipt, position: position, installment: installment)
                        let isPossible =
                            !kind.isQuarantine && kind != .unreadableRT && Self.isFree(receipt) && paidAt == nil
                            && (state == .open || state == .partiallyPaid)
                        #expect((obstacle == nil) == isPossible, "\(kind) \(state) \(receipt.status)")
                        if isPossible { accepted += 1 }
                    }
                }
            }
        }
        #expect(accepted > 100)
    }

    @Test func `a receipt is matched to another position exactly if its money is free`() throws {
        try Self.eachReceipt { receipt in
            for kind in AnomalyKind.allCases where kind != .receiptConflict && kind != .unreadableRT {
                #expect((kind.obstacle(matching: receipt) == nil) == Self.isFree(receipt), "\(kind)")
            }
            #expect(AnomalyKind.unreadableRT.obstacle(matching: receipt) != nil)
            #expect(AnomalyKind.receiptConflict.obstacle(matching: receipt) != nil)
        }
    }

    @Test func `a second body replaces the first one unless its money is refunded or voided`() throws {
        try Self.eachReceipt { receipt in
            let isPossible = !receipt.refunds.contains { $0.status.counts } && receipt.status != .voided
            let obstacle = AnomalyKind.receiptConflict.obstacle(accepting: receipt, position: nil, installment: nil)
            #expect((obstacle == nil) == isPossible)
        }
    }

    @Test func `a receipt is refunded exactly as far as money arrived and is not refunded yet`() throws {
        try Self.eachReceipt { receipt in
            let refunded = receipt.refunds.filter { $0.status != .failed }.map(\.amount.cents).reduce(0, +)
            #expect(receipt.refundableCents == receipt.amount.cents - refunded)
            let isPossible = receipt.outcome.movedMoney && receipt.amount.cents > refunded
            #expect((receipt.obstacleToRefund == nil) == isPossible)
        }
        #expect(try Given.receipt(supersededBy: Given.id(801)).obstacleToRefund != nil)
    }

    @Test func `a PDF exists exactly for money that arrived for a known position`() throws {
        try Self.eachReceipt { receipt in
            let states: [Disposition] = [.settled, .anomaly, .voided]
            #expect(receipt.hasPDF == (receipt.outcome.movedMoney && states.contains(receipt.status)))
        }
        #expect(try !Given.receipt(.settled, on: false).hasPDF)
    }

    @Test func `an open anomaly blocks further payments unless the debt was already paid`() throws {
        for kind in AnomalyKind.allCases {
            #expect(kind.blocksPayment == (kind != .alreadyPaid))
            // Without a position nothing can be paid.
            if kind != .receiptConflict {
                let obstacle = kind.obstacle(accepting: try Given.receipt(), position: nil, installment: nil)
                #expect(obstacle?.hasSuffix(".") == true)
            }
            #expect(kind.detail.hasSuffix(".") && kind.detail.count > 20)
            #expect(
                NotificationKind(whenMoneyCameWith: kind)
                    == (kind == .alreadyPaid ? .doublePayment : .paymentUnderReview))
            let anomaly = try Anomaly(id: Given.id(1), kind, of: Given.receipt(), on: nil, openedAt: Given.now)
            #expect(
                anomaly.isOpen && anomaly.resolution == nil && !anomaly.isPayerKnown && anomaly.amount?.cents == 5_980)
        }
        #expect(NotificationKind(whenMoneyCameWith: nil) == .receiptReady)
        #expect(
            NotificationKind.allCases.filter(\.attachesReceipt) == [
                .receiptReady, .counterPayment, .paymentUnderReview, .doublePayment, .refundDecided,
            ])
    }
}

extension AnomalyKind {
    /// Whether the creditor or the IUV of the receipt is unknown.
    var isQuarantine: Bool { self == .unknownIUV || self == .unknownCreditor }
}

import PagoPA
import Testing

/// What prevents a change of a position, or a payment of its installments.
@Suite struct PositionObstacleTests {
    private let now = PositionSample.now
    private var today: CalendarDate { CalendarDate(romeDayOf: now) }

    @Test func `a draft or an open position can be changed, and others say their status`() throws {
        for state in PositionState.allCases {
            let position = try PositionSample.position([PositionSample.installment(1)], state)
            let expected: ChangeObstacle? =
                switch state {
                case .draft, .open: nil
                case .partiallyPaid: .status(.partiallyPaid)
                case .paid: .status(.paid)
                case .cancelled: .status(.cancelled)
                }
            #expect(position.obstacleToChange(now: now) == expected)
        }
    }

    @Test func `a reservation prevents a change until the last one ends`() throws {
        let position = try PositionSample.position([
            PositionSample.installment(1, heldUntil: now.adding(seconds: 60)), PositionSample.installment(2),
            PositionSample.installment(3, heldUntil: now.adding(seconds: 90)),
        ])
        #expect(position.obstacleToChange(now: now) == .paymentInProgress(secondsLeft: 90))
        #expect(position.obstacleToChange(now: now.adding(seconds: 100)) == .paymentInProgress(secondsLeft: 0))
        #expect(try PositionSample.position([PositionSample.installment(1)]).secondsReserved(now: now) == nil)
    }

    /// `disabledCode` is what callers read, and the obstacle is what they get when they pay.
    @Test func `an installment is payable exactly if nothing prevents its payment`() throws {
        let until = now.adding(seconds: 60)
        for state in PositionState.allCases {
            for (isPaid, held, other) in [
                (false, false, false), (true, false, false), (false, true, false), (false, false, true),
            ] {
                for reasons in [[], [AnomalyKind.amountMismatch], [.alreadyPaid]] {
                    for due in ["2026-11-19", "2026-11-20"] {
                        let installment = try PositionSample.installment(
                            1, due: due, isPaid: isPaid, heldUntil: held ? until : nil)
                        let position = try PositionSample.position(
                            [installment], state, reviewReasons: reasons, alternativeHeldUntil: other ? until : nil)
                        let obstacle = position.obstacle(paying: installment, on: today, now: now)
                        #expect((position.disabledCode(of: installment, now: now) == nil) == (obstacle == nil))
                    }
                }
            }
        }
    }

    @Test func `an installment is disabled from the start of a suspension until its end, after every other reason`()
        throws
    {
        let installment = try PositionSample.installment(1)
        let period = SuspensionPeriod(startsAt: now, endsAt: now.adding(seconds: 60))
        let position = try PositionSample.position([installment], suspensions: [period])
        for (seconds, code) in [(-1, nil), (0, DisabledCode.suspended), (59, .suspended), (60, nil)] {
            let at = now.adding(seconds: seconds)
            #expect(position.disabledCode(of: installment, now: at) == code, "\(seconds)")
            #expect(position.isSuspended(at: at) == (code != nil), "\(seconds)")
        }
        let open = try PositionSample.position(
            [installment], suspensions: [SuspensionPeriod(startsAt: now, endsAt: nil)])
        #expect(open.disabledCode(of: installment, now: now.adding(seconds: 3_600)) == .suspended)
        let paid = try PositionSample.installment(1, isPaid: true)
        let closed = try PositionSample.position([paid], .paid, suspensions: [period])
        #expect(closed.disabledCode(of: paid, now: now) == .paid)
    }

    @Test func `the status precedes a review, and a review precedes a reservation`() throws {
        let held = try PositionSample.installment(1, heldUntil: now.adding(seconds: 60))
        let late = try PositionSample.installment(2, due: "2026-11-19")
        let position = try PositionSample.position([held, late], reviewReasons: [.amountMismatch])
        #expect(position.obstacle(paying: late, on: today, now: now) == .status(.expired))
        #expect(position.obstacle(paying: held, on: today, now: now) == .underReview([.amountMismatch]))
        let reserved = try PositionSample.position([held])
        #expect(reserved.obstacle(paying: held, on: today, now: now) == .paymentInProgress(secondsLeft: 60))
        // It was not late on the day on which the till took the money.
        let before = try CalendarDate("2026-11-19")
        #expect(try PositionSample.position([late]).obstacle(paying: late, on: before, now: now) == nil)
    }

    @Test func `a receipt is matched to the installment with the number, or to the only one owed`() throws {
        let paid = try PositionSample.installment(1, isPaid: true)
        let owed = try PositionSample.installment(2)
        let position = try PositionSample.position([paid, owed], .partiallyPaid)
        #expect(try position.installment(matching: nil) == owed)
        #expect(try position.installment(matching: 1) == paid)
        #expect(throws: Fault.self) { try position.installment(matching: 3) }
        #expect(try PositionSample.position([paid], .paid).installment(matching: nil) == paid)
        let both = try PositionSample.position([owed, PositionSample.installment(3)])
        #expect(throws: Fault("/installment", .required, "is required: several installments are owed")) {
            try both.installment(matching: nil)
        }
    }

    @Test func `a counter payment pays the amount owed, at a time that has come`() throws {
        let installment = try PositionSample.installment(1)
        for (cents, seconds, pointers) in [
            (5_980, 0, []), (5_980, RT.futureToleranceSeconds, []), (5_979, 0, ["/amount_cents"]),
            (5_981, RT.futureToleranceSeconds + 1, ["/amount_cents", "/paid_at"]),
        ] as [(Int64, Int, [String])] {
            let payment = CounterPayment(
                installmentNumber: 1, amount: try Amount(cents: cents), paidAt: now.adding(seconds: seconds),
                till: "1", reference: "C")
            #expect(payment.faults(paying: installment, now: now).map(\.pointer) == pointers)
        }
    }

    @Test func `the receipt of a counter payment has the transfers of the debt and an ID of its own`() throws {
        let installment = try PositionSample.installment(1)
        let position = try PositionSample.position([installment])
        let payment = CounterPayment(
            installmentNumber: 1, amount: installment.amount, paidAt: now, till: "1", reference: "C")
        let receipt = payment.receipt(
            id: try Identifier("0199c0de-0000-7000-8000-000000000009"), for: installment, of: position,
            creditor: try PositionSample.creditor(), at: now)
        #expect(receipt.receiptID == "C0199c0de000070008000000000000009")
        #expect(receipt.status == .settled && receipt.origin == .counter && receipt.psp == nil)
        #expect(receipt.transfers.map(\.remittance) == ["of 1"])
    }
}

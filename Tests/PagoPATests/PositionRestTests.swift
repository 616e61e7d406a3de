import PagoPA
import Testing

/// What a partly paid position still owes, and when and how it may change.
@Suite struct PositionRestTests {
    private typealias Sample = PositionSample

    private func partlyPaid(
        due: String = "2026-12-31", heldUntil: Instant? = nil, reviewReasons: [AnomalyKind] = []
    ) throws -> Position {
        try Sample.position(
            [
                Sample.installment(1, isPaid: true), Sample.installment(2, cents: 3_000, due: due),
                Sample.installment(3, cents: 990, due: due, heldUntil: heldUntil),
            ], .partiallyPaid, reviewReasons: reviewReasons)
    }

    private func writtenOff(_ part: Installment) -> Installment {
        Installment(
            id: part.id, number: part.number, iuv: part.iuv, noticeNumber: part.noticeNumber, amount: part.amount,
            dueDate: part.dueDate, transfers: part.transfers, paidAt: nil, writtenOff: part.amount, heldUntil: nil)
    }

    @Test func `the rest changes in a position that is partly paid, also expired, and in no other`() throws {
        let held = Sample.now.adding(seconds: 90)
        let rows: [(String, Position, RestObstacle?)] = [
            ("partly paid", try partlyPaid(), nil),
            ("partly paid, expired", try partlyPaid(due: "2026-11-01"), nil),
            ("in payment", try partlyPaid(heldUntil: held), .paymentInProgress(secondsLeft: 90)),
            (
                "under review", try partlyPaid(reviewReasons: [.amountMismatch]), .underReview([.amountMismatch])
            ),
            ("paid twice", try partlyPaid(reviewReasons: [.alreadyPaid]), nil),
            ("draft", try Sample.position([Sample.installment(1)], .draft), .status(.draft)),
            ("open", try Sample.position([Sample.installment(1)], .open), .status(.open)),
            ("expired", try Sample.position([Sample.installment(1, due: "2026-11-01")], .open), .status(.expired)),
            ("paid", try Sample.position([Sample.installment(1, isPaid: true)], .paid), .status(.paid)),
            ("cancelled", try Sample.position([Sample.installment(1)], .cancelled), .status(.cancelled)),
        ]
        for (name, position, obstacle) in rows {
            #expect(position.obstacleToChangingRest(now: Sample.now) == obstacle, "\(name)")
        }
    }

    @Test func `a write-off is undone in a position that is partly paid or paid, and in no other`() throws {
        let held = Sample.now.adding(seconds: 90)
        let rows: [(String, Position, RestObstacle?)] = [
            ("partly paid", try partlyPaid(), nil),
            ("partly paid, expired", try partlyPaid(due: "2026-11-01"), nil),
            ("in payment", try partlyPaid(heldUntil: held), .paymentInProgress(secondsLeft: 90)),
            (
                "money under review", try partlyPaid(reviewReasons: [.positionCancelled]),
                .underReview([.positionCancelled])
            ),
            ("paid twice", try partlyPaid(reviewReasons: [.alreadyPaid]), nil),
            ("paid", try Sample.position([Sample.installment(1, isPaid: true)], .paid), nil),
            ("draft", try Sample.position([Sample.installment(1)], .draft), .status(.draft)),
            ("open", try Sample.position([Sample.installment(1)], .open), .status(.open)),
            ("cancelled", try Sample.position([Sample.installment(1)], .cancelled), .status(.cancelled)),
        ]
        for (name, position, obstacle) in rows {
            #expect(position.obstacleToUndoingWriteOff(now: Sample.now) == obstacle, "\(name)")
        }
    }

    @Test func `only owed installments are written off, each once`() throws {
        let position = try partlyPaid()
        #expect(try position.owed(nil).map(\.number) == [2, 3])
        #expect(try position.owed([3]).map(\.number) == [3])
        for (numbers, fault) in [
            ([1], Fault("/installments/0", .unknownReference, "is not an installment that is owed")),
            ([2, 9], Fault("/installments/1", .unknownReference, "is not an installment that is owed")),
            ([3, 3], Fault("/installments/1", .duplicate, "is listed twice")),
        ] {
            #expect(throws: fault) { try position.owed(numbers) }
        }
        #expect(position.event(writingOff: try position.owed(nil)) == .fullyWrittenOff)
        #expect(position.event(writingOff: try position.owed([2])) == .partWrittenOff)
    }

    @Test func `an installment that is written off is neither owed nor paid`() throws {
        let parts = try partlyPaid().installments
        let position = try Sample.position([parts[0], parts[1], writtenOff(parts[2])], .partiallyPaid)
        let part = position.installments[2]
        #expect(position.status(of: part, today: try CalendarDate("2027-05-01")) == .writtenOff)
        #expect(position.disabledCode(of: part, now: Sample.now) == .writtenOff)
        #expect((position.paidCents, position.writtenOffCents, position.residualCents) == (5_980, 990, 3_000))
        #expect(position.event(paying: parts[1].id) == .fullyPaid)
        #expect(position.event(voiding: parts[0].id) == .partVoided)
        #expect(try position.installment(matching: nil).number == 2)
        let money = Settlement.of(
            .executed, part.amount, paidAt: Sample.now, transfers: [], position: position, installment: part,
            share: nil, startedAt: nil, creditorIsKnown: true)
        #expect(money == .anomaly(.positionCancelled))
    }

    @Test(
        arguments: [
            ([(2, 3_000), (3, 990)], []), ([(2, 3_990)], ["/installments mismatch"]),
            ([(2, 2_000), (3, 990), (nil, 1_000)], []),
            ([(2, 3_000), (3, 991)], ["/installments sum_mismatch"]),
            (
                [(1, 5_980), (2, 3_000), (3, 990)],
                ["/installments/0/number unknown_reference", "/installments sum_mismatch"]
            ),
            ([(2, 3_000), (2, 990)], ["/installments/1/number duplicate", "/installments mismatch"]),
            ([(2, 3_000), (3, 932)] + Array(repeating: (nil, 1), count: 58), ["/installments too_many"]),
        ] as [([(Int?, Int64)], [String])])
    func `a plan lists every owed installment and keeps their sum`(parts: [(Int?, Int64)], faults: [String]) throws {
        let plan = try parts.map {
            RestPart(number: $0.0, amount: try Amount(cents: $0.1), dueDate: try CalendarDate("2027-01-31"))
        }
        #expect(try partlyPaid().faults(ofRest: plan).map { "\($0.pointer) \($0.code.rawValue)" } == faults)
    }

    @Test func `a plan changes days and amounts of what is owed, and adds installments`() throws {
        let old = try partlyPaid()
        let day = try CalendarDate("2027-01-31")
        let source = InstallmentSource(
            creditor: try Sample.creditor(), debtType: try Sample.debtType(), account: try IBAN(Sample.bank),
            notices: [try Sample.notice(900)])
        let parts = [
            RestPart(
                number: 2, amount: try Amount(cents: 2_000), dueDate: day, validUntil: try CalendarDate("2027-03-01")),
            RestPart(number: 3, amount: try Amount(cents: 990), dueDate: day),
            RestPart(number: nil, amount: try Amount(cents: 1_000), dueDate: day),
        ]

        let id: Identifier<Installment> = try Identifier("0199c0de-0000-7000-8000-000000000199")
        let new = try old.planningRest(as: parts, from: source, at: Sample.now) { id }

        #expect(new.installments.map(\.amount.cents) == [5_980, 2_000, 990, 1_000])
        #expect(new.installments[0] == old.installments[0])
        #expect(new.installments.prefix(3).map(\.noticeNumber) == old.installments.map(\.noticeNumber))
        #expect(new.installments[1].transfers.map(\.amount.cents) == [2_000])
        #expect(new.installments[2].transfers == old.installments[2].transfers)
        #expect(new.installments[3].noticeNumber == (try Sample.notice(900)) && new.installments[3].isIUVGenerated)
        #expect((new.totalCents, new.residualCents, new.version) == (old.totalCents, 3_990, old.version + 1))
        #expect(new.payableUntil == day)
    }
}

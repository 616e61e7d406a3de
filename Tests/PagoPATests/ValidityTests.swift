import PagoPA
import Testing

/// The days on which an installment can be paid, and the reasons why it cannot.
@Suite struct ValidityTests {
    private static func noon(of day: CalendarDate) -> Instant { day.romeStart.adding(seconds: 43_200) }
    private static func day(_ days: Int) -> CalendarDate { CalendarDate(epochDays: Given.day.epochDays + days) }

    private func position(
        _ state: PositionState = .open, late: Bool, validUntil: Int?, isHeld: Bool = false,
        isAlternativeHeld: Bool = false,
        reasons: [AnomalyKind] = []
    ) throws -> Position {
        try Given.position(
            state,
            [
                Given.installment(
                    validUntil: validUntil.map(Self.day), paidAt: state == .paid ? Given.now : nil,
                    heldUntil: isHeld ? Given.now : nil)
            ], payableAfterDue: late, reviewReasons: reasons, alternativeHeldUntil: isAlternativeHeld ? Given.now : nil)
    }

    /// Days after the due date: the last day of payment, and the reason on the day after it.
    @Test(
        arguments: [
            (false, nil, 0, .overdue), (false, 5, 0, .overdue), (true, 0, 0, .validityEnded),
            (true, 5, 5, .validityEnded),
            (true, nil, nil, nil),
        ] as [(Bool, Int?, Int?, DisabledCode?)])
    func `an installment expires after its due date or its validity`(
        late: Bool, validUntil: Int?, lastDay: Int?, reason: DisabledCode?
    ) throws {
        let position = try position(late: late, validUntil: validUntil)
        let part = try #require(position.installments.first)
        #expect(position.payableUntil == lastDay.map(Self.day))
        let last = Self.day(lastDay ?? 1_000)
        #expect(position.disabledCode(of: part, now: Self.noon(of: last)) == nil)
        #expect(position.status(today: last) == .open)
        guard let lastDay else { return }
        let after = Self.day(lastDay + 1)
        #expect(position.disabledCode(of: part, now: Self.noon(of: after)) == reason)
        #expect(position.status(of: part, today: after) == .expired && position.status(today: after) == .expired)
        #expect(position.obstacle(paying: part, on: after, now: Given.now) == .status(.expired))
    }

    @Test func `a position can be paid until the last day of its owed installments`() throws {
        let parts = [
            try Given.installment(1, validUntil: Self.day(3)), try Given.installment(2, validUntil: Self.day(9)),
            try Given.installment(3, paidAt: Given.now),
        ]
        #expect(try Given.position(.partiallyPaid, parts, payableAfterDue: true).payableUntil == Self.day(9))
        let open = try parts.dropLast() + [Given.installment(3)]
        #expect(try Given.position(.open, Array(open), payableAfterDue: true).payableUntil == nil)
    }

    @Test func `every reason but a suspension and a write-off occurs`() throws {
        var seen: Set<DisabledCode> = []
        for state in PositionState.allCases {
            for (isHeld, isAlternativeHeld) in [(false, false), (true, false), (false, true), (true, true)] {
                for reasons: [AnomalyKind] in [[], [.amountMismatch]] {
                    for (late, end, days) in [(true, nil, 0), (true, 1, 2), (false, nil, 1)] as [(Bool, Int?, Int)] {
                        let position = try position(
                            state, late: late, validUntil: end, isHeld: isHeld, isAlternativeHeld: isAlternativeHeld,
                            reasons: reasons)
                        let part = try #require(position.installments.first)
                        let now = Self.noon(of: Self.day(days))
                        let code = position.disabledCode(of: part, now: now)
                        let obstacle = position.obstacle(paying: part, on: Self.day(days), now: now)
                        #expect((code == nil) == (obstacle == nil))
                        if let code { seen.insert(code) }
                    }
                }
            }
        }
        #expect(seen == Set(DisabledCode.allCases.filter { $0 != .suspended && $0 != .writtenOff }))
    }

    @Test func `a validity that ends before the due date is a violation, and a validity is content`() throws {
        func draft(_ end: CalendarDate?) throws -> PositionDraft {
            PositionDraft(
                creditor: Given.comune, externalID: "1", debtTypeKey: "mensa",
                document: Document(year: 2026, number: "1"),
                description: "Mensa", debtor: try Given.debtor(), lines: [],
                installments: [
                    InstallmentDraft(
                        amount: Given.amount(5_980), dueDate: Given.day, validUntil: end, iuv: nil, noticeNumber: nil,
                        transfers: [])
                ], metadata: [:], isDraft: false)
        }
        #expect(
            try draft(Self.day(-1)).faults().map { "\($0.pointer) \($0.code)" }
                == ["/installments/0/valid_until mismatch"])
        #expect(try draft(Self.day(0)).faults().isEmpty)
        #expect(try draft(Self.day(1)).meaning != draft(nil).meaning)
        let stored = try position(late: true, validUntil: 1)
        #expect(try draft(Self.day(1)).isContent(of: stored) && !draft(nil).isContent(of: stored))
    }

    @Test func `a payment after the due date is marked as late`() throws {
        let due = Given.day.romeStart
        #expect(try !Given.installment(paidAt: due.adding(seconds: 86_399)).isPaidLate)
        #expect(try Given.installment(paidAt: due.adding(seconds: 86_400)).isPaidLate)
        #expect(try !Given.installment().isPaidLate)
    }
}

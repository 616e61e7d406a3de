import PagoPA
import TestSupport
import Testing

/// The decision table as a function of generated positions and RTs, and the accounts that follow from it.
@Suite struct SettlementLedgerTests {
    private static func pick<T>(_ list: [T], _ random: inout SeededRandom) -> T {
        list[Int.random(in: 0..<list.count, using: &random)]
    }

    private static func installment(_ number: Int, _ random: inout SeededRandom) throws -> Installment {
        let cents = pick([1, 100, 5_980, 6_000], &random) as Int64
        let other = Int64.random(in: 0...cents, using: &random)
        let split = try [Given.transfer(cents - other), Given.transfer(other, to: Given.provincia)]
        return try Given.installment(
            number, cents: cents, due: CalendarDate(epochDays: Given.day.epochDays + pick([-3, 0, 30], &random)),
            transfers: pick([[], split], &random), paidAt: pick([nil, nil, Given.now], &random))
    }

    private static func position(_ random: inout SeededRandom) throws -> Position {
        let installments = try (1...Int.random(in: 1...4, using: &random)).map { try installment($0, &random) }
        return try Given.position(
            pick(PositionState.allCases + [.open, .open, .partiallyPaid], &random), installments,
            payableAfterDue: Bool.random(using: &random))
    }

    private static func rt(of installment: Installment, _ random: inout SeededRandom) throws -> RT {
        var parts = RTParts()
        parts.outcome = pick(RTOutcome.allCases + [.executed, .executed], &random)
        parts.iuv = installment.iuv.value
        parts.cents = pick([installment.amount.cents, installment.amount.cents, 0, 1, 5_980], &random)
        let right = installment.transfers.map { RTParts.RTTransferParts(creditor: $0.creditor, cents: $0.amount.cents) }
        parts.transfers = pick([[], right, [.init(cents: parts.cents)]], &random)
        parts.paidAt = Given.now.adding(seconds: pick([-86_400, 0, 200_000], &random))
        parts.notes = pick([[], [], [], [RTNote("/transfers", .contradictsMoney, "add up to 1 cents")]], &random)
        return try parts.rt()
    }

    private static func sums(_ transfers: [(OrganizationTaxCode, Int64)]) -> [OrganizationTaxCode: Int64] {
        transfers.reduce(into: [:]) { sums, part in
            if part.1 != 0 { sums[part.0, default: 0] += part.1 }
        }
    }

    @Test func `only an undoubted payment of the whole amount to the right bodies in time settles`() throws {
        var random = SeededRandom(seed: 81)
        var seen: [Disposition: Int] = [:]
        for _ in 0..<2_500 {
            let position = try Self.position(&random)
            let installment = Self.pick(position.installments, &random)
            let rt = try Self.rt(of: installment, &random)
            let startedAt = Self.pick([nil, Given.now.adding(seconds: -90_000)], &random)
            let decided = Settlement.of(
                rt, position: position, installment: installment, share: nil, startedAt: startedAt,
                creditorIsKnown: true)
            seen[decided.disposition, default: 0] += 1

            let told = Self.sums(rt.transfers.map { ($0.creditor, $0.amount.cents) })
            let owed = Self.sums(installment.transfers.map { ($0.creditor, $0.amount.cents) })
            // Transfers that do not add up to the debt contradict the amount; the reader notes that.
            let addsUp = rt.transfers.map(\.amount.cents).reduce(0, +) == installment.amount.cents
            let isRightBody = rt.transfers.isEmpty || installment.transfers.isEmpty || !addsUp || told == owed
            let begun = CalendarDate(romeDayOf: min(startedAt ?? rt.paidAt, rt.paidAt))
            let fits =
                rt.outcome == .executed && rt.amount == installment.amount && installment.paidAt == nil
                && position.state != .draft && position.state != .cancelled && rt.notes.isEmpty && isRightBody
                && (position.payableAfterDue || begun <= installment.dueDate)
            #expect((decided == .settled) == fits, "\(decided) \(position) \(rt)")
            switch decided.disposition {
            case .settled: #expect(decided.anomaly == nil && decided.itemOutcome == .paid)
            case .anomaly:
                #expect(rt.outcome.movedMoney && decided.anomaly != nil && decided.itemOutcome == .paid)
            case .recorded:
                #expect(!rt.outcome.movedMoney && decided.itemOutcome != .paid)
                #expect(decided.anomaly == (rt.notes.isEmpty ? nil : .contradictoryRT))
            case .quarantined, .voided: Issue.record("\(decided)")
            }
            #expect(decided.anomaly.map { !$0.isQuarantine } ?? true)
        }
        #expect(seen.count == 3 && seen.values.allSatisfy { $0 > 50 }, "\(seen)")
    }

    @Test func `a contradiction about money hides no other reason, and settles nothing`() throws {
        var random = SeededRandom(seed: 82)
        for _ in 0..<800 {
            let position = try Self.position(&random)
            let installment = Self.pick(position.installments, &random)
            let rt = try Self.rt(of: installment, &random)
            func decide(_ contradicts: Bool) -> Settlement {
                Settlement.of(
                    rt.outcome, rt.amount, paidAt: rt.paidAt, transfers: rt.transfers, position: position,
                    installment: installment, share: nil, startedAt: nil, creditorIsKnown: true,
                    contradictsItself: contradicts)
            }
            let (plain, doubted) = (decide(false), decide(true))
            #expect(doubted.disposition != .settled)
            #expect(doubted.anomaly == plain.anomaly ?? .contradictoryRT)
        }
    }

    @Test func `money without an installment is a copy of a share, or in quarantine until a position has it`() throws {
        for outcome in RTOutcome.allCases {
            for (whole, part) in [(5_980, 1_000), (5_980, 5_980)] as [(Int64, Int64)] {
                for cents in [0, 1, 1_000, 5_980, 6_980] as [Int64] {
                    for share in [
                        nil, Share(installment: try Given.id(1), whole: Given.amount(whole), part: Given.amount(part)),
                    ] {
                        var parts = RTParts()
                        (parts.outcome, parts.cents) = (outcome, cents)
                        let decided = Settlement.of(
                            try parts.rt(), position: nil, installment: nil, share: share, startedAt: nil,
                            creditorIsKnown: true)
                        #expect(decided.itemOutcome == nil && decided.disposition != .settled)
                        let isCopy = share != nil && outcome == .executed && (cents == whole || cents == part)
                        let expected: Disposition =
                            !outcome.movedMoney || isCopy ? .recorded : share == nil ? .quarantined : .anomaly
                        #expect(decided.disposition == expected, "\(outcome) \(cents)")
                    }
                }
            }
        }
    }

    /// A position with what happened to it.
    private struct TestData {
        var position: Position
        /// The money of receipts that pay an installment, by its id.
        var settled: [Identifier<Installment>: Int64] = [:]
        var unsettled: Int64 = 0
        var received: Int64 = 0

        mutating func set(_ id: Identifier<Installment>, paidAt: Instant?, _ event: PositionEvent) throws {
            let state = try #require(position.state.after(event, wasPublished: true), "\(position.state) \(event)")
            let installments = position.installments.map { one in
                one.id != id
                    ? one
                    : Installment(
                        id: one.id, number: one.number, iuv: one.iuv, noticeNumber: one.noticeNumber,
                        amount: one.amount, dueDate: one.dueDate, transfers: one.transfers, paidAt: paidAt,
                        heldUntil: nil)
            }
            position = try Given.position(state, installments, payableAfterDue: position.payableAfterDue)
        }
    }

    @Test func `over any sequence of RTs and voids no money is counted twice and none is lost`() throws {
        var random = SeededRandom(seed: 83)
        var paidPositions = 0
        for _ in 0..<200 {
            let installments = try (1...Int.random(in: 1...4, using: &random)).map {
                try Given.installment($0, cents: Int64.random(in: 1...9_999, using: &random))
            }
            var ledger = TestData(position: try Given.position(.open, installments, payableAfterDue: true))
            for _ in 0..<12 {
                let installment = Self.pick(ledger.position.installments, &random)
                if installment.paidAt != nil, Int.random(in: 0..<5, using: &random) == 0 {
                    let event = ledger.position.event(voiding: installment.id)
                    try ledger.set(installment.id, paidAt: nil, event)
                    ledger.received -= ledger.settled.removeValue(forKey: installment.id) ?? 0
                    continue
                }
                let rt = try Self.rt(of: installment, &random)
                let decided = Settlement.of(
                    rt, position: ledger.position, installment: installment, share: nil, startedAt: nil,
                    creditorIsKnown: true)
                if rt.outcome.movedMoney { ledger.received += rt.amount.cents }
                if decided == .settled {
                    let event = ledger.position.event(paying: installment.id)
                    try ledger.set(installment.id, paidAt: rt.paidAt, event)
                    #expect(ledger.settled.updateValue(rt.amount.cents, forKey: installment.id) == nil)
                } else if rt.outcome.movedMoney {
                    ledger.unsettled += rt.amount.cents
                }
                let position = ledger.position
                #expect(position.paidCents == ledger.settled.values.reduce(0, +))
                #expect(ledger.received == position.paidCents + ledger.unsettled)
                #expect(position.paidCents + position.residualCents == position.totalCents)
                #expect((0...position.totalCents).contains(position.paidCents))
                let paid = position.installments.count { $0.paidAt != nil }
                let state: PositionState =
                    paid == 0 ? .open : paid == position.installments.count ? .paid : .partiallyPaid
                #expect(position.state == state)
            }
            if ledger.position.state == .paid { paidPositions += 1 }
        }
        #expect(paidPositions > 20)
    }
}

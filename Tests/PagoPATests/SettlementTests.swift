import PagoPA
import Testing

/// The rules of docs/settlement.md one by one, then every combination.
@Suite struct SettlementTests {
    private static let due = "2026-10-10"

    private func installment(paid: Bool = false, cents: Int64 = 5_980, due: String = due) throws -> Installment {
        Installment(
            id: try Identifier("0199c0de-0000-7000-8000-000000000003"), number: 1, iuv: try IUV("02260618143027134"),
            noticeNumber: try NoticeNumber("302260618143027134"), amount: try Amount(cents: cents),
            dueDate: try CalendarDate(due), transfers: [],
            paidAt: paid ? try Instant(rfc3339: "2026-10-01T10:00:00Z") : nil, heldUntil: nil)
    }

    private func position(
        _ state: PositionState, payableAfterDue: Bool = false, installment: Installment
    ) throws -> Position {
        let day = try Instant(rfc3339: "2026-09-01T10:00:00Z")
        return Position(
            id: try Identifier("0199c0de-0000-7000-8000-000000000002"),
            creditor: try OrganizationTaxCode("12345678903"), externalID: "1", debtTypeKey: "mensa",
            payableAfterDue: payableAfterDue, document: Document(year: 2026, number: "1"), description: "Mensa",
            debtor: Debtor(
                kind: .person, taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Mario Rossi", email: nil,
                address: nil), lines: [], installments: [installment], metadata: [:], state: state, version: 1,
            createdAt: day, updatedAt: day, publishedAt: day, cancelledAt: nil)
    }

    private func rt(
        _ outcome: RTOutcome = .executed, cents: Int64 = 5_980, paidAt: String = "2026-10-09T10:00:00Z",
        notes: [RTNote] = []
    ) throws -> RT {
        RT(
            receiptID: "R1", outcome: outcome, creditor: try OrganizationTaxCode("12345678903"),
            iuv: try IUV("02260618143027134"), noticeNumber: nil, paymentContext: nil, attempt: nil,
            amount: try Amount(cents: cents), fee: nil,
            psp: RTPSP(id: try PSPID("ABCDITMM"), businessName: "Banca Alfa", taxCode: nil, channel: nil), method: nil,
            paidAt: try Instant(rfc3339: paidAt), transfers: [], payer: nil, debtor: nil, failureReason: nil,
            notes: notes)
    }

    @Test func `an RT with contradictory amounts settles nothing, and other anomalies come first`()
        throws
    {
        let odd = [RTNote("/transfers", .contradictsMoney, "add up to 1 cents")]
        #expect(try decide(rt(notes: [RTNote("/standin", .unknownMember, "is not known")])) == .settled)
        let decided = try decide(rt(notes: odd))
        #expect(decided.disposition == .anomaly && decided.anomaly == .contradictoryRT && decided.itemOutcome == .paid)
        #expect(try decide(rt(cents: 1, notes: odd)).anomaly == .amountMismatch)
        #expect(try decide(rt(notes: odd), .paid, paid: true).anomaly == .alreadyPaid)
        let refused = try decide(rt(.notExecuted, cents: 0, notes: odd))
        #expect(refused.disposition == .recorded && refused.anomaly == .contradictoryRT && refused.itemOutcome == nil)
        let lost = Settlement.of(
            try rt(notes: odd), position: nil, installment: nil, share: nil, startedAt: nil, creditorIsKnown: true)
        #expect(lost == .quarantined(.unknownIUV))
    }

    private func decide(
        _ rt: RT, _ state: PositionState = .open, paid: Bool = false, late: Bool = false, startedAt: String? = nil,
        due: String = due
    ) throws -> Settlement {
        let installment = try installment(paid: paid, due: due)
        return Settlement.of(
            rt, position: try position(state, payableAfterDue: late, installment: installment),
            installment: installment, share: nil, startedAt: try startedAt.map { try Instant(rfc3339: $0) },
            creditorIsKnown: true)
    }

    @Test func `the right amount in time settles`() throws {
        #expect(try decide(rt()) == .settled)
        #expect(try decide(rt(), .partiallyPaid) == .settled)
    }

    @Test func `a negative RT is recorded, before a payment and after it`() throws {
        for outcome in [RTOutcome.notExecuted, .timePassed] {
            for paid in [false, true] {
                let decided = try decide(rt(outcome, cents: 0), paid ? .paid : .open, paid: paid)
                #expect(decided.disposition == .recorded)
                #expect(decided.itemOutcome == .failed)
            }
        }
    }

    @Test func `an RT that does not match is stored with its reason`() throws {
        #expect(try decide(rt(), .paid, paid: true).anomaly == .alreadyPaid)
        #expect(try decide(rt(cents: 5_979)).anomaly == .amountMismatch)
        #expect(try decide(rt(cents: 5_981)).anomaly == .amountMismatch)
        #expect(try decide(rt(.partlyExecuted)).anomaly == .partialPayment)
        #expect(try decide(rt(.timePassedPartlyExecuted)).anomaly == .partialPayment)
        #expect(try decide(rt(), .cancelled).anomaly == .positionCancelled)
        #expect(try decide(rt(), .draft).anomaly == .positionDraft)
    }

    @Test func `late is after the due day in Rome, unless the debt may be paid late or the payment began in time`()
        throws
    {
        // 21:59:59 UTC is 23:59:59 in Rome in October.
        #expect(try decide(rt(paidAt: "2026-10-10T21:59:59Z")) == .settled)
        let late = try rt(paidAt: "2026-10-10T22:00:00Z")
        #expect(try decide(late).anomaly == .positionExpired)
        #expect(try decide(late, late: true) == .settled)
        #expect(try decide(late, startedAt: "2026-10-10T21:50:00Z") == .settled)
    }

    @Test(arguments: [
        // Spring and autumn days of 23 and 25 hours, the last day of the year, and a leap day.
        ("2026-03-29", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"),
        ("2026-03-28", "2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z"),
        ("2026-10-25", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"),
        ("2026-10-24", "2026-10-24T21:59:59Z", "2026-10-24T22:00:00Z"),
        ("2026-12-31", "2026-12-31T22:59:59Z", "2026-12-31T23:00:00Z"),
        ("2028-02-29", "2028-02-29T22:59:59Z", "2028-02-29T23:00:00Z"),
        ("2027-02-28", "2027-02-28T22:59:59Z", "2027-02-28T23:00:00Z"),
    ])
    func `the due day ends at midnight in Rome, on days of 23 and 25 hours and in leap years too`(
        dueDate: String, inTime: String, late: String
    ) throws {
        #expect(try decide(rt(paidAt: inTime), due: dueDate) == .settled)
        #expect(try decide(rt(paidAt: late), due: dueDate).anomaly == .positionExpired)
        #expect(try CalendarDate(dueDate).romeStart <= Instant(rfc3339: inTime))
        #expect(try CalendarDate(epochDays: CalendarDate(dueDate).epochDays + 1).romeStart == Instant(rfc3339: late))
    }

    @Test func `an RT for an unknown IUV is quarantined if money moved, and recorded otherwise`() throws {
        for known in [true, false] {
            let decided = Settlement.of(
                try rt(), position: nil, installment: nil, share: nil, startedAt: nil, creditorIsKnown: known)
            #expect(decided == .quarantined(known ? .unknownIUV : .unknownCreditor))
            let refused = Settlement.of(
                try rt(.notExecuted, cents: 0), position: nil, installment: nil, share: nil, startedAt: nil,
                creditorIsKnown: known)
            #expect(refused.disposition == .recorded)
        }
    }

    @Test func `money for creditors that the debt does not name, or in other parts, is an anomaly`() throws {
        let (own, other) = (try OrganizationTaxCode("12345678903"), try OrganizationTaxCode("01199250158"))
        let foreign = try OrganizationTaxCode("15376371009")
        let iban = try IBAN("IT60X0542811101000000123456")
        let owed = try [(own, 4_980), (other, 1_000)].map { creditor, cents in
            Transfer(
                creditor: creditor, iban: iban, amount: try Amount(cents: Int64(cents)),
                taxonomyCode: try TaxonomyCode("9/0101002IM/"), remittance: "")
        }
        let plain = try installment()
        let shared = Installment(
            id: plain.id, number: 1, iuv: plain.iuv, noticeNumber: plain.noticeNumber, amount: plain.amount,
            dueDate: plain.dueDate, transfers: owed, paidAt: nil, heldUntil: nil)
        let cases: [(parts: [(OrganizationTaxCode, Int64)], fits: Bool)] = [
            ([(own, 4_980), (other, 1_000)], true), ([(other, 1_000), (own, 4_980)], true),
            // One creditor's share in two transfers, and a transfer of zero.
            ([(own, 4_000), (other, 1_000), (own, 980)], true), ([(own, 4_980), (other, 1_000), (foreign, 0)], true),
            // An RT without transfers has no other amounts.
            ([], true), ([(own, 5_980)], false), ([(own, 4_979), (other, 1_001)], false),
            ([(own, 4_980), (foreign, 1_000)], false), ([(foreign, 5_980)], false),
        ]
        for (parts, fits) in cases {
            let transfers = try parts.enumerated().map { index, part in
                RTTransfer(
                    index: index + 1, creditor: part.0, iban: nil, amount: try Amount(cents: part.1), remittance: nil)
            }
            let decided = Settlement.of(
                .executed, shared.amount, paidAt: try Instant(rfc3339: "2026-10-09T10:00:00Z"), transfers: transfers,
                position: try position(.open, installment: shared), installment: shared, share: nil, startedAt: nil,
                creditorIsKnown: true)
            #expect(decided == (fits ? .settled : .anomaly(.unexpectedBeneficiary)), "\(parts)")
        }
    }

    private func copy(_ outcome: RTOutcome, cents: Int64, creditorIsKnown: Bool = true) throws -> Settlement {
        let share = Share(
            installment: try Identifier("0199c0de-0000-7000-8000-000000000003"), whole: try Amount(cents: 5_980),
            part: try Amount(cents: 1_000))
        return Settlement.of(
            try rt(outcome, cents: cents), position: nil, installment: nil, share: share, startedAt: nil,
            creditorIsKnown: creditorIsKnown)
    }

    @Test func `the copy for a further beneficiary is recorded and settles nothing`() throws {
        for known in [true, false] {
            for cents in [5_980, 1_000] as [Int64] {
                let decided = try copy(.executed, cents: cents, creditorIsKnown: known)
                #expect(decided.disposition == .recorded && decided.anomaly == nil && decided.itemOutcome == nil)
            }
            for cents in [1, 999, 4_980, 5_981] as [Int64] {
                let decided = try copy(.executed, cents: cents, creditorIsKnown: known)
                #expect(
                    decided.disposition == .anomaly && decided.anomaly == .amountMismatch && decided.itemOutcome == nil)
            }
            for outcome in [RTOutcome.partlyExecuted, .timePassedPartlyExecuted] {
                let decided = try copy(outcome, cents: 1_000, creditorIsKnown: known)
                #expect(
                    decided.disposition == .anomaly && decided.anomaly == .partialPayment && decided.itemOutcome == nil)
            }
            for outcome in [RTOutcome.notExecuted, .timePassed] {
                #expect(try copy(outcome, cents: 0, creditorIsKnown: known).disposition == .recorded)
            }
        }
    }

    @Test func `a creditor's own installment comes before a share of another's`() throws {
        let installment = try installment()
        let share = Share(installment: installment.id, whole: installment.amount, part: try Amount(cents: 1))
        let decided = Settlement.of(
            try rt(), position: try position(.open, installment: installment), installment: installment, share: share,
            startedAt: nil, creditorIsKnown: true)
        #expect(decided == .settled)
    }

    @Test func `every combination has a result, and only matching money settles`() throws {
        for outcome in RTOutcome.allCases {
            for state in PositionState.allCases {
                for paid in [false, true] {
                    for cents in [0, 1, 5_980, 6_000] as [Int64] {
                        for late in [false, true] {
                            let decided = try decide(rt(outcome, cents: cents), state, paid: paid, late: late)
                            let fits =
                                outcome == .executed && !paid && cents == 5_980 && state != .draft
                                && state != .cancelled
                            #expect((decided.disposition == .settled) == fits)
                            #expect((decided.anomaly == nil) == (fits || !outcome.movedMoney))
                        }
                    }
                }
            }
        }
    }
}

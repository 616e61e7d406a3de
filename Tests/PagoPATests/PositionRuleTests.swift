import Foundation
import PagoPA
import TestSupport
import Testing

/// What is owed, what can be paid, and what a creditor may ask for.
@Suite struct PositionRuleTests {
    private static let today = Given.day
    private static let yesterday = CalendarDate(epochDays: Given.day.epochDays - 1)
    private static let tomorrow = CalendarDate(epochDays: Given.day.epochDays + 1)

    @Test func `an installment can be paid exactly if its position is open, in time, free and not under review`() throws
    {
        for state in PositionState.allCases {
            for due in [Self.yesterday, Self.today, Self.tomorrow] {
                for (isPaid, isLateAllowed, isHeld, isAlternativeHeld) in Self.flags {
                    for reasons: [AnomalyKind] in [
                        [], [.alreadyPaid], [.amountMismatch], [.alreadyPaid, .receiptConflict],
                    ] {
                        let installment = try Given.installment(
                            due: due, paidAt: isPaid ? Given.now : nil, heldUntil: isHeld ? Given.now : nil)
                        let position = try Given.position(
                            state, [installment], payableAfterDue: isLateAllowed, reviewReasons: reasons,
                            alternativeHeldUntil: isAlternativeHeld ? Given.now : nil)
                        let isLate = due < Self.today && !isLateAllowed
                        let status = position.status(of: installment, today: Self.today)
                        let expected: InstallmentStatus =
                            isPaid
                            ? .paid
                            : state == .draft
                                ? .draft
                                : state == .cancelled
                                    ? .cancelled
                                    : isLate ? .expired : .open
                        #expect(status == expected, "\(state) \(due)")
                        let isBlocked = reasons.contains { $0 != .alreadyPaid }
                        let isPayable = expected == .open && !isHeld && !isAlternativeHeld && !isBlocked
                        let code = position.disabledCode(of: installment, now: Given.now.adding(seconds: 86_400))
                        #expect((code == nil) == isPayable, "\(state) \(reasons)")
                    }
                }
            }
        }
    }

    private static let flags: [(Bool, Bool, Bool, Bool)] = (0..<16).map {
        ($0 & 1 != 0, $0 & 2 != 0, $0 & 4 != 0, $0 & 8 != 0)
    }

    @Test func `a position expires when the last day of an installment that is owed has passed`() throws {
        for (first, last, isLastPaid, expected) in [
            (Self.yesterday, Self.today, false, PositionStatus.open), (Self.yesterday, Self.today, true, .expired),
            (Self.yesterday, Self.yesterday, false, .expired), (Self.tomorrow, Self.yesterday, true, .open),
        ] {
            let installments = [
                try Given.installment(1, due: first),
                try Given.installment(2, due: last, paidAt: isLastPaid ? Given.now : nil),
            ]
            #expect(try Given.position(.open, installments).status(today: Self.today) == expected)
            #expect(try Given.position(.open, installments, payableAfterDue: true).status(today: Self.today) == .open)
            let partly = try Given.position(.partiallyPaid, installments).status(today: Self.today)
            #expect(partly == (expected == .open ? .partiallyPaid : .expired))
        }
        let paid = try Given.installment(due: Self.yesterday, paidAt: Given.now)
        #expect(try Given.position(.paid, [paid]).payableUntil == nil)
    }

    @Test func `paid, written off and owed add up to the total of every position`() throws {
        var random = SeededRandom(seed: 101)
        for _ in 0..<500 {
            let installments = try (1...Int.random(in: 1...6, using: &random)).map { number in
                let cents = Int64.random(in: 1...Amount.maximum.cents, using: &random)
                let isPaid = Bool.random(using: &random)
                let off = isPaid ? Int64.random(in: 0...cents, using: &random) : 0
                return try Given.installment(
                    number, cents: cents, paidAt: isPaid ? Given.now : nil, writtenOff: off)
            }
            let position = try Given.position(.partiallyPaid, installments)
            let owed = installments.filter { $0.paidAt == nil }.map(\.amount.cents).reduce(0, +)
            #expect(position.residualCents == owed)
            #expect(position.paidCents + position.writtenOffCents + owed == position.totalCents)
        }
    }

    // MARK: Drafts

    private static func draft(
        _ installments: [InstallmentDraft], lines: [PositionLine] = [], change: (inout DraftParts) -> Void = { _ in }
    ) throws -> PositionDraft {
        var parts = DraftParts()
        change(&parts)
        return PositionDraft(
            creditor: Given.comune, externalID: parts.externalID, debtTypeKey: parts.debtType,
            document: Document(year: parts.year, number: parts.number), description: parts.description,
            debtor: Debtor(
                kind: parts.kind, taxCode: try TaxCode(parts.taxCode), fullName: parts.name,
                email: try EmailAddress(parts.email),
                address: PostalAddress(
                    street: parts.street, civicNumber: parts.civicNumber, postalCode: parts.postalCode,
                    city: parts.city, province: parts.province, country: parts.country)),
            lines: lines, installments: installments, metadata: parts.metadata, isDraft: parts.isDraft,
            alternativeGroup: parts.group)
    }

    private struct DraftParts {
        var externalID = "1", debtType = "mensa", year = 2_026, number = "7", description = "Società di è"
        var kind = SubjectKind.person, taxCode = "RSSMRA80A01H501U", name = "Niccolò", email = "mario@example.org"
        var street = "Via Roma", civicNumber: String? = "1", postalCode = "00100", city = "Roma"
        var province: String? = "RM", country = "IT", metadata = ["a": "1", "b": "2"], isDraft = false
        var group: String?
    }

    private static func part(
        _ cents: Int64, iuv: IUV? = nil, notice: NoticeNumber? = nil, transfers: [Transfer] = [],
        due: CalendarDate = Given.day
    ) -> InstallmentDraft {
        InstallmentDraft(
            amount: Given.amount(cents), dueDate: due, iuv: iuv, noticeNumber: notice, transfers: transfers)
    }

    @Test func `sums that match have no fault, and a cent more or less in any of them is found where it is`() throws {
        var random = SeededRandom(seed: 102)
        for _ in 0..<300 {
            let shares = try (0..<Int.random(in: 1...4, using: &random)).map { _ in
                try (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    try Given.transfer(Int64.random(in: 1...9_999, using: &random))
                }
            }
            var installments = shares.map { transfers in
                Self.part(
                    transfers.isEmpty ? 5_980 : transfers.map(\.amount.cents).reduce(0, +), transfers: transfers)
            }
            let total = installments.map(\.amount.cents).reduce(0, +)
            let first = Int64.random(in: 0...total, using: &random)
            var lines = [first, total - first].map {
                PositionLine(description: "x", quantity: nil, amount: Given.amount($0))
            }
            #expect(try Self.draft(installments, lines: lines).faults() == [])
            #expect(try Self.draft(installments).faults() == [])

            let index = Int.random(in: 0..<installments.count, using: &random)
            let changed = installments[index]
            installments[index] = Self.part(changed.amount.cents + 1, transfers: changed.transfers)
            let expected = ["/lines"] + (changed.transfers.isEmpty ? [] : ["/installments/\(index)/transfers"])
            #expect(try Self.draft(installments, lines: lines).faults().map(\.pointer) == expected)
            installments[index] = changed
            lines[0] = PositionLine(description: "x", quantity: nil, amount: Given.amount(first + 1))
            let faults = try Self.draft(installments, lines: lines).faults()
            #expect(faults.map(\.pointer) == ["/lines"] && faults.map(\.code) == [.sumMismatch])
        }
    }

    @Test func `an installment of nothing and a number that is used twice are found`() throws {
        let (one, two) = (try Given.notice(1), try Given.notice(2))
        let faults = try Self.draft([
            Self.part(0), Self.part(1, notice: one), Self.part(1, iuv: two.iuv, notice: two),
            Self.part(1, notice: one), Self.part(1, iuv: two.iuv),
        ]).faults()
        #expect(
            faults.map(\.pointer) == [
                "/installments/0/amount_cents", "/installments/3/notice_number", "/installments/4/iuv",
            ])
        #expect(faults.map(\.code) == [.outOfRange, .duplicate, .duplicate])
    }

    @Test func `a number comes from the notice number or the IUV of the creditor, or the service makes one`() throws {
        let codes = NoticeCodes.aux3(segregationCode: "01")
        let (own, other) = (try Given.notice(1), try Given.notice(2))
        let foreign = try NoticeCodes.aux3(segregationCode: "02").notice(base: 1)
        func result(_ iuv: IUV?, _ notice: NoticeNumber?) -> Result<NoticeNumber?, Fault> {
            Self.part(1, iuv: iuv, notice: notice).noticeNumber(by: codes, at: "/p")
        }
        func pointer(_ iuv: IUV?, _ notice: NoticeNumber?) -> String? {
            guard case .failure(let fault) = result(iuv, notice) else { return nil }
            #expect(fault.code == .mismatch)
            return fault.pointer
        }
        #expect(result(nil, nil) == .success(nil))
        for iuv in [nil, own.iuv] { #expect(result(iuv, own) == .success(own)) }
        #expect(result(own.iuv, nil) == .success(own))
        #expect(pointer(other.iuv, own) == "/p/iuv" && pointer(nil, foreign) == "/p/notice_number")
        let reference = try IUV("RF18539007547034")
        #expect(pointer(foreign.iuv, nil) == "/p/iuv" && pointer(reference, nil) == "/p/iuv")
    }

    @Test func `a request that differs in any member is another request, and one that is spelled differently is not`()
        throws
    {
        let notice = try Given.notice(1)
        let transfer = try Given.transfer(100)
        let line = PositionLine(description: "x", quantity: 1, amount: Given.amount(100))
        let parts = [Self.part(100, notice: notice, transfers: [transfer])]
        let original = try Self.draft(parts, lines: [line]).meaning
        let changes: [(inout DraftParts) -> Void] = [
            { $0.externalID = "2" }, { $0.debtType = "multe" }, { $0.year = 2_025 }, { $0.number = "8" },
            { $0.description = "x" }, { $0.kind = .company }, { $0.taxCode = "12345678903" }, { $0.name = "x" },
            { $0.email = "a@b.it" }, { $0.street = "x" }, { $0.civicNumber = nil }, { $0.postalCode = "x" },
            { $0.city = "x" }, { $0.province = nil }, { $0.country = "DE" }, { $0.metadata["a"] = "2" },
            { $0.metadata["c"] = "" }, { $0.isDraft = true }, { $0.group = "g" },
        ]
        var meanings: Set<[UInt8]> = [original]
        for change in changes { meanings.insert(try Self.draft(parts, lines: [line], change: change).meaning) }
        let others: [([InstallmentDraft], [PositionLine])] = [
            (parts, []), (parts, [PositionLine(description: "x", quantity: nil, amount: line.amount)]),
            ([Self.part(100, transfers: [transfer])], [line]), ([Self.part(100, notice: notice)], [line]),
            ([Self.part(101, notice: notice, transfers: [transfer])], [line]),
            ([Self.part(100, notice: notice, transfers: [transfer], due: Self.tomorrow)], [line]),
            (parts + [Self.part(100)], [line]), (parts, [line, line]),
        ]
        for (installments, lines) in others { meanings.insert(try Self.draft(installments, lines: lines).meaning) }
        #expect(meanings.count == 1 + changes.count + others.count)

        let spelled = try Self.draft([Self.part(100, iuv: notice.iuv, transfers: [transfer])], lines: [line]) {
            $0.description = $0.description.decomposedStringWithCanonicalMapping
            $0.name = $0.name.decomposedStringWithCanonicalMapping
            ($0.email, $0.taxCode) = ("MARIO@example.ORG", "rssmra80a01h501u")
        }
        #expect(spelled.meaning == original)
    }
}

import PagoPA
import Testing

/// Whether a draft says what a stored position already says.
@Suite struct PositionComparisonTests {
    private func draft(
        _ parts: [InstallmentDraft], debtor: Debtor? = nil, lines: [PositionLine] = [],
        metadata: [String: String] = [:],
        description: String = "Mensa scolastica", group: String? = nil, key: String = "mensa", year: Int = 2026
    ) throws -> PositionDraft {
        PositionDraft(
            creditor: PositionSample.comune, externalID: "e", debtTypeKey: key,
            document: Document(year: year, number: "1"), description: description,
            debtor: try debtor ?? PositionSample.debtor(), lines: lines, installments: parts, metadata: metadata,
            isDraft: false, alternativeGroup: group)
    }

    @Test func `a draft without numbers and transfers has the content of the position, in every status`() throws {
        let part = try PositionSample.part(5_980)
        for state in PositionState.allCases {
            let position = try PositionSample.position([PositionSample.installment(1)], state)
            #expect(try draft([part]).isContent(of: position), "\(state)")
        }
    }

    @Test func `numbers and transfers that the draft contains must be the stored ones`() throws {
        let stored = try PositionSample.installment(1)
        let position = try PositionSample.position([stored])
        let other = try PositionSample.notice(9)
        let cases: [(InstallmentDraft, Bool)] = [
            (try PositionSample.part(5_980, notice: stored.noticeNumber), true),
            (try PositionSample.part(5_980, iuv: stored.iuv), true),
            (try PositionSample.part(5_980, notice: other), false),
            (try PositionSample.part(5_980, iuv: other.iuv), false),
            (try PositionSample.part(5_980, transfers: stored.transfers), true),
            (try PositionSample.part(5_980, transfers: [PositionSample.transfer(5_980, remittance: "y")]), false),
        ]
        for (part, isSame) in cases { #expect(try draft([part]).isContent(of: position) == isSame, "\(part)") }
    }

    @Test func `every other difference is a change`() throws {
        let position = try PositionSample.position([PositionSample.installment(1)])
        let part = try PositionSample.part(5_980)
        let line = PositionLine(description: "Pasti", quantity: 1, amount: try Amount(cents: 5_980))
        let renamed = Debtor(
            kind: .person, taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Mario Rossi", email: nil, address: nil)
        let different = [
            try draft([part, part]), try draft([PositionSample.part(5_981)]), try draft([part], debtor: renamed),
            try draft([part], lines: [line]), try draft([part], metadata: ["a": "b"]),
            try draft([part], description: "Nido"), try draft([part], group: "G"), try draft([part], key: "nido"),
            try draft([part], year: 2027),
        ]
        for draft in different { #expect(!draft.isContent(of: position), "\(draft)") }
    }

    @Test func `an address that was deleted from a closed position is no change, on an open one it is`() throws {
        let plain = try PositionSample.debtor()
        let reachable = Debtor(
            kind: plain.kind, taxCode: plain.taxCode, fullName: plain.fullName,
            email: try EmailAddress("mario@example.org"), address: nil)
        let part = try PositionSample.part(5_980)
        for (state, isSame) in [
            (PositionState.paid, true), (.cancelled, true), (.open, false), (.partiallyPaid, false), (.draft, false),
        ] {
            let position = try PositionSample.position([PositionSample.installment(1)], state)
            #expect(try draft([part], debtor: reachable).isContent(of: position) == isSame, "\(state)")
        }
    }
}

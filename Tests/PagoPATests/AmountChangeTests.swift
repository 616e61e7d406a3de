import PagoPA
import Testing

/// The present amount of an installment, which the creditor says when a payment starts.
@Suite struct AmountChangeTests {
    private static let later = Given.now.adding(seconds: 60)

    private func position(lines: [Int64] = [], transfers: [Transfer]? = nil, cents: Int64 = 5_980) throws -> Position {
        let part = try Given.installment(
            cents: cents, transfers: transfers ?? [Given.transfer(cents)])
        let plain = try Given.position(
            .open, [part, Given.installment(2, cents: 100, transfers: [Given.transfer(100)])])
        return Position(
            id: plain.id, creditor: plain.creditor, externalID: "1", debtTypeKey: "mensa", payableAfterDue: false,
            document: plain.document, description: "Mensa", debtor: plain.debtor,
            lines: lines.map { PositionLine(description: "Pasti", quantity: nil, amount: Given.amount($0)) },
            installments: plain.installments, metadata: [:], state: .open, version: 3, createdAt: Given.now,
            updatedAt: Given.now, publishedAt: Given.now, cancelledAt: nil)
    }

    private func changed(_ position: Position, to cents: Int64) throws -> Position? {
        position.changing(try Given.id(1), to: Given.amount(cents), at: Self.later)
    }

    @Test(
        arguments: [
            (6_280, [3_000, 3_080, 300]), (4_000, [3_000, 1_100]), (2_000, [2_100, 0]),
        ] as [(Int64, [Int64])])
    func `lines and installments have the same sum after a change`(cents: Int64, lines: [Int64]) throws {
        let new = try #require(try changed(position(lines: [3_000, 3_080]), to: cents))
        #expect(new.lines.map(\.amount.cents) == lines)
        #expect(Amount.cents(of: new.lines.map(\.amount)) == new.totalCents)
        #expect(new.installments.map(\.amount.cents) == [cents, 100] && new.version == 4)
        #expect(new.installments.first?.transfers.map(\.amount.cents) == [cents])
    }

    @Test func `the difference goes to the creditor's own transfer, whose text is written anew`() throws {
        let iuv = try Given.notice(1).iuv
        let own = Transfer(
            creditor: Given.comune, iban: Given.iban, amount: Given.amount(5_000),
            taxonomyCode: try TaxonomyCode("9/0101002IM/"),
            remittance: Remittance.text(iuv: iuv, amount: Given.amount(5_000), description: "Mensa"))
        let shared = try position(transfers: [Given.transfer(980, to: Given.provincia), own])
        let new = try #require(try changed(shared, to: 6_980))
        let transfers = try #require(new.installments.first?.transfers)
        #expect(transfers.map(\.amount.cents) == [980, 6_000])
        #expect(
            transfers.last?.remittance
                == Remittance.text(iuv: iuv, amount: Given.amount(6_000), description: "Mensa"))
        // The province's share cannot be reduced.
        #expect(try changed(shared, to: 980) == nil)
    }

    @Test func `an amount of zero, a paid installment and a total that is too large are not changed`() throws {
        #expect(try changed(position(), to: 0) == nil)
        #expect(try changed(position(), to: Amount.maximum.cents) == nil)
        let paid = try Given.position(
            .partiallyPaid, [Given.installment(transfers: [Given.transfer(5_980)], paidAt: Given.now)])
        #expect(try changed(paid, to: 100) == nil)
    }
}

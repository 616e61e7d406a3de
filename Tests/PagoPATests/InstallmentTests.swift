import PagoPA
import Testing

/// How the installments of a draft get numbers and transfers.
@Suite struct InstallmentTests {
    private func source(_ notices: [NoticeNumber] = [], account: String? = PositionSample.bank) throws
        -> InstallmentSource
    {
        InstallmentSource(
            creditor: try PositionSample.creditor(), debtType: try PositionSample.debtType(),
            account: try account.map { try IBAN($0) }, notices: notices)
    }

    /// The identifiers that the service would generate.
    private struct IDs {
        var count = 0

        mutating func next() -> Identifier<Installment> {
            count += 1
            return (try? Identifier("0199c0de-0000-7000-8000-0000000009\(count + 10)")) ?? next()
        }
    }

    @Test func `installments without a number get the next ones, in order`() throws {
        let given = try PositionSample.notice(5)
        let derived = try PositionSample.notice(6)
        let drawn = try [1, 2].map { try PositionSample.notice($0) }
        let draft = try PositionSample.draft([
            PositionSample.part(100), PositionSample.part(200, notice: given),
            PositionSample.part(300, iuv: derived.iuv), PositionSample.part(400),
        ])
        var ids = IDs()
        let built = try draft.installments(from: source(drawn)) { ids.next() }
        #expect(built.map(\.noticeNumber) == [drawn[0], given, derived, drawn[1]])
        #expect(built.map(\.iuv) == built.map(\.noticeNumber.iuv))
        #expect(built.map(\.number) == [1, 2, 3, 4])
        #expect(built.map(\.isIUVGenerated) == [true, false, false, true])
        #expect(Set(built.map(\.id)).count == 4)
    }

    @Test func `without transfers the whole amount goes to the creditor's account`() throws {
        let own = [try PositionSample.transfer(200)]
        let draft = try PositionSample.draft([PositionSample.part(100), PositionSample.part(200, transfers: own)])
        let drawn = try [1, 2].map { try PositionSample.notice($0) }
        var ids = IDs()
        let built = try draft.installments(from: source(drawn)) { ids.next() }
        #expect(
            built[0].transfers == [
                try PositionSample.transfer(100, remittance: "/RFB/\(drawn[0].iuv)/1.00/TXT/Mensa scolastica")
            ])
        #expect(built[1].transfers == own)
        #expect(
            throws: InstallmentFailure.fault(
                Fault("/debt_type", .wrongState, "has no account that is registered and valid today"))
        ) {
            try draft.installments(from: source(drawn, account: nil)) { ids.next() }
        }
    }

    @Test func `a number of another creditor is a fault, and a number that is missing exhausts the range`() throws {
        let foreign = try NoticeCodes.aux3(segregationCode: "02").notice(base: 1)
        let draft = try PositionSample.draft([PositionSample.part(100), PositionSample.part(100, notice: foreign)])
        var ids = IDs()
        #expect(throws: InstallmentFailure.noticeNumbersExhausted) {
            try draft.installments(from: source()) { ids.next() }
        }
        do {
            _ = try draft.installments(from: source([PositionSample.notice(1)])) { ids.next() }
            Issue.record("A foreign number was accepted.")
        } catch InstallmentFailure.fault(let fault) {
            #expect(fault.pointer == "/installments/1/notice_number" && fault.code == .mismatch)
        }
        #expect(draft.firstGivenNumber == "/installments/1/notice_number")
    }

    @Test func `a change retains identifiers and numbers, and transfers if the amount is the same`() throws {
        let old = try [PositionSample.installment(1, cents: 100), PositionSample.installment(2, cents: 200)]
        let own = [try PositionSample.transfer(200, remittance: "own")]
        let added = try PositionSample.notice(1)
        for (parts, remittances) in [
            ([(100, false), (200, false)], ["of 1", "of 2"]),
            ([(100, false), (200, true)], ["of 1", "own"]),
            ([(101, false), (200, false), (300, false)], ["/RFB", "of 2", "/RFB"]),
            ([(100, false)], ["of 1"]),
        ] as [([(Int64, Bool)], [String])] {
            let draft = try PositionSample.draft(
                parts.map { try PositionSample.part($0.0, transfers: $0.1 ? own : []) })
            var ids = IDs()
            let built = try draft.installments(replacing: old, from: source([added])) { ids.next() }
            #expect(built.prefix(2).map(\.id) == old.prefix(built.count).map(\.id))
            #expect(built.map(\.noticeNumber) == (old.map(\.noticeNumber) + [added]).prefix(built.count).map(\.self))
            #expect(
                zip(built, remittances).allSatisfy { $0.transfers.first?.remittance.hasPrefix($1) == true },
                "\(built.map { $0.transfers.first?.remittance ?? "" })")
            #expect(built.dropFirst(2).allSatisfy { $0.isIUVGenerated })
        }
    }

    @Test func `an added installment has the number of the creditor, or a new one`() throws {
        let old = [try PositionSample.installment(1)]
        let (own, new) = (try PositionSample.notice(7), try PositionSample.notice(8))
        var ids = IDs()
        let draft = try PositionSample.draft([
            PositionSample.part(5_980), PositionSample.part(1, notice: own), PositionSample.part(2),
        ])
        let built = try draft.installments(replacing: old, from: source([new])) { ids.next() }
        #expect(built.map(\.noticeNumber) == [old[0].noticeNumber, own, new])
        #expect(built.map(\.isIUVGenerated) == [false, false, true])
    }

    @Test func `a change cannot give an installment another number`() throws {
        let old = [try PositionSample.installment(1)]
        let other = try PositionSample.notice(9)
        var ids = IDs()
        for part in [try PositionSample.part(5_980, notice: other), try PositionSample.part(5_980, iuv: other.iuv)] {
            #expect(
                throws: InstallmentFailure.fault(
                    Fault("/installments/0", .readOnly, "cannot change its IUV or notice number"))
            ) {
                try PositionSample.draft([part]).installments(replacing: old, from: source()) { ids.next() }
            }
        }
        let same = try PositionSample.part(5_980, notice: old[0].noticeNumber)
        #expect(
            try PositionSample.draft([same]).installments(replacing: old, from: source()) { ids.next() } == old)
    }

    @Test func `the taxonomy of an RT's transfer is that of the debt in the same place, else of its creditor`() throws {
        let provincia = try OrganizationTaxCode("01199250158")
        let owed = try PositionSample.installment(1)
        func paid(_ index: Int, _ creditor: OrganizationTaxCode) -> RTTransfer {
            RTTransfer(index: index, creditor: creditor, iban: nil, amount: owed.amount, remittance: nil)
        }
        let code = owed.transfers.first?.taxonomyCode
        #expect(owed.taxonomyCodes(of: [paid(1, PositionSample.comune)]) == [1: code])
        #expect(owed.taxonomyCodes(of: [paid(4, PositionSample.comune)]) == [4: code])
        #expect(owed.taxonomyCodes(of: [paid(1, provincia), paid(0, provincia)]) == [:])
    }
}

import PagoPA
import Testing

/// What a PUT of a creditor or a debt type changes.
@Suite struct CreditorTests {
    private static let first = Instant(microseconds: 1_000_000)
    private static let later = Instant(microseconds: 2_000_000)
    private static let latest = Instant(microseconds: 3_000_000)

    private func creditor(_ name: String, iuvStart: Int64? = nil, at instant: Instant = latest) throws -> Creditor {
        Creditor(
            taxCode: try OrganizationTaxCode("12345678903"), name: name, noticeCodes: .aux3(segregationCode: "01"),
            iban: try IBAN("IT60X0542811101000000123456"), iuvStart: iuvStart, createdAt: instant, updatedAt: instant)
    }

    private func debtType(_ service: String, at instant: Instant = latest) throws -> DebtType {
        DebtType(
            creditor: try OrganizationTaxCode("12345678903"), key: "mensa", descriptions: [.it: "Mensa"],
            service: service, taxonomyCode: try TaxonomyCode("9/0101002IM/"), payableAfterDue: true,
            createdAt: instant, updatedAt: instant)
    }

    @Test func `a new creditor and a new debt type are of now`() throws {
        let creditor = try creditor("Comune").replacing(nil, at: Self.first)
        #expect(creditor.createdAt == Self.first && creditor.updatedAt == Self.first)
        let type = try debtType("school").replacing(nil, at: Self.first)
        #expect(type.createdAt == Self.first && type.updatedAt == Self.first)
    }

    @Test func `a repeat of the stored content equals it`() throws {
        let creditor = try creditor("Comune", iuvStart: 7, at: Self.first)
        #expect(try self.creditor("Comune").replacing(creditor, at: Self.later) == creditor)
        let type = try debtType("school", at: Self.first)
        #expect(try debtType("school").replacing(type, at: Self.later) == type)
    }

    @Test func `a change is of now, and does not change when the entity was created`() throws {
        let creditor = try creditor("Altro").replacing(creditor("Comune", at: Self.first), at: Self.later)
        #expect(creditor.name == "Altro" && creditor.createdAt == Self.first && creditor.updatedAt == Self.later)
        let type = try debtType("refectory").replacing(debtType("school", at: Self.first), at: Self.later)
        #expect(type.service == "refectory" && type.createdAt == Self.first && type.updatedAt == Self.later)
    }

    @Test(
        arguments: [(nil, 5_000_000, 5_000_000), (9, 5_000_000, 9), (nil, nil, nil), (9, nil, 9)]
            as [(Int64?, Int64?, Int64?)])
    func `the start number remains unless another one is sent`(sent: Int64?, stored: Int64?, result: Int64?) throws {
        let old = try creditor("Comune", iuvStart: stored, at: Self.first)
        #expect(try creditor("Comune", iuvStart: sent).replacing(old, at: Self.later).iuvStart == result)
    }
}

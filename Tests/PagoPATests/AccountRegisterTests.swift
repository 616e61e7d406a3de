import PagoPA
import Testing

@Suite struct AccountRegisterTests {
    private static let comune = try! OrganizationTaxCode("12345678903")  // a valid literal
    private static let provincia = try! OrganizationTaxCode("01199250158")  // a valid literal

    private func account(
        _ iban: String, isDefault: Bool = false, _ types: [String] = [], from: String = "2026-01-01", to: String? = nil,
        of creditor: OrganizationTaxCode = comune
    ) throws -> CreditorAccount {
        CreditorAccount(
            creditor: creditor, iban: try IBAN(iban), name: "Conto", isDefault: isDefault, debtTypes: types,
            validFrom: try CalendarDate(from), validTo: try to.map { try CalendarDate($0) })
    }

    private func transfer(_ iban: String, to creditor: OrganizationTaxCode = comune) throws -> Transfer {
        Transfer(
            creditor: creditor, iban: try IBAN(iban), amount: try Amount(cents: 1),
            taxonomyCode: try TaxonomyCode("9/0101002IM/"), remittance: "x")
    }

    private static let bank = "IT60X0542811101000000123456"
    private static let postal = "IT30O0760103200000012345678"
    private static let german = "DE89370400440532013000"

    @Test func `a debt is paid to the account of its type or to the default account that is valid that day`()
        throws
    {
        let book = AccountRegister([
            try account(Self.bank, isDefault: true, to: "2026-12-31"),
            try account(Self.german, isDefault: true, from: "2027-01-01"),
            try account(Self.postal, ["mensa"], to: "2026-06-30"),
        ])
        for (type, day, iban) in [
            ("mensa", "2026-06-30", Self.postal), ("mensa", "2026-07-01", Self.bank),
            ("multe", "2026-06-30", Self.bank),
            ("mensa", "2027-01-01", Self.german), ("mensa", "2025-12-31", nil),
        ] {
            let found = book.account(for: type, of: Self.comune, on: try CalendarDate(day))
            #expect(found?.value == iban, "\(type) \(day)")
        }
        #expect(book.account(for: "mensa", of: Self.provincia, on: try CalendarDate("2026-06-30")) == nil)
    }

    @Test func `a transfer names an account of its own creditor that is valid today`() throws {
        let book = AccountRegister([
            try account(Self.bank, isDefault: true), try account(Self.postal, from: "2027-01-01"),
            try account(Self.german, of: Self.provincia),
        ])
        let day = try CalendarDate("2026-11-28")
        let unknown = try OrganizationTaxCode("15376371009")
        let faults = book.faults(
            of: [
                [try transfer(Self.bank), try transfer(Self.german, to: Self.provincia)],
                [
                    try transfer(Self.german), try transfer(Self.postal), try transfer(Self.bank, to: Self.provincia),
                    try transfer(Self.bank, to: unknown),
                ],
            ], on: day)
        #expect(
            faults.map(\.pointer) == [
                "/installments/1/transfers/0/iban", "/installments/1/transfers/1/iban",
                "/installments/1/transfers/2/iban", "/installments/1/transfers/3/creditor_tax_code",
            ])
    }

    @Test func `on each day at most one account is the default, and at most one is that of a debt type`() throws {
        let day = try CalendarDate("2026-11-28")
        func pointers(_ accounts: [CreditorAccount]) -> [String] {
            AccountRegister(accounts).faults(knowing: ["mensa"], on: day).map(\.pointer)
        }
        #expect(pointers([try account(Self.bank, isDefault: true, ["mensa"])]).isEmpty)
        #expect(
            pointers([
                try account(Self.bank, isDefault: true, to: "2026-12-31"),
                try account(Self.german, isDefault: true, from: "2027-01-01"),
            ]).isEmpty)
        #expect(
            pointers([
                try account(Self.bank, isDefault: true, ["mensa", "mensa", "multe"]),
                try account(Self.german, isDefault: true, ["mensa"], from: "2026-12-01"),
                try account(Self.bank, from: "2026-12-01", to: "2026-11-30"),
            ]) == [
                "/items/0/debt_types/1", "/items/0/debt_types/2", "/items/1/default", "/items/1/debt_types/0",
                "/items/2/iban", "/items/2/valid_to",
            ])
        #expect(pointers([try account(Self.bank, isDefault: true, from: "2027-01-01")]) == ["/items"])
    }
}

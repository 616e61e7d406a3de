import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Testing

/// Transfers may only go to registered accounts.
@Suite(.serialized) struct AccountTests {
    private static let bank = "IT60X0542811101000000123456"
    private static let postal = "IT30O0760103200000012345678"
    private static let german = "DE89370400440532013000"

    private func account(
        _ iban: String, isDefault: Bool = false, _ types: [String] = [], on intermediary: Intermediary,
        fromDays: Int = 0, toDays: Int? = nil
    ) throws -> CreditorAccount {
        let day = { (days: Int) in CalendarDate(epochDays: intermediary.positions.today.epochDays + days) }
        return CreditorAccount(
            creditor: TestIntermediary.comune, iban: try IBAN(iban), name: "Conto", isDefault: isDefault,
            debtTypes: types, validFrom: day(fromDays), validTo: toDays.map(day))
    }

    private func transfer(_ iban: String, to creditor: OrganizationTaxCode, cents: Int64 = 2_990) throws -> Transfer {
        Transfer(
            creditor: creditor, iban: try IBAN(iban), amount: try Amount(cents: cents),
            taxonomyCode: try TaxonomyCode("9/0101002IM/"), remittance: "x")
    }

    private func pointers(_ work: () async throws -> Void) async throws -> [String] {
        do {
            try await work()
            return []
        } catch Refusal.invalid(let faults) {
            return faults.map(\.pointer)
        }
    }

    @Test func `a position goes to its debt type's account, and names no account that is not registered today`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let plain = try await test.create(test.draft("plain"), with: intermediary)
            #expect(plain.installments[0].transfers.map(\.iban.value) == [Self.bank])

            let book = AccountRegister([
                try account(Self.bank, isDefault: true, on: intermediary),
                try account(Self.postal, ["mensa"], on: intermediary),
                try account(Self.german, on: intermediary, fromDays: 1),
            ])
            _ = try await intermediary.creditors.saveAccounts(of: TestIntermediary.comune, as: .success(book), by: .ops)

            let own = try await test.create(test.draft("own"), with: intermediary)
            #expect(own.installments[0].transfers.map(\.iban.value) == [Self.postal])
            let named = try await test.create(
                test.draft(
                    "named",
                    transfers: [
                        transfer(Self.bank, to: TestIntermediary.comune),
                        transfer(Self.bank, to: TestIntermediary.provincia),
                    ]), with: intermediary)
            #expect(named.installments[0].transfers.count == 2)
            for (iban, creditor, pointer) in [
                (Self.german, TestIntermediary.comune, "iban"), (Self.postal, TestIntermediary.provincia, "iban"),
                (Self.bank, try OrganizationTaxCode("15376371009"), "creditor_tax_code"),
            ] {
                let draft = try test.draft(
                    "bad", transfers: [transfer(Self.bank, to: TestIntermediary.comune), transfer(iban, to: creditor)])
                #expect(
                    try await pointers { _ = try await test.create(draft, with: intermediary) } == [
                        "/installments/0/transfers/1/\(pointer)"
                    ])
            }
        }
    }

    @Test func `existing positions stay payable, and cannot change to an unregistered account`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let old = try await test.create(test.draft("old"), with: intermediary)
            // The position was created before the creditor had a register of accounts.
            _ = try await test.pool.query(
                """
                DO $$ BEGIN
                    PERFORM set_config('session_replication_role', 'replica', true);
                    UPDATE transfers SET iban = 'IT61X0542811101000000123456';
                END $$
                """)
            let present = try await intermediary.positions.show(old.id, for: .office).position
            let renamed = try test.draft(of: present, description: "Mensa di novembre")
            let changed = try await intermediary.positions.change(old.id, to: .success(renamed), by: .office)
            #expect(changed.position.installments[0].transfers[0].iban.value == "IT61X0542811101000000123456")
            let lines = [PositionLine(description: "Pasti", quantity: nil, amount: try Amount(cents: 5_980))]
            #expect(
                try await pointers {
                    let itemized = try test.draft(of: changed.position, description: "Mensa", lines: lines)
                    _ = try await intermediary.positions.change(old.id, to: .success(itemized), by: .office)
                } == ["/installments/0/transfers/0/iban"])

            let taken = try await test.receive(
                TestIntermediary.rt("OLD", iuv: old.installments[0].iuv), with: intermediary)
            #expect(!taken.isReplay)
            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
        }
    }

    @Test func `every change of an account is in the journal, with who made it`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let now = intermediary.clock()
            let comune = Creditor(
                taxCode: TestIntermediary.comune, name: "Comune", noticeCodes: .aux3(segregationCode: "01"),
                iban: try IBAN(Self.german), postalIBAN: try IBAN(Self.postal), createdAt: now, updatedAt: now)
            _ = try await intermediary.creditors.save(TestIntermediary.comune, as: .success(comune), by: .ops)
            #expect(
                try await test.ask("SELECT note FROM journal WHERE kind = 'account_saved' ORDER BY note")
                    == [Self.german, Self.postal, Self.bank])
            // The former account stays registered; new debts use the new default account.
            let position = try await test.create(test.draft("after"), with: intermediary)
            #expect(position.installments[0].transfers.map(\.iban.value) == [Self.german])
            let wanted = AccountRegister([try account(Self.bank, isDefault: true, on: intermediary)])
            let book = try await intermediary.creditors.saveAccounts(
                of: TestIntermediary.comune, as: .success(wanted), by: .ops)
            #expect(book.accounts.map(\.iban.value) == [Self.bank])
            let shown = try await intermediary.creditors.show(TestIntermediary.comune, for: .ops)
            #expect(shown.iban.value == Self.bank && shown.postalIBAN == nil)
            #expect(
                try await test.ask(
                    "SELECT coalesce(to_state, 'gone') FROM journal WHERE note = \(Self.german) ORDER BY id")
                    == ["from \(intermediary.positions.today), default", "gone"])
            // Saving the same register again changes nothing and writes no journal entry.
            let before = try await test.ask("SELECT count(*)::text FROM journal")
            _ = try await intermediary.creditors.saveAccounts(of: TestIntermediary.comune, as: .success(book), by: .ops)
            #expect(try await test.ask("SELECT count(*)::text FROM journal") == before)
        }
    }
}

extension TestIntermediary {
    /// The current position with another description or other lines.
    func draft(of position: Position, description: String, lines: [PositionLine]? = nil) throws
        -> PositionDraft
    {
        PositionDraft(
            creditor: position.creditor, externalID: position.externalID, debtTypeKey: position.debtTypeKey,
            document: position.document, description: description, debtor: position.debtor,
            lines: lines ?? position.lines,
            installments: position.installments.map {
                InstallmentDraft(
                    amount: $0.amount, dueDate: $0.dueDate, iuv: nil, noticeNumber: nil, transfers: $0.transfers)
            }, metadata: position.metadata, isDraft: false)
    }
}

import Accounts
import Foundation
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func accountRoutes(_ creditors: CreditorOperations) -> [Route] {
    let handlers = AccountsHandlers(creditors: creditors)
    return [
        Route(
            .get, "/v1/creditors/{tax_code}/accounts", "list_accounts", scope: .positionsRead, or: [.operations],
            handlers.listAccounts),
        Route(
            .put, "/v1/creditors/{tax_code}/accounts", "save_accounts", scope: .operations, isConditional: true,
            handlers.saveAccounts),
    ]
}

private struct AccountsHandlers: Sendable {
    let creditors: CreditorOperations

    private func taxCode(_ request: KeyRequest) throws -> OrganizationTaxCode {
        guard let code = try? OrganizationTaxCode(unchecked: request.parameter("tax_code")) else {
            throw Refusal.notFound
        }
        return code
    }

    func listAccounts(_ request: KeyRequest) async throws -> Reply {
        request.unlessCached(try await creditors.listAccounts(of: taxCode(request), for: request.caller).reply)
    }

    func saveAccounts(_ request: KeyRequest) async throws -> Reply {
        let json = try request.json()
        let taxCode = try taxCode(request)
        let creditor = try await creditors.show(taxCode, for: request.caller)
        let today = creditors.today
        return try await withSnapshot {
            try await creditors.listAccounts(of: taxCode, for: request.caller)
        } write: { present in
            let wanted = Result {
                try json.decodeObject {
                    AccountRegister.read(&$0, of: creditor, present: present ?? AccountRegister([]), today: today)
                }
            }
            // If-Match is optional, because the first list of accounts comes from the creditor's own IBAN. It is checked when it is sent.
            return try await creditors.saveAccounts(
                of: taxCode, as: wanted, by: request.caller,
                demanding: request.headers.condition(.optional, on: present) { $0.reply.tag })
        }.reply
    }
}

extension AccountRegister {
    fileprivate static func read(
        _ reader: inout ObjectReader, of creditor: Creditor, present: AccountRegister, today: CalendarDate
    ) -> AccountRegister? {
        reader.required("items", count: 1...100) { value, pointer, violations in
            CreditorAccount.read(value, pointer, violations, of: creditor, present: present, today: today)
        }.map(AccountRegister.init)
    }

    fileprivate var reply: Reply {
        Reply.json { json in
            json.array("items", accounts) { json, account in
                json.beginObject()
                json.field("iban", account.iban.value)
                json.field("name", account.name)
                json.field("postal", account.iban.isPostal)
                json.field("default", account.isDefault)
                json.array("debt_types", account.debtTypes) { $0.value($1) }
                json.field("valid_from", account.validFrom.description)
                json.field("valid_to", account.validTo?.description)
                json.endObject()
            }
        }.tagged()
    }
}

extension CreditorAccount {
    /// An omitted member does not change. A new account gets the creditor's name and today's date instead.
    fileprivate static func read(
        _ value: JSONValue, _ pointer: String, _ violations: Violations, of creditor: Creditor,
        present: AccountRegister,
        today: CalendarDate
    ) -> CreditorAccount? {
        ObjectReader.object(value, pointer, violations) { reader in
            let iban = reader.required("iban") { try IBAN($0) }
            let name = reader.optional("name") { try boundedText($0, 1...70) }
            let isPostal = reader.optional(flag: "postal")
            let isDefault = reader.optional(flag: "default")
            let types = reader.optional("debt_types", count: 0...200) { value, pointer, violations in
                ObjectReader.text(value, pointer, violations) { try shortName($0) }
            }
            let from = reader.optional("valid_from") { try CalendarDate($0) }
            let end = reader.optional("valid_to") { try CalendarDate($0) }
            guard let iban else { return nil }
            if let isPostal, isPostal != iban.isPostal {
                reader.refuse("postal", .mismatch, "must be true for a postal account (ABI 07601), and only then")
            }
            let old = present.accounts.first { $0.iban == iban }
            return CreditorAccount(
                creditor: creditor.taxCode, iban: iban, name: name ?? old?.name ?? creditor.name,
                isDefault: isDefault ?? false, debtTypes: (types ?? []).sorted(),
                validFrom: from ?? old?.validFrom ?? today, validTo: end)
        }
    }
}

import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

/// Which e-mails about debts a creditor sends.
func debtMailRoutes(_ creditors: CreditorOperations) -> [Route] {
    let handlers = DebtMailHandlers(creditors: creditors)
    return [
        Route(
            .get, "/v1/creditors/{tax_code}/debt-mails", "show_debt_mails", scope: .positionsWrite,
            or: [.operations], handlers.showDebtMails),
        Route(
            .put, "/v1/creditors/{tax_code}/debt-mails", "save_debt_mails", scope: .positionsWrite,
            or: [.operations], isConditional: true, handlers.saveDebtMails),
    ]
}

private struct DebtMailHandlers: Sendable {
    let creditors: CreditorOperations

    private func taxCode(_ request: KeyRequest) throws -> OrganizationTaxCode {
        guard let code = try? OrganizationTaxCode(unchecked: request.parameter("tax_code")) else {
            throw Refusal.notFound
        }
        return code
    }

    func showDebtMails(_ request: KeyRequest) async throws -> Reply {
        request.unlessCached(try await creditors.showDebtMails(of: taxCode(request), for: request.caller).reply)
    }

    func saveDebtMails(_ request: KeyRequest) async throws -> Reply {
        let taxCode = try taxCode(request)
        let json = try request.json()
        return try await withSnapshot {
            try await creditors.showDebtMails(of: taxCode, for: request.caller)
        } write: { present in
            try await creditors.saveDebtMails(
                of: taxCode, as: Result { try json.decodeObject { DebtMailSettings.read(&$0) } }, by: request.caller,
                demanding: request.headers.condition(.optional, on: present) { $0.reply.tag })
        }.reply
    }
}

extension DebtMailSettings {
    private static let days = Int64(reminderDayRange.lowerBound)...Int64(reminderDayRange.upperBound)

    fileprivate static func read(_ reader: inout ObjectReader) -> DebtMailSettings? {
        let notices = reader.required(flag: "new_notices")
        let days = reader.optional("reminder_days", in: days)
        guard let notices else { return nil }
        return DebtMailSettings(sendsNewNotices: notices, reminderDays: days.map { Int(clamping: $0) })
    }

    fileprivate var reply: Reply {
        Reply.json { json in
            json.field("new_notices", sendsNewNotices)
            json.field("reminder_days", reminderDays)
        }.tagged()
    }
}

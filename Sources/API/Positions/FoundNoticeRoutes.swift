import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func foundNoticeRoutes(_ positions: PositionOperations) -> [Route] {
    [
        Route(
            .get, "/v1/notices/{tax_code}/{notice_number}", "look_up_notice", scope: .positionsRead,
            or: [.paymentsWrite]
        ) { (request: KeyRequest) in
            guard let creditor = try? OrganizationTaxCode(unchecked: request.parameter("tax_code")),
                let number = try? NoticeNumber(request.parameter("notice_number"))
            else { throw Refusal.notFound }
            let found = try await positions.lookUp(number, of: creditor, for: request.caller)
            return .json(.ok) { found.write(into: &$0, at: positions.clock()) }
        }
    ]
}

extension FoundNotice {
    /// Everybody who has a notice sees this, so it contains nothing about the debtor and nothing that names the position.
    func write(into json: inout JSONWriter, at now: Instant) {
        let disabled = position.disabledCode(of: installment, now: now)
        json.field("creditor_tax_code", creditor.taxCode.value)
        json.field("creditor_name", creditor.name)
        json.field("debt_type", position.debtTypeKey)
        json.field("description", position.description)
        json.field("iuv", installment.iuv.value)
        json.field("notice_number", installment.noticeNumber.value)
        json.field("amount_cents", installment.amount.cents)
        json.field("due_date", installment.dueDate.description)
        json.field("status", position.status(of: installment, today: CalendarDate(romeDayOf: now)).rawValue)
        json.field("payable", disabled == nil)
        json.field("disabled_code", disabled?.rawValue)
    }
}

import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func noticeRoutes(_ positions: PositionOperations, _ delegations: DelegationOperations) -> [Route] {
    let handlers = NoticeHandlers(positions: positions, delegations: delegations)
    return [
        Route(
            .get, "/v1/positions/{id}/installments/{number}/notice", "show_payment_notice", scope: .positionsRead,
            query: ["disposition", KeyRequest.onBehalfOf], produces: ["application/pdf", "application/json"],
            handlers.showNotice),
        Route(
            .get, "/v1/positions/{id}/notices", "list_payment_notices", scope: .positionsRead,
            query: ["disposition", KeyRequest.onBehalfOf], produces: ["application/pdf", "application/json"],
            handlers.listNotices),
    ]
}

private struct NoticeHandlers: Sendable {
    let positions: PositionOperations
    let delegations: DelegationOperations

    /// The PDF, or its codes as JSON for callers who prefer that.
    func showNotice(_ request: KeyRequest) async throws -> Reply {
        let request = try await request.acting(by: delegations, to: "show_payment_notice")
        var reader = QueryReader(request)
        let disposition = reader.word("disposition", PDFDisposition.self) ?? .inline
        try reader.finish()
        let text = request.parameter("number")
        guard let number = Int(text), String(number) == text else { throw Refusal.notFound }
        let notice = try await positions.showNotice(of: number, on: request.id(), for: request.caller)
        if request.accept.prefers("application/json", to: "application/pdf") { return .json(.ok, notice.write) }
        return pdf(
            try await positions.draw(notice, language: request.language), disposition,
            named: notice.installment.noticeNumber.value)
    }

    /// One PDF with all installments that can be paid, or their codes as JSON.
    func listNotices(_ request: KeyRequest) async throws -> Reply {
        let request = try await request.acting(by: delegations, to: "list_payment_notices")
        var reader = QueryReader(request)
        let disposition = reader.word("disposition", PDFDisposition.self) ?? .inline
        try reader.finish()
        let id: Identifier<Position> = try request.id()
        let notices = try await positions.listNotices(of: id, for: request.caller)
        if request.accept.prefers("application/json", to: "application/pdf") {
            return Reply.items(notices) { json, notice in
                json.beginObject()
                notice.write(into: &json)
                json.endObject()
            }
        }
        return pdf(
            try await positions.draw(notices, language: request.language), disposition, named: id.description)
    }

    private func pdf(_ bytes: [UInt8], _ disposition: PDFDisposition, named name: String) -> Reply {
        Reply(
            .ok,
            headers: [
                .contentType: "application/pdf",
                .contentDisposition: "\(disposition.rawValue); filename=\"avviso-\(name).pdf\"",
            ], body: bytes)
    }
}

extension PaymentNotice {
    fileprivate func write(into json: inout JSONWriter) {
        json.field("notice_number", installment.noticeNumber.value)
        json.field("iuv", installment.iuv.value)
        json.field("creditor_tax_code", creditor.taxCode.value)
        json.field("amount_cents", installment.amount.cents)
        json.field("due_date", installment.dueDate.description)
        json.field("cbill_code", creditor.cbillCode)
        json.field("postal_account", postalAccount)
        json.field("qr_code", qrText)
        json.field("data_matrix", dataMatrixText)
    }
}

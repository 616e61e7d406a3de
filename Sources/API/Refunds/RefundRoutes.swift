import Accounts
import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Text

func refundRoutes(_ refunds: RefundOperations, _ links: Links) -> [Route] {
    let handlers = RefundHandlers(refunds: refunds, links: links)
    return [
        Route(
            .get, "/v1/refunds", "list_refunds", scope: .refundsWrite, or: [.operations],
            query: QueryReader.pageNames.union(["status", "receipt_id", "creditor_tax_code"]),
            produces: ExportFormat.listMediaTypes, handlers.listRefunds),
        Route(.post, "/v1/refunds", "decide_refund", scope: .refundsWrite, or: [.operations], handlers.decideRefund),
        Route(.get, "/v1/refunds/{id}", "show_refund", scope: .refundsWrite, or: [.operations], handlers.showRefund),
        Route(
            .patch, "/v1/refunds/{id}", "change_refund", scope: .refundsWrite, or: [.operations], isConditional: true,
            handlers.changeRefund),
    ]
}

private struct RefundHandlers: Sendable {
    let refunds: RefundOperations
    let links: Links

    func listRefunds(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        var filter = RefundFilter()
        filter.statuses = reader.words("status")
        filter.receipt = reader.id("receipt_id")
        let creditor = reader.code("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
        let listing = try reader.listing(.refunds, for: request)
        try reader.finish()
        return try await request.reply(listing, of: .refunds) { [filter] page in
            try await refunds.list(filter, creditor: creditor, page: page, for: request.caller)
        } write: { json, refund in
            json.beginObject()
            refund.write(into: &json, links)
            json.endObject()
        }
    }

    func decideRefund(_ request: KeyRequest) async throws -> Reply {
        let refundRequest = try request.object(RefundRequest.read)
        let render: Renderer<Refund, Reply> = { refund in
            refund.reply(.created, links).with(.location, links.refund(refund.id))
        }
        return try await refunds.decide(
            refundRequest, by: request.caller, repeating: request.repeating(render)
        )
        .reply(render)
    }

    func showRefund(_ request: KeyRequest) async throws -> Reply {
        request.unlessCached(try await refunds.show(request.id(), for: request.caller).reply(.ok, links))
    }

    func changeRefund(_ request: KeyRequest) async throws -> Reply {
        guard request.headers[.ifMatch] != nil else { throw Refusal.preconditionMissing }
        let change = try request.json("application/merge-patch+json").decodeObject(RefundChange.read)
        let id: Identifier<Refund> = try request.id()
        return try await withSnapshot {
            try await refunds.show(id, for: request.caller)
        } write: { refund in
            try await refunds.change(
                id, change.event, on: change.day, reference: change.reference, by: request.caller,
                demanding: request.headers.condition(.always, on: refund) { $0.reply(.ok, links).tag })
        }.reply(.ok, links)
    }
}

private struct RefundChange {
    let event: RefundEvent
    let day: CalendarDate?
    let reference: String?

    static func read(_ reader: inout ObjectReader) -> RefundChange? {
        let event = reader.required("status") { (text: String) throws -> RefundEvent in
            guard let event = RefundEvent(rawValue: text) else {
                throw InvalidValue(.unknownValue, "must be paid or failed")
            }
            return event
        }
        let day = reader.optional("date") { try CalendarDate($0) }
        let reference = reader.optional("reference") { try boundedText($0, 1...Refund.referenceLength) }
        return event.map { RefundChange(event: $0, day: day, reference: reference) }
    }
}

extension RefundRequest {
    fileprivate static func read(_ reader: inout ObjectReader) -> RefundRequest? {
        let receipt = reader.required("receipt_id") { try Identifier<Receipt>($0) }
        let amount = reader.optional("amount_cents", in: 1...Amount.maximum.cents).flatMap { try? Amount(cents: $0) }
        let status = reader.optional("status") { (text: String) throws -> RefundStatus in
            guard let status = RefundStatus(rawValue: text), status != .failed else {
                throw InvalidValue(.unknownValue, "must be decided or paid")
            }
            return status
        }
        let day = reader.optional("date") { try CalendarDate($0) }
        let reference = reader.optional("reference") { try boundedText($0, 1...Refund.referenceLength) }
        let reason = reader.optional("reason") { try boundedText($0, 1...500) }
        return receipt.map {
            RefundRequest(
                receipt: $0, amount: amount, status: status ?? .decided, day: day, reference: reference, reason: reason)
        }
    }
}

extension Refund {
    fileprivate func reply(_ status: HTTPResponse.Status, _ links: Links) -> Reply {
        let bytes = JSONWriter.object { write(into: &$0, links) }
        let digest = Hex.encode(Array(SHA256.digest(bytes).prefix(6)))
        return Reply.json(status, bytes: bytes).with(.eTag, "\"\(version)-\(digest)\"")
    }

    fileprivate func write(into json: inout JSONWriter, _ links: Links) {
        json.field("id", id.description)
        json.field("receipt_id", receipt.description)
        json.field("anomaly_id", anomaly?.description)
        json.field("creditor_tax_code", creditor.value)
        json.field("amount_cents", amount.cents)
        json.field("status", status.rawValue)
        json.field("date", day.description)
        json.field("reference", reference)
        json.field("reason", reason)
        json.field("decided_by", decidedBy)
        json.field("created_at", createdAt.rfc3339)
        json.field("updated_at", updatedAt.rfc3339)
        json.object("_links") { json in
            json.field("self", links.refund(id))
            json.field("receipt", links.receipt(receipt))
        }
    }
}

extension JSONWriter {
    /// Writes the refunds of a receipt with the members that every reader of the receipt may see.
    mutating func write(refunds: [Refund]) {
        array("refunds", refunds) { json, refund in
            json.beginObject()
            json.field("id", refund.id.description)
            json.field("amount_cents", refund.amount.cents)
            json.field("status", refund.status.rawValue)
            json.field("date", refund.day.description)
            json.field("reference", refund.reference)
            json.endObject()
        }
    }
}

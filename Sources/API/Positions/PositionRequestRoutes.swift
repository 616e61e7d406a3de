import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func positionRequestRoutes(_ positions: PositionOperations, _ links: Links) -> [Route] {
    let handlers = PositionRequestHandlers(positions: positions, links: links)
    return [
        Route(
            .post, "/v1/debt-types/{tax_code}/{key}/requests", "request_position", scope: .paymentsWrite,
            handlers.requestPosition)
    ]
}

private struct PositionRequestHandlers: Sendable {
    let positions: PositionOperations
    let links: Links

    func requestPosition(_ request: KeyRequest) async throws -> Reply {
        guard let key = try request.idempotencyKey() else { throw Refusal.idempotencyKeyMissing }
        guard let creditor = try? OrganizationTaxCode(unchecked: request.parameter("tax_code")),
            let debtType = try? shortName(request.parameter("key"))
        else { throw Refusal.notFound }
        let wanted = try request.object { PositionRequest.read(&$0, of: debtType, creditor: creditor) }
        let now = positions.clock()
        let render: Renderer<Position, Reply> = { position in
            PositionDetail(position: position).reply(201, at: now, links)
                .with(.location, links.position(position.id))
        }
        return try await positions.request(
            wanted, by: request.caller, repeating: Repeating(key: key) { StoredAnswer(render($0)) }
        ).reply(render)
    }
}

extension PositionRequest {
    fileprivate static func read(
        _ reader: inout ObjectReader, of debtType: String, creditor: OrganizationTaxCode
    ) -> PositionRequest? {
        let amount = reader.optional("amount_cents", in: 1...Amount.maximum.cents)
        let debtor = reader.optional("debtor", object: Debtor.read)
        let values = reader.optional(
            map: "fields", count: 0...RequestForm.maximumFields, key: { try shortName($0) },
            value: { try boundedText($0, 1...RequestForm.maximumValueLength) })
        return PositionRequest(
            creditor: creditor, debtTypeKey: debtType, amount: amount.flatMap { try? Amount(cents: $0) },
            debtor: debtor,
            values: values ?? [:])
    }
}

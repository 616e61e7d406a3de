import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Text

/// Changes of what a partly paid position still owes, and its notices by e-mail.
func restRoutes(_ positions: PositionOperations, _ links: Links) -> [Route] {
    let handlers = RestHandlers(positions: positions, links: links)
    return [
        Route(
            .post, "/v1/positions/{id}/rest/write-off", "write_off_rest", scope: .positionsWrite, isConditional: true,
            handlers.writeOffRest),
        Route(
            .post, "/v1/positions/{id}/rest/undo-write-off", "undo_write_off", scope: .positionsWrite,
            isConditional: true, handlers.undoWriteOff),
        Route(
            .post, "/v1/positions/{id}/rest/plan", "plan_rest", scope: .positionsWrite, isConditional: true,
            handlers.planRest),
        Route(
            .post, "/v1/positions/{id}/notices/mail", "mail_payment_notices", scope: .positionsWrite,
            handlers.mailPaymentNotices),
    ]
}

private struct RestHandlers: Sendable {
    let positions: PositionOperations
    let links: Links

    func writeOffRest(_ request: KeyRequest) async throws -> Reply {
        let wanted = try request.object { reader -> (numbers: [Int]?, reason: String)? in
            let numbers = reader.optional("installments", count: 1...Position.maximumInstallments) {
                ObjectReader.integer($0, $1, $2, 1...Int64(Position.maximumInstallments)).map(Int.init)
            }
            guard let reason = reader.reason() else { return nil }
            return (numbers, reason)
        }
        return try await change(request) { id, precondition, repeating in
            try await positions.writeOffRest(
                wanted.numbers, of: id, reason: wanted.reason, by: request.caller, demanding: precondition,
                repeating: repeating)
        }
    }

    func undoWriteOff(_ request: KeyRequest) async throws -> Reply {
        let reason = try request.object { reader in reader.reason() }
        return try await change(request) { id, precondition, repeating in
            try await positions.undoWriteOff(
                of: id, reason: reason, by: request.caller, demanding: precondition, repeating: repeating)
        }
    }

    func planRest(_ request: KeyRequest) async throws -> Reply {
        let wanted = try request.object { reader -> (parts: [RestPart], reason: String)? in
            let parts = reader.required(
                "installments", count: 1...Position.maximumInstallments, items: RestPart.read)
            guard let reason = reader.reason(), let parts else { return nil }
            return (parts, reason)
        }
        return try await change(request) { id, precondition, repeating in
            try await positions.planRest(
                wanted.parts, of: id, reason: wanted.reason, by: request.caller, demanding: precondition,
                repeating: repeating)
        }
    }

    func mailPaymentNotices(_ request: KeyRequest) async throws -> Reply {
        let wanted = try request.object { reader -> (recipient: EmailAddress?, reason: String)? in
            let recipient = reader.optional("to") { try EmailAddress($0) }
            guard let reason = reader.reason() else { return nil }
            return (recipient, reason)
        }
        let render: Renderer<PagoPA.Notification, Reply> = { $0.reply(.accepted) }
        return try await positions.mailNotices(
            of: request.id(), to: wanted.recipient, reason: wanted.reason, by: request.caller,
            repeating: request.repeating(render)
        ).reply(render)
    }

    private func change(
        _ request: KeyRequest,
        _ write: (Identifier<Position>, Precondition<PositionDetail>, Repeating<PositionDetail>?) async throws -> Once<
            PositionDetail
        >
    ) async throws -> Reply {
        let id: Identifier<Position> = try request.id()
        let now = positions.clock()
        let render: Renderer<PositionDetail, Reply> = { $0.reply(at: now, links) }
        let repeating = try request.repeating(render)
        return try await request.underPrecondition {
            try await positions.show(id, for: request.caller)
        } tag: {
            $0.reply(at: now, links).tag
        } write: {
            try await write(id, $0, repeating)
        }.reply(render)
    }
}

extension ObjectReader {
    fileprivate mutating func reason() -> String? { required("reason") { try boundedText($0, 1...500) } }
}

extension RestPart {
    fileprivate static func read(_ value: JSONValue, _ pointer: String, _ violations: Violations) -> RestPart? {
        ObjectReader.object(value, pointer, violations) { reader in
            let number = reader.optional("number", in: 1...Int64(Position.maximumInstallments))
            let amount = reader.required("amount_cents", in: 1...Amount.maximum.cents)
            let dueDate = reader.required("due_date") { try CalendarDate($0) }
            let validUntil = reader.optional("valid_until") { try CalendarDate($0) }
            guard let amount = amount.flatMap({ try? Amount(cents: $0) }), let dueDate else { return nil }
            return RestPart(
                number: number.map(Int.init), amount: amount, dueDate: dueDate, validUntil: validUntil)
        }
    }
}

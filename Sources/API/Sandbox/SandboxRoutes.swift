import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func sandboxRoutes(_ sandbox: SandboxOperations, _ links: Links) -> [Route] {
    let handlers = SandboxHandlers(sandbox: sandbox, links: links)
    return [
        Route(.post, "/v1/sandbox/payments", "force_payment", scope: .positionsWrite, handlers.forcePayment),
        Route(
            .post, "/v1/sandbox/payment-attempts/{id}/expire", "expire_payment_attempt", scope: .paymentsWrite,
            handlers.expirePaymentAttempt),
        Route(.post, "/v1/sandbox/days", "pass_days", scope: .positionsWrite, handlers.passDays),
        Route(.post, "/v1/sandbox/resets", "reset_test_creditor", scope: .positionsWrite, handlers.resetTestCreditor),
    ]
}

private struct SandboxHandlers: Sendable {
    let sandbox: SandboxOperations
    let links: Links

    func expirePaymentAttempt(_ request: KeyRequest) async throws -> Reply {
        try request.demandNoBody()
        return try await sandbox.expire(request.id(), by: request.caller).reply(in: request.requestedLanguage, links)
    }

    func passDays(_ request: KeyRequest) async throws -> Reply {
        let wanted = try request.object { reader -> (creditor: OrganizationTaxCode, days: Int64)? in
            let creditor = reader.required("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
            guard let days = reader.required("days", in: 1...366), let creditor else { return nil }
            return (creditor, days)
        }
        let positions = try await sandbox.passDays(Int(wanted.days), of: wanted.creditor, by: request.caller)
        return .json(.ok) { json in
            json.field("creditor_tax_code", wanted.creditor.value)
            json.field("positions", positions)
        }
    }

    func resetTestCreditor(_ request: KeyRequest) async throws -> Reply {
        let creditor = try request.object { reader in
            reader.required("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
        }
        let reset = try await sandbox.reset(creditor, by: request.caller)
        return .json(.ok) { json in
            json.field("creditor_tax_code", creditor.value)
            json.field("positions", reset.positions)
            json.field("payment_attempts", reset.attempts)
            json.field("receipts", reset.receipts)
        }
    }

    func forcePayment(_ request: KeyRequest) async throws -> Reply {
        let wanted = try request.object {
            (reader: inout ObjectReader) -> (OrganizationTaxCode, NoticeNumber, ForcedOutcome)? in
            let creditor = reader.required("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
            let noticeNumber = reader.required("notice_number") { try NoticeNumber($0) }
            let outcome = reader.required("outcome") { (text: String) throws -> ForcedOutcome in
                guard let outcome = ForcedOutcome(rawValue: text) else {
                    let words = ForcedOutcome.allCases.map(\.rawValue).joined(separator: ", ")
                    throw InvalidValue(.unknownValue, "must be one of \(words)")
                }
                return outcome
            }
            guard let creditor, let noticeNumber, let outcome else { return nil }
            return (creditor, noticeNumber, outcome)
        }
        let answers = try await sandbox.force(wanted.2, of: wanted.1, at: wanted.0, by: request.caller) { $0.answer }
        return .json(.created) { json in
            json.field("psp_id", SandboxOperations.psp)
            json.array("answers", answers) { json, answer in answer.write(into: &json) }
        }
    }
}

extension ForcedAnswer {
    fileprivate func write(into json: inout JSONWriter) {
        json.beginObject()
        switch self {
        case .received(let received):
            json.field("status", received.isReplay ? 200 : 201)
            json.field("receipt_id", received.receipt.description)
            json.field("disposition", received.disposition?.rawValue)
        case .conflict(let anomaly):
            json.field("status", 409)
            json.field("anomaly_id", anomaly.description)
        }
        json.endObject()
    }
}

import Accounts
import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func amountSecretRoutes(_ secrets: SecretOperations, _ links: Links) -> [Route] {
    let handlers = AmountSecretHandlers(secrets: secrets, links: links)
    return [
        Route(
            .post, "/v1/creditors/{tax_code}/debt-types/{key}/amount-secrets", "make_amount_secret",
            scope: .positionsWrite, or: [.operations], handlers.makeAmountSecret)
    ]
}

private struct AmountSecretHandlers: Sendable {
    let secrets: SecretOperations
    let links: Links

    func makeAmountSecret(_ request: KeyRequest) async throws -> Reply {
        try request.demandNoBody()
        guard let creditor = try? OrganizationTaxCode(unchecked: request.parameter("tax_code")) else {
            throw Refusal.notFound
        }
        let path = request.path
        return try await secrets.makeAmountSecret(
            of: request.parameter("key"), creditor, by: request.caller,
            repeating: request.repeating { _ in .secretShownOnce(path, links) }
        ).reply { secret in
            .json(.created) { json in json.field("secret", secret.text) }
        }
    }
}

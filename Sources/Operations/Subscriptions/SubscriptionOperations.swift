import Accounts
import Cryptography
import Foundation
import Logging
import PagoPA
import Requests
import Storage

/// Webhook subscriptions: endpoints to which a background job sends events.
package struct SubscriptionOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let secretBox: SecretBox
    let outbox: Outbox
    let externalServices: ExternalServices
    let logger: Logger
    let publicURL: String

    /// One page of subscriptions, newest first: of the caller's key, or of every key for operators.
    package func list(page: PageRequest, for caller: Caller) async throws -> Page<WebhookSubscription> {
        try await store.read(within: caller.tenancy, Subscriptions.list(of: caller.ownLineage, page: page))
    }

    package func show(_ id: Identifier<WebhookSubscription>, for caller: Caller) async throws -> WebhookSubscription {
        guard
            let found = try await store.read(
                within: caller.tenancy, Subscriptions.show(id, of: caller.ownLineage))
        else { throw Refusal.notFound }
        return found
    }

    /// One page of the tries, newest first.
    package func listDeliveries(
        of id: Identifier<WebhookSubscription>, page: PageRequest, for caller: Caller
    ) async throws -> Page<WebhookDelivery> {
        let (found, deliveries) = try await store.read(
            within: caller.tenancy, Subscriptions.show(id, of: caller.ownLineage),
            Subscriptions.deliveries(of: id, page: page))
        guard found != nil else { throw Refusal.notFound }
        return deliveries
    }

    /// The secrets with which a call is signed now, newest first.
    func secrets(of id: Identifier<WebhookSubscription>, within tenancy: Tenancy) async throws -> [WebhookSecret] {
        try await store.read(within: tenancy, Subscriptions.secrets(of: id, at: clock())).map(opened)
    }

    /// - Throws: `SecretBox.Failure`.
    private func opened(_ stored: SubscriptionSecret) throws -> WebhookSecret {
        try stored.opened(with: secretBox)
    }
}

extension Caller {
    /// The owner of the subscriptions that this caller sees; `nil` for operators, who see all.
    var ownLineage: APIKeyID? { kind == .ops ? nil : key.lineage }
}

extension SubscriptionSecret {
    /// The associated data of a ciphertext: it binds the ciphertext to its row.
    static func context(_ id: UUID, of subscription: Identifier<WebhookSubscription>) -> String {
        "webhook_subscription_secrets \(subscription) \(Identifier<SubscriptionSecret>(uuid: id))"
    }

    /// - Throws: `SecretBox.Failure`.
    func opened(with box: SecretBox) throws -> WebhookSecret {
        try WebhookSecret(bytes: box.open(sealed, for: Self.context(id, of: subscription)))
    }
}

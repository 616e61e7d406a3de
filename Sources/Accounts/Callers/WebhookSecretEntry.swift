import PagoPA

/// A list entry of a webhook secret; it never contains the secret.
package struct WebhookSecretEntry: Sendable, Equatable {
    package let id: WebhookSecretID
    package let psp: PSPID
    package let createdAt: Instant
    package let revokedAt: Instant?

    package init(id: WebhookSecretID, psp: PSPID, createdAt: Instant, revokedAt: Instant?) {
        self.id = id
        self.psp = psp
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }
}

package enum WebhookSecretTag {}
package typealias WebhookSecretID = Identifier<WebhookSecretTag>

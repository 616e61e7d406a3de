import PagoPA

/// A list entry of a webhook secret; it never contains the secret.
package struct WebhookSecretEntry: Sendable, Equatable {
    package let id: WebhookSecretID
    package let psp: PSPID
    package let createdAt: Instant
    package let revokedAt: Instant?
    /// When the PSP last signed with it, up to an hour ago; `nil`: never since this is recorded.
    package let lastUsedAt: Instant?

    package init(id: WebhookSecretID, psp: PSPID, createdAt: Instant, revokedAt: Instant?, lastUsedAt: Instant? = nil) {
        self.id = id
        self.psp = psp
        self.createdAt = createdAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
    }
}

package enum WebhookSecretTag {}
package typealias WebhookSecretID = Identifier<WebhookSecretTag>

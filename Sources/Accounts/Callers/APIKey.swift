import PagoPA

/// What a key may be used for. The wire names are `rawValue`.
package enum Scope: String, Sendable, CaseIterable {
    case positionsRead = "positions:read"
    case positionsWrite = "positions:write"
    case paymentsWrite = "payments:write"
    case receiptsRead = "receipts:read"
    /// See and resolve what did not fit, of one's own creditors; with it, receipts in quarantine are seen too.
    case anomaliesWrite = "anomalies:write"
    /// Decide refunds and say how they went.
    case refundsWrite = "refunds:write"
    case notificationsRead = "notifications:read"
    /// See the e-mails about one's own receipts and try them again.
    case notificationsWrite = "notifications:write"
    case pspListWrite = "psp-list:write"
    /// Accounts and sessions of citizens, for front ends where they sign in.
    case citizens
    case operations
}

package enum CallerKind: String, Sendable, CaseIterable {
    case frontend
    case creditor
    case ops
}

/// A caller's credential as kept: never the secret, only its digest.
package struct APIKey: Sendable, Equatable {
    package let id: APIKeyID
    /// The first of the keys that replaced one another: a caller stays the same caller when its key is rotated.
    package let lineage: APIKeyID
    package let name: String
    package let kind: CallerKind
    /// The public part, by which people recognise the key.
    package let prefix: String
    package let scopes: [Scope]
    package let creditors: [OrganizationTaxCode]
    /// Whose pages may read what this key is answered.
    package let allowedOrigins: [WebOrigin]
    package let createdAt: Instant
    package let expiresAt: Instant?
    /// The end that the first key was made with. A key that was replaced may end earlier; no key that replaces it ends later.
    package let lineageExpiresAt: Instant?
    package let revokedAt: Instant?
    package let lastUsedAt: Instant?
    /// Grows with each change but that of `lastUsedAt`.
    package let rowVersion: Int

    package init(
        id: APIKeyID, name: String, kind: CallerKind, prefix: String, scopes: [Scope],
        creditors: [OrganizationTaxCode], allowedOrigins: [WebOrigin] = [], createdAt: Instant,
        expiresAt: Instant? = nil, revokedAt: Instant? = nil, lastUsedAt: Instant? = nil,
        lineage: APIKeyID? = nil, lineageExpiresAt: Instant? = nil, rowVersion: Int = 1
    ) {
        self.id = id
        self.lineage = lineage ?? id
        self.name = name
        self.kind = kind
        self.prefix = prefix
        self.scopes = scopes
        self.creditors = creditors
        self.allowedOrigins = allowedOrigins
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lineageExpiresAt = lineageExpiresAt ?? (self.lineage == id ? expiresAt : nil)
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
        self.rowVersion = rowVersion
    }

    /// Ops keys reach every creditor; all others only the ones they are bound to.
    package var tenancy: Tenancy {
        kind == .ops ? .everyCreditor : .only(creditors, seesQuarantine: holds(.anomaliesWrite))
    }

    /// A front end that starts payments may sign in those who pay; to sign in and no more, there is a scope of its own.
    package func holds(_ scope: Scope) -> Bool {
        scopes.contains(scope) || (scope == .citizens && kind != .creditor && scopes.contains(.paymentsWrite))
    }

    package func isValid(at now: Instant) -> Bool {
        if let revokedAt, revokedAt <= now { return false }
        if let expiresAt, expiresAt <= now { return false }
        return true
    }
}

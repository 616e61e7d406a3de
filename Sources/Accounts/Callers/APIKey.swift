import PagoPA

/// A permission of an API key. The wire names are `rawValue`.
package enum Scope: String, Sendable, CaseIterable {
    case positionsRead = "positions:read"
    case positionsWrite = "positions:write"
    case paymentsWrite = "payments:write"
    case receiptsRead = "receipts:read"
    /// See and resolve anomalies of the key's creditors; this includes receipts in quarantine.
    case anomaliesWrite = "anomalies:write"
    /// Approve or reject refunds and record their result.
    case refundsWrite = "refunds:write"
    case notificationsRead = "notifications:read"
    /// See and retry the e-mails about receipts of the key's creditors.
    case notificationsWrite = "notifications:write"
    /// Follow the changes of the key's creditors.
    case eventsRead = "events:read"
    case pspListWrite = "psp-list:write"
    /// Accounts and sessions of citizens, for front ends where citizens sign in.
    case citizens
    case operations
}

package enum CallerKind: String, Sendable, CaseIterable {
    case frontend
    case creditor
    /// A front end or back office of test creditors.
    case test
    case ops
    /// A key in a web page, which every visitor can read. It does nothing alone but show public lists and notices, and let citizens sign in.
    case browser
}

/// A stored API key. Only the digest of its secret is stored, never the secret.
package struct APIKey: Sendable, Equatable {
    package let id: APIKeyID
    /// The first key of a chain of rotations: the caller stays the same when its key is rotated.
    package let lineage: APIKeyID
    package let name: String
    package let kind: CallerKind
    /// The public part, by which people recognize the key.
    package let prefix: String
    package let scopes: [Scope]
    package let creditors: [OrganizationTaxCode]
    /// The origins whose pages may read responses to this key (CORS).
    package let allowedOrigins: [WebOrigin]
    package let createdAt: Instant
    package let expiresAt: Instant?
    /// The expiry of the first key of the chain. A replaced key may expire earlier; its successors never expire later.
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

    /// Ops keys see all creditors; all other keys see only their own creditors. A browser key sees no data of persons.
    package var tenancy: Tenancy {
        switch kind {
        case .ops: .everyCreditor
        case .frontend, .creditor, .test: .only(creditors, seesQuarantine: holds(.anomaliesWrite))
        case .browser: .registry(creditors)
        }
    }

    /// The positions whose notices its users may look up and pay.
    package var noticeTenancy: Tenancy {
        kind == .ops ? .everyCreditor : .only(creditors, seesQuarantine: false)
    }

    /// Whether a page of this origin may use the key; any caller may use a key that is not for browsers.
    package func allows(_ origin: WebOrigin?) -> Bool {
        kind != .browser || origin.map(allowedOrigins.contains) ?? false
    }

    /// Front ends that may start payments may also sign in citizens; the scope `citizens` allows only the sign-in.
    package func holds(_ scope: Scope) -> Bool {
        scopes.contains(scope)
            || (scope == .citizens && (kind == .frontend || kind == .ops) && scopes.contains(.paymentsWrite))
    }

    package func isValid(at now: Instant) -> Bool {
        if let revokedAt, revokedAt <= now { return false }
        if let expiresAt, expiresAt <= now { return false }
        return true
    }
}

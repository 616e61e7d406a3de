import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

/// A new API key. The service shows its secret only in this response.
package struct MadeAPIKey: Sendable {
    package let key: APIKey
    package let secret: String
}

package struct APIKeyRequest: Sendable {
    package let name: String
    package let kind: CallerKind
    package let scopes: [Scope]
    package let creditors: [OrganizationTaxCode]
    package let allowedOrigins: [WebOrigin]
    package let expiresAt: Instant?

    package init(
        name: String, kind: CallerKind, scopes: [Scope], creditors: [OrganizationTaxCode],
        allowedOrigins: [WebOrigin] = [], expiresAt: Instant?
    ) {
        self.name = name
        self.kind = kind
        self.scopes = scopes
        self.creditors = creditors
        self.allowedOrigins = allowedOrigins
        self.expiresAt = expiresAt
    }

    /// The names of the members that differ from those of the key.
    func changes(of key: APIKey) -> [String] {
        var changes: [String] = []
        if name != key.name { changes.append("name") }
        if scopes != key.scopes { changes.append("scopes") }
        if creditors != key.creditors { changes.append("creditors") }
        if allowedOrigins != key.allowedOrigins { changes.append("allowed_origins") }
        return changes
    }

    func faults(now: Instant) -> [Fault] {
        var faults: [Fault] = []
        if scopes.isEmpty { faults.append(Fault("/scopes", .required, "must name at least one scope")) }
        if kind != .ops, creditors.isEmpty {
            faults.append(Fault("/creditors", .required, "must name at least one creditor"))
        }
        if kind == .ops, !creditors.isEmpty {
            faults.append(Fault("/creditors", .notAllowed, "an ops key reaches every creditor"))
        }
        if kind != .ops, kind != .browser, scopes.contains(.operations) || scopes.contains(.pspListWrite) {
            faults.append(Fault("/scopes", .notAllowed, "operations and psp-list:write are allowed for ops keys only"))
        }
        let backOffice: Set<Scope> = [
            .positionsWrite, .anomaliesWrite, .refundsWrite, .notificationsRead, .notificationsWrite,
        ]
        for scope in scopes where kind == .frontend && backOffice.contains(scope) {
            faults.append(Fault("/scopes", .notAllowed, "\(scope.rawValue) is not allowed for front ends"))
        }
        if kind == .creditor || kind == .test, scopes.contains(.citizens) {
            faults.append(Fault("/scopes", .notAllowed, "citizens is not allowed for back offices and test keys"))
        }
        for scope in scopes where kind == .browser && !scope.isForCitizens {
            faults.append(Fault("/scopes", .notAllowed, "\(scope.rawValue) is not allowed for browser keys"))
        }
        if kind == .browser, allowedOrigins.isEmpty {
            faults.append(Fault("/allowed_origins", .required, "must name at least one origin"))
        }
        if kind == .ops, !allowedOrigins.isEmpty {
            faults.append(Fault("/allowed_origins", .notAllowed, "an ops key must not be used in a browser"))
        }
        if let expiresAt, expiresAt <= now { faults.append(Fault("/expires_at", .inThePast, "must lie in the future")) }
        return faults
    }
}

extension CallerOperations {
    package static let maximumOverlapSeconds = 604_800

    /// Whether a valid key allows pages of this origin to read responses (CORS).
    package func isOriginOfAnyKey(_ origin: WebOrigin) async throws -> Bool {
        let now = clock()
        return try await store.read(within: .everyCreditor, APIKeys.isOriginOfAny(origin, at: now))
    }

    /// - Parameter caller: `nil` on the command line, because its user has access to the database anyway.
    package func makeAPIKey(_ request: APIKeyRequest, by caller: Caller?, repeating: Repeating<MadeAPIKey>? = nil)
        async throws -> Once<MadeAPIKey>
    {
        let faults = request.faults(now: clock())
        guard faults.isEmpty else { throw Refusal.invalid(faults) }
        let token = try APIKeyToken.make()
        return try await once(repeating, within: caller?.tenancy ?? .everyCreditor) { tx, now in
            let key = APIKey(
                id: newID(), name: request.name, kind: request.kind, prefix: token.prefix, scopes: request.scopes,
                creditors: request.creditors, allowedOrigins: request.allowedOrigins, createdAt: now,
                expiresAt: request.expiresAt)
            try await demandKnown(request.creditors, for: request.kind, in: tx)
            tx.insert(key, digest: token.digest)
            tx.journal(
                JournalEntry(.keyMade, by: caller?.actor ?? .commandLine, note: token.prefix), at: now)
            return MadeAPIKey(key: key, secret: token.text)
        }
    }

    /// Test keys reach test creditors only, and no other key does. Triggers of the database demand the same.
    private func demandKnown(_ creditors: [OrganizationTaxCode], for kind: CallerKind, in tx: Transaction) async throws
    {
        for (index, creditor) in creditors.enumerated() {
            guard let isTest = try await tx.ask(Creditors.isTest(creditor)) else {
                throw Refusal.invalid([Fault("/creditors/\(index)", .unknownReference, "is not a known creditor")])
            }
            guard isTest == (kind == .test) else {
                let detail = isTest ? "is a test creditor, which only test keys reach" : "is not a test creditor"
                throw Refusal.invalid([Fault("/creditors/\(index)", .notAllowed, detail)])
            }
        }
    }

    /// - Throws: `Refusal.notFound`.
    package func showAPIKey(_ id: APIKeyID, for caller: Caller) async throws -> APIKey {
        guard let key = try await store.read(within: caller.tenancy, APIKeys.show(id)) else { throw Refusal.notFound }
        return key
    }

    /// Changes the name and the rights of a key immediately, on every instance, without a new secret. Other keys of its chain of rotations
    /// are not changed. Repeating the request is a no-op.
    /// - Parameters:
    ///   - wanted: the new content, or the error of the request's body, which is reported after a failed precondition. Its kind is the
    ///     key's, and its expiry is ignored.
    ///   - precondition: checked against the locked key (`If-Match`).
    /// - Throws: `Refusal.notFound` also for a key that is expired or revoked, `.preconditionFailed`, `.invalid`.
    package func changeAPIKey(
        _ id: APIKeyID, to wanted: Result<APIKeyRequest, any Error>, by caller: Caller,
        demanding precondition: Precondition<APIKey> = .none
    ) async throws -> APIKey {
        let now = clock()
        return try await store.transaction(within: caller.tenancy) { tx in
            guard let key = try await tx.ask(APIKeys.show(id, locking: true)) else { throw Refusal.notFound }
            try precondition.demand(key)
            guard key.isValid(at: now) else { throw Refusal.notFound }
            let request = try wanted.get()
            let faults = request.faults(now: now)
            guard faults.isEmpty else { throw Refusal.invalid(faults) }
            let changes = request.changes(of: key)
            if changes.isEmpty { return key }
            try await demandKnown(request.creditors, for: key.kind, in: tx)
            tx.update(
                id, name: request.name, scopes: request.scopes, creditors: request.creditors,
                allowedOrigins: request.allowedOrigins)
            tx.journal(
                JournalEntry(.keyChanged, by: caller.actor, note: "\(key.prefix) \(changes.joined(separator: " "))"),
                at: now)
            guard let changed = try await tx.ask(APIKeys.show(id)) else { throw Refusal.notFound }
            return changed
        }
    }

    package func listAPIKeys(page: PageRequest, for caller: Caller?) async throws -> Page<APIKey> {
        return try await store.read(within: caller?.tenancy ?? .everyCreditor, APIKeys.list(page: page))
    }

    /// Revokes a key immediately, on every instance. Repeating the request is a no-op.
    package func revokeAPIKey(_ id: APIKeyID, by caller: Caller?) async throws {
        let now = clock()
        try await store.transaction(within: caller?.tenancy ?? .everyCreditor) { tx in
            guard let key = try await tx.ask(APIKeys.show(id)) else { throw Refusal.notFound }
            tx.revoke(id, at: now)
            tx.journal(
                JournalEntry(.keyRevoked, by: caller?.actor ?? .commandLine, note: key.prefix), at: now)
        }
    }

    /// Creates a new key with the same rights, expiry and Idempotency-Keys. The old key expires after the overlap.
    package func rotateAPIKey(
        _ id: APIKeyID, overlapSeconds: Int, by caller: Caller?, repeating: Repeating<MadeAPIKey>? = nil
    )
        async throws -> Once<MadeAPIKey>
    {
        let token = try APIKeyToken.make()
        return try await once(repeating, within: caller?.tenancy ?? .everyCreditor) { tx, now in
            guard let old = try await tx.ask(APIKeys.show(id)), old.isValid(at: now) else { throw Refusal.notFound }
            // The old key may itself be in the overlap of an earlier rotation: the new key then uses the expiry of the original key.
            let key = APIKey(
                id: newID(), name: old.name, kind: old.kind, prefix: token.prefix, scopes: old.scopes,
                creditors: old.creditors, allowedOrigins: old.allowedOrigins, createdAt: now,
                expiresAt: old.lineageExpiresAt, lineage: old.lineage, lineageExpiresAt: old.lineageExpiresAt)
            tx.insert(key, digest: token.digest, rotatedFrom: id)
            tx.expire(id, at: now.adding(seconds: overlapSeconds))
            tx.journal(
                JournalEntry(.keyMade, by: caller?.actor ?? .commandLine, note: token.prefix), at: now)
            return MadeAPIKey(key: key, secret: token.text)
        }
    }
}

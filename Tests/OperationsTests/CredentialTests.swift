import Accounts
import Cryptography
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import TestSupport
import Testing

/// A cached key or session is only valid while the database agrees.
@Suite struct CredentialTests {
    enum Change: String, CaseIterable {
        case revoked = "revoked_at = now()"
        case expired = "expires_at = now()"
        case fewerCreditors = "creditors = ARRAY['12345678903']"
        case fewerScopes = "scopes = ARRAY['receipts:read']"
        case otherKind = "kind = 'frontend'"

        var endsKey: Bool { self == .revoked || self == .expired }

        var sql: SQL {
            switch self {
            case .revoked: "UPDATE api_keys SET revoked_at = now() WHERE name = 'Ufficio'"
            case .expired: "UPDATE api_keys SET expires_at = now() WHERE name = 'Ufficio'"
            case .fewerCreditors: "UPDATE api_keys SET creditors = ARRAY['12345678903'] WHERE name = 'Ufficio'"
            case .fewerScopes: "UPDATE api_keys SET scopes = ARRAY['receipts:read'] WHERE name = 'Ufficio'"
            case .otherKind: "UPDATE api_keys SET kind = 'frontend' WHERE name = 'Ufficio'"
            }
        }
    }

    @Test(arguments: Change.allCases)
    func `a change of a key counts in the very next request, for reads and writes`(change: Change) async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let token = try await Self.key(intermediary)
            let position = try await test.create(test.draft("a"), with: intermediary)
            _ = try await intermediary.callers.authenticate(token: token)

            // The key is cached, and the first transaction of the request confirms it.
            let before = try await intermediary.callers.authenticate(token: token, fromMemory: true)
            #expect(!before.isConfirmed)
            let shown = try await before.request { try await intermediary.positions.show(position.id, for: $0) }
            #expect(shown.position.id == position.id)
            #expect(before.isConfirmed)

            _ = try await test.pool.query(change.sql)

            let after = try await intermediary.callers.authenticate(token: token, fromMemory: true)
            await #expect(throws: CredentialChanged()) {
                try await after.request { try await intermediary.positions.show(position.id, for: $0) }
            }
            await #expect(throws: CredentialChanged()) {
                try await after.request {
                    try await intermediary.positions.create(
                        test.draft("b"), fingerprint: [UInt8](repeating: 8, count: 32), by: $0)
                }
            }
            await #expect(throws: CredentialChanged()) { try await intermediary.callers.confirm(after) }
            #expect(!after.isConfirmed)
            #expect(try await test.ask("SELECT external_id FROM positions") == ["a"])

            if change.endsKey {
                await #expect(throws: Refusal.unauthenticated) {
                    try await intermediary.callers.authenticate(token: token)
                }
            } else {
                let anew = try await intermediary.callers.authenticate(token: token)
                #expect(anew.isConfirmed && anew.key != before.key)
            }
        }
    }

    @Test func `writes that need no query are not executed for a key that has changed`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let token = try await Self.key(intermediary)
            _ = try await intermediary.callers.authenticate(token: token)
            let remembered = try await intermediary.callers.authenticate(token: token, fromMemory: true)
            _ = try await test.pool.query(Change.revoked.sql)

            await #expect(throws: CredentialChanged()) {
                try await remembered.request { caller in
                    try await test.store.transaction(within: caller.tenancy) { tx in
                        tx.journal(
                            JournalEntry(.creditorSaved, by: caller.actor, creditor: TestIntermediary.comune),
                            at: Instant(microseconds: 0))
                    }
                }
            }

            #expect(try await test.ask("SELECT kind FROM journal WHERE kind = 'creditor_saved'") == [])
        }
    }

    /// Statements normally filter by tenant themselves. Here they do not, so only the row-level security for the key's row applies.
    @Test func `the tenancy comes from the key's row, not from the cached key`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let token = try await Self.key(intermediary)
            let confirmed = try await intermediary.callers.authenticate(token: token)
            let names = Creditors.list(within: .everyCreditor, page: PageRequest()).map {
                $0.items.map(\.taxCode.value)
            }
            #expect(try await confirmed.request { try await test.store.read(within: $0.tenancy, names) }.count == 2)

            // The change happens during a request whose credential is already confirmed.
            _ = try await test.pool.query(Change.fewerCreditors.sql)

            #expect(
                try await confirmed.request { try await test.store.read(within: $0.tenancy, names) }
                    == [TestIntermediary.comune.value])
            // A key that is not in the database can read nothing.
            let unknown = RequestCredential(
                key: confirmed.key, keyDigest: [UInt8](repeating: 1, count: 32), isConfirmed: true)
            #expect(try await unknown.request { try await test.store.read(within: $0.tenancy, names) } == [])
        }
    }

    @Test func `a session that ended, and an account that changed, count in the very next request`() async throws {
        for change: SQL in [
            "UPDATE citizen_sessions SET ended_at = now(), ended_by = 'closed'",
            "UPDATE citizen_sessions SET access_expires_at = now()",
            "UPDATE citizen_sessions SET access_digest = sha256('another')",
            "UPDATE citizens SET given_name = 'Maria'", "UPDATE api_keys SET revoked_at = now()",
        ] {
            try await TestIntermediary.with { test in
                try await test.seed()
                let intermediary = try test.instance()
                let token = try await Self.key(intermediary)
                let position = try await test.create(test.draft("a"), with: intermediary)
                let access = try await Self.session(test, through: token, intermediary)
                let key = try await intermediary.callers.authenticate(token: token)
                _ = try await intermediary.callers.authenticate(citizenToken: access, beside: key)
                let remember = {
                    let key = try await intermediary.callers.authenticate(token: token, fromMemory: true)
                    return try await intermediary.callers.authenticate(
                        citizenToken: access, beside: key, fromMemory: true)
                }
                let before = try await remember()
                #expect(!before.isConfirmed && before.citizen?.fullName == "Mario Rossi")
                _ = try await before.request { try await intermediary.positions.show(position.id, for: $0) }
                #expect(before.isConfirmed)

                _ = try await test.pool.query(change)

                let after = try await remember()
                await #expect(throws: CredentialChanged(), "\(change.text)") {
                    try await after.request { try await intermediary.positions.show(position.id, for: $0) }
                }
            }
        }
    }

    @Test func `the last use of a busy key does not make it another`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let token = try await Self.key(intermediary)
            _ = try await intermediary.callers.authenticate(token: token)
            _ = try await test.pool.query("UPDATE api_keys SET last_used_at = now() + interval '1 minute'")

            let remembered = try await intermediary.callers.authenticate(token: token, fromMemory: true)
            try await intermediary.callers.confirm(remembered)

            #expect(remembered.isConfirmed)
        }
    }

    private static func key(_ intermediary: Intermediary) async throws -> String {
        let made = try await intermediary.callers.makeAPIKey(
            APIKeyRequest(
                name: "Ufficio", kind: .creditor,
                scopes: [.positionsRead, .positionsWrite, .receiptsRead, .paymentsWrite],
                creditors: [TestIntermediary.comune, TestIntermediary.provincia], expiresAt: nil), by: nil)
        guard case .done(let key) = made else { throw TestIntermediary.Unexpected() }
        return key.secret
    }

    /// A session of the debtor of the tests' positions.
    private static func session(
        _ test: TestIntermediary, through token: String, _ intermediary: Intermediary
    ) async throws -> String {
        let access = try Token.make(.access)
        let key = try await intermediary.callers.authenticate(token: token).key
        _ = try await test.pool.query(
            """
            INSERT INTO citizens (id, kind, status, tax_code, given_name, family_name, birth_date, birth_place, address,
                email, language, password_hash, created_at, updated_at, verified_at)
            VALUES (\(key.id.uuid), 'aire', 'active', 'RSSMRA80A01H501U', 'Mario', 'Rossi', '1980-01-01', 'Roma',
                '{"street":"s","postal_code":"1","city":"c","country":"BE"}', 'mario@example.org', 'it', '$argon2id$',
                now(), now(), now())
            """)
        _ = try await test.pool.query(
            """
            INSERT INTO citizen_sessions (id, citizen_id, api_key_id, access_digest, access_expires_at, refresh_digest,
                refresh_expires_at, created_at)
            VALUES (\(key.id.uuid), \(key.id.uuid), \(key.id.uuid), \(access.digest), now() + interval '15 minutes',
                sha256('refresh'), now() + interval '1 day', now())
            """)
        return access.text
    }
}

extension RequestCredential {
    /// Runs `body` as a request with this credential.
    func request<R>(_ body: (Caller) async throws -> R) async throws -> R {
        try await RequestCredential.$current.withValue(self) {
            try await body(caller)
        }
    }
}

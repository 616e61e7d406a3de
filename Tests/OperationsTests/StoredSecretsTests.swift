import Accounts
import Cryptography
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Testing
import Text

/// Webhook secrets are encrypted in the database, and are encrypted again when `SECRETS_KEY` is rotated.
@Suite struct StoredSecretsTests {
    private static let old = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    private static let new = "cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk="
    private static let psp = Result { try PSPID("ABCDITMM") }

    private func make(_ instance: Intermediary, _ psp: String = "ABCDITMM") async throws -> WebhookSecret {
        guard case .done(let made) = try await instance.secrets.make(of: PSPID(psp), by: nil) else {
            throw Refusal.notFound
        }
        return made.secret
    }

    @Test func `a secret is stored encrypted, and read back for its own PSP`() async throws {
        try await TestIntermediary.with { test in
            let instance = try test.instance(secretsKey: Self.new)
            #expect(try await instance.secrets.encryptStored() == 0)
            let secret = try await make(instance)
            let other = try await make(instance, "OTHERITM")

            #expect(try await instance.secrets.valid(of: Self.psp.get()) == [secret])
            #expect(try await instance.secrets.valid(of: PSPID("OTHERITM")) == [other])
            #expect(try await instance.secrets.valid(of: PSPID("NOBODYXX")).isEmpty)
            let stored = try await test.ask("SELECT encode(sealed, 'hex') FROM webhook_secrets WHERE secret IS NULL")
            #expect(stored.count == 2)
            for text in stored {
                #expect(!text.contains(Hex.encode(secret.bytes)) && !text.contains(Hex.encode(other.bytes)))
            }
        }
    }

    @Test func `the use of a secret is recorded at most once an hour, and never waits for a lock`() async throws {
        try await TestIntermediary.with { test in
            let instance = try test.instance(secretsKey: Self.new)
            _ = try await instance.secrets.encryptStored()
            _ = try await make(instance)
            func entry(_ instance: Intermediary) async throws -> PSPSecret {
                try #require(try await instance.secrets.validEntries(of: Self.psp.get()).first)
            }
            try await instance.secrets.recordUse(of: entry(instance))
            let first = try #require(try await entry(instance).lastUsedAt)
            for skew in [0, 3_500] {
                let other = try test.instance(skewSeconds: skew, secretsKey: Self.new)
                try await other.secrets.recordUse(of: entry(other))
                #expect(try await entry(other).lastUsedAt == first)
            }
            let later = try test.instance(skewSeconds: 3_700, secretsKey: Self.new)
            let old = try await entry(later)
            try await test.store.transaction(within: .everyCreditor) { tx in
                _ = try await tx.lockStoredSecrets()
                try await later.secrets.recordUse(of: old)
            }
            #expect(try await entry(later).lastUsedAt == first)
            // This instance does not record it again within the hour, but another one does.
            let last = try test.instance(skewSeconds: 3_700, secretsKey: Self.new)
            try await last.secrets.recordUse(of: entry(last))
            let again = try #require(try await entry(last).lastUsedAt)
            #expect(again.seconds(until: first) < -3_600)
        }
    }

    @Test func `a check names the secret that matches, also a revoked one, and stores nothing`() async throws {
        try await TestIntermediary.with { test in
            let instance = try test.instance(secretsKey: Self.new)
            _ = try await instance.secrets.encryptStored()
            let psp = try Self.psp.get()
            let old = try await make(instance)
            let oldID = try #require(try await instance.secrets.validEntries(of: psp).first?.id)
            _ = try await make(instance)
            try await instance.secrets.revoke(oldID, of: psp, by: nil)
            let body = Array("{}".utf8)
            let now = instance.clock().unixSeconds
            let lines = WebhookSignature.Lines(
                id: ["m"], timestamp: ["\(now)"],
                signature: [WebhookSignature.sign(id: "m", timestamp: now, body: body, secret: old)])

            let check = try await instance.secrets.check(lines, body: body, of: psp, for: .ops)
            #expect(check.secrets.map(\.matches) == [false, true] && check.secrets.last?.entry.id == oldID)
            #expect(check.diagnosis.causes == [.secretRevoked] && check.diagnosis.verdict == .noMatch)
            #expect(
                try await instance.secrets.check(lines, body: body, of: PSPID("NOBODYXX"), for: .ops).secrets.isEmpty)
            #expect(try await test.ask("SELECT 'x' FROM webhook_secrets WHERE last_used_at IS NOT NULL").isEmpty)
        }
    }

    @Test func `a ciphertext moved to another PSP's row is not read`() async throws {
        try await TestIntermediary.with { test in
            let instance = try test.instance(secretsKey: Self.new)
            _ = try await instance.secrets.encryptStored()
            _ = try await make(instance)
            _ = try await make(instance, "OTHERITM")
            _ = try await test.pool.query(
                """
                UPDATE webhook_secrets SET sealed = (SELECT sealed FROM webhook_secrets WHERE psp_id = 'OTHERITM')
                WHERE psp_id = 'ABCDITMM'
                """)
            await #expect(throws: SecretBox.Failure.damaged) {
                try await instance.secrets.valid(of: Self.psp.get())
            }
        }
    }

    @Test func `plain-text secrets are encrypted once, and cannot be written any more`() async throws {
        try await TestIntermediary.with { test in
            // Rows as an older version stored them.
            _ = try await test.pool.query(
                "ALTER TABLE webhook_secrets DROP CONSTRAINT webhook_secrets_encrypted_check")
            let plain = try WebhookSecret.make()
            _ = try await test.pool.query(
                """
                INSERT INTO webhook_secrets (id, psp_id, secret, created_at, revoked_at)
                VALUES (gen_random_uuid(), 'ABCDITMM', \(plain.bytes), now(), NULL),
                    (gen_random_uuid(), 'ABCDITMM', \(plain.bytes), now() - interval '1 day', now())
                """)
            _ = try await test.pool.query(
                """
                ALTER TABLE webhook_secrets
                    ADD CONSTRAINT webhook_secrets_encrypted_check CHECK (secret IS NULL) NOT VALID
                """)
            let instance = try test.instance(secretsKey: Self.new)
            #expect(try await instance.secrets.valid(of: Self.psp.get()) == [plain])

            #expect(try await instance.secrets.encryptStored() == 2)
            #expect(try await instance.secrets.encryptStored() == 0)

            #expect(try await instance.secrets.valid(of: Self.psp.get()) == [plain])
            #expect(try await test.ask("SELECT count(*)::text FROM webhook_secrets WHERE secret IS NOT NULL") == ["0"])
            #expect(
                try await test.ask(
                    "SELECT convalidated::text FROM pg_constraint WHERE conname = 'webhook_secrets_encrypted_check'")
                    == ["true"])
            await #expect(throws: (any Error).self) {
                try await test.pool.query(
                    """
                    INSERT INTO webhook_secrets (id, psp_id, secret, created_at)
                    VALUES (gen_random_uuid(), 'ABCDITMM', sha256('s'), now())
                    """)
            }
            #expect(
                try await test.ask("SELECT note FROM journal WHERE kind = 'secrets_encrypted'") == ["2"])
        }
    }

    @Test func `a wrong key and a missing key check are reported at start`() async throws {
        try await TestIntermediary.with { test in
            let right = try test.instance(secretsKey: Self.new)
            await #expect(throws: SecretsKeyFailure.notPrepared) { try await right.secrets.verifyKey() }
            _ = try await right.secrets.encryptStored()
            try await right.secrets.verifyKey()

            let wrong = try test.instance(secretsKey: Self.old)
            await #expect(throws: SecretsKeyFailure.wrongKey) { try await wrong.secrets.verifyKey() }
            await #expect(throws: SecretsKeyFailure.wrongKey) { try await wrong.secrets.encryptStored() }
            await #expect(throws: SecretsKeyFailure.wrongKey) { try await wrong.secrets.rotateKey() }
            try await right.secrets.verifyKey()
        }
    }

    @Test func `a key is replaced without losing a secret`() async throws {
        try await TestIntermediary.with { test in
            let before = try test.instance(secretsKey: Self.old)
            _ = try await before.secrets.encryptStored()
            let first = try await make(before)

            let during = try test.instance(secretsKey: "\(Self.new),\(Self.old)")
            try await during.secrets.verifyKey()
            let second = try await make(during)
            #expect(try await during.secrets.valid(of: Self.psp.get()) == [second, first])

            // If the old key is removed too early, the command reports it and no secret is lost.
            let early = try test.instance(secretsKey: Self.new)
            await #expect(throws: SecretsKeyFailure.wrongKey) { try await early.secrets.verifyKey() }
            await #expect(throws: SecretsKeyFailure.keyMissing) { try await before.secrets.verifyKey() }

            try await test.seed()
            for _ in 0..<2 {
                _ = try await before.secrets.makeAmountSecret(of: "mensa", TestIntermediary.comune, by: .office)
            }
            #expect(try await during.secrets.rotateKey() == 2)
            #expect(try await during.secrets.rotateKey() == 0)

            try await early.secrets.verifyKey()
            #expect(try await early.secrets.valid(of: Self.psp.get()) == [second, first])
            await #expect(throws: SecretsKeyFailure.wrongKey) { try await before.secrets.verifyKey() }
        }
    }

    @Test func `front ends, creditors and citizens read no secret`() async throws {
        try await TestIntermediary.with { test in
            let instance = try test.instance(secretsKey: Self.new)
            _ = try await instance.secrets.encryptStored()
            _ = try await make(instance)
            let creditor = try OrganizationTaxCode("12345678903")
            for tenancy: Tenancy in [
                .only([creditor]), .citizen(try TaxCode("RSSMRA80A01H501U")), .psp(try PSPID("OTHERITM")),
            ] {
                let seen = try await test.store.transaction(within: tenancy) { tx in
                    try await tx.ask(Secrets.valid(of: Self.psp.get()))
                }
                #expect(seen.isEmpty, "\(tenancy)")
            }
        }
    }
}

import Accounts
import PagoPA
import Postgres
import Testing

@testable import Storage

/// The constraints of PostgreSQL on accounts, which apply to every writer.
@Suite(.serialized) struct CitizenConstraintTests {
    private static let refused: [(SQL, String)] = [
        ("UPDATE citizens SET kind = 'tourist'", "citizens_kind_check"),
        ("UPDATE citizens SET status = 'gone'", "citizens_status_check"),
        ("UPDATE citizens SET proved_by = 'word'", "citizens_proved_by_check"),
        ("UPDATE mail_tokens SET email = 'a@example.org'", "mail_tokens_new_email_check"),
        ("UPDATE mail_tokens SET kind = 'change_email'", "mail_tokens_new_email_check"),
        ("UPDATE citizens SET tax_code = '12345678903'", "citizens_tax_code_check"),
        ("UPDATE citizens SET password_hash = 'geheim'", "citizens_password_check"),
        ("UPDATE citizens SET kind = 'resident'", "citizens_address_check"),
        ("UPDATE citizens SET address = address || '{\"country\":\"IT\"}'", "citizens_address_check"),
        (
            "UPDATE citizens SET kind = 'resident', address = address || '{\"country\":\"IT\",\"province\":\"TO\",\"postal_code\":\"1012\"}'",
            "citizens_address_check"
        ),
        ("UPDATE citizens SET email = NULL", "citizens_erased_check"),
        ("UPDATE citizens SET email = NULL, password_hash = NULL, birth_date = NULL", "citizens_erased_check"),
        (
            "UPDATE citizens SET email = NULL, birth_date = NULL, birth_place = NULL", "citizens_erased_check"
        ),
        ("UPDATE citizens SET password_hash = NULL", "citizens_erased_check"),
        ("UPDATE citizens SET status = 'erased', erased_at = now()", "citizens_erased_check"),
        ("UPDATE citizens SET status = 'pending'", "citizens_verified_check"),
        ("UPDATE citizens SET language = 'xx'", "citizens_language_check"),
        ("UPDATE citizens SET tax_code = 'RSSMRA80A01H501U'", "citizens_tax_code_key"),
        (
            "UPDATE citizens SET email = CASE tax_code WHEN 'RSSMRA80A01H501U' THEN 'A@example.org' ELSE 'a@example.org' END",
            "citizens_email_key"
        ),
        ("UPDATE consents SET document = 'cookies'", "consents_document_check"),
        ("UPDATE citizen_sessions SET ended_at = now()", "citizen_sessions_ended_check"),
        ("UPDATE citizen_sessions SET access_digest = sha256('x')", "citizen_sessions_access_key"),
        ("UPDATE citizen_sessions SET refresh_digest = 'x'", "citizen_sessions_refresh_check"),
        ("UPDATE mail_tokens SET kind = 'test'", "mail_tokens_kind_check"),
        ("UPDATE used_id_tokens SET digest = 'x'", "used_id_tokens_digest_check"),
        ("UPDATE used_id_tokens SET digest = sha256('x')", "used_id_tokens_pkey"),
        ("UPDATE citizen_sessions SET ended_at = now(), ended_by = 'spid'", "citizen_sessions_ended_by_check"),
        ("UPDATE throttles SET tries = -1", "throttles_tries_check"),
        ("DELETE FROM citizens", "citizen_sessions_citizen_fkey"),
        (
            "UPDATE notifications SET citizen_id = (SELECT id FROM citizens LIMIT 1)", "notifications_citizen_check"
        ),
        ("UPDATE notifications SET receipt_id = NULL", "notifications_receipt_check"),
    ]

    @Test func `each invalid account violates a named constraint`() async throws {
        try await TestData.with { data in
            for (statement, constraint) in Self.refused {
                do {
                    try await data.pool.execute(statement)
                    Issue.record("\(statement.text)")
                } catch let error as PostgresError {
                    #expect(error.constraint == constraint, "\(statement.text): \(error)")
                }
            }
        }
    }

    @Test func `a non-resident may have any address, and an address in Italy must be Italian`() async throws {
        try await TestData.with { data in
            let italian = #"{"country":"IT","province":"TO","postal_code":"10121"}"#
            for address in [#"{"country":"BE"}"#, italian] {
                _ = try await data.pool.query(
                    "UPDATE citizens SET kind = 'non_resident', address = address || \(address)::jsonb")
            }
            for address in [#"{"postal_code":"1012"}"#, #"{"province":"Torino"}"#] {
                await #expect(throws: PostgresError.self) {
                    try await data.pool.execute("UPDATE citizens SET address = address || \(address)::jsonb")
                }
            }
        }
    }

    @Test func `a tax code has at most one verified account and any number of registrations`() async throws {
        try await TestData.with { data in
            _ = try await data.pool.query("DELETE FROM citizen_sessions")
            _ = try await data.pool.query("UPDATE citizens SET status = 'pending', verified_at = NULL")
            _ = try await data.pool.query(
                "UPDATE citizens SET tax_code = \(TestData.mario.value), email = 'mario@example.org'")
            let ids = try await data.pool.query("SELECT id FROM citizens").map { row in
                var row = row
                return try row.identifier(CitizenTag.self)
            }
            try #require(ids.count == 2)

            let first = try await data.store.transaction(within: .everyCreditor) { tx in
                try await tx.activate(ids[0], at: Instant(microseconds: 1))
            }

            #expect(first)
            await #expect(throws: StorageError.self) {
                try await data.store.transaction(within: .everyCreditor) { tx in
                    _ = try await tx.activate(ids[1], at: Instant(microseconds: 1))
                }
            }
        }
    }

    @Test func `a smart card finds the account of its tax code or creates one without a password`() async throws {
        try await TestData.with { data in
            let known = try await data.store.transaction(within: .everyCreditor) { tx in
                try await tx.account(orElse: .onCard(TestData.mario))
            }
            let card = Citizen.onCard(try TaxCode("BSCMTT83A12L719R"))
            let made = try await data.store.transaction(within: .everyCreditor) { tx in
                try await tx.account(orElse: card)
            }

            let found = try await data.store.transaction(within: .everyCreditor) { tx in
                try await tx.ask(
                    Citizens.credential(of: .taxCode(TestData.mario)), Citizens.credential(of: .taxCode(card.taxCode)))
            }
            #expect(known != nil && found.0?.citizen == known)
            #expect(made == card.id && found.1 == nil)
            let shown = try await data.store.transaction(within: .everyCreditor) { tx in
                try await tx.ask(Citizens.show(card.id))
            }
            #expect(shown == card)
        }
    }

    @Test func `an account that a smart card has proved loses its e-mail address, password and codes`() async throws {
        try await TestData.with { data in
            let now = Instant(microseconds: 1_800_000_000_000_000)
            let proved = try await data.store.transaction(within: .everyCreditor) { tx in
                let id = try #require(try await tx.account(orElse: .onCard(TestData.mario)))
                let other = try EmailAddress("altro@example.org")
                tx.insert(
                    mailToken: [UInt8](repeating: 7, count: 32), of: .changeEmail, for: id, proving: other,
                    until: now.adding(seconds: 60))
                tx.prove(id, by: .smartCard, givenName: "MARIO", familyName: nil, at: now)
                tx.endSessions(of: id, by: .smartCard, at: now)
                return try #require(try await tx.ask(Citizens.show(id)))
            }

            #expect(proved.provedBy == .smartCard && proved.email == nil && !proved.hasPassword)
            // Names on the card replace the registered names; a name that the card lacks does not change.
            #expect(proved.givenName == "MARIO" && proved.familyName == "Q")
            let left = try await data.store.transaction(within: .everyCreditor) { tx in
                let code = try await tx.spend(emailToken: [UInt8](repeating: 7, count: 32), of: proved.id, at: now)
                let credential = try await tx.ask(Citizens.credential(of: .taxCode(TestData.mario)))
                return (code, credential)
            }
            #expect(left.0 == nil && left.1 == nil)
            var row = try #require(
                try await data.pool.query(
                    "SELECT count(*) FROM citizen_sessions WHERE citizen_id = \(proved.id.uuid) AND ended_at IS NULL"
                ).first)
            #expect(try row.int() == 0)
            // The owner can set both again.
            _ = try await data.pool.query(
                "UPDATE citizens SET email = 'n@example.org', password_hash = '$argon2id$' WHERE id = \(proved.id.uuid)"
            )
        }
    }

    @Test func `a nonce is spent once, by whichever transaction is first`() async throws {
        try await TestData.with { data async throws in
            let digest = [UInt8](repeating: 7, count: 32)
            let end = Instant(microseconds: 1_800_000_000_000_000)
            let spend: @Sendable () async throws -> Bool = {
                try await data.store.transaction(within: .everyCreditor) {
                    try await $0.spend(nonce: digest, until: end)
                }
            }
            #expect(try await spend())
            #expect(try await !spend())
        }
    }

    @Test func `an account that an identity provider has proved may have neither mailbox nor password`() async throws {
        try await TestData.with { data in
            let now = Instant(microseconds: 1_800_000_000_000_000)
            let proved = try await data.store.transaction(within: .everyCreditor) { tx in
                let id = try #require(try await tx.account(orElse: .onCard(TestData.mario)))
                tx.prove(id, by: .identityProvider, givenName: nil, familyName: "ROSSI", at: now)
                tx.endSessions(of: id, by: .identityProvider, at: now)
                // Another proof later changes nothing.
                tx.prove(id, by: .smartCard, givenName: "X", familyName: nil, at: now)
                return try #require(try await tx.ask(Citizens.show(id)))
            }
            #expect(proved.provedBy == .identityProvider && proved.email == nil && !proved.hasPassword)
            #expect(proved.givenName == "Q" && proved.familyName == "ROSSI")
        }
    }

    @Test func `an erased account identifies no person and releases its tax code`() async throws {
        try await TestData.with { data in
            let mario = try await data.store.transaction(within: .everyCreditor) { tx in
                try #require(try await tx.ask(Citizens.credential(of: .taxCode(TestData.mario)))).citizen
            }

            try await data.store.transaction(within: .everyCreditor) { tx in
                tx.erase(mario, at: Instant(microseconds: 1))
            }

            var row = try #require(
                try await data.pool.query("SELECT to_jsonb(c)::text FROM citizens c WHERE id = \(mario.uuid)").first)
            let stored = try row.text()
            for word in [TestData.mario.value, "example.org", "Roma", "argon2"] { #expect(!stored.contains(word)) }
            let found = try await data.store.transaction(within: .everyCreditor) { tx in
                try await tx.ask(
                    Citizens.show(mario), Citizens.clashing(taxCode: TestData.mario, email: try EmailAddress("x@y.it")))
            }
            #expect(found.0 == nil && found.1.isEmpty)
        }
    }

    @Test(arguments: [(nil, nil), ("MARIO", nil), (nil, "ROSSI"), ("MARIO", "ROSSI")] as [(String?, String?)])
    func `a card with no name, or with part of a name, can sign in`(given: String?, family: String?) async throws {
        try await TestData.with { data in
            var row = try #require(try await data.pool.query("SELECT id FROM api_keys LIMIT 1").first)
            let key: APIKeyID = try row.identifier()
            let now = Instant(microseconds: 1_800_000_000_000_000)
            let digest = [UInt8](repeating: 9, count: 32)
            let taxCode = try TaxCode("BSCMTT83A12L719R")

            let citizen = try await data.store.transaction(within: .everyCreditor) { tx in
                let card = Citizen.onCard(taxCode, given: given, family: family)
                let id = try #require(try await tx.account(orElse: card))
                tx.insert(
                    CitizenSession(id: Identifier(uuid: id.uuid), citizen: id, key: key, openedAt: now),
                    access: digest, refresh: digest)
                return try await tx.ask(Sessions.signedIn(access: digest, key: key, at: now))
            }

            let name = [given, family].compactMap { $0 }.joined(separator: " ")
            #expect(citizen?.taxCode == taxCode)
            // A payer needs a name.
            #expect(citizen?.payer.fullName == (name.isEmpty ? taxCode.value : name))
        }
    }

    @Test func `the retention rules delete expired rows only`() async throws {
        try await TestData.with { data in
            _ = try await data.pool.query(
                "UPDATE citizens SET status = 'pending', verified_at = NULL WHERE tax_code = \(TestData.anna.value)")
            _ = try await data.pool.query(
                "DELETE FROM citizen_sessions s USING citizens c WHERE c.id = s.citizen_id AND c.status = 'pending'")
            let sweep: @Sendable (Instant) async throws -> [Int] = { end in
                try await data.store.transaction(within: .everyCreditor) { tx in
                    var counts: [Int] = []
                    for rule: RetentionRule in [
                        .smartCardTickets, .usedIDTokens, .mailCodes, .registrations, .sessions, .throttles,
                    ] {
                        counts.append(try await tx.deleteExpired(rule, before: end, limit: 10, at: end))
                    }
                    return counts
                }
            }

            #expect(try await sweep(Instant(microseconds: 1)) == [0, 0, 0, 0, 0, 0])
            #expect(try await sweep(Instant(microseconds: 4_000_000_000_000_000)) == [2, 2, 2, 1, 1, 1])

            var left: [String: Int] = [:]
            for table in OwnedTable.accounts {
                var row = try #require(
                    try await data.pool.query("SELECT count(*) FROM \(SQL.identifier(table.rawValue))").first)
                left[table.rawValue] = try row.int()
            }
            // Mario's account with its consent remains, and so does the address of the successful sign-in.
            #expect(
                left == [
                    "citizens": 1, "consents": 1, "citizen_sessions": 0, "spent_refresh_tokens": 0, "mail_tokens": 0,
                    "throttles": 1, "smart_card_tickets": 0, "used_id_tokens": 0,
                ])
        }
    }
}

extension Citizen {
    /// An account as a smart card with this tax code creates it.
    static func onCard(_ taxCode: TaxCode, given: String? = "MARIO", family: String? = nil) -> Citizen {
        var random = SystemRandomNumberGenerator()
        let now = Instant(microseconds: 1_800_000_000_000_000)
        return Citizen(
            id: Identifier.make(at: now, random: &random), kind: .resident, status: .active, taxCode: taxCode,
            givenName: given, familyName: family, birth: nil, address: nil, email: nil, language: .it, consents: [],
            provedBy: .smartCard, hasPassword: false, createdAt: now, updatedAt: now)
    }
}

import Accounts
import Cryptography
import Operations
import PagoPA
import Postgres
import Requests
import Testing

@Suite struct PasswordChangeTests {
    @Test func `a change of the account during a password change is retried without another attempt at the password`()
        async throws
    {
        try await TestIntermediary.with { test in
            let citizens = try test.instance().citizens
            defer { citizens.passwords.stop() }
            let caller = Caller.office
            let current = "quattro gatti sul tetto"
            let hash = try await citizens.passwords.hash(Array(current.utf8), for: "test")
            let id: CitizenID = try Identifier("0199c0de-0000-7000-8000-000000000001")
            _ = try await test.pool.query(
                """
                INSERT INTO citizens (id, kind, status, tax_code, given_name, family_name, birth_date, birth_place, address,
                    email, language, password_hash, created_at, updated_at, verified_at)
                VALUES (\(id.uuid), 'aire', 'active', 'RSSMRA80A01H501U', 'Mario', 'Rossi', '1980-01-01', 'Roma',
                    '{"street":"s","postal_code":"1","city":"c","country":"BE"}', 'mario@example.org', 'it', \(hash),
                    now(), now(), now())
                """)
            let citizen = SignedInCitizen(
                session: try Identifier("0199c0de-0000-7000-8000-000000000002"), citizen: id,
                taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Mario Rossi", email: nil, provedBy: .mailbox,
                rowVersion: 1)
            let change = CredentialChange(
                password: try Password("otto oche sulla riva"), currentPassword: current)

            let prepared = try await citizens.prepare(change, of: citizen, by: caller)
            var snapshots = 0
            _ = try await withSnapshot {
                try await citizens.showMe(citizen)
            } write: { seen in
                snapshots += 1
                if snapshots == 1 {
                    _ = try await test.pool.query(
                        "UPDATE citizens SET given_name = 'Maria', updated_at = now() WHERE id = \(id.uuid)")
                }
                let me = try #require(seen)
                return try await citizens.changeMe(
                    citizen, to: .success(CitizenChange(me)), by: caller, demanding: Precondition(.met, on: me),
                    credentials: prepared)
            }

            #expect(snapshots == 2)
            #expect(try await test.ask("SELECT tries::text FROM throttles") == ["1"])
            let stored = try await test.ask("SELECT password_hash FROM citizens")
            #expect(stored != [hash])
        }
    }
}

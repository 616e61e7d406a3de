import Accounts
import Foundation
import PagoPA
import Postgres

extension Transaction {
    /// Inserts a registration. It is pending, so it conflicts with no other account.
    package func insert(_ citizen: Citizen, passwordHash: String) {
        send(
            """
            INSERT INTO citizens (id, kind, status, tax_code, given_name, family_name, birth_date, birth_place, address,
                email, language, password_hash, created_at, updated_at)
            VALUES (\(citizen.id.uuid), \(citizen.kind.rawValue), \(citizen.status.rawValue), \(citizen.taxCode.value),
                \(citizen.givenName), \(citizen.familyName), \(citizen.birth?.date.sql), \(citizen.birth?.place),
                \(citizen.address.map(addressText))::jsonb, \(citizen.email?.value), \(citizen.language.rawValue),
                \(passwordHash), \(citizen.createdAt.sql), \(citizen.updatedAt.sql))
            """)
        for consent in citizen.consents {
            send(
                """
                INSERT INTO consents (citizen_id, document, version, given_at)
                VALUES (\(citizen.id.uuid), \(consent.document.rawValue), \(consent.version), \(consent.givenAt.sql))
                """)
        }
    }

    /// - Returns: whether the account was pending.
    /// - Throws: `StorageError.constraint` with `.citizensTaxCode` or `.citizensEmail` when another account was verified before.
    package func activate(_ citizen: CitizenID, at now: Instant) async throws -> Bool {
        try await execute(
            """
            UPDATE citizens SET \(change("status", by: .verified, of: CitizenStatus.self)), verified_at = \(now.sql),
                updated_at = \(now.sql)
            WHERE id = \(citizen.uuid) AND \(fits("status", .verified, of: CitizenStatus.self))
            """) == 1
    }

    package func change(_ citizen: CitizenID, _ change: CitizenChange, at now: Instant) {
        send(
            """
            UPDATE citizens SET kind = \(change.kind.rawValue), given_name = \(change.givenName),
                family_name = \(change.familyName), address = \(change.address.map(addressText))::jsonb,
                language = \(change.language.rawValue), updated_at = \(now.sql)
            WHERE id = \(citizen.uuid) AND status = 'active'
            """)
    }

    /// - Parameter replacing: the hash that must still be stored; nil replaces any hash.
    package func save(passwordHash: String, of citizen: CitizenID, replacing old: String? = nil) {
        let unchanged: SQL = old.map { "password_hash = \($0)" } ?? "TRUE"
        send(
            """
            UPDATE citizens SET password_hash = \(passwordHash)
            WHERE id = \(citizen.uuid) AND status = 'active' AND \(unchanged)
            """)
    }

    /// Erases all data of the account except an id, two dates and the consents, which identify no person.
    package func erase(_ citizen: CitizenID, at now: Instant) {
        send(
            """
            UPDATE citizens SET \(change("status", by: .erased, of: CitizenStatus.self)), erased_at = \(now.sql), updated_at = \(now.sql), tax_code = NULL,
                given_name = NULL, family_name = NULL, birth_date = NULL, birth_place = NULL, address = NULL, email = NULL,
                password_hash = NULL
            WHERE id = \(citizen.uuid) AND \(fits("status", .erased, of: CitizenStatus.self))
            """)
        send("DELETE FROM mail_tokens WHERE citizen_id = \(citizen.uuid)")
        send("DELETE FROM notifications WHERE citizen_id = \(citizen.uuid)")
    }

    // MARK: Codes in e-mails

    /// - Parameters:
    ///   - code: the HMAC of the code of eight characters, with the mailbox that it belongs to.
    ///   - email: the e-mail address that a code of kind `changeEmail` verifies; nil for the other kinds.
    package func insert(
        mailToken digest: [UInt8], code: [UInt8]? = nil, mailbox: String? = nil, of kind: NotificationKind,
        for citizen: CitizenID,
        proving email: EmailAddress? = nil, until end: Instant
    ) {
        send(
            """
            INSERT INTO mail_tokens (digest, citizen_id, kind, email, expires_at, code_digest, mailbox)
            VALUES (\(digest), \(citizen.uuid), \(kind.rawValue), \(email?.value), \(end.sql), \(code), \(mailbox))
            """)
    }

    /// Counts one attempt for every code of this kind that was sent to the owner and allows another one.
    /// - Returns: these codes.
    package func countCodeAttempt(_ kind: NotificationKind, of owner: MailCodeOwner, at now: Instant) async throws
        -> [MailCodeCandidate]
    {
        let condition: SQL =
            switch owner {
            case .mailbox(let email): "mailbox = \(email.mailbox)"
            case .citizen(let id): "citizen_id = \(id.uuid)"
            }
        return try await ask(
            Query(
                """
                UPDATE mail_tokens SET code_attempts = code_attempts + 1
                WHERE \(condition) AND kind = \(kind.rawValue) AND code_digest IS NOT NULL
                    AND code_attempts < \(MailCodeCandidate.maximumAttempts) AND expires_at > \(now.sql)
                RETURNING digest, code_digest, citizen_id
                """,
                rows: { row in
                    MailCodeCandidate(
                        tokenDigest: try row.next([UInt8].self), codeDigest: try row.next([UInt8].self),
                        citizen: try row.identifier())
                }))
    }

    /// Consumes a code for a new e-mail address, together with all other codes that were sent to this citizen.
    /// - Returns: the e-mail address; nil for a code that is unknown, used, expired, or issued to another citizen.
    package func spend(emailToken digest: [UInt8], of citizen: CitizenID, at now: Instant) async throws
        -> EmailAddress?
    {
        let rows = try await query(
            """
            SELECT email FROM mail_tokens WHERE digest = \(digest) AND kind = 'change_email'
                AND citizen_id = \(citizen.uuid) AND expires_at > \(now.sql) FOR UPDATE
            """)
        guard var row = rows.first else { return nil }
        send("DELETE FROM mail_tokens WHERE citizen_id = \(citizen.uuid) AND kind = 'change_email'")
        return try row.value { try EmailAddress($0) }
    }

    /// Stores the verified e-mail address and invalidates the password codes that were sent to the old one.
    /// - Throws: `StorageError.constraint` with `.citizensEmail` when another account has the address.
    package func change(_ citizen: CitizenID, email: EmailAddress, at now: Instant) async throws {
        try await execute(
            """
            UPDATE citizens SET email = \(email.value), updated_at = \(now.sql)
            WHERE id = \(citizen.uuid) AND status = 'active'
            """)
        send("DELETE FROM mail_tokens WHERE citizen_id = \(citizen.uuid) AND kind = 'password_reset'")
    }

    /// Gives the account to the person who was proved by a smart card or an identity provider. The e-mail address and the password are
    /// removed, with every code and e-mail that could restore them, because another person may have registered them. Names of the proof
    /// replace the registered names.
    package func prove(
        _ citizen: CitizenID, by proof: CitizenProof, givenName: String?, familyName: String?, at now: Instant
    ) {
        send(
            """
            UPDATE citizens SET proved_by = \(proof.rawValue), email = NULL, password_hash = NULL,
                given_name = coalesce(\(givenName), given_name), family_name = coalesce(\(familyName), family_name),
                updated_at = \(now.sql)
            WHERE id = \(citizen.uuid) AND status = 'active' AND proved_by = 'mailbox'
            """)
        send("DELETE FROM mail_tokens WHERE citizen_id = \(citizen.uuid)")
        send(
            """
            DELETE FROM notifications WHERE citizen_id = \(citizen.uuid)
                AND kind IN ('verify_email', 'password_reset', 'change_email')
            """)
    }

    /// Whether an e-mail should still be sent: it may have been withdrawn after it was claimed.
    package func isWanted(_ mail: PagoPA.Notification) async throws -> Bool {
        try await !query("SELECT 1 FROM notifications WHERE id = \(mail.id.uuid)").isEmpty
    }

    /// Consumes a code, together with all others of its kind that were sent to this citizen.
    /// - Returns: the citizen; nil for a code that is unknown, used or expired.
    package func spend(mailToken digest: [UInt8], of kind: NotificationKind, at now: Instant) async throws
        -> CitizenID?
    {
        let rows = try await query(
            """
            WITH given AS (
                SELECT citizen_id FROM mail_tokens
                WHERE digest = \(digest) AND kind = \(kind.rawValue) AND expires_at > \(now.sql) FOR UPDATE
            )
            DELETE FROM mail_tokens m USING given g WHERE m.citizen_id = g.citizen_id AND m.kind = \(kind.rawValue)
            RETURNING m.citizen_id
            """)
        guard var row = rows.first else { return nil }
        return try row.identifier()
    }
}

import Accounts
import PagoPA
import Postgres

extension Transaction {
    /// Finds and locks the account with a proved person's tax code; inserts the given account when none exists.
    /// - Returns: nil when the account was erased at the same moment.
    package func account(orElse citizen: Citizen) async throws -> CitizenID? {
        send(
            """
            INSERT INTO citizens (id, kind, status, tax_code, given_name, family_name, language, proved_by, created_at,
                updated_at, verified_at)
            VALUES (\(citizen.id.uuid), \(citizen.kind.rawValue), 'active', \(citizen.taxCode.value),
                \(citizen.givenName), \(citizen.familyName), \(citizen.language.rawValue), \(citizen.provedBy.rawValue),
                \(citizen.createdAt.sql), \(citizen.updatedAt.sql), \(citizen.createdAt.sql))
            ON CONFLICT (tax_code) WHERE status = 'active' DO NOTHING
            """)
        let rows = try await query(
            "SELECT id FROM citizens WHERE status = 'active' AND tax_code = \(citizen.taxCode.value) FOR UPDATE")
        guard var row = rows.first else { return nil }
        return try row.identifier()
    }

    package func insert(_ ticket: SmartCardTicket, digest: [UInt8], until end: Instant) {
        send(
            """
            INSERT INTO smart_card_tickets (digest, api_key_id, return_url, expires_at)
            VALUES (\(digest), \(ticket.key.uuid), \(ticket.returnURL.text), \(end.sql))
            """)
    }

    /// Consumes a ticket.
    /// - Returns: nil for a ticket that is unknown, used or expired.
    package func spend(ticket digest: [UInt8], at now: Instant) async throws -> SmartCardTicket? {
        let rows = try await query(
            """
            UPDATE smart_card_tickets SET used_at = \(now.sql)
            WHERE digest = \(digest) AND used_at IS NULL AND expires_at > \(now.sql) RETURNING api_key_id, return_url
            """)
        guard var row = rows.first else { return nil }
        return SmartCardTicket(key: try row.identifier(), returnURL: try row.value { try ReturnURL($0) })
    }

    package func save(code: [UInt8], for citizen: CitizenID, onTicket digest: [UInt8], until end: Instant) {
        send(
            """
            UPDATE smart_card_tickets SET citizen_id = \(citizen.uuid), code_digest = \(code), code_expires_at = \(end.sql)
            WHERE digest = \(digest)
            """)
    }

    /// Consumes a code.
    /// - Returns: nil for a code that is unknown, used, expired, or issued to another front end.
    package func spend(code digest: [UInt8], of key: APIKeyID, at now: Instant) async throws
        -> CitizenID?
    {
        let rows = try await query(
            """
            DELETE FROM smart_card_tickets
            WHERE code_digest = \(digest) AND \(Self.isSameCaller("api_key_id", key)) AND code_expires_at > \(now.sql) RETURNING citizen_id
            """)
        guard var row = rows.first else { return nil }
        return try row.identifier()
    }
}

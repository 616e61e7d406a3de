import Accounts
import Foundation
import PagoPA
import Postgres

/// The result of the lookup of a refresh token.
package enum FoundSession: Sendable, Equatable {
    case open(CitizenSession)
    /// The token was used before.
    case reused(session: Identifier<CitizenSession>, citizen: CitizenID)
    case unknown
}

/// Queries for sessions of citizens.
package enum Sessions {
    /// The citizen with this access token, if the caller's key opened the session or replaced the key that opened it.
    package static func signedIn(access digest: [UInt8], key: APIKeyID, at now: Instant) -> Query<
        SignedInCitizen?
    > {
        Query(
            """
            SELECT s.id, s.citizen_id, c.tax_code,
                coalesce(nullif(concat_ws(' ', c.given_name, c.family_name), ''), c.tax_code), c.email, c.proved_by, c.row_version
            FROM citizen_sessions s JOIN citizens c ON c.id = s.citizen_id
            WHERE s.access_digest = \(digest) AND s.access_expires_at > \(now.sql) AND s.ended_at IS NULL
                AND c.status = 'active' AND \(Transaction.isOpened(by: key))
            """,
            row: { row in
                SignedInCitizen(
                    session: try row.identifier(), citizen: try row.identifier(),
                    taxCode: try row.value { try TaxCode($0) }, fullName: try row.text(),
                    email: try row.optionalValue { try EmailAddress($0) }, provedBy: try row.word(),
                    rowVersion: try row.int())
            })
    }
}

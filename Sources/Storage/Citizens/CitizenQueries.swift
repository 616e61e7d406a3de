import Accounts
import Foundation
import PagoPA
import Postgres

/// Whether a sign-in may try a password for this name, and the hash to compare it with.
package struct Credential: Sendable, Equatable {
    package let citizen: CitizenID
    package let passwordHash: String
}

/// Queries for accounts.
package enum Citizens {
    /// The account, unless it was erased.
    package static func show(_ id: CitizenID) -> Query<Citizen?> {
        citizens(where: "c.id = \(id.uuid) AND c.status <> 'erased'").map(\.first)
    }

    /// The verified account with this name for sign-in.
    package static func credential(of name: Username) -> Query<Credential?> {
        Query(
            """
            SELECT c.id, c.password_hash FROM citizens c
            WHERE c.status = 'active' AND c.password_hash IS NOT NULL AND \(condition(of: name))
            """,
            row: { Credential(citizen: try $0.identifier(), passwordHash: try $0.text()) })
    }

    /// The hash of this account's password, to compare a password with.
    package static func passwordHash(of id: CitizenID) -> Query<String?> {
        Query(
            """
            SELECT c.password_hash FROM citizens c
            WHERE c.id = \(id.uuid) AND c.status = 'active' AND c.password_hash IS NOT NULL
            """, row: { try $0.text() })
    }

    /// Verified accounts that conflict with a new one because of its tax code or e-mail address.
    package static func clashing(taxCode: TaxCode, email: EmailAddress) -> Query<[Citizen]> {
        citizens(
            where: "c.status = 'active' AND (c.tax_code = \(taxCode.value) OR c.mailbox = \(email.mailbox))")
    }

    /// The query locks the account, so that it waits for a transaction that erases or changes it.
    package static func lock(_ id: CitizenID) -> Query<CitizenStatus?> {
        Query("SELECT status FROM citizens WHERE id = \(id.uuid) FOR UPDATE", row: { try $0.word() })
    }

    package static func active(with email: EmailAddress) -> Query<Citizen?> {
        citizens(where: "c.status = 'active' AND c.mailbox = \(email.mailbox)").map(\.first)
    }

    /// The names of the persons with these tax codes who have an account that proves the person.
    package static func names(of taxCodes: [TaxCode]) -> Query<[TaxCode: String]> {
        let proofs = CitizenProof.allCases.filter(\.isOfPerson).map(\.rawValue)
        return Query<[(TaxCode, String)]>(
            """
            SELECT c.tax_code, concat_ws(' ', c.given_name, c.family_name) FROM citizens c
            WHERE c.status = 'active' AND c.tax_code = ANY(\(taxCodes.map(\.value))) AND c.proved_by = ANY(\(proofs))
                AND num_nonnulls(c.given_name, c.family_name) > 0
            """, rows: { (try $0.value { try TaxCode($0) }, try $0.text()) }
        ).map { Dictionary($0, uniquingKeysWith: { first, _ in first }) }
    }

    private static func condition(of name: Username) -> SQL {
        switch name {
        case .email(let email): "c.mailbox = \(email.mailbox)"
        case .taxCode(let taxCode): "c.tax_code = \(taxCode.value)"
        case .unknown: "FALSE"
        }
    }

    private static func citizens(where condition: SQL) -> Query<[Citizen]> {
        Query(
            [
                """
                SELECT c.id, c.kind, c.status, c.tax_code, c.given_name, c.family_name, c.birth_date, c.birth_place,
                    c.address::text, c.email, c.language, c.proved_by, c.password_hash IS NOT NULL,
                    c.created_at, c.updated_at
                FROM citizens c WHERE \(condition) ORDER BY c.id
                """,
                """
                SELECT s.citizen_id, s.document, s.version, s.given_at FROM consents s JOIN citizens c ON c.id = s.citizen_id
                WHERE \(condition) ORDER BY s.given_at, s.document
                """,
            ]
        ) { answers in
            var consents: [CitizenID: [Consent]] = [:]
            for row in answers[1] {
                var row = row
                consents[try row.identifier(), default: []].append(
                    Consent(document: try row.word(), version: try row.text(), givenAt: try row.instant()))
            }
            return try answers[0].map { row in
                var row = row
                return try row.citizen(consents)
            }
        }
    }
}

extension Row {
    fileprivate mutating func citizen(_ consents: [CitizenID: [Consent]]) throws -> Citizen {
        let id = try identifier(CitizenTag.self)
        return Citizen(
            id: id, kind: try word(), status: try word(), taxCode: try value { try TaxCode($0) },
            givenName: try optionalText(), familyName: try optionalText(), birth: try birth(),
            address: try optionalText().map(postalAddress), email: try optionalValue { try EmailAddress($0) },
            language: try word(), consents: consents[id] ?? [], provedBy: try word(), hasPassword: try bool(),
            createdAt: try instant(), updatedAt: try instant())
    }

    private mutating func birth() throws -> Birth? {
        let date = try optionalDate()
        let place = try optionalText()
        guard let date, let place else { return nil }
        return Birth(date: date, place: place)
    }
}

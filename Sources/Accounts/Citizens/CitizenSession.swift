import PagoPA

/// A session from sign-in to its end, with one access token and one refresh token at a time. It belongs to the front end that
/// opened it.
package struct CitizenSession: Sendable, Equatable {
    package let id: Identifier<CitizenSession>
    package let citizen: CitizenID
    package let key: APIKeyID
    package let createdAt: Instant
    package let accessExpiresAt: Instant
    package let refreshExpiresAt: Instant

    package static let accessLifeSeconds = 600
    /// A session expires after this time without a refresh.
    package static let idleLifeSeconds = 3_600
    /// A session ends after this time, even if it was refreshed.
    package static let maximumLifeSeconds = 43_200

    /// Creates a session that starts now.
    package init(
        id: Identifier<CitizenSession>, citizen: CitizenID, key: APIKeyID, openedAt now: Instant
    ) {
        self.init(id: id, citizen: citizen, key: key, createdAt: now, givenAt: now)
    }

    private init(
        id: Identifier<CitizenSession>, citizen: CitizenID, key: APIKeyID, createdAt: Instant,
        givenAt now: Instant
    ) {
        let end = createdAt.adding(seconds: Self.maximumLifeSeconds)
        self.id = id
        self.citizen = citizen
        self.key = key
        self.createdAt = createdAt
        self.accessExpiresAt = min(now.adding(seconds: Self.accessLifeSeconds), end)
        self.refreshExpiresAt = min(now.adding(seconds: Self.idleLifeSeconds), end)
    }

    package init(
        id: Identifier<CitizenSession>, citizen: CitizenID, key: APIKeyID, createdAt: Instant,
        accessExpiresAt: Instant, refreshExpiresAt: Instant
    ) {
        self.id = id
        self.citizen = citizen
        self.key = key
        self.createdAt = createdAt
        self.accessExpiresAt = accessExpiresAt
        self.refreshExpiresAt = refreshExpiresAt
    }

    /// The same session with its next pair of tokens, bound to the front end's current key.
    package func refreshed(at now: Instant, by key: APIKeyID) -> CitizenSession {
        CitizenSession(id: id, citizen: citizen, key: key, createdAt: createdAt, givenAt: now)
    }

    package enum End: String, Sendable, CaseIterable {
        case closed
        /// A refresh token was used twice, so another person may have it.
        case reused
        case passwordReset = "password_reset"
        /// The citizen changed the password in another session.
        case passwordChanged = "password_changed"
        /// A smart card proved the owner of the account, which the password had not proved.
        case smartCard = "smart_card"
        /// An identity provider proved the owner, in the same way.
        case identityProvider = "identity_provider"
        case erased
    }
}

/// The citizen of a valid token.
package struct SignedInCitizen: Sendable, Equatable {
    package let session: Identifier<CitizenSession>
    package let citizen: CitizenID
    package let taxCode: TaxCode
    /// The tax code if the card contains no name.
    package let fullName: String
    package let email: EmailAddress?
    package let provedBy: CitizenProof
    /// Grows with each change of the account.
    package let rowVersion: Int

    package init(
        session: Identifier<CitizenSession>, citizen: CitizenID, taxCode: TaxCode, fullName: String,
        email: EmailAddress?, provedBy: CitizenProof, rowVersion: Int
    ) {
        self.session = session
        self.citizen = citizen
        self.taxCode = taxCode
        self.fullName = fullName
        self.email = email
        self.provedBy = provedBy
        self.rowVersion = rowVersion
    }

    /// The citizen as soggetto versante.
    package var payer: Payer { Payer(kind: .person, taxCode: taxCode, fullName: fullName, email: email) }
}

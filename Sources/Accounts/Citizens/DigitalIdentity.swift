import PagoPA

/// The claims of an ID token that the rules check. Instants are in seconds since 1970; nil: missing, of another type, or out of range.
package struct IdentityClaims: Sendable, Equatable {
    /// `aud`
    package var audiences: [String]
    /// `azp`
    package var authorizedParty: String?
    /// `exp`
    package var expiresAt: Int64?
    /// `nbf`
    package var notBefore: Int64?
    /// `iat`
    package var issuedAt: Int64?
    /// `acr`
    package var assuranceLevel: String?
    package var taxCode: String?
    package var givenName: String?
    package var familyName: String?

    package init(
        audiences: [String], authorizedParty: String? = nil, expiresAt: Int64?, notBefore: Int64? = nil,
        issuedAt: Int64?, assuranceLevel: String?, taxCode: String?, givenName: String? = nil, familyName: String? = nil
    ) {
        self.audiences = audiences
        self.authorizedParty = authorizedParty
        self.expiresAt = expiresAt
        self.notBefore = notBefore
        self.issuedAt = issuedAt
        self.assuranceLevel = assuranceLevel
        self.taxCode = taxCode
        self.givenName = givenName
        self.familyName = familyName
    }
}

/// The SPID or CIE identity that an ID token states. The signature and the nonce are verified elsewhere; these rules check the claims.
package struct DigitalIdentity: Sendable, Equatable {
    package let person: ProvedPerson
    /// From then on the rules refuse the token.
    package let expiresAt: Instant

    /// Why a token cannot open a session. This goes to the log and metrics, never to the caller.
    package enum Fault: String, Error, Sendable, CaseIterable {
        /// Not a signed JWT with a key id, or not readable.
        case malformed
        /// Unsigned, or signed by an algorithm that is not accepted.
        case algorithm
        case unknownIssuer = "unknown_issuer"
        /// The issuer has no such key.
        case unknownKey = "unknown_key"
        case signature
        /// For another client, or also for others.
        case audience
        case expired
        case notYetValid = "not_yet_valid"
        /// The instant at which it was issued is missing, in the future, or too long ago.
        case issuedAt = "issued_at"
        case nonce
        case assuranceLevel = "assurance_level"
        case taxCode = "tax_code"
        /// Its nonce opened a session before.
        case replayed
    }

    /// The difference between the issuer's clock and ours that is tolerated.
    package static let leewaySeconds = 60
    /// A token is accepted for this time after it was issued, even if it expires later.
    package static let maximumAgeSeconds = 600

    package init(_ claims: IdentityClaims, of provider: IdentityProvider, at now: Instant) throws(Fault) {
        try Self.checkAudience(claims, provider)
        let seconds = now.unixSeconds
        let leeway = Int64(Self.leewaySeconds)
        let maximumAge = Int64(Self.maximumAgeSeconds)
        guard let end = claims.expiresAt, seconds < end.addingClamped(leeway) else { throw .expired }
        if let start = claims.notBefore, seconds.addingClamped(leeway) < start { throw .notYetValid }
        guard let issuedAt = claims.issuedAt, issuedAt <= seconds.addingClamped(leeway),
            seconds < issuedAt.addingClamped(maximumAge + leeway)
        else { throw .issuedAt }
        guard let level = claims.assuranceLevel, provider.assuranceLevels.contains(level) else { throw .assuranceLevel }
        person = ProvedPerson(
            taxCode: try Self.taxCode(claims.taxCode, provider.taxCodePrefix), givenName: Self.name(claims.givenName),
            familyName: Self.name(claims.familyName), proof: .identityProvider)
        // Both sums are later than `now` and the second one is at most eleven minutes later, so the result is near `now`.
        let last = min(end.addingClamped(leeway), issuedAt.addingClamped(maximumAge + leeway))
        expiresAt = now.adding(seconds: Int(clamping: last - seconds))
    }

    /// The token is for our front ends only, and was requested by one of them (OpenID Connect Core, section 3.1.3.7).
    private static func checkAudience(_ claims: IdentityClaims, _ provider: IdentityProvider) throws(Fault) {
        guard !claims.audiences.isEmpty, claims.audiences.allSatisfy(provider.audiences.contains) else {
            throw .audience
        }
        if let party = claims.authorizedParty {
            guard provider.audiences.contains(party) else { throw .audience }
        } else if claims.audiences.count > 1 {
            throw .audience
        }
    }

    private static let prefix = "TINIT-"

    /// Only the tax code of a person, with its check letter.
    private static func taxCode(_ claim: String?, _ rule: IdentityProvider.TaxCodePrefix) throws(Fault) -> TaxCode {
        guard let claim else { throw .taxCode }
        let hasPrefix = claim.utf8.starts(with: prefix.utf8)
        switch rule {
        case .required where !hasPrefix, .none where hasPrefix: throw .taxCode
        case .required, .none, .optional: break
        }
        let text = String(decoding: claim.utf8.dropFirst(hasPrefix ? prefix.utf8.count : 0), as: UTF8.self)
        guard let code = try? TaxCode(text), code.isPersonal16 else { throw .taxCode }
        return code
    }

    /// The name is optional: a name that is missing or not plain text is ignored.
    private static func name(_ claim: String?) -> String? { claim.flatMap { try? boundedText($0, 1...70) } }
}

extension Int64 {
    /// The nearest end of the range instead of an overflow: a token may state any number.
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, isBeyond) = addingReportingOverflow(other)
        return isBeyond ? (other > 0 ? .max : .min) : sum
    }
}

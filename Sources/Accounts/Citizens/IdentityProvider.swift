/// An issuer of ID tokens with which citizens sign in: SPID, CIE, or an operator's own sign-in that offers both.
package struct IdentityProvider: Sendable, Equatable {
    /// Whether the tax code has the prefix `TINIT-`, with which SPID marks Italian tax codes.
    package enum TaxCodePrefix: String, Sendable, CaseIterable {
        case required
        case none
        /// With and without it.
        case optional
    }

    /// The `iss` of its tokens.
    package let issuer: String
    /// Where its public keys are, as a JSON Web Key Set.
    package let keySetURL: String
    /// The client ids of the front ends; a token must be for one of them.
    package let audiences: Set<String>
    /// The name of the claim that contains the tax code.
    package let taxCodeClaim: String
    package let taxCodePrefix: TaxCodePrefix
    package let givenNameClaim: String
    package let familyNameClaim: String
    /// The values of `acr` that are accepted, such as `https://www.spid.gov.it/SpidL2`.
    package let assuranceLevels: Set<String>

    package static let defaultTaxCodeClaim = "fiscal_number"
    package static let defaultGivenNameClaim = "given_name"
    package static let defaultFamilyNameClaim = "family_name"

    package init(
        issuer: String, keySetURL: String, audiences: Set<String>, taxCodeClaim: String = defaultTaxCodeClaim,
        taxCodePrefix: TaxCodePrefix = .optional, givenNameClaim: String = defaultGivenNameClaim,
        familyNameClaim: String = defaultFamilyNameClaim, assuranceLevels: Set<String>
    ) {
        self.issuer = issuer
        self.keySetURL = keySetURL
        self.audiences = audiences
        self.taxCodeClaim = taxCodeClaim
        self.taxCodePrefix = taxCodePrefix
        self.givenNameClaim = givenNameClaim
        self.familyNameClaim = familyNameClaim
        self.assuranceLevels = assuranceLevels
    }
}

import Accounts
import Addresses
import Seals

/// The bounds of the edge, each with its unit.
package struct APIConfiguration: Sendable {
    /// For each API key, and for each address without one. What PSPs post from one address, whose RTs must get in, may be as
    /// many times as much.
    package var rateLimitPerMinute = 6_000
    static let pspRateFactor = 20
    /// Registrations, sign-ins and password resets from one citizen's address. A front end that does not say whose address it is
    /// speaks for all its citizens, and may ask many times as often.
    var citizenRateLimitPerMinute: Int { max(60, rateLimitPerMinute / 100) }
    static let unstatedAddressFactor = 20
    package var maximumBodyBytes = 256 * 1_024
    /// Whose word on a client's address is taken.
    package var trustedProxies = TrustedProxies.none
    package var maximumQueryBytes = 4_096
    /// Nil where smart cards open nothing.
    package var smartCards: SmartCardTrust?
    /// Base of the addresses to which browsers bring smart cards; nil: the public one.
    package var smartCardURL: String?
    package let publicURL: String
    /// The contract, as served.
    package let contract: String
    package let version: String
    /// Authenticates the cursors of lists.
    package let secrets: SecretsKeys

    package init(publicURL: String, contract: String, version: String, secrets: SecretsKeys) {
        self.publicURL = publicURL
        self.contract = contract
        self.version = version
        self.secrets = secrets
    }
}

import Accounts
import Addresses
import Cryptography

/// The limits and settings of the API, each with its unit.
package struct APIConfiguration: Sendable {
    /// For each API key, and for each address without one. The limit of the calls of PSPs from one address is higher by `pspRateFactor`,
    /// because their RTs must not be lost.
    package var rateLimitPerMinute = 6_000
    static let pspRateFactor = 20
    /// Registrations, sign-ins and password resets from one citizen's address. The limit of a front end that
    /// does not state the citizen's address is higher by `unstatedAddressFactor`, because it covers all of its citizens.
    var citizenRateLimitPerMinute: Int { max(60, rateLimitPerMinute / 100) }
    static let unstatedAddressFactor = 20
    /// Checks of signatures for each API key.
    var signatureChecksPerMinute: Int { max(60, rateLimitPerMinute / 100) }
    package var maximumBodyBytes = 256 * 1_024
    /// The proxies whose `X-Forwarded-For` and `Forwarded` headers are trusted.
    package var trustedProxies = TrustedProxies.none
    package var maximumQueryBytes = 4_096
    /// `nil`: sign-in with smart cards is off.
    package var smartCards: SmartCardTrust?
    /// Base of the URLs at which browsers present smart cards; `nil`: the public one.
    package var smartCardURL: String?
    package let publicURL: String
    /// The contract, with an example as its server.
    package let contract: String
    /// Content of `DocumentationPages.files`, as far as they are installed.
    package var documentation: [String: [UInt8]] = [:]
    /// What the API is, for language models, as served at `/llms.txt`; empty: not installed.
    package var summaryForModels: [UInt8] = []
    package let version: String
    /// Authenticates the cursors of lists.
    package let secrets: SecretsKeys

    /// The first server of the contract, for which the service puts itself.
    private static let exampleServer = "https://api.quietanza.example"

    /// The contract in YAML or JSON, with this service as its first server.
    func naming(thisServiceIn contract: String) -> [UInt8] {
        Array(contract.replacing(Self.exampleServer, with: publicURL, maxReplacements: 1).utf8)
    }

    package init(publicURL: String, contract: String, version: String, secrets: SecretsKeys) {
        self.publicURL = publicURL
        self.contract = contract
        self.version = version
        self.secrets = secrets
    }
}

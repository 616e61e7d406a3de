import Crypto
import Foundation
import Text

/// A simulated identity provider: it signs an ID token for anyone who asks, with any tax code, as if that person had signed in by SPID. Its
/// key is new in each run.
struct IdentityProvider: Sendable {
    /// What the ID token states.
    struct Person: Decodable {
        let nonce: String
        let taxCode: String
        let givenName: String?
        let familyName: String?
        let audience: String?
        let assuranceLevel: String?

        enum CodingKeys: String, CodingKey {
            case nonce
            case taxCode = "tax_code"
            case givenName = "given_name"
            case familyName = "family_name"
            case audience
            case assuranceLevel = "acr"
        }
    }

    static let path = "oidc"
    static let defaultAudience = "portale"
    static let defaultAssuranceLevel = "https://www.spid.gov.it/SpidL2"
    static let tokenLifeSeconds = 300

    let issuer: String
    private let keyID = UUID().uuidString.lowercased()
    private let key = P256.Signing.PrivateKey()

    /// - Parameter publicURL: how browsers reach the simulator, without a trailing slash.
    init(publicURL: String) {
        issuer = "\(publicURL)/\(Self.path)"
    }

    /// Its public key as a JSON Web Key Set.
    var keySet: [String: [[String: String]]] {
        let point = key.publicKey.rawRepresentation
        return [
            "keys": [
                [
                    "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": keyID,
                    "x": Base64URL.encode(point.prefix(32)), "y": Base64URL.encode(point.suffix(32)),
                ]
            ]
        ]
    }

    func token(for person: Person, at now: Date) throws -> String {
        let seconds = Int(exactly: now.timeIntervalSince1970.rounded(.down)) ?? 0
        var claims: [String: Any] = [
            "iss": issuer, "sub": UUID().uuidString.lowercased(), "aud": person.audience ?? Self.defaultAudience,
            "nonce": person.nonce, "iat": seconds, "exp": seconds + Self.tokenLifeSeconds,
            "acr": person.assuranceLevel ?? Self.defaultAssuranceLevel, "fiscal_number": "TINIT-\(person.taxCode)",
        ]
        claims["given_name"] = person.givenName
        claims["family_name"] = person.familyName
        let signed = try [["alg": "ES256", "kid": keyID, "typ": "JWT"], claims].map {
            Base64URL.encode(try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys))
        }.joined(separator: ".")
        let signature = try key.signature(for: Data(signed.utf8)).rawRepresentation
        return "\(signed).\(Base64URL.encode(signature))"
    }
}

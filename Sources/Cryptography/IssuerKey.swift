import Foundation
import JWTKit
import Text

/// The algorithms of a signature under which a token is accepted (RFC 7518, section 3.1). All of them need the issuer's private key. `none`
/// and the HMAC algorithms are not in the list: with them, anyone who knows the public key could sign.
package enum SignatureAlgorithm: String, Sendable, CaseIterable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"

    fileprivate var jwk: JWK.Algorithm {
        switch self {
        case .rs256: .rs256
        case .rs384: .rs384
        case .rs512: .rs512
        case .ps256: .ps256
        case .ps384: .ps384
        case .ps512: .ps512
        case .es256: .es256
        case .es384: .es384
        case .es512: .es512
        }
    }
}

/// A public key with which an issuer signs tokens.
package struct IssuerKey: Sendable {
    /// The members of a JSON Web Key (RFC 7518, section 6) in base64url.
    package enum Form: Sendable, Equatable {
        case rsa(modulus: String, exponent: String)
        case ellipticCurve(String, x: String, y: String)
    }

    /// The key is too short or too long, not a point of its curve, of an unknown curve, or not in base64url.
    package struct Unusable: Error {}

    /// The `kid` that tokens name.
    package let id: String
    /// Only the algorithms that fit the form of the key, so that a token cannot choose another one for it.
    private let verifiers: [SignatureAlgorithm: any JWTAlgorithm]

    /// The sizes of an RSA modulus, 2 048 to 8 192 bits. A longer one would make each verification expensive.
    private static let modulusBytes = 256...1_024
    private static let exponentBytes = 1...4

    /// - Parameter algorithm: the only algorithm for which the issuer uses the key; nil: any that fits its form.
    package init(id: String, form: Form, for algorithm: SignatureAlgorithm? = nil) async throws(Unusable) {
        guard form.isAcceptable else { throw Unusable() }
        var verifiers: [SignatureAlgorithm: any JWTAlgorithm] = [:]
        for candidate in form.algorithms where algorithm == nil || candidate == algorithm {
            do { verifiers[candidate] = try await form.verifier(for: candidate, id: id) } catch { throw Unusable() }
        }
        guard !verifiers.isEmpty else { throw Unusable() }
        self.id = id
        self.verifiers = verifiers
    }

    package func fits(_ algorithm: SignatureAlgorithm) -> Bool { verifiers[algorithm] != nil }

    /// Whether this key made the signature of these bytes by this algorithm.
    package func verifies(_ signature: [UInt8], of signed: [UInt8], by algorithm: SignatureAlgorithm) -> Bool {
        guard let verifier = verifiers[algorithm] else { return false }
        return (try? verifier.verify(signature, signs: signed)) ?? false
    }

    fileprivate static func isModulus(_ bytes: [UInt8]) -> Bool { modulusBytes.contains(bytes.count) && bytes[0] != 0 }

    fileprivate static func isExponent(_ bytes: [UInt8]) -> Bool {
        // With the exponent 1, every text would be its own signature.
        exponentBytes.contains(bytes.count) && bytes.reduce(0) { $0 << 8 | Int($1) } >= 3 && (bytes.last ?? 0) & 1 == 1
    }
}

extension IssuerKey.Form {
    fileprivate var algorithms: [SignatureAlgorithm] {
        switch self {
        case .rsa: [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]
        case .ellipticCurve("P-256", _, _): [.es256]
        case .ellipticCurve("P-384", _, _): [.es384]
        case .ellipticCurve("P-521", _, _): [.es512]
        case .ellipticCurve: []
        }
    }

    fileprivate var isAcceptable: Bool {
        switch self {
        case .rsa(let modulus, let exponent):
            guard let modulus = Base64URL.decode(modulus.utf8), let exponent = Base64URL.decode(exponent.utf8) else {
                return false
            }
            return IssuerKey.isModulus(modulus) && IssuerKey.isExponent(exponent)
        case .ellipticCurve(_, let x, let y):
            return Base64URL.decode(x.utf8) != nil && Base64URL.decode(y.utf8) != nil
        }
    }

    fileprivate func verifier(for algorithm: SignatureAlgorithm, id: String) async throws -> any JWTAlgorithm {
        let identifier = JWKIdentifier(string: id)
        let key: JWK
        switch self {
        case .rsa(let modulus, let exponent):
            key = .rsa(algorithm.jwk, identifier: identifier, modulus: modulus, exponent: exponent)
        case .ellipticCurve(let curve, let x, let y):
            key = .ecdsa(algorithm.jwk, identifier: identifier, x: x, y: y, curve: ECDSACurve(rawValue: curve))
        }
        let keys = JWTKeyCollection()
        try await keys.add(jwk: key)
        return try await keys.getKey(for: identifier, alg: algorithm.rawValue)
    }
}

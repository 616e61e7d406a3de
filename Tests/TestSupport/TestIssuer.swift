import Crypto
import CryptoExtras
import Foundation
import Synchronization

/// An identity provider of the tests: it serves its public keys on this machine and signs tokens. It signs with swift-crypto and
/// encodes by itself, so that the tests do not depend on the code that they test.
package final class TestIssuer: Sendable {
    /// A private key, with the members of its public JSON Web Key.
    package enum SigningKey: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case p521(P521.Signing.PrivateKey)

        /// Creating an RSA key takes long, so the tests share these two.
        package static let sharedRSA = SigningKey.makeRSA()
        package static let otherRSA = SigningKey.makeRSA()

        private static func makeRSA() -> SigningKey {
            .rsa(try! _RSA.Signing.PrivateKey(keySize: .bits2048))  // fails only without memory
        }

        /// - Parameter members: more members of the key, or others instead of its own; nil removes one.
        package func publicKey(id: String?, _ members: [String: Any?] = [:]) -> [String: Any] {
            var key: [String: Any] = [:]
            switch self {
            case .rsa(let own):
                let numbers = try! own.publicKey.getKeyPrimitives()  // every RSA key has them
                key = ["kty": "RSA", "n": base64URL(numbers.modulus), "e": base64URL(numbers.publicExponent)]
            case .p256(let own): key = point("P-256", own.publicKey.rawRepresentation)
            case .p384(let own): key = point("P-384", own.publicKey.rawRepresentation)
            case .p521(let own): key = point("P-521", own.publicKey.rawRepresentation)
            }
            key["kid"] = id
            for (name, value) in members { key[name] = value }
            return key
        }

        private func point(_ curve: String, _ raw: Data) -> [String: Any] {
            [
                "kty": "EC", "crv": curve, "x": base64URL(raw.prefix(raw.count / 2)),
                "y": base64URL(raw.suffix(raw.count / 2)),
            ]
        }

        /// - Parameter algorithm: the `alg`; for an unknown one, the signature is that of RS256 or of the curve.
        package func sign(_ text: String, _ algorithm: String) throws -> Data {
            let data = Data(text.utf8)
            switch self {
            case .rsa(let key):
                let padding: _RSA.Signing.Padding = algorithm.hasPrefix("PS") ? .PSS : .insecurePKCS1v1_5
                switch algorithm.suffix(3) {
                case "384": return try key.signature(for: SHA384.hash(data: data), padding: padding).rawRepresentation
                case "512": return try key.signature(for: SHA512.hash(data: data), padding: padding).rawRepresentation
                default: return try key.signature(for: SHA256.hash(data: data), padding: padding).rawRepresentation
                }
            case .p256(let key): return try key.signature(for: data).rawRepresentation
            case .p384(let key): return try key.signature(for: data).rawRepresentation
            case .p521(let key): return try key.signature(for: data).rawRepresentation
            }
        }
    }

    private final class Answer: Sendable {
        private let state = Mutex<[UInt8]>([])
        var bytes: [UInt8] { state.withLock(\.self) }
        func set(_ bytes: [UInt8]) { state.withLock { $0 = bytes } }
    }

    private let server: HostileServer
    private let answer: Answer

    /// The name of the issuer and the URL of its keys.
    package var url: String { "http://127.0.0.1:\(server.port)" }
    package var keySetURL: String { url + "/jwks" }
    /// How often the keys were fetched.
    package var fetchCount: Int { server.connectionCount }
    package var received: String { server.received }

    package init(_ keys: [[String: Any]] = [SigningKey.sharedRSA.publicKey(id: "k1")]) throws {
        let answer = Answer()
        self.answer = answer
        server = try HostileServer(.answers { answer.bytes })
        publish(keys)
    }

    /// Serves these keys from now on.
    package func publish(_ keys: [[String: Any]]) {
        let body = try! JSONSerialization.data(withJSONObject: ["keys": keys])  // strings and arrays only
        respond(body: String(decoding: body, as: UTF8.self))
    }

    package func respond(status: Int = 200, type: String = "application/json", body: String) {
        answer.set(
            Array(
                "HTTP/1.1 \(status) X\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                    .utf8
            ))
    }

    /// Closes each connection without a response from now on.
    package func fail() { answer.set([]) }

    package func close() { server.close() }

    // MARK: Tokens

    /// The claims of a good token, with others in their place; nil removes one.
    package func claims(
        at unixSeconds: Int64, audience: String = "portale", nonce: String = "nonce-0123456789",
        taxCode: String = "TINIT-RSSMRA80A01H501U", _ others: [String: Any?] = [:]
    ) -> [String: Any] {
        var claims: [String: Any] = [
            "iss": url, "sub": "s-1", "aud": audience, "nonce": nonce, "iat": unixSeconds, "nbf": unixSeconds,
            "exp": unixSeconds + 300, "acr": "https://www.spid.gov.it/SpidL2", "fiscal_number": taxCode,
            "given_name": "MARIO", "family_name": "ROSSI",
        ]
        for (name, value) in others { claims[name] = value }
        return claims
    }

    /// A token of this header and these claims.
    package static func token(
        _ claims: [String: Any], header: [String: Any?] = [:], algorithm: String = "RS256", id: String = "k1",
        by key: SigningKey = .sharedRSA
    ) throws -> String {
        var members: [String: Any] = ["alg": algorithm, "kid": id, "typ": "JWT"]
        for (name, value) in header { members[name] = value }
        let head = base64URL(try JSONSerialization.data(withJSONObject: members, options: .sortedKeys))
        let body = base64URL(try JSONSerialization.data(withJSONObject: claims, options: .sortedKeys))
        let signature = try key.sign("\(head).\(body)", algorithm)
        return "\(head).\(body).\(base64URL(signature))"
    }
    /// A token with a MAC whose secret is the public key in PEM: what a verifier accepts that lets the token choose the algorithm.
    package static func tokenWithPublicKeyAsSecret(_ claims: [String: Any]) throws -> String {
        guard case .rsa(let key) = SigningKey.sharedRSA else { return "" }
        let head = base64URL(Data(#"{"alg":"HS256","kid":"k1","typ":"JWT"}"#.utf8))
        let body = base64URL(try JSONSerialization.data(withJSONObject: claims))
        let secret = SymmetricKey(data: Data(key.publicKey.pemRepresentation.utf8))
        let mac = HMAC<SHA256>.authenticationCode(for: Data("\(head).\(body)".utf8), using: secret)
        return "\(head).\(body).\(base64URL(mac))"
    }
}

/// Base64url without padding.
package func base64URL(_ bytes: some Sequence<UInt8>) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}

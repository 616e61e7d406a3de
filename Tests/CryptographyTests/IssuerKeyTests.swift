import Crypto
import Foundation
import TestSupport
import Testing

@testable import Cryptography

/// Public keys of issuers, and the signatures that they verify. The signatures are made by swift-crypto.
@Suite struct IssuerKeyTests {
    private static let ellipticCurves: [(algorithm: String, key: TestIssuer.SigningKey)] = [
        ("ES256", .p256(P256.Signing.PrivateKey())), ("ES384", .p384(P384.Signing.PrivateKey())),
        ("ES512", .p521(P521.Signing.PrivateKey())),
    ]
    private static let rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]

    private static func form(_ key: TestIssuer.SigningKey) throws -> IssuerKey.Form {
        let members = key.publicKey(id: "k").compactMapValues { $0 as? String }
        func member(_ name: String) throws -> String { try #require(members[name]) }
        return members["kty"] == "RSA"
            ? .rsa(modulus: try member("n"), exponent: try member("e"))
            : .ellipticCurve(try member("crv"), x: try member("x"), y: try member("y"))
    }

    @Test func `a key verifies what its private key signed by each algorithm of its form, and nothing else`()
        async throws
    {
        let signers = Self.rsa.map { ($0, TestIssuer.SigningKey.sharedRSA) } + Self.ellipticCurves
        for (name, signer) in signers {
            let algorithm = try #require(SignatureAlgorithm(rawValue: name))
            let key = try await IssuerKey(id: "k", form: Self.form(signer))
            let signature = [UInt8](try signer.sign("header.claims", name))
            let signed = Array("header.claims".utf8)

            #expect(key.verifies(signature, of: signed, by: algorithm), "\(name)")
            #expect(!key.verifies(signature, of: signed + [0], by: algorithm), "\(name)")
            #expect(!key.verifies([], of: signed, by: algorithm), "\(name)")
            #expect(!key.verifies(Array(signature.dropLast()), of: signed, by: algorithm), "\(name)")
            #expect(!key.verifies(signature + [0], of: signed, by: algorithm), "\(name)")
            #expect(!key.verifies([UInt8](repeating: 0, count: signature.count), of: signed, by: algorithm), "\(name)")
            for other in SignatureAlgorithm.allCases where other != algorithm {
                #expect(!key.verifies(signature, of: signed, by: other), "\(name) as \(other)")
                #expect(key.fits(other) == (Self.rsa.contains(name) && Self.rsa.contains(other.rawValue)))
            }
            for position in stride(from: 0, to: signature.count, by: 7) {
                var changed = signature
                changed[position] ^= 1
                #expect(!key.verifies(changed, of: signed, by: algorithm), "\(name) \(position)")
            }
        }
    }

    @Test func `a key verifies nothing that another key of its form signed`() async throws {
        let key = try await IssuerKey(id: "k", form: Self.form(.sharedRSA))
        let other = [UInt8](try TestIssuer.SigningKey.otherRSA.sign("a", "RS256"))
        #expect(!key.verifies(other, of: Array("a".utf8), by: .rs256))
        let curve = try await IssuerKey(id: "k", form: Self.form(Self.ellipticCurves[0].key))
        let point = [UInt8](try TestIssuer.SigningKey.p256(P256.Signing.PrivateKey()).sign("a", "ES256"))
        #expect(!curve.verifies(point, of: Array("a".utf8), by: .es256))
    }

    @Test func `a key that its issuer uses for one algorithm fits that one only`() async throws {
        let key = try await IssuerKey(id: "k", form: Self.form(.sharedRSA), for: .ps256)
        for algorithm in SignatureAlgorithm.allCases { #expect(key.fits(algorithm) == (algorithm == .ps256)) }
        await #expect(throws: IssuerKey.Unusable.self) {
            try await IssuerKey(id: "k", form: Self.form(.sharedRSA), for: .es256)
        }
    }

    @Test func `keys that are too short, too long, not on their curve or not in base64url are refused`() async throws {
        guard case .rsa(let modulus, let exponent) = try Self.form(.sharedRSA),
            case .ellipticCurve(_, let x, let y) = try Self.form(Self.ellipticCurves[0].key)
        else {
            Issue.record("the keys have another form")
            return
        }
        let bytes = [UInt8](repeating: 0xFF, count: 1_025)
        let forms: [IssuerKey.Form] = [
            .rsa(modulus: "", exponent: exponent), .rsa(modulus: base64URL(bytes.prefix(128)), exponent: exponent),
            .rsa(modulus: base64URL(bytes.prefix(255)), exponent: exponent),
            .rsa(modulus: base64URL(bytes), exponent: exponent), .rsa(modulus: "AA" + modulus, exponent: exponent),
            .rsa(modulus: modulus + "=", exponent: exponent), .rsa(modulus: modulus, exponent: ""),
            .rsa(modulus: modulus, exponent: "AQ"), .rsa(modulus: modulus, exponent: "Ag"),
            .rsa(modulus: modulus, exponent: base64URL([1, 0, 0, 0, 1])), .ellipticCurve("P-256", x: y, y: x),
            .ellipticCurve("P-256", x: x, y: ""), .ellipticCurve("P-256", x: "", y: ""),
            .ellipticCurve(
                "P-256", x: base64URL([UInt8](repeating: 0, count: 32)), y: base64URL([UInt8](repeating: 0, count: 32))),
            .ellipticCurve("P-384", x: x, y: y), .ellipticCurve("P-521", x: x, y: y),
            .ellipticCurve("secp256k1", x: x, y: y), .ellipticCurve("", x: x, y: y),
        ]
        for (number, form) in forms.enumerated() {
            await #expect(throws: IssuerKey.Unusable.self, "\(number)") { try await IssuerKey(id: "k", form: form) }
        }
    }
}

import Cryptography
import JSON

/// The public keys of an issuer, read from a JSON Web Key Set (RFC 7517).
struct KeySet: Sendable {
    struct Unreadable: Error {}

    static let maximumKeys = 64

    let keys: [IssuerKey]

    /// Skips keys for other purposes and keys that cannot be used. At least one must remain.
    init(_ body: [UInt8]) async throws(Unreadable) {
        guard let document = try? JSONValue.parse(body), case .array(let members)? = document["keys"],
            members.count <= Self.maximumKeys
        else { throw Unreadable() }
        var keys: [IssuerKey] = []
        for member in members {
            if let key = await Self.key(member) { keys.append(key) }
        }
        guard !keys.isEmpty else { throw Unreadable() }
        self.keys = keys
    }

    private static func key(_ member: JSONValue) async -> IssuerKey? {
        guard let id = member.text("kid"), isForSignatures(member), let form = form(of: member) else { return nil }
        var algorithm: SignatureAlgorithm?
        if let name = member["alg"] {
            guard case .string(let text) = name, let known = SignatureAlgorithm(rawValue: text) else { return nil }
            algorithm = known
        }
        return try? await IssuerKey(id: id, form: form, for: algorithm)
    }

    private static func isForSignatures(_ member: JSONValue) -> Bool {
        if let use = member["use"], use != .string("sig") { return false }
        guard let operations = member["key_ops"] else { return true }
        guard case .array(let names) = operations else { return false }
        return names.contains(.string("verify"))
    }

    private static func form(of member: JSONValue) -> IssuerKey.Form? {
        switch member.text("kty") {
        case "RSA":
            guard let modulus = member.text("n"), let exponent = member.text("e") else { return nil }
            return .rsa(modulus: modulus, exponent: exponent)
        case "EC":
            guard let curve = member.text("crv"), let x = member.text("x"), let y = member.text("y") else { return nil }
            return .ellipticCurve(curve, x: x, y: y)
        default: return nil
        }
    }
}

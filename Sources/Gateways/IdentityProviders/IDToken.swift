import Cryptography
import JSON
import Text

/// An ID token (OpenID Connect Core, section 2): a signed JWT in compact form, parsed but not verified. Until `KeySets.verify` has returned,
/// its claims are what the sender says.
package struct IDToken: Sendable {
    package static let maximumBytes = 16 * 1_024

    package enum Unreadable: Error, Sendable, Equatable {
        /// Not a signed JWT in compact form with a key id, or with members that change how it must be read.
        case malformed
        /// Unsigned, or signed by an algorithm that is not in the list.
        case algorithm
    }

    package let issuer: String
    let algorithm: SignatureAlgorithm
    /// The `kid` of the header.
    let keyID: String
    /// The header and the claims as sent, which the signature covers.
    let signed: [UInt8]
    let signature: [UInt8]
    private let claims: JSONValue

    private static let limits: JSONLimits = {
        var limits = JSONLimits()
        limits.maximumDepth = 16
        limits.maximumValues = 2_000
        return limits
    }()
    private static let maximumKeyIDBytes = 256

    package init(_ text: String) throws(Unreadable) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumBytes else { throw .malformed }
        let split = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        var parts = ArraySlice(split)
        guard parts.count == 3, let first = parts.popFirst(), let second = parts.popFirst(),
            let third = parts.popFirst(), let header = Self.object(first), let claims = Self.object(second),
            let signature = Base64URL.decode(third)
        else { throw .malformed }
        guard let algorithm = header.text("alg").flatMap(SignatureAlgorithm.init(rawValue:)) else { throw .algorithm }
        guard let keyID = header.text("kid"), (1...Self.maximumKeyIDBytes).contains(keyID.utf8.count),
            header["crit"] == nil, Self.isIDToken(header), let issuer = claims.text("iss")
        else { throw .malformed }
        self.issuer = issuer
        self.algorithm = algorithm
        self.keyID = keyID
        self.signature = signature
        self.claims = claims
        signed = Array(first) + [UInt8(ascii: ".")] + second
    }

    private static func object(_ part: ArraySlice<UInt8>) -> JSONValue? {
        guard let bytes = Base64URL.decode(part), let value = try? JSONValue.parse(bytes, limits: limits),
            case .object = value
        else { return nil }
        return value
    }

    /// Another `typ` is a token for another purpose, such as an access token or a logout token (RFC 8725, section 3.11).
    private static func isIDToken(_ header: JSONValue) -> Bool {
        guard let type = header["typ"] else { return true }
        guard case .string(let text) = type else { return false }
        return text.lowercased() == "jwt"
    }

    // MARK: Claims

    /// A claim that is a string.
    package func text(_ claim: String) -> String? { claims.text(claim) }

    /// A claim that is a string or an array of strings; empty for any other value.
    package func texts(_ claim: String) -> [String] {
        guard case .array(let values)? = claims[claim] else { return text(claim).map { [$0] } ?? [] }
        let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil as String? } }
        return texts.count == values.count ? texts : []
    }

    /// A claim that is an instant, in seconds since 1970. A fraction is cut off.
    package func seconds(_ claim: String) -> Int64? {
        switch claims[claim] {
        case .integer(let seconds)?: seconds
        case .number(let text)?:
            text.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") } ? Int64(text.prefix { $0 != "." }) : nil
        default: nil
        }
    }

    /// Whether the token has a claim, also one of another type than expected.
    package func has(_ claim: String) -> Bool { claims[claim] != nil }
}

extension JSONValue {
    func text(_ member: String) -> String? {
        guard case .string(let text)? = self[member] else { return nil }
        return text
    }
}

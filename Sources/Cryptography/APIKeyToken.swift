import Foundation

/// An API key in plain text: `qz_<prefix>_<secret><checksum>`. Only its digest is stored; the prefix is public.
///
/// With the checksum, scanners and the server can recognize an invalid key without database work.
package struct APIKeyToken: Sendable, Equatable {
    package let text: String
    package let prefix: String

    /// SHA-256 of the whole text: enough for a secret of 190 random bits.
    package var digest: [UInt8] { SHA256.digest(Array(text.utf8)) }

    private static let prefixLength = 8
    private static let secretLength = 32
    private static let checksumLength = 6

    package static func make() throws -> APIKeyToken {
        let body = "qz_\(try Letters.random(prefixLength))_\(try Letters.random(secretLength))"
        let text = body + checksum(body)
        return APIKeyToken(known: text)
    }

    /// `nil` if the text is not an API key of this service.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        let bodyLength = 3 + Self.prefixLength + 1 + Self.secretLength
        guard bytes.count == bodyLength + Self.checksumLength, text.hasPrefix("qz_"),
            bytes[3 + Self.prefixLength] == UInt8(ascii: "_"),
            bytes.dropFirst(3).allSatisfy({ $0 == UInt8(ascii: "_") || Letters.all.contains($0) })
        else { return nil }
        let body = String(decoding: bytes[..<bodyLength], as: UTF8.self)
        guard constantTimeEqual(Array(bytes[bodyLength...]), Array(Self.checksum(body).utf8)) else { return nil }
        self.init(known: text)
    }

    private init(known text: String) {
        self.text = text
        self.prefix = String(text.dropFirst(3).prefix(Self.prefixLength))
    }

    private static func checksum(_ body: String) -> String {
        Letters.ofDigest(SHA256.digest(Array("quietanza key checksum\n\(body)".utf8)), checksumLength)
    }
}

/// A citizen's credential or a code sent by mail: `qza_<256 random bits><checksum>`. Only its digest is stored.
///
/// The prefix states the purpose, so that a token of one purpose is not accepted for another. The checksum rejects invalid tokens
/// without database work.
package struct Token: Sendable, Equatable {
    package enum Purpose: String, Sendable, CaseIterable {
        /// Short-lived; sent with every request.
        case access = "qza"
        /// Single use: exchanged for the next pair.
        case refresh = "qzr"
        /// Proves access to a mailbox.
        case mail = "qzm"
        /// Lets a browser present a smart card on behalf of a front end.
        case ticket = "qzt"
        /// Proves to the front end that the browser presented the card.
        case code = "qzc"
    }

    package let purpose: Purpose
    package let text: String

    /// 43 characters out of 62 encode 256 bits.
    private static let secretLength = 43
    private static let checksumLength = 6

    package static func make(_ purpose: Purpose) throws -> Token {
        let body = "\(purpose.rawValue)_\(try Letters.random(secretLength))"
        return Token(purpose: purpose, text: body + checksum(body))
    }

    /// `nil` if the text is not a token for this purpose.
    package init?(_ text: String, for purpose: Purpose) {
        let bytes = Array(text.utf8)
        let bodyLength = purpose.rawValue.utf8.count + 1 + Self.secretLength
        guard bytes.count == bodyLength + Self.checksumLength, text.hasPrefix(purpose.rawValue + "_"),
            bytes.dropFirst(purpose.rawValue.utf8.count + 1).allSatisfy(Letters.all.contains)
        else { return nil }
        let body = String(decoding: bytes[..<bodyLength], as: UTF8.self)
        guard constantTimeEqual(Array(bytes[bodyLength...]), Array(Self.checksum(body).utf8)) else { return nil }
        self.init(purpose: purpose, text: text)
    }

    private init(purpose: Purpose, text: String) {
        self.purpose = purpose
        self.text = text
    }

    /// SHA-256 of the whole text: enough for a secret of 256 random bits.
    package var digest: [UInt8] { SHA256.digest(Array(text.utf8)) }

    private static func checksum(_ body: String) -> String {
        Letters.ofDigest(SHA256.digest(Array("quietanza token checksum\n\(body)".utf8)), checksumLength)
    }
}

/// The 62 letters and digits of credentials.
enum Letters {
    static let all = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// Skips bytes that would make some letters more likely than others.
    static func random(_ count: Int) throws -> String {
        var letters: [UInt8] = []
        while letters.count < count {
            for byte in try SecureRandom.bytes(count) where byte < 248 && letters.count < count {
                letters.append(all[Int(byte) % all.count])
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }

    static func ofDigest(_ digest: [UInt8], _ count: Int) -> String {
        String(decoding: digest.prefix(count).map { all[Int($0) % all.count] }, as: UTF8.self)
    }
}

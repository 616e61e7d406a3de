import Cryptography
import Foundation
import PagoPA
import Text

/// Writes and reads the codes by which everybody can check the document of a receipt: its version and its id with an HMAC, so that only a
/// code that this deployment printed leads to a receipt. The code reveals nothing but the instant at which the receipt was stored.
struct VerificationCodes: Sendable {
    private let authenticator: Authenticator
    private let publicURL: String

    static let length = 45
    private static let tagBytes = 11
    private static let idBytes = 16
    /// Crockford's alphabet in small letters: nothing looks like another sign.
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    init(_ secrets: SecretsKeys, publicURL: String) {
        authenticator = Authenticator(secrets, for: .verificationCodes, tagBytes: Self.tagBytes)
        self.publicURL = publicURL
    }

    /// The page that checks this version of the receipt's document.
    func url(of receipt: Identifier<Receipt>, for audience: ReceiptAudience?) -> String {
        "\(publicURL)/verify/\(code(of: receipt, for: audience))"
    }

    func code(of receipt: Identifier<Receipt>, for audience: ReceiptAudience?) -> String {
        let content = [audience.code] + Self.bytes(of: receipt)
        return Self.text(content + authenticator.tag(of: content))
    }

    /// - Returns: `nil` for every text that this deployment did not print.
    func receipt(of code: String) -> Identifier<Receipt>? {
        guard let bytes = Self.bytes(of: code) else { return nil }
        let content = Array(bytes.prefix(1 + Self.idBytes))
        let given = Array(bytes.dropFirst(content.count))
        guard authenticator.isTag(given, of: content) else { return nil }
        return Identifier(withoutHyphens: Hex.encode(Array(content.dropFirst())))
    }

    private static func bytes(of receipt: Identifier<Receipt>) -> [UInt8] {
        withUnsafeBytes(of: receipt.uuid.uuid) { Array($0) }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var buffer = 0
        var bits = 0
        func append(_ value: Int) { text += alphabet.dropFirst(value & 31).prefix(1) }
        for byte in bytes {
            buffer = (buffer & 31) << 8 | Int(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                append(buffer >> bits)
            }
        }
        if bits > 0 { append(buffer << (5 - bits)) }
        return String(decoding: text, as: UTF8.self)
    }

    /// `nil` for any text that `text(_:)` does not produce, in letters of any case.
    private static func bytes(of code: String) -> [UInt8]? {
        guard code.utf8.count == length else { return nil }
        var bytes: [UInt8] = []
        var buffer = 0
        var bits = 0
        for letter in code.utf8 {
            let small = (0x41...0x5A).contains(letter) ? letter | 0x20 : letter
            guard let value = alphabet.firstIndex(of: small) else { return nil }
            buffer = (buffer & 0xFF) << 5 | value
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> bits))
            }
        }
        // The last bit of a code is unused and 0.
        guard bytes.count == 1 + idBytes + tagBytes, text(bytes) == code.asciiLowercased else { return nil }
        return bytes
    }
}

extension ReceiptAudience? {
    /// The version of a receipt's document, in codes and links.
    var code: UInt8 {
        switch self {
        case nil: 0
        case .payer: 1
        case .debtor: 2
        }
    }
}

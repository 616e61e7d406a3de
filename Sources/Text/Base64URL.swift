import Foundation

/// Base64url without padding (RFC 4648, section 5).
package enum Base64URL {
    /// Each result has one spelling: unused bits must be zero.
    /// - Returns: nil for any text that `encode` does not produce.
    package static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        let text = String(decoding: Array(text), as: UTF8.self)
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: base64), encode(data) == text else { return nil }
        return Array(data)
    }

    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(Array(bytes)).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }
}

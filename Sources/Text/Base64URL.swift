package enum Base64URL {
    /// Decodes base64url without padding (RFC 4648, section 5). Each result has one spelling: unused bits must be zero.
    /// - Returns: nil for any other text.
    package static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        // Fewer than 14 bits, of which the last `count` are not part of a byte yet.
        var bits = 0
        var count = 0
        for character in text {
            guard let value = character.base64URLDigit else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
                bits &= (1 << count) - 1
            }
        }
        // A rest of six bits is a character without a byte.
        guard count < 6, bits == 0 else { return nil }
        return bytes
    }

    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        var bits = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | Int(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(digit(bits >> count & 63))
                bits &= (1 << count) - 1
            }
        }
        if count > 0 { text.append(digit(bits << (6 - count) & 63)) }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Parameter value: at most 63.
    private static func digit(_ value: Int) -> UInt8 {
        let byte = UInt8(truncatingIfNeeded: value)
        return switch byte {
        case 0..<26: byte + 0x41
        case 26..<52: byte + 0x47
        case 52..<62: byte - 4
        case 62: 0x2D
        default: 0x5F
        }
    }
}

extension UInt8 {
    fileprivate var base64URLDigit: Int? {
        switch self {
        case 0x41...0x5A: Int(self) - 0x41
        case 0x61...0x7A: Int(self) - 0x61 + 26
        case 0x30...0x39: Int(self) - 0x30 + 52
        case 0x2D: 62
        case 0x5F: 63
        default: nil
        }
    }
}

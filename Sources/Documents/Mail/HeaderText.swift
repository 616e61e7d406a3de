/// Text in mail headers beyond ASCII. Source: RFC 2047 (encoded words), RFC 2231 (parameters), RFC 5322 (phrases).
enum HeaderText {
    /// An encoded word is at most 75 bytes; `=?UTF-8?B?` and `?=` take 12, base64 of 45 bytes takes 60.
    private static let wordBytes = 45

    /// - Parameter column: how many bytes of the line the header's name has used.
    static func encoded(_ text: String, after column: Int) -> String {
        if isPlain(text), text.utf8.count + column <= 76 { return text }
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        for character in text.unicodeScalars {
            let bytes = Array(String(character).utf8)
            if word.count + bytes.count > wordBytes {
                words.append(word)
                word = []
            }
            word += bytes
        }
        words.append(word)
        return words.map { "=?UTF-8?B?\(Base64.text($0))?=" }.joined(separator: "\r\n ")
    }

    /// A display name: quoted where ASCII, encoded where not.
    static func phrase(_ text: String) -> String {
        guard isPlain(text), text.utf8.count <= 60 else { return encoded(text, after: 6) }
        let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\""
    }

    static func parameter(_ name: String, _ value: String) -> String {
        let plain = value.utf8.allSatisfy { isAttributeByte($0) }
        if plain { return "\(name)=\"\(value)\"" }
        let percent = value.utf8.map { byte -> String in
            guard !isAttributeByte(byte) else { return String(UnicodeScalar(byte)) }
            let hex = String(byte, radix: 16, uppercase: true)
            return "%" + (hex.count < 2 ? "0" + hex : hex)
        }
        return "\(name)*=UTF-8''\(percent.joined())"
    }

    private static func isPlain(_ text: String) -> Bool {
        // What looks like an encoded word must be encoded, or a reader would decode it.
        text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && !text.contains("=?")
    }

    private static func isAttributeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}

/// Base64 (RFC 4648) in lines of 76 characters, as mail wants it.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(_ bytes: [UInt8]) -> String { String(decoding: encoded(bytes[...]), as: UTF8.self) }

    static func lines(_ bytes: [UInt8]) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(bytes.count / 57 * 78 + 80)
        for start in stride(from: 0, to: bytes.count, by: 57) {
            lines += encoded(bytes[start..<min(start + 57, bytes.count)])
            lines += [13, 10]
        }
        return lines
    }

    private static func encoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        var rest = bytes
        while let first = rest.first {
            let group = rest.prefix(3)
            let second = group.dropFirst().first
            let third = group.dropFirst(2).first
            let bits =
                UInt32(truncatingIfNeeded: first) << 16 | UInt32(truncatingIfNeeded: second ?? 0) << 8
                | UInt32(truncatingIfNeeded: third ?? 0)
            result.append(alphabet[Int(bits >> 18 & 63)])
            result.append(alphabet[Int(bits >> 12 & 63)])
            result.append(second == nil ? UInt8(ascii: "=") : alphabet[Int(bits >> 6 & 63)])
            result.append(third == nil ? UInt8(ascii: "=") : alphabet[Int(bits & 63)])
            rest = rest.dropFirst(3)
        }
        return result
    }
}

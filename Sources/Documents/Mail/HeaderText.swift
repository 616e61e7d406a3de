import Foundation
import Text

/// Text in mail headers beyond ASCII. Source: RFC 2047 (encoded words), RFC 2231 (parameters), RFC 5322 (phrases).
enum HeaderText {
    /// An encoded word is at most 75 bytes; `=?UTF-8?B?` and `?=` take 12, base64 of 45 bytes takes 60.
    private static let wordBytes = 45
    /// The maximum length of a line that contains an encoded word (RFC 2047, section 2).
    private static let lineBytes = 76

    /// - Parameter column: how many bytes of the line the header's name has used.
    static func encoded(_ text: String, after column: Int) -> String {
        if isPlain(text), text.utf8.count + column <= lineBytes { return text }
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        // The first word shares its line with the header's name.
        var room = min(wordBytes, (lineBytes - column - 12) / 4 * 3)
        for character in text.unicodeScalars {
            let bytes = Array(String(character).utf8)
            if word.count + bytes.count > room {
                words.append(word)
                word = []
                room = wordBytes
            }
            word += bytes
        }
        words.append(word)
        return words.map { "=?UTF-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    /// A display name with its address: the name is quoted if it is ASCII, otherwise encoded, with the address on the next line.
    static func mailbox(_ name: String, _ address: String) -> String {
        guard isPlain(name), name.utf8.count <= 60 else { return "\(encoded(name, after: 6))\r\n <\(address)>" }
        let escaped = name.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\" <\(address)>"
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
        // A text that resembles an encoded word must be encoded, because a mail client would decode it.
        text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && !text.contains("=?")
    }

    private static func isAttributeByte(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || "-._".utf8.contains(byte)
    }
}

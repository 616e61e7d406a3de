/// Classes of ASCII characters, for codes that are checked byte by byte.
extension UInt8 {
    package var isDigit: Bool { (0x30...0x39).contains(self) }
    package var isUpper: Bool { (0x41...0x5A).contains(self) }
    package var isLower: Bool { (0x61...0x7A).contains(self) }
    package var isLetter: Bool { isUpper || isLower }
    package var isAlphanumeric: Bool { isDigit || isLetter }
    /// The capital of a small ASCII letter; any other byte as it is.
    package var capital: UInt8 { isLower ? self - 0x20 : self }

    /// What the byte counts as a hexadecimal digit, in either case.
    package var hexDigit: Int? {
        switch self {
        case 0x30...0x39: Int(self) - 0x30
        case 0x41...0x46: Int(self) - 0x41 + 10
        case 0x61...0x66: Int(self) - 0x61 + 10
        default: nil
        }
    }
}

extension StringProtocol {
    /// Without the spaces and tabs at its ends, as the values of headers are read. Foundation would convert the text to UTF-16 first.
    package var trimmed: String {
        let bytes = Substring(self).utf8
        func isText(_ byte: UInt8) -> Bool { byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\t") }
        guard let first = bytes.firstIndex(where: isText), let last = bytes.lastIndex(where: isText) else { return "" }
        return String(Substring(bytes[first...last]))
    }
}

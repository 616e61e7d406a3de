import Text

/// IBAN (ISO 13616) in capitals without blanks: check digits, length and structure of its country, and the check letter (CIN) of
/// Italian and Sammarinese accounts are verified. A postal account when the ABI is 07601.
package struct IBAN: Sendable, Hashable, CustomStringConvertible {
    package let value: String

    /// Blanks of any kind and small letters are accepted; only ASCII is.
    package init(_ text: String) throws(InvalidValue) {
        let bytes = Array(text.withoutBlanks.utf8).map(\.capital)
        guard (15...34).contains(bytes.count), bytes.allSatisfy({ $0.isDigit || $0.isUpper }), bytes[0].isUpper,
            bytes[1].isUpper, bytes[2].isDigit, bytes[3].isDigit
        else { throw InvalidValue(.badFormat, "is not an IBAN") }
        let country = String(decoding: bytes[..<2], as: UTF8.self)
        guard let hasStructure = IBANStructure.accepts(bytes[4...], country: country) else {
            throw InvalidValue(.badFormat, "does not start with a country that has IBANs")
        }
        guard hasStructure else {
            let length = IBANStructure.length(country: country) ?? 0
            throw InvalidValue(.badFormat, "must be \(length) characters in the structure of \(country)")
        }
        // 00, 01 and 99 would pass the remainder too, but no bank computes them.
        let check = Int(bytes[2] - 0x30) * 10 + Int(bytes[3] - 0x30)
        guard (2...98).contains(check), remainder97(bytes[4...] + bytes[..<4]) == 1 else {
            throw InvalidValue(.badCheckDigit, "has wrong check digits")
        }
        if country == "IT" || country == "SM", IBANStructure.checkLetter(bytes[5...]) != bytes[4] {
            throw InvalidValue(.badCheckDigit, "has a wrong check letter (CIN)")
        }
        self.value = String(decoding: bytes, as: UTF8.self)
    }

    /// One that was stored, perhaps under rules that were less strict: what was promised to be payable stays so.
    package init(stored value: String) {
        self.value = value
    }

    package var description: String { value }

    package var isPostal: Bool { value.hasPrefix("IT") && value.dropFirst(5).hasPrefix("07601") }
}

/// Of the number spelt by digits and by letters that stand for 10…35.
func remainder97(_ bytes: some Sequence<UInt8>) -> Int {
    bytes.reduce(0) { rest, byte in
        byte.isDigit ? (rest * 10 + Int(byte - 0x30)) % 97 : (rest * 100 + Int(byte - 0x41) + 10) % 97
    }
}

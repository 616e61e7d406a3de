import Text

/// IBAN (ISO 13616) in capitals without blanks. The initializer verifies check digits, length, the structure of the country, and
/// the check letter (CIN) of Italian and Sammarinese accounts. An account is postal if its ABI is 07601.
package struct IBAN: Sendable, Hashable, CustomStringConvertible {
    package let value: String

    /// Accepts blanks of any kind and lower-case letters; all other characters must be ASCII.
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
        // The check digits 00, 01 and 99 could also give the right remainder, but the standard does not generate them.
        let check = Int(bytes[2] - 0x30) * 10 + Int(bytes[3] - 0x30)
        guard (2...98).contains(check), remainder97(bytes[4...] + bytes[..<4]) == 1 else {
            throw InvalidValue(.badCheckDigit, "has wrong check digits")
        }
        if country == "IT" || country == "SM", IBANStructure.checkLetter(bytes[5...]) != bytes[4] {
            throw InvalidValue(.badCheckDigit, "has a wrong check letter (CIN)")
        }
        self.value = String(decoding: bytes, as: UTF8.self)
    }

    /// Accepts a stored IBAN without validation, because it may have been stored under less strict rules and must stay payable.
    package init(stored value: String) {
        self.value = value
    }

    package var description: String { value }

    package var isPostal: Bool { value.hasPrefix("IT") && value.dropFirst(5).hasPrefix("07601") }
}

/// The remainder modulo 97 of the number in these digits and letters, where letters represent 10 to 35.
func remainder97(_ bytes: some Sequence<UInt8>) -> Int {
    bytes.reduce(0) { rest, byte in
        byte.isDigit ? (rest * 10 + Int(byte - 0x30)) % 97 : (rest * 100 + Int(byte - 0x41) + 10) % 97
    }
}

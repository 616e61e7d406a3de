/// ISO 13616, with Italy's own length; a postal account when the ABI is 07601.
package struct IBAN: Sendable, Hashable, CustomStringConvertible {
    package let value: String

    package init(_ text: String) throws(InvalidValue) {
        let value = text.uppercased().filter { $0 != " " }
        let bytes = Array(value.utf8)
        guard (15...34).contains(bytes.count), bytes.allSatisfy({ $0.isDigit || $0.isUpper }), bytes[0].isUpper,
            bytes[1].isUpper, bytes[2].isDigit, bytes[3].isDigit
        else { throw InvalidValue(.badFormat, "is not an IBAN") }
        if value.hasPrefix("IT") {
            guard bytes.count == 27, bytes[4].isUpper, bytes[5..<15].allSatisfy(\.isDigit) else {
                throw InvalidValue(.badFormat, "is not an Italian IBAN: 27 characters, a letter, ABI, CAB and account")
            }
        }
        guard remainder97(bytes[4...] + bytes[..<4]) == 1 else {
            throw InvalidValue(.badCheckDigit, "has wrong check digits")
        }
        self.value = value
    }

    package var description: String { value }

    package var isPostal: Bool { value.hasPrefix("IT") && value.dropFirst(5).hasPrefix("07601") }

    /// The account, the last twelve characters of an Italian IBAN.
    package var postalAccount12: String { String(value.suffix(12)) }
}

/// Of the number spelt by digits and by letters that stand for 10…35.
func remainder97(_ bytes: some Sequence<UInt8>) -> Int {
    bytes.reduce(0) { rest, byte in
        byte.isDigit ? (rest * 10 + Int(byte - 0x30)) % 97 : (rest * 100 + Int(byte - 0x41) + 10) % 97
    }
}

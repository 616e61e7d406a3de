/// Codice fiscale of a body, or partita IVA: 11 digits with a check digit (Luhn's).
package struct OrganizationTaxCode: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let value: String

    package init(_ value: String) throws(InvalidValue) {
        try self.init(unchecked: value)
        guard Self.hasGoodCheckDigit(value) else { throw InvalidValue(.badCheckDigit, "has a wrong check digit") }
    }

    /// Without the check digit's rule, which pagoPA's own test creditors break.
    package init(unchecked value: String) throws(InvalidValue) {
        guard value.utf8.count == 11, value.utf8.allSatisfy(\.isDigit) else {
            throw InvalidValue(.badFormat, "must be 11 digits")
        }
        guard value.utf8.contains(where: { $0 != 0x30 }) else {
            throw InvalidValue(.badFormat, "must not be all zeros")
        }
        self.value = value
    }

    package var description: String { value }
    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }

    static func hasGoodCheckDigit(_ value: String) -> Bool {
        var sum = 0
        for (index, byte) in value.utf8.enumerated() {
            let digit = Int(byte - 0x30)
            let doubled = index % 2 == 1 ? digit * 2 : digit
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }
}

/// Codice fiscale of a debtor or payer: 16 characters with a check letter, omocodia included, or 11 digits.
package struct TaxCode: Sendable, Hashable, CustomStringConvertible {
    package let value: String

    package init(_ text: String) throws(InvalidValue) {
        let value = text.asciiUppercased
        let bytes = Array(value.utf8)
        switch bytes.count {
        case 11:
            self.value = try OrganizationTaxCode(value).value
        case 16:
            guard Self.hasShape(bytes) else { throw InvalidValue(.badFormat, "is not a codice fiscale") }
            guard Self.checkLetter(of: bytes[0..<15]) == bytes[15] else {
                throw InvalidValue(.badCheckDigit, "has a wrong check letter")
            }
            self.value = value
        default: throw InvalidValue(.badFormat, "must be a codice fiscale of 16 characters or 11 digits")
        }
    }

    package var isPersonal16: Bool { value.utf8.count == 16 }
    package var description: String { value }

    /// - Parameter first15: 15 capital letters or digits; nil for anything else.
    package static func checkLetter(first15: String) -> Character? {
        let bytes = Array(first15.utf8)
        guard bytes.count == 15, bytes.allSatisfy({ $0.isDigit || $0.isUpper }) else { return nil }
        return Character(Unicode.Scalar(checkLetter(of: bytes[...])))
    }

    private static func checkLetter(of bytes: ArraySlice<UInt8>) -> UInt8 {
        var sum = 0
        for (index, byte) in bytes.enumerated() {
            let ordinal = byte.isDigit ? Int(byte - 0x30) : Int(byte - 0x41)
            sum += index % 2 == 0 ? oddValues[ordinal] : ordinal
        }
        return 0x41 + UInt8(sum % 26)
    }

    /// Values of 0…9 and A…Z at odd places, counted from one. Source: decree of 23 December 1976.
    private static let oddValues = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ]

    private static func hasShape(_ bytes: [UInt8]) -> Bool {
        for (index, byte) in bytes.enumerated() {
            let fits: Bool
            switch index {
            case 6, 7, 9, 10, 12, 13, 14: fits = byte.isDigit || omocodia.contains(byte)
            case 8: fits = months.contains(byte)
            default: fits = byte.isUpper
            }
            if !fits { return false }
        }
        return true
    }

    private static let omocodia = Array("LMNPQRSTUV".utf8)
    private static let months = Array("ABCDEHLMPRST".utf8)
}

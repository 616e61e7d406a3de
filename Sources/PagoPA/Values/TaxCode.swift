import Text

/// Codice fiscale of an organization, or partita IVA: 11 digits with a check digit (Luhn algorithm).
package struct OrganizationTaxCode: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let value: String

    package init(_ value: String) throws(InvalidValue) {
        try self.init(unchecked: value)
        guard Self.hasGoodCheckDigit(value) else { throw InvalidValue(.badCheckDigit, "has a wrong check digit") }
    }

    /// Skips the check digit, because pagoPA's own test creditors have wrong ones.
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

/// The legal identifier of a debtor or payer, in capitals: a codice fiscale of 16 characters with a check letter (omocodia
/// included), 11 digits (partita IVA, or a person's provisional code), a foreign VAT number or tax id with its country's two
/// letters, or `ANONIMO`, pagoPA's word for a person without any code.
package struct TaxCode: Sendable, Hashable, CustomStringConvertible {
    package let value: String

    /// Accepts lower-case letters, and `IT` before the 11 digits of a partita IVA, which is not part of the code.
    package init(_ text: String) throws(InvalidValue) {
        var bytes = text.utf8.map(\.capital)
        if bytes.count == 13, bytes.starts(with: Array("IT".utf8)), bytes[2...].allSatisfy(\.isDigit) {
            bytes = Array(bytes.dropFirst(2))
        }
        let value = String(decoding: bytes, as: UTF8.self)
        if value == Self.anonymousWord || ForeignTaxCode.accepts(bytes) {
            self.value = value
        } else if bytes.count == 11, bytes.allSatisfy(\.isDigit) {
            self.value = try OrganizationTaxCode(value).value
        } else if bytes.count == 16 {
            guard Self.hasShape(bytes) else { throw InvalidValue(.badFormat, "is not a codice fiscale") }
            guard Self.checkLetter(of: bytes[0..<15]) == bytes[15] else {
                throw InvalidValue(.badCheckDigit, "has a wrong check letter")
            }
            self.value = value
        } else {
            throw InvalidValue(
                .badFormat,
                "must be a codice fiscale of 16 characters, 11 digits, a foreign VAT number or tax id with its "
                    + "country's two letters, or ANONIMO")
        }
    }

    /// Whether the person's code is unknown. This code identifies no person: two debtors with it may be different people.
    package var isAnonymous: Bool { value == Self.anonymousWord }

    /// The word for an unknown code in the official documents.
    package static let anonymousWord = "ANONIMO"

    /// The error if a subject of this kind cannot have this code; `nil` if it can.
    package func mismatch(with kind: SubjectKind) -> String? {
        switch kind {
        case .person: nil
        case .company where isPersonal16:
            "is a person's code: a company has 11 digits or a foreign VAT number"
        case .company where isAnonymous: "is only for a person: a company has 11 digits or a foreign VAT number"
        case .company: nil
        }
    }

    package var isPersonal16: Bool { value.utf8.count == 16 }
    package var description: String { value }

    /// - Parameter first15: 15 capital letters or digits; the result is nil for any other text.
    package static func checkLetter(first15: String) -> Character? {
        let bytes = Array(first15.utf8)
        guard bytes.count == 15, bytes.allSatisfy({ $0.isDigit || $0.isUpper }) else { return nil }
        return Character(Unicode.Scalar(checkLetter(of: bytes[...])))
    }

    /// - Parameter bytes: capital letters and digits.
    static func checkLetter(of bytes: ArraySlice<UInt8>) -> UInt8 {
        var sum = 0
        for (index, byte) in bytes.enumerated() {
            let ordinal = byte.isDigit ? Int(byte - 0x30) : Int(byte - 0x41)
            sum += index % 2 == 0 ? oddValues[ordinal] : ordinal
        }
        return 0x41 + UInt8(clamping: sum % 26)
    }

    /// Values of 0…9 and A…Z at odd positions, counted from one. Source: decree of 23 December 1976.
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

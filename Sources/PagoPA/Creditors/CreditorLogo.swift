import Text

/// The picture and the colour of a creditor on its receipts and notices.
package struct CreditorLogo: Sendable, Equatable {
    /// As the service encoded it, see `LogoImage`.
    package let png: [UInt8]
    /// In pixels.
    package let width: Int
    package let height: Int
    /// What readers speak instead of the picture.
    package let alternativeText: String
    package let color: BrandColor?
    package private(set) var createdAt: Instant
    package private(set) var updatedAt: Instant

    /// The maximum length of the alternative text, in Unicode scalars.
    package static let alternativeTextLength = 140
    /// The maximum size of a file that a creditor sends, in bytes.
    package static let maximumBytes = 128 * 1_024
    /// The maximum number of pixels of such a file, and of its wider side.
    package static let maximumPixels = 4_000_000
    package static let maximumSide = 4_000

    package init(
        png: [UInt8], width: Int, height: Int, alternativeText: String, color: BrandColor?, createdAt: Instant,
        updatedAt: Instant
    ) {
        self.png = png
        self.width = width
        self.height = height
        self.alternativeText = alternativeText
        self.color = color
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// This content as the successor of the stored logo: equal to `old` if it changes nothing.
    /// - Parameter old: `nil` for a new logo.
    package func replacing(_ old: CreditorLogo?) -> CreditorLogo {
        guard let old else { return self }
        var new = self
        new.createdAt = old.createdAt
        new.updatedAt = old.updatedAt
        if new == old { return old }
        new.updatedAt = updatedAt
        return new
    }
}

/// A picture as a creditor sends it.
package enum LogoFile: Sendable, Equatable {
    case png([UInt8])
    case svg([UInt8])

    /// The member of the request that has it.
    package var member: String {
        switch self {
        case .png: "png"
        case .svg: "svg"
        }
    }
}

/// A colour of sRGB, such as `#0066CC`.
package struct BrandColor: Sendable, Equatable {
    package let red: UInt8
    package let green: UInt8
    package let blue: UInt8

    /// - Throws: `InvalidValue` unless the text is `#` and six hexadecimal digits.
    package init(_ text: String) throws(InvalidValue) {
        let digits = text.dropFirst()
        guard text.first == "#", digits.utf8.count == 6,
            digits.utf8.allSatisfy({ $0.isDigit || (0x41...0x46).contains($0) || (0x61...0x66).contains($0) }),
            let value = Int(digits, radix: 16)
        else { throw InvalidValue(.badFormat, "must be # and six hexadecimal digits") }
        red = UInt8(truncatingIfNeeded: value >> 16)
        green = UInt8(truncatingIfNeeded: value >> 8)
        blue = UInt8(truncatingIfNeeded: value)
    }

    /// In capital letters.
    package var value: String { "#" + Hex.encode([red, green, blue]).uppercased() }
}

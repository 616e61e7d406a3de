import Text

/// An address that is safe in an SMTP command: ASCII, one @, no character that could start another command or header.
package struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
    package let value: String

    package init(_ value: String) throws(InvalidValue) {
        let bytes = Array(value.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard bytes.count <= 254, parts.count == 2, let mailbox = parts.first, let domain = parts.last,
            (1...64).contains(mailbox.count),
            bytes.allSatisfy({ (0x21...0x7E).contains($0) && !Self.refused.contains($0) }), Self.isDotted(mailbox),
            Self.isDomain(domain)
        else { throw InvalidValue(.badFormat, "is not an e-mail address") }
        self.value = value
    }

    package var description: String { value }

    /// The address in lower case, which is equal for all spellings of one mailbox.
    package var mailbox: String { value.lowercased() }

    private static let refused = Array("<>()[]\\,;:\"".utf8)

    private static func isDotted(_ part: ArraySlice<UInt8>) -> Bool {
        part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }

    private static func isDomain(_ part: ArraySlice<UInt8>) -> Bool {
        let labels = part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            (1...63).contains(label.count) && label.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
                && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
        }
    }
}

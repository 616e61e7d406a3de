/// Dati specifici riscossione, tassonomia: one of `0126789`, a slash and 3 to 138 characters without blanks, such as
/// `9/0101002IM/`; stored as sent. 6, 7 and 8 mark a debt that is not offered to the debtor's bank (SRTP opt-out, SANP 3.9).
package struct TaxonomyCode: Sendable, Hashable, CustomStringConvertible {
    package let value: String

    package init(_ value: String) throws(InvalidValue) {
        let bytes = Array(value.utf8)
        guard (5...140).contains(bytes.count), Array("0126789".utf8).contains(bytes[0]), bytes[1] == UInt8(ascii: "/"),
            bytes.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw InvalidValue(
                .badFormat,
                "must be 0/, 1/, 2/, 6/, 7/, 8/ or 9/ and 3 to 138 characters without blanks, such as 9/0101002IM/")
        }
        self.value = value
    }

    package var description: String { value }
}

import Text

/// Causale del versamento: the remittance text of a transfer in the form that pagoPA requires.
package enum Remittance {
    /// The maximum length, in Unicode scalars.
    package static let maximumLength = 140

    /// `/RFB/<IUV>/<amount>/TXT/<description>`, or `/RFS/` for an IUV that is an RF creditor reference (ISO 11649). A long description is
    /// cut.
    package static func text(iuv: IUV, amount: Amount, description: String) -> String {
        let kind = iuv.isCreditorReference ? "RFS" : "RFB"
        return cutText("/\(kind)/\(iuv.value)/\(amount.decimal)/TXT/\(description)", upTo: maximumLength)
    }
}

extension IUV {
    /// Whether the IUV has the form of an RF creditor reference. Notice numbers never contain one, because they have only digits.
    fileprivate var isCreditorReference: Bool {
        let bytes = value.utf8
        return (5...25).contains(bytes.count) && value.hasPrefix("RF")
            && bytes.dropFirst(2).prefix(2).allSatisfy(\.isDigit) && bytes.dropFirst(4).allSatisfy(\.isAlphanumeric)
    }
}

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
        value.wholeMatch(of: /RF[0-9]{2}[0-9A-Za-z]{1,21}/) != nil
    }
}

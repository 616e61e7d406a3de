import PagoPA

extension RTDocument {
    /// Creditor, IUV and amount of a document that may otherwise be invalid, found anywhere in it, for operators who search for
    /// a payment; they are not used for settlement. A value that occurs twice with different contents is omitted.
    package static func gist(_ bytes: [UInt8]) -> RTGist {
        guard let root = try? XMLNode(document: bytes) else { return RTGist() }
        var creditors: Set<String> = []
        var iuvs: Set<String> = []
        var amounts: Set<String> = []
        // No recursion: the depth is bounded, but the walk need not rely on it.
        var waiting = [root]
        while let node = waiting.popLast() {
            switch node.name {
            case "identificativoDominio": creditors.insert(node.text)
            case "identificativoUnivocoVersamento": iuvs.insert(node.text)
            case "importoTotalePagato": amounts.insert(node.text)
            default: waiting += node.children
            }
        }
        return RTGist(
            creditor: only(creditors).flatMap { try? OrganizationTaxCode(unchecked: $0) },
            iuv: only(iuvs).flatMap { try? IUV(unchecked: $0) },
            amount: only(amounts).flatMap { Amount(lenientDecimal: $0) })
    }

    private static func only(_ texts: Set<String>) -> String? { texts.count == 1 ? texts.first : nil }
}

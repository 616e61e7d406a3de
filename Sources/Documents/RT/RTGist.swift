import PagoPA

extension RTDocument {
    /// What a document says of creditor, IUV and amount, wherever in it and whatever else is wrong with it: for people who look
    /// for a payment, not for the books. A document that says one of them twice, differently, says nothing of it.
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
            amount: only(amounts).flatMap { Amount(toldDecimal: $0) })
    }

    private static func only(_ texts: Set<String>) -> String? { texts.count == 1 ? texts.first : nil }
}

extension PositionDraft {
    /// The canonical form of a request: independent of omitted defaults, NFC or NFD, the case of codes, and an IUV given alone or
    /// within its notice number. Its fingerprint distinguishes a repeated request from a different one with the same external id.
    package var meaning: [UInt8] {
        var said = Meaning()
        said.add("creditor", creditor.value)
        said.add("external_id", externalID)
        said.add("debt_type", debtTypeKey)
        said.add("document", "\(document.year)")
        said.add("document", document.number)
        said.add("description", description)
        said.add("alternative_group", alternativeGroup)
        said.add("draft", isDraft ? "true" : nil)
        said.add("debtor.kind", debtor.kind.rawValue)
        said.add("debtor.code", debtor.taxCode.value)
        said.add("debtor.name", debtor.fullName)
        said.add("debtor.email", debtor.email?.mailbox)
        if let address = debtor.address {
            said.add("street", address.street)
            said.add("civic_number", address.civicNumber)
            said.add("postal_code", address.postalCode)
            said.add("city", address.city)
            said.add("province", address.province)
            said.add("country", address.country)
        }
        for line in lines {
            said.add("line", line.description)
            said.add("quantity", line.quantity.map(String.init))
            said.add("amount", String(line.amount.cents))
        }
        for installment in installments {
            said.add("installment", String(installment.amount.cents))
            said.add("due", installment.dueDate.description)
            said.add("valid_until", installment.validUntil?.description)
            said.add("iuv", (installment.noticeNumber?.iuv ?? installment.iuv)?.value)
            for transfer in installment.transfers {
                said.add("transfer", transfer.creditor.value)
                said.add("iban", transfer.iban.value)
                said.add("amount", String(transfer.amount.cents))
                said.add("taxonomy", transfer.taxonomyCode.value)
                said.add("remittance", transfer.remittance)
            }
        }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            said.add("metadata", key)
            said.add("value", value)
        }
        return said.bytes
    }
}

/// Encodes values so that only equal values give equal bytes: each value is NFC and is preceded by its name and its length in
/// bytes. Missing values add no bytes.
struct Meaning {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ name: String, _ value: String?) {
        guard let value = value.map(composedText) else { return }
        bytes.append(contentsOf: "\(name)=\(value.utf8.count):\(value);".utf8)
    }
}

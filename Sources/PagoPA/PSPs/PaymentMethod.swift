/// How the note's citizen thinks of paying.
package enum PaymentMethodGroup: String, Sendable, CaseIterable {
    case card
    case bankTransfer = "bank_transfer"
    case other
}

/// Tipo versamento: an open set of 1…4 capital letters or digits (CP, BBT, BP, AD, MYBK, JIF, PPAL …), kept as text by design.
package struct PaymentMethod: Sendable, Hashable, CustomStringConvertible {
    package let code: String

    package init(_ code: String) throws(InvalidValue) {
        guard (1...5).contains(code.utf8.count),
            code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || (0x30...0x39).contains($0) })
        else { throw InvalidValue(.badFormat, "must be 1 to 5 capital letters or digits, such as CP") }
        self.code = code
    }

    package var description: String { code }

    package var group: PaymentMethodGroup {
        switch code {
        case "CP": .card
        case "BBT", "OBEP", "MYBK", "AD", "RBPP", "RBPB", "RBPR", "RBPS", "RPIC": .bankTransfer
        default: .other
        }
    }

    /// What people read; a code without a known name is its own name.
    package func name(in language: Language) -> String {
        guard let names = Self.names[code] else { return code }
        return names[language] ?? names[.it] ?? code
    }

    private static let names: [String: [Language: String]] = [
        "CP": [
            .it: "Carta di credito, debito o prepagata", .en: "Credit, debit or prepaid card",
            .de: "Kredit-, Debit- oder Prepaidkarte", .fr: "Carte de crédit, de débit ou prépayée",
            .sl: "Kreditna, debetna ali predplačniška kartica",
        ],
        "BBT": [
            .it: "Bonifico bancario", .en: "Bank transfer", .de: "Banküberweisung", .fr: "Virement bancaire",
            .sl: "Bančno nakazilo",
        ],
        "BP": [
            .it: "Bollettino postale", .en: "Postal slip", .de: "Posterlagschein", .fr: "Bulletin postal",
            .sl: "Poštna položnica",
        ],
        "AD": [
            .it: "Addebito diretto", .en: "Direct debit", .de: "Lastschrift", .fr: "Prélèvement",
            .sl: "Direktna bremenitev",
        ],
        "MYBK": [.it: "MyBank"], "OBEP": [.it: "MyBank"], "JIF": [.it: "BANCOMAT Pay"], "BPAY": [.it: "BANCOMAT Pay"],
        "PPAL": [.it: "PayPal"], "PPAY": [.it: "PostePay"], "APPL": [.it: "Apple Pay"],
        "PO": [.it: "Presso il prestatore di servizi", .en: "At the payment service provider"],
        "OTH": [.it: "Altro", .en: "Other"],
    ]
}

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

    /// As an RT tells it: one of the codes in any case, or free words such as `creditCard`, for display.
    /// - Throws: `InvalidValue` when nothing readable is left.
    package init(told text: String) throws(InvalidValue) {
        let plain = displayText(text, upTo: Self.maximumToldLength)
        guard !plain.isEmpty else { throw InvalidValue(.tooShort, "is empty") }
        let capital = plain.asciiUppercased
        code = Self.names[capital] == nil ? plain : capital
    }

    /// In Unicode scalars.
    package static let maximumToldLength = 35

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
        guard let names = Self.names[Self.codes[code.asciiLowercased] ?? code] else { return code }
        return names[language] ?? names[.it] ?? code
    }

    /// pagoPA's newer messages use words.
    private static let codes = ["creditcard": "CP", "other": "OTH", "paypal": "PPAL", "bancomatpay": "BPAY"]

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

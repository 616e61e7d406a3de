import Text

/// The groups of payment methods that citizens choose from.
package enum PaymentMethodGroup: String, Sendable, CaseIterable {
    case card
    case bankTransfer = "bank_transfer"
    case other
}

/// Tipo versamento: an open set of 1…4 capital letters or digits (CP, BBT, BP, AD, MYBK, JIF, PPAL …), stored as text by design.
package struct PaymentMethod: Sendable, Hashable, CustomStringConvertible {
    package let code: String

    package init(_ code: String) throws(InvalidValue) {
        guard (1...5).contains(code.utf8.count),
            code.utf8.allSatisfy({ $0.isUpper || $0.isDigit })
        else { throw InvalidValue(.badFormat, "must be 1 to 5 capital letters or digits, such as CP") }
        self.code = code
    }

    /// The method as written in an RT: one of the codes in any case, or free words such as `creditCard`, for display.
    /// - Throws: `InvalidValue` if no readable text remains.
    package init(inRT text: String) throws(InvalidValue) {
        let plain = displayText(text, upTo: Self.maximumDisplayLength)
        guard !plain.isEmpty else { throw InvalidValue(.tooShort, "is empty") }
        let capital = plain.asciiUppercased
        code = PaymentMethodText(rawValue: capital) == nil ? plain : capital
    }

    /// The maximum length in Unicode scalars.
    package static let maximumDisplayLength = 35

    package var description: String { code }

    package var group: PaymentMethodGroup {
        switch code {
        case "CP": .card
        case "BBT", "OBEP", "MYBK", "AD", "RBPP", "RBPB", "RBPR", "RBPS", "RPIC": .bankTransfer
        default: .other
        }
    }

    /// The display name; a code without a known name is shown as it is.
    package func name(in language: Language) -> String {
        PaymentMethodText(rawValue: Self.codes[code.asciiLowercased] ?? code)?.text(in: language) ?? code
    }

    /// pagoPA's newer messages contain words instead of codes.
    private static let codes = ["creditcard": "CP", "other": "OTH", "paypal": "PPAL", "bancomatpay": "BPAY"]
}

import Foundation

/// Avviso di pagamento: what a debtor needs on paper to pay one installment.
///
/// Sources: AgID, "L'avviso di pagamento analogico nel sistema pagoPA", for the content and the QR code; Poste Italiane, "Bollettino
/// Postale PA", for the Data Matrix.
package struct PaymentNotice: Sendable, Equatable {
    /// The amount has at most ten digits in both codes.
    package static let maximumCents: Int64 = 9_999_999_999

    package let creditor: Creditor
    package let logo: CreditorLogo?
    package let position: Position
    package let installment: Installment
    /// Whether the reader may see name and address of the debtor.
    package let showsContactData: Bool

    package init(
        creditor: Creditor, logo: CreditorLogo? = nil, position: Position, installment: Installment,
        showsContactData: Bool = true
    ) {
        self.creditor = creditor
        self.logo = logo
        self.position = position
        self.installment = installment
        self.showsContactData = showsContactData
    }

    /// Why there is nothing to print: the installment cannot be paid, or its amount has too many digits. `nil` if it can be printed. A payment
    /// that is in progress may fail, so it is no obstacle.
    package static func obstacle(printing installment: Installment, of position: Position, now: Instant) -> String? {
        switch position.obstacle(paying: installment, on: CalendarDate(romeDayOf: now), now: now) {
        case .status(let status): return "The installment is \(status.rawValue)."
        case .underReview: return "Money has arrived for the position and is under review."
        case .paymentInProgress, nil: break
        }
        guard installment.amount.cents <= maximumCents else {
            return "A notice can show at most \(maximumCents) cents."
        }
        return nil
    }

    /// Why there is nothing to print of the whole position: the obstacle of its first installment; `nil` if an installment can be printed.
    package static func obstacle(printingAllOf position: Position, now: Instant) -> String? {
        let obstacles = position.installments.map { obstacle(printing: $0, of: position, now: now) }
        guard obstacles.allSatisfy({ $0 != nil }) else { return nil }
        return obstacles.first.flatMap(\.self) ?? "The position has no installment."
    }

    /// The text of the QR code, at most 52 characters.
    package var qrText: String {
        let cents = String(installment.amount.cents)
        return
            "PAGOPA|002|\(installment.noticeNumber.value)|\(creditor.taxCode.value)|\(cents.count < 2 ? "0" : "")\(cents)"
    }

    /// The number of the postal account: the last twelve digits of its IBAN.
    package var postalAccount: String? { creditor.postalIBAN.map { String($0.value.suffix(12)) } }

    /// The text of the Data Matrix, 256 ASCII characters; `nil` without a postal account, or if the reader may not see the debtor's name,
    /// which it contains.
    package var dataMatrixText: String? {
        guard let postalAccount, showsContactData else { return nil }
        let cents = String(installment.amount.cents)
        return "codfase=NBPA;18\(installment.noticeNumber.value)12\(postalAccount)10"
            + String(repeating: "0", count: max(0, 10 - cents.count)) + cents
            + "38961P1\(creditor.taxCode.value)" + position.debtor.taxCode.value.asciiCapitals(16)
            + position.debtor.fullName.asciiCapitals(40) + position.description.asciiCapitals(110)
            + String(repeating: " ", count: 12) + "A"
    }
}

extension String {
    /// Letters that are not a letter of ASCII with a mark.
    private static let replacements: [Unicode.Scalar: String] = [
        "Ø": "O", "Đ": "D", "Ð": "D", "Ł": "L", "Æ": "AE", "Œ": "OE", "Þ": "TH", "ẞ": "SS", "ß": "SS", "’": "'",
        "‘": "'", "–": "-", "—": "-", "“": "\"", "”": "\"",
    ]

    /// This text in capital letters of ASCII, cut or filled with blanks to `length` characters. What ASCII does not have is a blank.
    fileprivate func asciiCapitals(_ length: Int) -> String {
        var text = ""
        for scalar in uppercased().decomposedStringWithCanonicalMapping.unicodeScalars {
            if (0x20...0x7E).contains(scalar.value) {
                text.unicodeScalars.append(scalar)
            } else if let replacement = Self.replacements[scalar] {
                text += replacement
            } else if scalar.properties.generalCategory != .nonspacingMark {
                text += " "
            }
        }
        text = String(text.prefix(length))
        return text + String(repeating: " ", count: length - text.count)
    }
}

/// Conto di accredito: an account that may receive a creditor's payments. Lists are ordered by creditor and IBAN.
package struct CreditorAccount: Sendable, Equatable {
    package let creditor: OrganizationTaxCode
    package let iban: IBAN
    package let name: String
    /// Whether it receives the payments of all debt types without their own account.
    package let isDefault: Bool
    /// Keys of the debt types whose payments this account receives.
    package let debtTypes: [String]
    package let validFrom: CalendarDate
    /// The last valid day; nil: no end.
    package let validTo: CalendarDate?

    package init(
        creditor: OrganizationTaxCode, iban: IBAN, name: String, isDefault: Bool, debtTypes: [String],
        validFrom: CalendarDate, validTo: CalendarDate?
    ) {
        self.creditor = creditor
        self.iban = iban
        self.name = name
        self.isDefault = isDefault
        self.debtTypes = debtTypes
        self.validFrom = validFrom
        self.validTo = validTo
    }

    package func isValid(on day: CalendarDate) -> Bool {
        validFrom <= day && (validTo.map { day <= $0 } ?? true)
    }

    fileprivate func overlaps(_ other: CreditorAccount) -> Bool {
        (validTo.map { other.validFrom <= $0 } ?? true) && (other.validTo.map { validFrom <= $0 } ?? true)
    }
}

/// Registered accounts, of one creditor or of several.
package struct AccountRegister: Sendable, Equatable {
    package let accounts: [CreditorAccount]

    package init(_ accounts: [CreditorAccount]) {
        self.accounts = accounts
    }

    /// The account for debts without explicit transfers: the debt type's own account, otherwise the default one.
    package func account(for debtType: String, of creditor: OrganizationTaxCode, on day: CalendarDate) -> IBAN? {
        let valid = accounts.filter { $0.creditor == creditor && $0.isValid(on: day) }
        return (valid.first { $0.debtTypes.contains(debtType) } ?? valid.first(where: \.isDefault))?.iban
    }

    /// All transfers to an account that does not belong to its creditor or is not valid today.
    package func faults(of transfers: [[Transfer]], on day: CalendarDate) -> [Fault] {
        transfers.enumerated().flatMap { installment, transfers in
            transfers.enumerated().compactMap { index, transfer in
                let pointer = "/installments/\(installment)/transfers/\(index)"
                let own = accounts.filter { $0.creditor == transfer.creditor }
                if own.isEmpty {
                    return Fault(
                        "\(pointer)/creditor_tax_code", .unknownReference,
                        "has no registered account: operations register a body with its accounts first")
                }
                if own.contains(where: { $0.iban == transfer.iban && $0.isValid(on: day) }) { return nil }
                return Fault(
                    "\(pointer)/iban", .unknownReference,
                    "is not an account of this creditor that is registered and valid today")
            }
        }
    }

    /// The violations of a creditor's complete list of accounts, under `/items`.
    /// - Parameter debtTypes: the keys of the creditor's debt types.
    package func faults(knowing debtTypes: Set<String>, on day: CalendarDate) -> [Fault] {
        var faults: [Fault] = []
        for (index, account) in accounts.enumerated() {
            let pointer = "/items/\(index)"
            let others = accounts[..<index]
            if others.contains(where: { $0.iban == account.iban }) {
                faults.append(Fault("\(pointer)/iban", .duplicate, "is given to another item"))
            }
            if let end = account.validTo, end < account.validFrom {
                faults.append(Fault("\(pointer)/valid_to", .mismatch, "must not lie before valid_from"))
            }
            let together = others.filter { $0.overlaps(account) }
            if account.isDefault, together.contains(where: \.isDefault) {
                faults.append(Fault("\(pointer)/default", .duplicate, "is also true for another item in the same days"))
            }
            for (index, type) in account.debtTypes.enumerated() {
                let at = "\(pointer)/debt_types/\(index)"
                if !debtTypes.contains(type) {
                    faults.append(Fault(at, .unknownReference, "is not a debt type of this creditor"))
                } else if account.debtTypes[..<index].contains(type)
                    || together.contains(where: { $0.debtTypes.contains(type) })
                {
                    faults.append(Fault(at, .duplicate, "has another account in the same days"))
                }
            }
        }
        if !accounts.contains(where: { $0.isDefault && $0.isValid(on: day) }) {
            faults.append(Fault("/items", .required, "need a default account that is valid today"))
        }
        return faults
    }
}

// Members for display only: an invalid one is sanitized or omitted, with a note.
extension RTReader {
    /// A text for display; `nil` if it is missing or no visible character remains.
    mutating func display(_ member: RTStatement.Member, upTo maximum: Int) -> String? {
        guard let sent = detail(member) else { return nil }
        let plain = displayText(sent, upTo: maximum)
        if plain.isEmpty {
            notes.add(member.pointer, .omitted, "must be 1 to \(maximum) visible characters")
            return nil
        }
        if plain != sent || plain.unicodeScalars.count != sent.unicodeScalars.count {
            notes.add(
                member.pointer, .sanitized,
                "must be 1 to \(maximum) characters without blanks at its ends, control characters or direction overrides"
            )
        }
        return plain
    }

    /// A code. An invalid one is omitted, because a truncated code could be the code of something else.
    mutating func code<T>(_ member: RTStatement.Member, _ rule: String, _ make: (String) -> T?) -> T? {
        guard let sent = detail(member) else { return nil }
        let plain = trimmedText(sent)
        guard let value = make(plain) else {
            notes.add(member.pointer, .omitted, rule)
            return nil
        }
        if plain != sent { notes.add(member.pointer, .nonstandard, "has blanks at its ends, which are ignored") }
        return value
    }

    private mutating func detail(_ member: RTStatement.Member) -> String? {
        switch member.value {
        case .absent: return nil
        case .text(let text): return text
        case .number(let text):
            notes.add(member.pointer, .nonstandard, "must be a string")
            return text
        case .null: notes.add(member.pointer, .omitted, "is null; leave it out instead")
        case .other(let kind): notes.add(member.pointer, .omitted, "must be a string, not \(kind)")
        }
        return nil
    }

    /// A UUID is converted to 32 digits, because the form with hyphens is longer than 35 characters.
    mutating func context() -> String? {
        code(statement.context, "must be 1 to 35 visible characters") { text in
            if let uuid = try? Identifier<PaymentAttempt>(text.asciiLowercased) { return uuid.withoutHyphens }
            return try? boundedText(text, 1...35)
        }
    }

    mutating func attempt() -> Identifier<PaymentAttempt>? {
        code(statement.attempt, "is not an id of a payment attempt") { try? Identifier($0.asciiLowercased) }
    }

    /// The sum of all parts that are readable.
    mutating func fee() -> Amount? {
        var total: Amount?
        for member in statement.fees where member.value != .absent {
            guard let (part, isStandard) = Self.amount(member.value, statement.syntax),
                let sum = try? (total ?? .zero).adding(part)
            else {
                notes.add(member.pointer, .omitted, "is not an amount of money")
                continue
            }
            if !isStandard { notes.add(member.pointer, .nonstandard, "does not have the form of the contract") }
            total = sum
        }
        return total
    }

    mutating func psp() -> RTPSP {
        let sent = statement.psp
        var id = sender
        if let member = sent.id {
            if member.value == .absent {
                notes.add(member.pointer, .missing, "is expected; the sender is used")
            } else if let other = code(member, "is not the id of a PSP; the sender is used", { try? PSPID($0) }) {
                if other.value.asciiUppercased == sender.value.asciiUppercased {
                    if member.value != .text(sender.value) {
                        notes.add(member.pointer, .nonstandard, "is not spelt like the id of the sender")
                    }
                } else {
                    id = other
                }
            }
        }
        if sent.businessName.value == .absent {
            notes.add(sent.businessName.pointer, .missing, "is expected; the PSP's id is shown")
        }
        return RTPSP(
            id: id, businessName: display(sent.businessName, upTo: 140) ?? id.value,
            taxCode: display(sent.taxCode, upTo: 35), channel: display(sent.channel, upTo: 35))
    }

    mutating func method() -> PaymentMethod? {
        guard let sent = detail(statement.method) else { return nil }
        guard let method = try? PaymentMethod(inRT: sent) else {
            notes.add(statement.method.pointer, .omitted, "must be a type of payment such as CP")
            return nil
        }
        if (try? PaymentMethod(sent)) == nil {
            notes.add(statement.method.pointer, .nonstandard, "must be a type of payment such as CP")
        }
        return method
    }

    mutating func subject(_ sent: RTStatement.Subject) -> RTSubject? {
        let kind = code(sent.kind, "must be person or company") { text -> SubjectKind? in
            switch text.asciiLowercased {
            case "f": .person
            case "g": .company
            default: SubjectKind(rawValue: text.asciiLowercased)
            }
        }
        // A possible tax code is converted to capital letters, so that searches find it; any other text is unchanged.
        let code = display(sent.taxCode, upTo: 35).map { text in (try? TaxCode(text))?.value ?? text }
        let name = display(sent.fullName, upTo: 140)
        let email = self.code(sent.email, "is not a valid e-mail address") { try? EmailAddress($0) }
        guard kind != nil || code != nil || name != nil || email != nil else { return nil }
        return RTSubject(kind: kind, taxCode: code, fullName: name, email: email)
    }

    /// Official RTs contain this text for every outcome, so it is a failure reason only if the payment failed.
    mutating func failureReason(_ outcome: RTOutcome) -> String? {
        if outcome.movedMoney, statement.syntax == .xml { return nil }
        return display(statement.failureReason, upTo: 500)
    }

    // MARK: Transfers

    private static let maximumTransfers = 5

    /// The readable transfers, and the sum of all transfers if every amount is readable.
    mutating func transfers(_ creditor: OrganizationTaxCode?) -> (shown: [RTTransfer], sum: Int64?) {
        var shown: [RTTransfer] = []
        var sum: Int64? = 0
        var indexes: [Int] = []
        for (position, sent) in statement.transfers.enumerated() {
            guard let (amount, isStandard) = Self.amount(sent.amount.value, statement.syntax) else {
                notes.add(sent.amount.pointer, .omitted, "is not an amount of money; the transfer is not shown")
                sum = nil
                continue
            }
            if !isStandard { notes.add(sent.amount.pointer, .nonstandard, "does not have the form of the contract") }
            sum = sum.flatMap { partial in
                let (total, overflows) = partial.addingReportingOverflow(amount.cents)
                return overflows ? nil : total
            }
            let iban = display(sent.iban, upTo: 35)
            let remittance = display(sent.remittance, upTo: 140)
            guard let beneficiary = beneficiary(sent, creditor) else { continue }
            indexes.append(index(sent, position))
            shown.append(
                RTTransfer(
                    index: position + 1, creditor: beneficiary, iban: iban, amount: amount, remittance: remittance))
        }
        return (numbered(shown, indexes), sum)
    }

    /// An official RT names the beneficiary only once, for all transfers.
    private mutating func beneficiary(_ sent: RTStatement.Transfer, _ creditor: OrganizationTaxCode?)
        -> OrganizationTaxCode?
    {
        if statement.syntax == .xml { return creditor }
        guard sent.creditor.value != .absent else {
            notes.add(sent.creditor.pointer, .missing, "is expected; the transfer is not shown")
            return nil
        }
        return code(sent.creditor, "must be 11 digits; the transfer is not shown") {
            try? OrganizationTaxCode(unchecked: $0)
        }
    }

    private mutating func index(_ sent: RTStatement.Transfer, _ position: Int) -> Int {
        guard let member = sent.index else { return position + 1 }
        guard let number = Self.text(member.value).flatMap({ Self.integral($0) }),
            (1...Int64(Self.maximumTransfers)).contains(number)
        else {
            notes.add(
                member.pointer, member.value == .absent ? .missing : .omitted,
                "must be an integer from 1 to \(Self.maximumTransfers); the transfers are numbered in their order")
            return 0
        }
        return Int(number)
    }

    /// Uses the numbers of the RT if they are unique; otherwise numbers the transfers in their order.
    private mutating func numbered(_ transfers: [RTTransfer], _ indexes: [Int]) -> [RTTransfer] {
        if transfers.count > Self.maximumTransfers {
            notes.add(
                statement.transfersPointer, .omitted,
                "are more than \(Self.maximumTransfers); the first \(Self.maximumTransfers) are shown")
        }
        let isUsable =
            Set(indexes).count == indexes.count && !indexes.contains(0)
            && transfers.count <= Self.maximumTransfers && indexes.allSatisfy { $0 <= Self.maximumTransfers }
        if Set(indexes).count != indexes.count, !indexes.contains(0) {
            notes.add(
                statement.transfersPointer, .inconsistent, "have a repeated index; they are numbered in their order")
        }
        return transfers.prefix(Self.maximumTransfers).enumerated().map { position, transfer in
            RTTransfer(
                index: isUsable ? indexes[position] : position + 1, creditor: transfer.creditor, iban: transfer.iban,
                amount: transfer.amount, remittance: transfer.remittance)
        }
    }
}

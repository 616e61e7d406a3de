extension Position {
    /// The description of the line that an increase adds.
    private static let increaseDescription = "Aggiornamento dell'importo"
    private static let maximumLines = 200

    /// The position with another amount of one installment. The difference goes to the creditor's own transfer. If the position has lines,
    /// an increase is a new line, and a decrease is taken from the last ones.
    /// - Returns: `nil` if no transfer of the creditor can bear the difference, or if the total would be too large.
    package func changing(_ id: Identifier<Installment>, to amount: Amount, at now: Instant) -> Position? {
        guard amount != .zero, let old = installments.first(where: { $0.id == id }), old.isOwed,
            let transfers = old.transfers(for: amount, of: self)
        else { return nil }
        let parts = installments.map { part in
            part.id == id
                ? Installment(
                    id: part.id, number: part.number, iuv: part.iuv, noticeNumber: part.noticeNumber, amount: amount,
                    dueDate: part.dueDate, validUntil: part.validUntil, transfers: transfers, paidAt: nil,
                    heldUntil: part.heldUntil,
                    isIUVGenerated: part.isIUVGenerated) : part
        }
        guard (try? Amount.sum(parts.map(\.amount))) != nil, let lines = changedLines(from: old.amount, to: amount)
        else { return nil }
        return Position(
            id: self.id, creditor: creditor, externalID: externalID, debtTypeKey: debtTypeKey,
            payableAfterDue: payableAfterDue, document: document, description: description, debtor: debtor,
            lines: lines, installments: parts, metadata: metadata, state: state, version: version + 1,
            createdAt: createdAt, updatedAt: now, publishedAt: publishedAt, cancelledAt: cancelledAt,
            reviewReasons: reviewReasons, alternativeGroup: alternativeGroup, replacedBy: replacedBy,
            alternativeHeldUntil: alternativeHeldUntil)
    }

    private func changedLines(from old: Amount, to new: Amount) -> [PositionLine]? {
        guard !lines.isEmpty else { return [] }
        if let increase = new.minus(old) {
            if lines.count < Self.maximumLines {
                return lines
                    + [PositionLine(description: Self.increaseDescription, quantity: nil, amount: increase)]
            }
            guard let last = lines.last, let sum = try? last.amount.adding(increase) else { return nil }
            return lines.dropLast()
                + [PositionLine(description: last.description, quantity: last.quantity, amount: sum)]
        }
        var rest = old.minus(new) ?? .zero
        var changed: [PositionLine] = []
        for line in lines.reversed() {
            let taken = min(rest, line.amount)
            rest = rest.minus(taken) ?? .zero
            let left = line.amount.minus(taken) ?? .zero
            changed.append(PositionLine(description: line.description, quantity: line.quantity, amount: left))
        }
        return rest == .zero ? changed.reversed() : nil
    }
}

extension Installment {
    /// The transfers of another amount. A remittance text that the service wrote is written anew, because it contains the amount.
    func transfers(for amount: Amount, of position: Position) -> [Transfer]? {
        if amount == self.amount { return transfers }
        guard let index = transfers.firstIndex(where: { $0.creditor == position.creditor }) else { return nil }
        let own = transfers[index]
        let others = transfers.enumerated().filter { $0.offset != index }.map(\.element.amount)
        guard let sum = try? Amount.sum(others), let share = amount.minus(sum), share != .zero else { return nil }
        func text(_ amount: Amount) -> String {
            Remittance.text(iuv: iuv, amount: amount, description: position.description)
        }
        let changed = Transfer(
            creditor: own.creditor, iban: own.iban, amount: share, taxonomyCode: own.taxonomyCode,
            remittance: own.remittance == text(own.amount) ? text(share) : own.remittance)
        return transfers.enumerated().map { $0.offset == index ? changed : $0.element }
    }
}

extension Amount {
    /// The difference; `nil` if it is negative.
    fileprivate func minus(_ other: Amount) -> Amount? {
        try? Amount(cents: cents - other.cents)  // neither is negative
    }
}

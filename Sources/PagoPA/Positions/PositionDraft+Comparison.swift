extension PositionDraft {
    /// Whether the position has this content, so that storing the draft under the same external ID changes nothing. Numbers that the draft
    /// does not contain, and transfers of an installment without any, are equal to what is stored, as in a change. The status is not
    /// compared, because it is no content.
    package func isContent(of position: Position) -> Bool {
        creditor == position.creditor && externalID == position.externalID && debtTypeKey == position.debtTypeKey
            && document == position.document && description == position.description && hasDebtor(of: position)
            && lines == position.lines && metadata == position.metadata
            && alternativeGroup == position.alternativeGroup && installments.count == position.installments.count
            && zip(installments, position.installments).allSatisfy { $0.isContent(of: $1) }
    }

    /// The service deletes the address of a closed position after a while, which is no change by the creditor.
    private func hasDebtor(of position: Position) -> Bool {
        let stored = position.debtor
        let isClosed = position.state == .paid || position.state == .cancelled
        let isSameAddress = debtor.email?.mailbox == stored.email?.mailbox || (isClosed && stored.email == nil)
        return isSameAddress && debtor.kind == stored.kind && debtor.taxCode == stored.taxCode
            && debtor.fullName == stored.fullName && debtor.address == stored.address
    }
}

extension InstallmentDraft {
    fileprivate func isContent(of installment: Installment) -> Bool {
        amount == installment.amount && dueDate == installment.dueDate && validUntil == installment.validUntil
            && (noticeNumber ?? installment.noticeNumber) == installment.noticeNumber
            && (iuv ?? installment.iuv) == installment.iuv
            && (transfers.isEmpty || transfers == installment.transfers)
    }
}

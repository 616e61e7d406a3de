/// The values from which the installments of a draft are built.
package struct InstallmentSource {
    package let creditor: Creditor
    package let debtType: DebtType
    /// The creditor's account for this debt type that is valid today; `nil`: there is none.
    package let account: IBAN?
    /// New notice numbers for the installments that have none.
    private var notices: ArraySlice<NoticeNumber>

    package init(creditor: Creditor, debtType: DebtType, account: IBAN?, notices: [NoticeNumber]) {
        self.creditor = creditor
        self.debtType = debtType
        self.account = account
        self.notices = notices[...]
    }

    mutating func nextNotice() throws(InstallmentFailure) -> NoticeNumber {
        guard let notice = notices.popFirst() else { throw .noticeNumbersExhausted }
        return notice
    }

    /// The transfers of the draft. Without any, one transfer of the whole amount to the creditor's own account.
    func transfers(of part: InstallmentDraft, iuv: IUV, description: String) throws(InstallmentFailure)
        -> [Transfer]
    {
        guard part.transfers.isEmpty else { return part.transfers }
        guard let account else {
            throw .fault(Fault("/debt_type", .wrongState, "has no account that is registered and valid today"))
        }
        return [
            Transfer(
                creditor: creditor.taxCode, iban: account, amount: part.amount, taxonomyCode: debtType.taxonomyCode,
                remittance: Remittance.text(iuv: iuv, amount: part.amount, description: description))
        ]
    }
}

/// Why the installments of a draft cannot be built.
package enum InstallmentFailure: Error, Equatable {
    case fault(Fault)
    /// There are fewer new notice numbers than installments without one.
    case noticeNumbersExhausted
}

extension PositionDraft {
    /// The creditor and every other beneficiary of a transfer.
    package var payees: [OrganizationTaxCode] {
        Array(Set([creditor] + installments.flatMap { $0.transfers.map(\.creditor) })).sorted()
    }

    /// The installments of a new position, with the supplied or generated numbers and with their transfers.
    package func installments(
        from source: InstallmentSource, newID: () -> Identifier<Installment>
    ) throws(InstallmentFailure) -> [Installment] {
        var source = source
        var built: [Installment] = []
        for (index, part) in installments.enumerated() {
            let given = try part.noticeNumber(by: source.creditor.noticeCodes, at: "/installments/\(index)")
                .mapError(InstallmentFailure.fault).get()
            let notice = if let given { given } else { try source.nextNotice() }
            built.append(
                Installment(
                    id: newID(), number: index + 1, iuv: notice.iuv, noticeNumber: notice, amount: part.amount,
                    dueDate: part.dueDate, validUntil: part.validUntil,
                    transfers: try source.transfers(of: part, iuv: notice.iuv, description: description),
                    paidAt: nil, heldUntil: nil, isIUVGenerated: given == nil))
        }
        return built
    }

    /// The installments of a changed position. Existing ones retain their numbers, so that a printed notice stays payable. They retain their
    /// transfers if the amount is the same and the draft has no transfers. Added ones have the supplied or generated numbers.
    package func installments(
        replacing old: [Installment], from source: InstallmentSource, newID: () -> Identifier<Installment>
    ) throws(InstallmentFailure) -> [Installment] {
        var source = source
        var built: [Installment] = []
        for (index, part) in installments.enumerated() {
            let existing = index < old.count ? old[index] : nil
            var given: NoticeNumber?
            if existing == nil {
                given = try part.noticeNumber(by: source.creditor.noticeCodes, at: "/installments/\(index)")
                    .mapError(InstallmentFailure.fault).get()
            }
            let notice = if let known = existing?.noticeNumber ?? given { known } else { try source.nextNotice() }
            if (part.noticeNumber ?? notice) != notice || (part.iuv ?? notice.iuv) != notice.iuv {
                throw .fault(
                    Fault("/installments/\(index)", .readOnly, "cannot change its IUV or notice number"))
            }
            let transfers =
                if let existing, existing.amount == part.amount, part.transfers.isEmpty {
                    existing.transfers
                } else {
                    try source.transfers(of: part, iuv: notice.iuv, description: description)
                }
            built.append(
                Installment(
                    id: existing?.id ?? newID(), number: index + 1, iuv: notice.iuv, noticeNumber: notice,
                    amount: part.amount, dueDate: part.dueDate, validUntil: part.validUntil, transfers: transfers,
                    paidAt: nil, heldUntil: nil,
                    isIUVGenerated: existing?.isIUVGenerated ?? (given == nil)))
        }
        return built
    }

    /// The pointer to the first number that the creditor supplied.
    package var firstGivenNumber: String {
        let index = installments.firstIndex { !$0.isNumberedByUs } ?? 0
        return "/installments/\(index)/" + (installments[index].noticeNumber == nil ? "iuv" : "notice_number")
    }
}

extension InstallmentDraft {
    /// Whether the service generates the numbers, because the draft has neither notice number nor IUV.
    package var isNumberedByUs: Bool { iuv == nil && noticeNumber == nil }
}

extension Position {
    /// Whether the change replaces lines or installments.
    package func replacesParts(of old: Position) -> Bool {
        lines != old.lines || installments != old.installments
    }
}

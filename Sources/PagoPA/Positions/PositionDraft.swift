/// What a creditor asks us to keep: typed and bounded, its sums not yet checked, its numbers not yet given.
package struct PositionDraft: Sendable, Equatable {
    package let creditor: OrganizationTaxCode
    package let externalID: String
    package let debtTypeKey: String
    package let document: Document
    package let description: String
    package let debtor: Debtor
    package let lines: [PositionLine]
    package let installments: [InstallmentDraft]
    package let metadata: [String: String]
    package let isDraft: Bool
    /// Positions of one creditor and debtor with the same group are alternatives: the first that is paid closes the others.
    package let alternativeGroup: String?

    package init(
        creditor: OrganizationTaxCode, externalID: String, debtTypeKey: String, document: Document, description: String,
        debtor: Debtor, lines: [PositionLine], installments: [InstallmentDraft], metadata: [String: String],
        isDraft: Bool, alternativeGroup: String? = nil
    ) {
        self.creditor = creditor
        self.externalID = externalID
        self.debtTypeKey = debtTypeKey
        self.document = document
        self.description = description
        self.debtor = debtor
        self.lines = lines
        self.installments = installments
        self.metadata = metadata
        self.isDraft = isDraft
        self.alternativeGroup = alternativeGroup
    }

    /// Every sum that does not agree, and every number given twice.
    package func faults() -> [Fault] {
        PositionSums.faults(lines: lines, installments: installments)
    }
}

package struct InstallmentDraft: Sendable, Equatable {
    package let amount: Amount
    package let dueDate: CalendarDate
    /// Given by the creditor, or made by us.
    package let iuv: IUV?
    package let noticeNumber: NoticeNumber?
    /// Empty: one transfer of the whole amount to the creditor's own account.
    package let transfers: [Transfer]

    package init(
        amount: Amount, dueDate: CalendarDate, iuv: IUV?, noticeNumber: NoticeNumber?, transfers: [Transfer]
    ) {
        self.amount = amount
        self.dueDate = dueDate
        self.iuv = iuv
        self.noticeNumber = noticeNumber
        self.transfers = transfers
    }

    /// The notice number to keep: given, derived from the given IUV, or `nil` when we are to make one.
    package func noticeNumber(by codes: NoticeCodes, at pointer: String) -> Result<NoticeNumber?, Fault> {
        if let noticeNumber {
            guard codes.owns(noticeNumber) else {
                return .failure(
                    Fault(
                        "\(pointer)/notice_number", .mismatch,
                        "does not carry this creditor's auxiliary digit and code"))
            }
            if let iuv, iuv != noticeNumber.iuv {
                return .failure(Fault("\(pointer)/iuv", .mismatch, "is not the IUV of the notice number given with it"))
            }
            return .success(noticeNumber)
        }
        guard let iuv else { return .success(nil) }
        guard let derived = codes.notice(for: iuv) else {
            return .failure(
                Fault("\(pointer)/iuv", .mismatch, "is not an IUV of this creditor, or its check digits are wrong"))
        }
        return .success(derived)
    }
}

package enum PositionSums {
    /// Lines, installments and transfers must add up to one another, to the cent.
    package static func faults(lines: [PositionLine], installments: [InstallmentDraft]) -> [Fault] {
        var faults: [Fault] = []
        let total = Amount.cents(of: installments.map(\.amount))
        if total > Amount.maximum.cents {
            faults.append(Fault("/installments", .outOfRange, "add up to more than the largest amount"))
        }
        let lineTotal = Amount.cents(of: lines.map(\.amount))
        if lineTotal > Amount.maximum.cents {
            faults.append(Fault("/lines", .outOfRange, "add up to more than the largest amount"))
        }
        if !lines.isEmpty, lineTotal != total {
            faults.append(Fault("/lines", .sumMismatch, "add up to \(lineTotal) cents, the installments to \(total)"))
        }
        var notices: Set<NoticeNumber> = []
        var iuvs: Set<IUV> = []
        for (index, installment) in installments.enumerated() {
            let pointer = "/installments/\(index)"
            if installment.amount == .zero {
                faults.append(Fault("\(pointer)/amount_cents", .outOfRange, "must be at least 1"))
            }
            let parts = Amount.cents(of: installment.transfers.map(\.amount))
            if !installment.transfers.isEmpty, parts != installment.amount.cents {
                faults.append(
                    Fault(
                        "\(pointer)/transfers", .sumMismatch,
                        "add up to \(parts) cents, the installment is \(installment.amount.cents)"))
            }
            if let notice = installment.noticeNumber, !notices.insert(notice).inserted {
                faults.append(
                    Fault("\(pointer)/notice_number", .duplicate, "is given to another installment of this position"))
            }
            if let iuv = installment.iuv, !iuvs.insert(iuv).inserted {
                faults.append(Fault("\(pointer)/iuv", .duplicate, "is given to another installment of this position"))
            }
        }
        return faults
    }
}

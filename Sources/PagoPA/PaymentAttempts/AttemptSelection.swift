/// How a payer names an installment.
package enum InstallmentReference: Sendable, Hashable {
    case id(Identifier<Installment>)
    case notice(OrganizationTaxCode, NoticeNumber)
}

/// Why the installments that a payer named cannot be paid together.
package enum SelectionFailure: Error, Equatable {
    case faults([Fault])
    case notPayable(PaymentObstacle, pointer: String)
}

/// The installments of a new payment attempt. Every one exists, is payable now, and belongs to one creditor.
package struct AttemptSelection: Sendable, Equatable {
    package let items: [AttemptItem]
    package let creditor: OrganizationTaxCode

    /// - Parameter positions: the positions that hold the installments.
    package init(
        _ references: [InstallmentReference], in positions: [Position], now: Instant
    ) throws(SelectionFailure) {
        let today = CalendarDate(romeDayOf: now)
        var items: [AttemptItem] = []
        var faults: [Fault] = []
        for (index, id) in try Self.ids(references, in: positions).enumerated() {
            let pointer = "/installments/\(index)"
            let holder = positions.lazy.compactMap { position in
                position.installments.first { $0.id == id }.map { (position, $0) }
            }.first
            guard let (position, installment) = holder else {
                faults.append(Fault(pointer, .unknownReference, "is not known"))
                continue
            }
            if let obstacle = position.obstacle(paying: installment, on: today, now: now) {
                throw .notPayable(obstacle, pointer: pointer)
            }
            if position.creditor != positions.first?.creditor {
                faults.append(
                    Fault(
                        pointer, .mismatch,
                        "belongs to another creditor than the first one: an attempt can pay one creditor only"))
            }
            if items.contains(where: { $0.installment == id }) {
                faults.append(Fault(pointer, .duplicate, "is given twice"))
            }
            items.append(AttemptItem(installment, of: position))
        }
        guard faults.isEmpty, let creditor = positions.first?.creditor else { throw .faults(faults) }
        self.items = items
        self.creditor = creditor
    }

    private static func ids(
        _ references: [InstallmentReference], in positions: [Position]
    ) throws(SelectionFailure) -> [Identifier<Installment>] {
        var ids: [Identifier<Installment>] = []
        var faults: [Fault] = []
        for (index, reference) in references.enumerated() {
            switch reference {
            case .id(let id): ids.append(id)
            case .notice(let creditor, let notice):
                let found = positions.lazy.filter { $0.creditor == creditor }.flatMap(\.installments)
                    .first { $0.noticeNumber == notice }
                if let found {
                    ids.append(found.id)
                } else {
                    faults.append(Fault("/installments/\(index)", .unknownReference, "is not known"))
                }
            }
        }
        guard faults.isEmpty else { throw .faults(faults) }
        return ids
    }
}

extension AttemptItem {
    fileprivate init(_ installment: Installment, of position: Position) {
        self.init(
            installment: installment.id, position: position.id, iuv: installment.iuv,
            noticeNumber: installment.noticeNumber, amount: installment.amount, remittance: position.description,
            outcome: .pending)
    }
}

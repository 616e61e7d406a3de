/// One installment of the rest of a partly paid position, as the creditor wants it.
package struct RestPart: Sendable, Equatable {
    /// An installment that is owed; `nil`: a new one.
    package let number: Int?
    package let amount: Amount
    package let dueDate: CalendarDate
    package let validUntil: CalendarDate?

    package init(number: Int?, amount: Amount, dueDate: CalendarDate, validUntil: CalendarDate? = nil) {
        self.number = number
        self.amount = amount
        self.dueDate = dueDate
        self.validUntil = validUntil
    }
}

/// Why the rest of a position cannot be changed now.
package enum RestObstacle: Sendable, Equatable {
    /// The position is not partly paid, so it has no rest.
    case status(PositionStatus)
    /// Money that may pay the rest has arrived, and an operator has not reviewed it yet.
    case underReview([AnomalyKind])
    /// A payment attempt reserves one of its installments.
    case paymentInProgress(secondsLeft: Int)
}

extension Position {
    package static let maximumInstallments = 60

    /// The installments that are neither paid nor written off.
    package var owed: [Installment] { installments.filter(\.isOwed) }

    /// `nil` if the rest can be changed. The rest of an expired position can be, because its due date may be what must change.
    package func obstacleToChangingRest(now: Instant) -> RestObstacle? {
        guard state == .partiallyPaid else { return .status(status(today: CalendarDate(romeDayOf: now))) }
        if isPaymentBlocked { return .underReview(reviewReasons) }
        return secondsReserved(now: now).map { .paymentInProgress(secondsLeft: $0) }
    }

    /// `nil` if a write-off of its rest can be undone, as far as the position itself says. The whole rest may be written off, so it may be paid.
    package func obstacleToUndoingWriteOff(now: Instant) -> RestObstacle? {
        switch state {
        case .partiallyPaid, .paid:
            // Money for what was written off has arrived, and an operator decides about it first.
            if isPaymentBlocked { return .underReview(reviewReasons) }
            return secondsReserved(now: now).map { .paymentInProgress(secondsLeft: $0) }
        case .draft, .open, .cancelled: return .status(status(today: CalendarDate(romeDayOf: now)))
        }
    }

    /// The owed installments with these numbers.
    /// - Parameter numbers: `nil`: all owed installments.
    /// - Throws: `Fault` for a number that is repeated or is not of an owed installment.
    package func owed(_ numbers: [Int]?) throws(Fault) -> [Installment] {
        guard let numbers else { return owed }
        var found: [Installment] = []
        for (index, number) in numbers.enumerated() {
            let pointer = "/installments/\(index)"
            guard let part = owed.first(where: { $0.number == number }) else {
                throw Fault(pointer, .unknownReference, "is not an installment that is owed")
            }
            guard !found.contains(part) else { throw Fault(pointer, .duplicate, "is listed twice") }
            found.append(part)
        }
        return found
    }

    /// The event of the position when these installments are written off.
    package func event(writingOff parts: [Installment]) -> PositionEvent {
        owed.allSatisfy(parts.contains) ? .fullyWrittenOff : .partWrittenOff
    }

    /// All violations of a plan of the rest. Every owed installment is in it, and the sum remains the same.
    package func faults(ofRest parts: [RestPart]) -> [Fault] {
        var faults: [Fault] = []
        var numbers: Set<Int> = []
        for (index, part) in parts.enumerated() {
            let pointer = "/installments/\(index)"
            if let number = part.number {
                if let old = owed.first(where: { $0.number == number }) {
                    if old.transfers(for: part.amount, of: self) == nil {
                        faults.append(
                            Fault(
                                "\(pointer)/amount_cents", .mismatch, "is less than the shares of other beneficiaries"))
                    }
                } else {
                    faults.append(Fault("\(pointer)/number", .unknownReference, "is not an installment that is owed"))
                }
                if !numbers.insert(number).inserted {
                    faults.append(Fault("\(pointer)/number", .duplicate, "is listed twice"))
                }
            }
            if let end = part.validUntil, end < part.dueDate {
                faults.append(Fault("\(pointer)/valid_until", .mismatch, "must not be before due_date"))
            }
        }
        for part in owed where !numbers.contains(part.number) {
            faults.append(Fault("/installments", .mismatch, "must list installment \(part.number), which is owed"))
        }
        if installments.count + parts.count(where: { $0.number == nil }) > Self.maximumInstallments {
            faults.append(
                Fault("/installments", .tooMany, "would give the position more than \(Self.maximumInstallments)"))
        }
        let (sum, rest) = (Amount.cents(of: parts.map(\.amount)), Amount.cents(of: owed.map(\.amount)))
        if sum != rest {
            faults.append(Fault("/installments", .sumMismatch, "add up to \(sum) cents, the rest is \(rest)"))
        }
        return faults
    }

    /// The position with another plan of its rest. Owed installments retain their numbers, so that a printed notice stays payable.
    /// - Parameter parts: without violations.
    package func planningRest(
        as parts: [RestPart], from source: InstallmentSource, at now: Instant, newID: () -> Identifier<Installment>
    ) throws(InstallmentFailure) -> Position {
        var source = source
        var all = installments.map { old in
            guard let part = parts.first(where: { $0.number == old.number }), old.isOwed else { return old }
            return Installment(
                id: old.id, number: old.number, iuv: old.iuv, noticeNumber: old.noticeNumber, amount: part.amount,
                dueDate: part.dueDate, validUntil: part.validUntil,
                transfers: old.transfers(for: part.amount, of: self) ?? old.transfers, paidAt: nil,
                heldUntil: old.heldUntil, isIUVGenerated: old.isIUVGenerated)
        }
        for part in parts where part.number == nil {
            let notice = try source.nextNotice()
            let draft = InstallmentDraft(
                amount: part.amount, dueDate: part.dueDate, validUntil: part.validUntil, iuv: nil, noticeNumber: nil,
                transfers: [])
            all.append(
                Installment(
                    id: newID(), number: all.count + 1, iuv: notice.iuv, noticeNumber: notice, amount: part.amount,
                    dueDate: part.dueDate, validUntil: part.validUntil,
                    transfers: try source.transfers(of: draft, iuv: notice.iuv, description: description),
                    paidAt: nil, heldUntil: nil, isIUVGenerated: true))
        }
        return Position(
            id: id, creditor: creditor, externalID: externalID, debtTypeKey: debtTypeKey,
            payableAfterDue: payableAfterDue, document: document, description: description, debtor: debtor,
            lines: lines, installments: all, metadata: metadata, state: state, version: version + 1,
            createdAt: createdAt, updatedAt: now, publishedAt: publishedAt, cancelledAt: cancelledAt,
            reviewReasons: reviewReasons, alternativeGroup: alternativeGroup, replacedBy: replacedBy,
            alternativeHeldUntil: alternativeHeldUntil, suspensions: suspensions)
    }
}

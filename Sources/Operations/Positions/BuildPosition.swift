import PagoPA
import Requests

// The rules of a new position that need the creditor's register. Single creations and imports use the same functions, so that both refuse
// a position for the same reasons.

/// Why a draft does not become a position.
enum CreationFailure: Error, Equatable {
    case faults([Fault])
    case externalIDTaken
    case noticeNumberTaken(pointer: String)
    case noticeNumbersExhausted
    case suspended(Suspension)
}

extension Refusal {
    init(_ failure: CreationFailure) {
        switch failure {
        case .faults(let faults): self = .invalid(faults)
        case .externalIDTaken: self = .externalIDTaken
        case .noticeNumberTaken(let pointer): self = .noticeNumberTaken(pointer: pointer)
        case .noticeNumbersExhausted: self = .noticeNumbersExhausted
        case .suspended(let suspension): self = .suspended(suspension)
        }
    }
}

extension PositionDraft {
    /// - Returns: the debt type.
    func checked(
        _ debtType: DebtType?, _ accounts: AccountRegister, _ suspensions: [Suspension], at now: Instant
    ) throws(CreationFailure) -> DebtType {
        guard let debtType else {
            throw .faults([Fault("/debt_type", .unknownReference, "is not a debt type of this creditor")])
        }
        if let suspension = ActiveSuspensions(suspensions, at: now).of(creditor, debtType: debtType.key) {
            throw .suspended(suspension)
        }
        let faults = accounts.faults(of: installments.map(\.transfers), on: CalendarDate(romeDayOf: now))
        guard faults.isEmpty else { throw .faults(faults) }
        return debtType
    }

    /// The new position.
    /// - Parameter notices: new numbers for the installments that have none.
    func position(
        of creditor: Creditor, _ debtType: DebtType, _ accounts: AccountRegister, notices: [NoticeNumber],
        at now: Instant
    ) throws(CreationFailure) -> Position {
        let source = InstallmentSource(
            creditor: creditor, debtType: debtType,
            account: accounts.account(for: debtType.key, of: creditor.taxCode, on: CalendarDate(romeDayOf: now)),
            notices: notices)
        let parts: [Installment]
        do { parts = try installments(from: source) { .make(at: now) } } catch {
            switch error {
            case .fault(let fault): throw .faults([fault])
            case .noticeNumbersExhausted: throw .noticeNumbersExhausted
            }
        }
        return Position(
            id: .make(at: now), creditor: creditor.taxCode, externalID: externalID, debtTypeKey: debtType.key,
            payableAfterDue: debtType.payableAfterDue, document: document, description: description, debtor: debtor,
            lines: lines, installments: parts, metadata: metadata, state: isDraft ? .draft : .open, version: 1,
            createdAt: now, updatedAt: now, publishedAt: isDraft ? nil : now, cancelledAt: nil,
            alternativeGroup: alternativeGroup)
    }
}

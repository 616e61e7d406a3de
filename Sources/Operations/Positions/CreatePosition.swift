import Accounts
import PagoPA
import Requests
import Storage

package enum CreatedPosition: Sendable {
    case created(Position)
    /// The same position was stored by an earlier request.
    case existing(PositionDetail)
}

extension Intermediary {
    /// Stores a position. A repeat with the same external ID and the same content returns the stored position.
    /// - Parameters:
    ///   - fingerprint: SHA-256 of the draft's meaning.
    ///   - formerFingerprint: the fingerprint as builds before migration 0020 computed it, so that their positions are also recognized as
    ///     repeats.
    /// - Throws: `Refusal.invalid`, `.externalIDTaken`, `.noticeNumberTaken`, `.forbidden`.
    package func createPosition(
        _ draft: PositionDraft, fingerprint: [UInt8], formerFingerprint: [UInt8]? = nil, by caller: Caller,
        repeating: Repeating<CreatedPosition>? = nil
    ) async throws -> Once<CreatedPosition> {
        let faults = draft.faults()
        guard faults.isEmpty else { throw Refusal.invalid(faults) }
        var tries = 0
        while true {
            do {
                let created = try await once(repeating, within: caller.tenancy) { [tries] tx, now in
                    try await create(
                        draft, fingerprint: fingerprint, formerFingerprint: formerFingerprint, by: caller,
                        afterTries: tries, in: tx, at: now)
                }
                await settleWaitingReceipts(for: created, draft)
                return created
            } catch StorageError.constraint(.positionsExternalID) where tries < NumberDraw.maximumTries {
                // Another request stored the same external ID in the meantime: the next try finds it.
            } catch StorageError.constraint(.usedIUVs) {
                // A generated IUV is already used, perhaps by an RT that arrived at the same time: the next try looks for a free one.
                guard tries < NumberDraw.maximumTries else { throw Refusal.noticeNumbersExhausted }
            } catch StorageError.constraint(.installmentsIUV), StorageError.constraint(.installmentsNoticeNumber) {
                // The creditor may have supplied the generated number at the same time: the next try draws another one.
                let isOurs = draft.installments.contains(where: \.isNumberedByUs)
                guard isOurs, tries < NumberDraw.maximumTries else {
                    throw Refusal.noticeNumberTaken(pointer: draft.firstGivenNumber)
                }
            }
            tries += 1
        }
    }

    /// Settles receipts that arrived before their position. Generated numbers are new, so no receipt can wait for them.
    private func settleWaitingReceipts(for created: Once<CreatedPosition>, _ draft: PositionDraft) async {
        guard !draft.isDraft, draft.installments.contains(where: { !$0.isNumberedByUs }),
            case .done(.created(let position)) = created
        else { return }
        await settleQuarantine(for: position, position.installments)
    }

    private func create(
        _ draft: PositionDraft, fingerprint: [UInt8], formerFingerprint: [UInt8]?, by caller: Caller,
        afterTries tries: Int, in tx: Transaction, at now: Instant
    ) async throws -> CreatedPosition {
        var draw = NumberDraw(draft.installments.count(where: \.isNumberedByUs), of: draft.creditor, afterTries: tries)
        let today = CalendarDate(romeDayOf: now)
        let (creditor, debtType, existing, accounts, bases) = try await tx.ask(
            Creditors.show(draft.creditor, within: caller.tenancy),
            Creditors.debtType(draft.debtTypeKey, of: draft.creditor, within: caller.tenancy),
            Positions.by(externalID: draft.externalID, of: draft.creditor), Accounts.of(draft.payees), draw.query)
        guard let creditor else {
            throw Refusal.invalid([
                Fault("/creditor_tax_code", .unknownReference, "is not a creditor that this key may act for")
            ])
        }
        if let existing {
            guard existing.fingerprint == fingerprint || existing.fingerprint == formerFingerprint else {
                throw Refusal.externalIDTaken
            }
            guard let detail = try await tx.ask(detail(of: existing.id, within: caller.tenancy)) else {
                throw Refusal.notFound
            }
            return .existing(detail)
        }
        guard let debtType else {
            throw Refusal.invalid([Fault("/debt_type", .unknownReference, "is not a debt type of this creditor")])
        }
        let faults = accounts.faults(of: draft.installments.map(\.transfers), on: today)
        guard faults.isEmpty else { throw Refusal.invalid(faults) }
        let iban = accounts.account(for: debtType.key, of: creditor.taxCode, on: today)
        try await draw.complete(bases, for: creditor, in: tx)
        let position = Position(
            id: newID(), creditor: creditor.taxCode, externalID: draft.externalID, debtTypeKey: debtType.key,
            payableAfterDue: debtType.payableAfterDue, document: draft.document, description: draft.description,
            debtor: draft.debtor, lines: draft.lines,
            installments: try numbered(draft, of: creditor, debtType: debtType, iban: iban, made: draw.notices),
            metadata: draft.metadata,
            state: draft.isDraft ? .draft : .open, version: 1, createdAt: now, updatedAt: now,
            publishedAt: draft.isDraft ? nil : now, cancelledAt: nil, alternativeGroup: draft.alternativeGroup)
        tx.claimIUVs(of: position.installments, creditor: creditor.taxCode)
        tx.insert(position, fingerprint: fingerprint)
        tx.journal(
            JournalEntry(
                .positionCreated, by: caller.actor, creditor: creditor.taxCode, position: position.id,
                to: position.state.rawValue), at: now)
        return .created(position)
    }

    /// Builds the installments with the supplied or generated numbers, and with their transfers.
    private func numbered(
        _ draft: PositionDraft, of creditor: Creditor, debtType: DebtType, iban: IBAN?, made notices: [NoticeNumber]
    ) throws -> [Installment] {
        var made = notices[...]
        return try draft.installments.enumerated().map { index, part in
            let given = try part.noticeNumber(by: creditor.noticeCodes, at: "/installments/\(index)").mapError {
                Refusal.invalid([$0])
            }.get()
            guard let notice = given ?? made.popFirst() else { throw Refusal.noticeNumbersExhausted }
            return Installment(
                id: newID(), number: index + 1, iuv: notice.iuv, noticeNumber: notice, amount: part.amount,
                dueDate: part.dueDate,
                transfers: part.transfers.isEmpty
                    ? [
                        try wholeTransfer(
                            of: part.amount, iuv: notice.iuv, to: creditor, iban, debtType: debtType,
                            for: draft.description)
                    ]
                    : part.transfers, paidAt: nil, heldUntil: nil, isIUVGenerated: given == nil)
        }
    }
}

/// Builds one transfer of the whole amount to the creditor's account for this debt type, with the remittance text that pagoPA requires.
/// - Throws: `Refusal.invalid` when no account is valid today.
func wholeTransfer(
    of amount: Amount, iuv: IUV, to creditor: Creditor, _ iban: IBAN?, debtType: DebtType, for description: String
) throws -> Transfer {
    guard let iban else {
        throw Refusal.invalid([
            Fault("/debt_type", .wrongState, "has no account that is registered and valid today")
        ])
    }
    return Transfer(
        creditor: creditor.taxCode, iban: iban, amount: amount, taxonomyCode: debtType.taxonomyCode,
        remittance: remittance(iuv: iuv, amount: amount, text: description))
}

/// causaleVersamento: `/RFB/<IUV>/<amount>/TXT/<text>`, at most 140 characters. A position's IUV is never an RF reference: a notice number,
/// which has only digits, contains it.
func remittance(iuv: IUV, amount: Amount, text: String) -> String {
    String("/RFB/\(iuv.value)/\(amount.decimal)/TXT/\(text)".prefix(140))
}

extension InstallmentDraft {
    /// Whether the service generates the numbers, because the draft has neither notice number nor IUV.
    var isNumberedByUs: Bool { iuv == nil && noticeNumber == nil }
}

extension PositionDraft {
    /// The creditor and every other beneficiary of a transfer.
    var payees: [OrganizationTaxCode] {
        Array(Set([creditor] + installments.flatMap { $0.transfers.map(\.creditor) })).sorted()
    }

    fileprivate var firstGivenNumber: String {
        let index = installments.firstIndex { !$0.isNumberedByUs } ?? 0
        return "/installments/\(index)/" + (installments[index].noticeNumber == nil ? "iuv" : "notice_number")
    }
}

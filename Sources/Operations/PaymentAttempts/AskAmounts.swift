import Accounts
import Gateways
import Logging
import PagoPA
import Requests
import Storage

/// One installment of a start, and where its present amount is asked for.
struct AmountQuestion: Sendable {
    let position: Position
    let installment: Installment
    let source: StoredAmountSource
}

extension AttemptOperations {
    /// The installments of an accepted start whose debt type has a source of amounts.
    func questions(
        _ attempt: PaymentAttempt, _ positions: [Position], _ sources: [StoredAmountSource]
    ) -> [AmountQuestion] {
        guard !sources.isEmpty else { return [] }
        return attempt.items.compactMap { item in
            guard let position = positions.first(where: { $0.id == item.position }),
                let installment = position.installments.first(where: { $0.id == item.installment }),
                let source = sources.first(where: {
                    $0.creditor == position.creditor && $0.debtTypeKey == position.debtTypeKey
                })
            else { return nil }
            return AmountQuestion(position: position, installment: installment, source: source)
        }
    }

    /// Asks the creditor for every present amount, all at the same time and outside any transaction, and stores what has changed.
    /// - Parameter accepted: the sum that the payer accepts, if the request says one.
    /// - Throws: `Refusal.amountChanged` if the payer has not accepted a sum, `.noLongerOwed`, `.amountUnavailable`.
    func refreshAmounts(
        _ questions: [AmountQuestion], of attempt: PaymentAttempt, accepted: Amount?, by caller: Caller
    ) async throws {
        let answers = await withTaskGroup(of: (Int, PresentAmount?).self) { group in
            for (index, question) in questions.enumerated() {
                group.addTask { (index, await present(question)) }
            }
            return await group.reduce(into: [Int: PresentAmount]()) { $0[$1.0] = $1.1 }
        }
        var changes: [AmountChange] = []
        var unpayable: [AmountQuestion] = []
        for (index, question) in questions.enumerated() {
            switch answers[index] {
            case nil: if question.source.source.fallback == .refuse { throw Refusal.amountUnavailable }
            case .notPayable?: unpayable.append(question)
            case .payable(let amount, let fee)?:
                let total = try? amount.adding(fee)
                guard let total, total != .zero else {
                    if question.source.source.fallback == .refuse { throw Refusal.amountUnavailable }
                    continue
                }
                if total != question.installment.amount {
                    changes.append(AmountChange(question: question, amount: total, fee: fee))
                }
            }
        }
        guard !changes.isEmpty || !unpayable.isEmpty else { return }
        let difference = try await storeAnswers(changes, unpayable, by: caller)
        if !unpayable.isEmpty { throw Refusal.noLongerOwed }
        guard difference != 0, accepted == nil else { return }
        let (sum, overflows) = attempt.amount.cents.addingReportingOverflow(difference)
        guard !overflows, let present = try? Amount(cents: sum) else { throw Refusal.amountUnavailable }
        throw Refusal.amountChanged(from: attempt.amount, to: present)
    }

    /// - Returns: `nil` if the creditor gave no answer that can be used.
    private func present(_ question: AmountQuestion) async -> PresentAmount? {
        let (position, part) = (question.position, question.installment)
        do {
            let answer = try await externalServices.askAmount(
                AmountCall(
                    url: question.source.source.url, secrets: try secrets.opened(question.source),
                    id: "amount_\(newID(AmountQuestion.self))", creditorTaxCode: position.creditor.value,
                    debtType: position.debtTypeKey, externalID: position.externalID, installment: part.number,
                    noticeNumber: part.noticeNumber.value, iuv: part.iuv.value, amountCents: part.amount.cents,
                    dueDate: part.dueDate.description))
            guard answer.isPayable else { return .notPayable }
            guard let cents = answer.amountCents else { return nil }
            return .payable(try Amount(cents: cents), fee: try Amount(cents: answer.notificationFeeCents ?? 0))
        } catch {
            logger.warning(
                "the present amount of an installment is not known",
                metadata: [
                    "creditor": "\(position.creditor)", "debt_type": "\(position.debtTypeKey)", "error": "\(error)",
                ])
            return nil
        }
    }

    /// Stores the amounts of the installments that are still as they were when the creditor was asked.
    /// - Returns: the sum of the differences that were stored, in cents.
    private func storeAnswers(_ changes: [AmountChange], _ unpayable: [AmountQuestion], by caller: Caller) async throws
        -> Int64
    {
        let now = clock()
        // A citizen may not change a position. The caller has seen these positions within its own tenancy.
        return try await store.transaction(within: .everyCreditor) { tx in
            let ids = changes.map(\.question.installment.id) + unpayable.map(\.installment.id)
            let found = try await tx.ask(
                Positions.lock(holding: InstallmentSet(ids: ids, notices: []), within: .everyCreditor))
            var positions = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            var difference: Int64 = 0
            for question in unpayable {
                tx.journal(
                    JournalEntry(
                        .amountChanged, by: caller.actor, creditor: question.position.creditor,
                        position: question.position.id,
                        note:
                            "The creditor answered that installment \(question.installment.number) is not owed any more."
                    ),
                    at: now)
            }
            for change in changes {
                let asked = change.question.installment
                guard let position = positions[change.question.position.id],
                    let part = position.installments.first(where: { $0.id == asked.id }), part.amount == asked.amount,
                    position.disabledCode(of: part, now: now) == nil
                else { continue }
                guard let new = position.changing(part.id, to: change.amount, at: now) else {
                    throw Refusal.amountUnavailable
                }
                tx.update(new, replacingParts: true)
                positions[new.id] = new
                difference += change.amount.cents - part.amount.cents  // neither is negative
                tx.journal(
                    JournalEntry(
                        .amountChanged, by: caller.actor, creditor: new.creditor, position: new.id,
                        note: change.note), at: now)
            }
            return difference
        }
    }
}

private struct AmountChange {
    let question: AmountQuestion
    let amount: Amount
    let fee: Amount

    var note: String {
        let part = question.installment
        return "Installment \(part.number): \(part.amount.cents) cents before, \(amount.cents) cents now, "
            + "of which \(fee.cents) cents for the notification."
    }
}

import Accounts
import PagoPA
import Requests
import Storage

extension NotificationOperations {
    /// How many events and installments one transaction reads.
    static let debtMailRows = 200
    /// The pause between two runs of one creditor when nothing is left.
    static let debtMailWaitSeconds = 30

    /// Queues e-mails about debts of the creditor that has waited longest: a notice of each position that was published, and a reminder of
    /// each installment that is due soon. Mails and progress are written in one transaction, so an interrupted run leaves out and repeats
    /// nothing; an index of `notifications` admits each mail once.
    /// - Returns: whether a creditor was due.
    package func queueDebtMails() async throws -> Bool {
        let now = clock()
        return try await store.transaction(within: .everyCreditor) { tx in
            guard let claimed = try await tx.ask(DebtMails.claim) else { return false }
            let tenancy = Tenancy.only([claimed.creditor])
            let today = CalendarDate(romeDayOf: now)
            let yesterday = RemindedInstallment.end(of: CalendarDate(epochDays: today.epochDays - 1))
            let begin = claimed.reminded.day < today ? yesterday : claimed.reminded
            let last = claimed.settings.lastReminderDay(at: now)
            let (feed, due, creditor) = try await tx.ask(
                Events.feed(after: claimed.cursor, since: now, within: tenancy, limit: Self.debtMailRows),
                DebtMails.due(
                    of: claimed.creditor, after: begin, until: last ?? begin.day, limit: Self.debtMailRows),
                Creditors.show(claimed.creditor, within: .everyCreditor))
            let changed = Set(feed.events.filter { $0.type.mayPublish }.compactMap(\.position))
            let wanted = changed.union(due.map(\.position))
            var mails: [PagoPA.Notification] = []
            if !wanted.isEmpty, let creditor {
                for position in try await tx.ask(Positions.list(Array(wanted), within: tenancy)) {
                    let numbers = due.filter { $0.position == position.id }.map(\.number)
                    mails += debtMails(
                        about: position, of: claimed, isChanged: changed.contains(position.id), due: numbers,
                        in: creditor.languages.first ?? .it, at: now)
                }
            }
            tx.insert(mails)
            let hasMore = feed.events.count == Self.debtMailRows || due.count == Self.debtMailRows
            let end = last.map { RemindedInstallment.end(of: max($0, begin.day)) } ?? begin
            tx.advance(
                claimed, to: feed.events.last?.cursor ?? claimed.cursor,
                reminded: due.count == Self.debtMailRows ? due.last?.place ?? end : end,
                waitSeconds: hasMore ? 0 : Self.debtMailWaitSeconds)
            return true
        }
    }

    /// - Parameters:
    ///   - isChanged: whether the position was created or changed since the last run.
    ///   - due: the numbers of its installments of which the debtor is reminded now.
    private func debtMails(
        about position: Position, of claimed: ClaimedDebtMails, isChanged: Bool, due: [Int], in language: Language,
        at now: Instant
    ) -> [PagoPA.Notification] {
        guard let recipient = position.debtor.email else { return [] }
        let today = CalendarDate(romeDayOf: now)
        let owed = position.installmentsToAskFor(at: now)
        var mails: [PagoPA.Notification] = []
        func queue(_ kind: NotificationKind, _ number: Int?) {
            mails.append(debtMail(kind, about: position, number, to: recipient, in: language, at: now))
        }
        if isChanged, !owed.isEmpty, let since = claimed.noticesSince, let published = position.publishedAt,
            published >= since
        {
            queue(.newNotice, nil)
        } else if isChanged, claimed.settings.reminderDays != nil {
            // Published, or due earlier than before, after the job had passed its due date.
            for part in owed where part.dueDate >= today && part.dueDate <= claimed.reminded.day {
                queue(.dueReminder, part.number)
            }
        }
        for part in owed where due.contains(part.number) { queue(.dueReminder, part.number) }
        return mails
    }

    private func debtMail(
        _ kind: NotificationKind, about position: Position, _ number: Int?, to recipient: EmailAddress,
        in language: Language, at now: Instant
    ) -> PagoPA.Notification {
        let id: Identifier<PagoPA.Notification> = .make(at: now)
        return outbox.stored(
            PagoPA.Notification(
                id: id, kind: kind, receipt: nil, position: position.id, creditor: position.creditor,
                recipient: recipient, language: language, state: .queued, attempts: 0, nextAttemptAt: now, sentAt: nil,
                lastError: nil, messageID: outbox.messageID(id), createdAt: now, installmentNumber: number))
    }
}

extension EventType {
    /// Whether a position may have been published, or may be due on another day.
    fileprivate var mayPublish: Bool { self == .positionCreated || self == .positionChanged }
}

/// Which e-mails about debts a creditor sends to the debtors whose address it knows.
package struct DebtMailSettings: Sendable, Equatable {
    /// Whether each position that is published from then on is announced.
    package let sendsNewNotices: Bool
    /// How many days before its due date the debtor of an installment is reminded; `nil`: no reminders.
    package let reminderDays: Int?

    package static let reminderDayRange = 1...30
    /// Reminders of a day are queued from this hour in winter on, and from the next one in summer, so that nobody gets them at night.
    package static let firstHour = 8

    package init(sendsNewNotices: Bool, reminderDays: Int?) {
        self.sendsNewNotices = sendsNewNotices
        self.reminderDays = reminderDays
    }

    package static let none = DebtMailSettings(sendsNewNotices: false, reminderDays: nil)

    /// The last due date of which the debtors are reminded now; `nil` without reminders.
    package func lastReminderDay(at now: Instant) -> CalendarDate? {
        let today = CalendarDate(romeDayOf: now.adding(seconds: -3_600 * Self.firstHour))
        return reminderDays.map { CalendarDate(epochDays: today.epochDays + $0) }
    }
}

extension NotificationKind {
    /// Whether the e-mail asks a debtor to pay. Its reader may unsubscribe.
    package var asksForPayment: Bool {
        switch self {
        case .newNotice, .dueReminder: true
        case .receiptReady, .counterPayment, .paymentUnderReview, .doublePayment, .paymentFailed, .refundDecided,
            .verifyEmail, .passwordReset, .registrationAttempt, .changeEmail, .emailChanged, .smartCardProved,
            .identityProved, .webhookPaused, .paymentNotice, .test:
            false
        }
    }
}

extension Position {
    /// The installments that an e-mail may ask to pay: those that are open and neither suspended nor under review. A payment in progress may
    /// fail, so it is no obstacle.
    package func installmentsToAskFor(at now: Instant) -> [Installment] {
        installments.filter { installment in
            switch disabledCode(of: installment, now: now) {
            case nil, .paymentInProgress, .alternativeInProgress: !isSuspended(at: now)
            case .draft, .paid, .writtenOff, .cancelled, .overdue, .validityEnded, .underReview, .suspended: false
            }
        }
    }
}

/// The form by which a mail program ends e-mails (RFC 8058). An e-mail names it in `List-Unsubscribe-Post`.
package enum UnsubscribeForm {
    package static let body = "List-Unsubscribe=One-Click"
}

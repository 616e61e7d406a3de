import Accounts
import PagoPA
import Requests
import Storage

/// A bounce as the mail provider reports it.
package struct BounceReport: Sendable {
    /// How the report names the e-mail.
    package enum Subject: Sendable, Equatable {
        /// Without angle brackets.
        case messageID(String)
        /// The address to which the bounce was sent.
        case returnPath(EmailAddress)
    }

    package let subject: Subject
    package let status: DeliveryStatus

    package init(subject: Subject, status: DeliveryStatus) {
        self.subject = subject
        self.status = status
    }
}

extension NotificationOperations {
    /// Records that a sent e-mail was returned. A report that it was delivered or is delayed, a second report, and one about an e-mail that
    /// is not sent change nothing.
    /// - Returns: the e-mail after the report.
    /// - Throws: `Refusal.notFound` for an e-mail that does not exist or belongs to another creditor.
    package func recordBounce(_ report: BounceReport, by caller: Caller) async throws -> PagoPA.Notification {
        let now = clock()
        return try await store.transaction(within: caller.tenancy) { tx in
            guard let mail = try await tx.ask(query(for: report.subject, of: caller)) else { throw Refusal.notFound }
            guard let code = report.status.failure, mail.state.after(.returned) != nil else { return mail }
            tx.markBounced(mail, code: code, at: now)
            tx.journal(
                JournalEntry(
                    .notificationBounced, by: caller.actor, creditor: mail.creditor, position: mail.position,
                    receipt: mail.receipt, from: mail.state.rawValue, to: NotificationState.bounced.rawValue, note: code
                ), at: now)
            guard let bounced = try await tx.ask(Notifications.show(mail.id, within: caller.tenancy)) else {
                throw Refusal.notFound
            }
            return bounced
        }
    }

    private func query(for subject: BounceReport.Subject, of caller: Caller) throws -> Query<PagoPA.Notification?> {
        switch subject {
        case .messageID(let id): return Notifications.show(messageID: id, within: caller.tenancy, locking: true)
        case .returnPath(let address):
            guard let id = outbox.returnPath.notification(at: address) else { throw Refusal.notFound }
            return Notifications.show(id, within: caller.tenancy, locking: true)
        }
    }
}

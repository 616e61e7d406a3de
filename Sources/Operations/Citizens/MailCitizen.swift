import Accounts
import Cryptography
import PagoPA
import Storage

extension CitizenOperations {
    /// Queues a mail about an account, unless its mailbox has received too many recently. The caller does not learn which.
    func mail(
        _ kind: NotificationKind, to citizen: Citizen, link: ReturnURL?, in tx: Transaction, at now: Instant
    ) async throws {
        guard let email = citizen.email, try await mayMail(email, in: tx, at: now) else { return }
        queue(kind, about: citizen, to: email, link: link, in: tx, at: now)
    }

    /// Queues a mail about an account without a limit per mailbox.
    func queue(
        _ kind: NotificationKind, about citizen: Citizen, to email: EmailAddress, link: ReturnURL?, in tx: Transaction,
        at now: Instant
    ) {
        let id: Identifier<PagoPA.Notification> = newID()
        tx.insert([
            PagoPA.Notification(
                id: id, kind: kind, receipt: nil, position: nil, citizen: citizen.id, link: link?.text,
                recipient: email, language: citizen.language, state: .queued, attempts: 0, nextAttemptAt: now,
                sentAt: nil, lastError: nil, messageID: outbox.messageID(id), createdAt: now)
        ])
    }

    /// Counts one more mail to this mailbox.
    func mayMail(_ email: EmailAddress, in tx: Transaction, at now: Instant) async throws -> Bool {
        let subject = throttleSubject("mail", email.mailbox)
        guard let (throttle, _) = try await tx.throttles([subject], at: now).first,
            throttle.waitSeconds(at: now, .mail) == 0
        else { return false }
        tx.save(throttle.counting(at: now, .mail), for: subject)
        return true
    }

    /// A digest, so that the throttle table contains no names or addresses.
    func throttleSubject(_ parts: String...) -> [UInt8] {
        SHA256.digest(Array(parts.joined(separator: "\n").utf8))
    }
}

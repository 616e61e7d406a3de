import Accounts
import PagoPA
import Requests
import Storage

/// What the page of an unsubscribe link says.
package struct Unsubscription: Sendable, Equatable {
    package let creditorName: String
    /// Of the e-mail that contains the link.
    package let language: Language
}

extension NotificationOperations {
    /// What a link would end. Nothing changes, because mail servers follow links.
    /// - Throws: `Refusal.notFound` for a link that this deployment did not issue.
    package func showUnsubscription(_ token: String) async throws -> Unsubscription {
        guard let target = unsubscribeLinks.target(of: token) else { throw Refusal.notFound }
        let creditor = try await store.read(
            within: .everyCreditor, Creditors.show(target.creditor, within: .everyCreditor))
        guard let creditor else { throw Refusal.notFound }
        return Unsubscription(creditorName: creditor.name, language: target.language)
    }

    /// Ends e-mails about debts of the link's creditor to the link's mailbox. A repetition changes nothing.
    /// - Throws: `Refusal.notFound` for a link that this deployment did not issue.
    package func unsubscribe(_ token: String) async throws -> Unsubscription {
        guard let target = unsubscribeLinks.target(of: token) else { throw Refusal.notFound }
        let now = clock()
        return try await store.transaction(within: .everyCreditor) { tx in
            let creditor = try await tx.ask(Creditors.show(target.creditor, within: .everyCreditor))
            guard let creditor else { throw Refusal.notFound }
            tx.unsubscribe(target.mailbox, from: target.creditor, at: now)
            return Unsubscription(creditorName: creditor.name, language: target.language)
        }
    }
}

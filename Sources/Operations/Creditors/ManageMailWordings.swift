import Accounts
import Documents
import PagoPA
import Requests
import Storage

/// What an e-mail would be, for a person who chooses its wording.
package struct MailPreview: Sendable, Equatable {
    package let subject: String
    package let text: String
    package let html: String
}

extension CreditorOperations {
    /// Returns a creditor's own wordings of e-mails, by kind and language.
    /// - Throws: `Refusal.notFound`.
    package func listMailWordings(of creditor: OrganizationTaxCode, for caller: Caller) async throws -> [MailWording] {
        let (known, wordings) = try await store.read(
            within: caller.tenancy, Creditors.show(creditor, within: caller.tenancy),
            MailWordings.list(of: creditor, within: caller.tenancy))
        guard known != nil else { throw Refusal.notFound }
        return wordings
    }

    /// Replaces all wordings of a creditor. They apply to e-mails that are sent from now on.
    /// - Parameter wanted: the new wordings, or the error of the request's body, which is reported after a failed precondition.
    /// - Throws: `Refusal.notFound`, `.preconditionFailed`, `.invalid`.
    package func saveMailWordings(
        of creditor: OrganizationTaxCode, as wanted: Result<[MailWording], any Error>, by caller: Caller,
        demanding precondition: Precondition<[MailWording]> = .none
    ) async throws -> [MailWording] {
        let now = clock()
        return try await store.transaction(within: caller.tenancy) { tx in
            let (known, old) = try await tx.ask(
                Creditors.show(creditor, within: caller.tenancy, locking: true),
                MailWordings.list(of: creditor, within: caller.tenancy))
            guard known != nil else { throw Refusal.notFound }
            try precondition.demand(old)
            tx.save(try wanted.get(), of: creditor, at: now)
            let new = try await tx.ask(MailWordings.list(of: creditor, within: caller.tenancy))
            if new != old {
                tx.journal(JournalEntry(.mailWordingsSaved, by: caller.actor, creditor: creditor), at: now)
            }
            return new
        }
    }

    /// Writes an e-mail about an invented payment, and sends nothing.
    /// - Parameter draft: a wording that is not stored; where it has no text, the built-in one is shown. `nil`: the stored wording.
    /// - Throws: `Refusal.notFound`.
    package func previewMail(
        _ kind: NotificationKind, in language: Language, draft: MailWording?, of creditor: OrganizationTaxCode,
        for caller: Caller
    ) async throws -> MailPreview {
        let (known, stored, logo) = try await store.read(
            within: caller.tenancy, Creditors.show(creditor, within: caller.tenancy),
            MailWordings.show(kind, language, of: creditor, within: caller.tenancy),
            Logos.show(creditor, within: caller.tenancy))
        guard let known,
            let text = try MailTexts.sample(
                kind, of: known, logo: logo.flatMap(MailLogo.init), wording: draft ?? stored, language: language,
                at: clock())
        else { throw Refusal.notFound }
        return MailPreview(subject: text.subject, text: text.plain, html: text.htmlWithLogo)
    }
}

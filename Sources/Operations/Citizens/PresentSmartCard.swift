import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

/// A new ticket. The service shows it only in this response.
package struct MadeTicket: Sendable {
    package let ticket: String
    package let expiresAt: Instant
}

extension CitizenOperations {
    /// Creates a ticket for one citizen's browser.
    /// - Parameter returnURL: must be on an origin that a creditor of the key allows.
    package func makeSmartCardTicket(
        returningTo returnURL: ReturnURL, by caller: Caller, repeating: Repeating<MadeTicket>? = nil
    ) async throws -> Once<MadeTicket> {
        return try await once(repeating, within: .everyCreditor) { tx, now in
            try await demandAllowed(returnURL, at: "/return_url", for: caller, in: tx)
            let token = try Token.make(.ticket)
            let expiresAt = now.adding(seconds: SmartCardTicket.lifeSeconds)
            tx.insert(SmartCardTicket(key: caller.key.id, returnURL: returnURL), digest: token.digest, until: expiresAt)
            return MadeTicket(ticket: token.text, expiresAt: expiresAt)
        }
    }

    /// Accepts the card that a browser presents for a ticket. The ticket is used up even when the card is refused.
    /// - Returns: the URL to which the browser returns: the front end's, with a code or with an error that the card was refused.
    /// - Throws: `Refusal.invalid` for a ticket that is unknown, used or expired: its return URL is then unknown.
    package func presentSmartCard(
        _ card: Result<SmartCard, SmartCard.Fault>, ticket text: String, language: Language
    ) async throws -> String {
        let refused = Refusal.invalid([Fault("/ticket", .unknownReference, "is unknown, used or expired")])
        guard let token = Token(text, for: .ticket) else { throw refused }
        let now = clock()
        let card = accepted(card)
        let code = try Token.make(.code)
        return try await store.transaction(within: .everyCreditor) { tx in
            guard let ticket = try await tx.spend(ticket: token.digest, at: now) else { throw refused }
            guard let card else { return ticket.address(adding: "error", "smart-card-refused") }
            let citizen = try await account(
                of: card.person, language: language, by: .key(ticket.key), in: tx, at: now)
            tx.save(
                code: code.digest, for: citizen, onTicket: token.digest,
                until: now.adding(seconds: SmartCardTicket.codeLifeSeconds))
            return ticket.address(adding: "code", code.text)
        }
    }
}

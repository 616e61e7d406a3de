import Accounts
import Cryptography
import Logging
import Metrics
import PagoPA
import Requests
import Storage

extension CitizenOperations {
    /// Signs in the owner of a smart card. The first sign-in creates the account, or verifies an account that was registered with a
    /// password. In that case its sessions, password and mailbox are removed, because only access to a mailbox had been verified so far.
    ///
    /// - Parameter card: the card as read from the certificate, or the reason why it could not be read. The reason is counted and logged
    ///   without any content of the certificate, and the caller does not learn it.
    /// - Throws: `Refusal.smartCardRefused`, `.forbidden`, `.busy`.
    package func openSmartCardSession(
        _ card: Result<SmartCard, SmartCard.Fault>, language: Language, by caller: Caller,
        repeating: Repeating<GivenTokens>? = nil
    ) async throws -> Once<GivenTokens> {
        guard let card = accepted(card) else { throw Refusal.smartCardRefused }
        return try await once(repeating, within: .everyCreditor) { tx, now in
            let citizen = try await account(
                of: card.person, language: language, by: caller.actor, in: tx, at: now)
            return try openSession(of: citizen, by: caller, in: tx, at: now)
        }
    }

    /// Signs in the citizen who presented the card in a browser, for the front end that sent the browser.
    /// - Throws: `Refusal.invalid` for a code that is unknown, used, expired or another front end's.
    package func openSmartCardSession(
        code text: String, by caller: Caller, repeating: Repeating<GivenTokens>? = nil
    ) async throws -> Once<GivenTokens> {
        let refused = Refusal.invalid([Fault("/code", .unknownReference, "is unknown, used or expired")])
        guard let code = Token(text, for: .code) else { throw refused }
        return try await once(repeating, within: .everyCreditor) { tx, now in
            guard let citizen = try await tx.spend(code: code.digest, of: caller.key.id, at: now),
                try await tx.ask(Citizens.lock(citizen)) == .active
            else { throw refused }
            return try openSession(of: citizen, by: caller, in: tx, at: now)
        }
    }

    /// Counts accepted and refused cards, and logs why a card is refused.
    func accepted(_ card: Result<SmartCard, SmartCard.Fault>) -> SmartCard? {
        switch card {
        case .success(let card):
            Counter(label: "smart_cards_total", dimensions: [("result", "accepted")]).increment()
            return card
        case .failure(let fault):
            Counter(label: "smart_cards_total", dimensions: [("result", fault.rawValue)]).increment()
            logger.warning(
                "a smart card was refused",
                metadata: ["reason": "\(fault.rawValue)", "correlation_id": "\(Correlation.id ?? "-")"])
            return nil
        }
    }
}

import Logging
import Metrics
import PagoPA
import Seals
import Storage

extension Intermediary {
    /// Signs in the citizen of a smart card; the first time it makes their account.
    ///
    /// - Parameter card: as it was read at the door, or why none could be. The reason is counted and logged, without a word of what
    ///   the certificate says, and not told.
    /// - Throws: `Refusal.smartCardRefused`, `.forbidden`, `.busy`.
    package func openSmartCardSession(
        _ card: Result<SmartCard, SmartCard.Fault>, language: Language, by caller: Caller,
        repeating: Repeating<GivenTokens>? = nil
    ) async throws -> Once<GivenTokens> {
        try caller.demand(.citizens)
        guard let card = accepted(card) else { throw Refusal.smartCardRefused }
        return try await once(repeating, within: .everyCreditor) { tx, now in
            let citizen = try await account(of: card, language: language, by: caller.actor, in: tx, at: now)
            return try openSession(of: citizen, by: caller, in: tx, at: now)
        }
    }

    /// Signs in the citizen whose card was shown in a browser, for the front end that sent it.
    /// - Throws: `Refusal.invalid` for a code that is unknown, used, expired or another front end's.
    package func openSmartCardSession(
        code text: String, by caller: Caller, repeating: Repeating<GivenTokens>? = nil
    ) async throws -> Once<GivenTokens> {
        try caller.demand(.citizens)
        let refused = Refusal.invalid([Fault("/code", .unknownReference, "is unknown, used or expired")])
        guard let code = Token(text, for: .code) else { throw refused }
        return try await once(repeating, within: .everyCreditor) { tx, now in
            guard let citizen = try await tx.spend(code: code.digest, of: caller.key.id, at: now),
                try await tx.ask(Citizens.lock(citizen)) == .active
            else { throw refused }
            return try openSession(of: citizen, by: caller, in: tx, at: now)
        }
    }

    func account(of card: SmartCard, language: Language, by actor: Actor, in tx: Transaction, at now: Instant)
        async throws -> Identifier<Citizen>
    {
        let made = Citizen(
            id: newID(), kind: .resident, status: .active, taxCode: card.taxCode, givenName: card.givenName,
            familyName: card.familyName, birth: nil, address: nil, email: nil, language: language, consents: [],
            createdAt: now, updatedAt: now)
        guard let citizen = try await tx.account(orElse: made) else { throw Refusal.busy(retryAfterSeconds: 1) }
        if citizen == made.id {
            tx.journal(
                JournalEntry(
                    .citizenRegistered, by: actor, to: made.status.rawValue, note: "citizen \(citizen) by smart card"),
                at: now)
        }
        return citizen
    }

    /// Counts what came of a card, and says in the log why it is refused.
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

import Logging
import Metrics
import PagoPA
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
        let card = try accepted(card, from: caller)
        return try await once(repeating, within: .everyCreditor) { tx, now in
            let made = Citizen(
                id: newID(), kind: .resident, status: .active, taxCode: card.taxCode, givenName: card.givenName,
                familyName: card.familyName, birth: nil, address: nil, email: nil, language: language, consents: [],
                createdAt: now, updatedAt: now)
            guard let citizen = try await tx.account(orElse: made) else { throw Refusal.busy(retryAfterSeconds: 1) }
            if citizen == made.id {
                tx.journal(
                    JournalEntry(
                        .citizenRegistered, by: caller.actor, to: made.status.rawValue,
                        note: "citizen \(citizen) by smart card"), at: now)
            }
            return try openSession(of: citizen, by: caller, in: tx, at: now)
        }
    }

    private func accepted(_ card: Result<SmartCard, SmartCard.Fault>, from caller: Caller) throws -> SmartCard {
        switch card {
        case .success(let card):
            Counter(label: "smart_cards_total", dimensions: [("result", "accepted")]).increment()
            return card
        case .failure(let fault):
            Counter(label: "smart_cards_total", dimensions: [("result", fault.rawValue)]).increment()
            logger.warning(
                "a smart card was refused",
                metadata: [
                    "reason": "\(fault.rawValue)", "consumer": "key:\(caller.key.prefix)",
                    "correlation_id": "\(Correlation.id ?? "-")",
                ])
            throw Refusal.smartCardRefused
        }
    }
}

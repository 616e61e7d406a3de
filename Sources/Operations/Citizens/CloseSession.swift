import Accounts
import PagoPA
import Requests
import Seals
import Storage

extension Intermediary {
    /// The citizen behind an access token that came beside a front end's key. One indexed look into the database, so that what has
    /// ended anywhere has ended here.
    /// - Throws: `Refusal.citizenTokenInvalid`, for another front end's token too.
    package func authenticate(citizenToken text: String, beside key: APIKey) async throws -> SignedInCitizen {
        guard let token = Token(text, for: .access) else { throw Refusal.citizenTokenInvalid }
        let now = clock()
        return try await store.transaction(within: .everyCreditor) { tx in
            guard let citizen = try await tx.signedIn(access: token.digest, key: key.id, at: now) else {
                throw Refusal.citizenTokenInvalid
            }
            return citizen
        }
    }

    /// Sign-out: both tokens are void at once.
    package func closeSession(of citizen: SignedInCitizen, by caller: Caller) async throws {
        let now = clock()
        try await store.transaction(within: .everyCreditor) { tx in
            tx.end(citizen.session, by: .closed, at: now)
            tx.journal(
                JournalEntry(
                    .sessionClosed, by: .citizen(citizen.citizen, through: caller.key.id),
                    note: "session \(citizen.session)"), at: now
            )
        }
    }
}

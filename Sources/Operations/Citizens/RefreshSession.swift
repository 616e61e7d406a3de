import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

extension CitizenOperations {
    /// Issues the next pair of tokens. The former pair becomes invalid on every instance.
    ///
    /// A refresh token that is used twice ends its session. The service cannot distinguish a lost response from a stolen token, and the
    /// citizen only has to sign in again.
    /// - Throws: `Refusal.citizenTokenInvalid`.
    package func refreshSession(token text: String, by caller: Caller) async throws -> GivenTokens {
        guard let token = Token(text, for: .refresh) else { throw Refusal.citizenTokenInvalid }
        let access = try Token.make(.access)
        let refresh = try Token.make(.refresh)
        let now = clock()
        let given = try await store.transaction(within: .everyCreditor) { tx -> GivenTokens? in
            switch try await tx.session(refresh: token.digest, key: caller.key.id, at: now) {
            case .unknown: return nil
            case .reused(let session, let citizen):
                tx.end(session, by: .reused, at: now)
                tx.journal(
                    JournalEntry(
                        .sessionReuseDetected, by: .citizen(citizen, through: caller.key.id), note: "session \(session)"
                    ), at: now)
                return nil
            case .open(let session):
                let next = session.refreshed(at: now, by: caller.key.id)
                tx.renew(next, spent: token.digest, access: access.digest, refresh: refresh.digest)
                return GivenTokens(
                    access: access.text, refresh: refresh.text,
                    expiresInSeconds: now.seconds(until: next.accessExpiresAt))
            }
        }
        guard let given else { throw Refusal.citizenTokenInvalid }
        return given
    }
}

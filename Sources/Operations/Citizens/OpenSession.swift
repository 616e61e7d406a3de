import Accounts
import Cryptography
import Metrics
import PagoPA
import Requests
import Storage

/// The tokens of a session. The service shows them only in this response.
package struct GivenTokens: Sendable {
    package let access: String
    package let refresh: String
    package let expiresInSeconds: Int
}

extension CitizenOperations {
    /// Signs a citizen in.
    ///
    /// Each attempt is counted before its password is checked, so that parallel attempts gain nothing. An attempt that gets no hashing
    /// permit is not counted. Attempts for a name are counted per address first, then over all addresses that have never signed in
    /// successfully, so that guesses from elsewhere do not lock the owner out.
    /// - Throws: `Refusal.signInThrottled`, `.signInFailed` (an unknown name, an unverified account and a wrong password give the same
    ///   response in the same time), `.busy`.
    package func openSession(
        username: String, password: String, from address: ClientAddress, by caller: Caller,
        repeating: Repeating<GivenTokens>? = nil
    ) async throws -> Once<GivenTokens> {
        do {
            return try await passwords.withPermit(for: caller.key.id.description) {
                try await openSession(username, password, $0, from: address, by: caller, repeating)
            }
        } catch is PasswordHashing.Busy {
            throw Refusal.busy(retryAfterSeconds: Self.passwordRetryAfterSeconds)
        }
    }

    private func openSession(
        _ username: String, _ password: String, _ permit: PasswordHashing.Permit, from address: ClientAddress,
        by caller: Caller, _ repeating: Repeating<GivenTokens>?
    ) async throws -> Once<GivenTokens> {
        let name = Username(username)
        let account = throttleSubject("sign-in", name.text)
        let pair = throttleSubject("sign-in", name.text, address.text)
        let credential = try await admitted(name, pair: pair, account: account)
        // A password that breaks the rules matches no account, but is hashed anyway so that the response time is the same.
        let bytes = (try? Password(password))?.bytes ?? Array(password.utf8.prefix(Password.lengths.upperBound))
        let verdict = try await permit.verify(bytes, against: credential?.passwordHash)
        guard let credential, verdict.matches else {
            count("failed")
            throw Refusal.signInFailed
        }
        let rehashed = verdict.isOutdated ? try await permit.hash(bytes) : nil
        count("opened")
        return try await once(repeating, within: .everyCreditor) { tx, now in
            // The password may have been reset, or the account erased, while the service checked the old password.
            guard try await tx.ask(Citizens.lock(credential.citizen)) == .active,
                try await tx.ask(Citizens.credential(of: name)) == credential
            else { throw Refusal.signInFailed }
            if let rehashed { tx.save(passwordHash: rehashed, of: credential.citizen) }
            tx.succeed(from: pair, on: account, at: now)
            return try openSession(of: credential.citizen, by: caller, in: tx, at: now)
        }
    }

    /// Opens a session for a citizen who has been authenticated.
    func openSession(of citizen: CitizenID, by caller: Caller, in tx: Transaction, at now: Instant) throws
        -> GivenTokens
    {
        let session = CitizenSession(id: newID(), citizen: citizen, key: caller.key.id, openedAt: now)
        let access = try Token.make(.access)
        let refresh = try Token.make(.refresh)
        tx.insert(session, access: access.digest, refresh: refresh.digest)
        tx.journal(
            JournalEntry(
                .sessionOpened, by: .citizen(citizen, through: caller.key.id), note: "session \(session.id)"), at: now)
        return GivenTokens(
            access: access.text, refresh: refresh.text, expiresInSeconds: now.seconds(until: session.accessExpiresAt))
    }

    /// Counts the attempt, or refuses it when the limit is reached.
    private func admitted(_ name: Username, pair: [UInt8], account: [UInt8]) async throws -> Credential? {
        let now = clock()
        return try await store.transaction(within: .everyCreditor) { tx in
            let throttles = try await tx.throttles([pair, account], at: now)
            let (fromAddress, isKnown) = throttles[0]
            let onAccount = throttles[1].throttle
            let wait = max(
                fromAddress.waitSeconds(at: now, .signInFromAddress),
                isKnown ? 0 : onAccount.waitSeconds(at: now, .signIn))
            guard wait == 0 else {
                count("throttled")
                throw Refusal.signInThrottled(retryAfterSeconds: wait)
            }
            let credential = try await tx.ask(Citizens.credential(of: name))
            tx.save(fromAddress.counting(at: now, .signInFromAddress), for: pair)
            tx.save(onAccount.counting(at: now, .signIn), for: account)
            return credential
        }
    }

    private func count(_ result: String) {
        Counter(label: "sign_in_total", dimensions: [("result", result)]).increment()
    }
}

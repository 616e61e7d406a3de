import Accounts
import PagoPA
import Requests
import Storage

extension CitizenOperations {
    /// Returns the signed-in citizen's own account.
    package func showMe(_ citizen: SignedInCitizen) async throws -> Citizen {
        return try found(try await store.read(within: .everyCreditor, Citizens.show(citizen.citizen)))
    }

    /// - Parameters:
    ///   - wanted: the new content, or the error of the request's body, which is reported after a failed precondition.
    ///   - credentials: a new mailbox receives a code and takes effect when the code is confirmed; a new password takes effect immediately.
    /// - Throws: `Refusal.invalid`.
    package func changeMe(
        _ citizen: SignedInCitizen, to wanted: Result<CitizenChange, any Error>, by caller: Caller,
        demanding precondition: Precondition<Citizen> = .none, credentials: PreparedCredentials
    ) async throws -> Citizen {
        let now = clock()
        return try await store.transaction(within: .everyCreditor) { tx in
            _ = try await tx.ask(Citizens.lock(citizen.citizen))
            let old = try await me(citizen, in: tx)
            try precondition.demand(old)
            let changed = try wanted.get()
            if let password = credentials.password {
                try await set(password, of: old, citizen, by: caller, in: tx, at: now)
            }
            try await offer(credentials.change, to: old, by: caller, in: tx, at: now)
            if changed != CitizenChange(old) {
                tx.change(citizen.citizen, changed, at: now)
                tx.journal(
                    JournalEntry(.citizenChanged, by: .citizen(citizen.citizen, through: caller.key.id)), at: now)
            }
            return try await me(citizen, in: tx)
        }
    }

    /// Erases the account and its personal data, and ends every session. Positions, payments, receipts and RTs remain, because the law
    /// requires the creditors to retain them.
    package func eraseMe(
        _ citizen: SignedInCitizen, by caller: Caller, demanding precondition: Precondition<Citizen> = .none
    ) async throws {
        let now = clock()
        try await store.transaction(within: .everyCreditor) { tx in
            guard let status = try await tx.ask(Citizens.lock(citizen.citizen)), let erased = status.after(.erased)
            else { throw Refusal.citizenTokenInvalid }
            if !precondition.isEmpty { try precondition.demand(try await me(citizen, in: tx)) }
            tx.erase(citizen.citizen, at: now)
            tx.endSessions(of: citizen.citizen, by: .erased, at: now)
            tx.withdrawDelegations(of: citizen.taxCode, at: now)
            tx.journal(
                JournalEntry(
                    .citizenErased, by: .citizen(citizen.citizen, through: caller.key.id), from: status.rawValue,
                    to: erased.rawValue), at: now)
        }
    }

    func me(_ citizen: SignedInCitizen, in tx: Transaction) async throws -> Citizen {
        try found(try await tx.ask(Citizens.show(citizen.citizen)))
    }

    private func found(_ citizen: Citizen?) throws -> Citizen {
        // Another request may have erased the account in the meantime.
        guard let citizen else { throw Refusal.citizenTokenInvalid }
        return citizen
    }
}

extension CitizenChange {
    package init(_ citizen: Citizen) {
        self.init(
            kind: citizen.kind, givenName: citizen.givenName, familyName: citizen.familyName, address: citizen.address,
            language: citizen.language)
    }
}

import Accounts
import PagoPA
import Requests
import Storage

extension CitizenOperations {
    /// Signs out: both tokens become invalid immediately.
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
    /// Signs out everywhere: every session of the citizen ends, also those of other front ends and this one.
    package func closeSessions(of citizen: SignedInCitizen, by caller: Caller) async throws {
        let now = clock()
        try await store.transaction(within: .everyCreditor) { tx in
            tx.endSessions(of: citizen.citizen, by: .closed, at: now)
            tx.journal(
                JournalEntry(
                    .sessionClosed, by: .citizen(citizen.citizen, through: caller.key.id), note: "every session"),
                at: now)
        }
    }
}

import Accounts
import PagoPA
import Requests
import Storage

extension CitizenOperations {
    /// The account of a person whose identity has been proved. The first sign-in creates the account, or proves an account that was
    /// registered with a password.
    /// - Throws: `Refusal.busy` when the account was erased at the same moment.
    func account(
        of person: ProvedPerson, language: Language, by actor: Actor, in tx: Transaction, at now: Instant
    ) async throws -> CitizenID {
        let made = Citizen(
            id: newID(), kind: .resident, status: .active, taxCode: person.taxCode, givenName: person.givenName,
            familyName: person.familyName, birth: nil, address: nil, email: nil, language: language, consents: [],
            provedBy: person.proof.ofAccount, hasPassword: false, createdAt: now, updatedAt: now)
        guard let citizen = try await tx.account(orElse: made) else { throw Refusal.busy(retryAfterSeconds: 1) }
        if citizen == made.id {
            tx.journal(
                JournalEntry(
                    .citizenRegistered, by: actor, to: made.status.rawValue,
                    note: "citizen \(citizen) by \(person.proof.words)"), at: now)
        } else if let found = try await tx.ask(Citizens.show(citizen)), !found.provedBy.isOfPerson {
            prove(found, is: person, actor, in: tx, at: now)
        }
        return citizen
    }

    /// Another person may have registered the account with a password. The old mailbox is notified, and the owner may set mailbox and
    /// password again.
    private func prove(
        _ citizen: Citizen, is person: ProvedPerson, _ actor: Actor, in tx: Transaction, at now: Instant
    ) {
        let proof = person.proof
        tx.prove(
            citizen.id, by: proof.ofAccount, givenName: person.givenName, familyName: person.familyName, at: now)
        tx.endSessions(of: citizen.id, by: proof.sessionEnd, at: now)
        tx.journal(
            JournalEntry(
                .citizenProved, by: actor, from: citizen.provedBy.rawValue, to: proof.ofAccount.rawValue,
                note: "citizen \(citizen.id): sessions, password and mailbox ended"), at: now)
        // This happens once in the life of an account, so this mail needs no throttle.
        if let email = citizen.email {
            queue(proof.notification, about: citizen, to: email, link: nil, in: tx, at: now)
        }
    }
}

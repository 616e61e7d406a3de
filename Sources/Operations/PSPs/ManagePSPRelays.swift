import Accounts
import PagoPA
import Requests
import Storage

extension PSPOperations {
    /// Allows a sender to post RTs of any PSP. Repeating the request is a no-op.
    package func registerRelay(_ psp: PSPID, by caller: Caller?) async throws -> PSPRelay {
        let relay = PSPRelay(psp: psp, registeredAt: clock())
        return try await store.transaction(within: caller?.tenancy ?? .everyCreditor) { tx in
            guard try await tx.register(relay) else {
                guard let known = try await tx.ask(PSPRelays.show(psp)) else { throw DatabaseUnavailable() }
                return known
            }
            tx.journal(
                JournalEntry(.relayRegistered, by: caller?.actor ?? .commandLine, note: psp.value),
                at: relay.registeredAt)
            return relay
        }
    }

    package func listRelays(for caller: Caller?) async throws -> [PSPRelay] {
        return try await store.read(within: caller?.tenancy ?? .everyCreditor, PSPRelays.all)
    }

    /// - Throws: `Refusal.notFound` for a sender that is not registered.
    package func showRelay(_ psp: PSPID, for caller: Caller) async throws -> PSPRelay {
        guard let relay = try await store.read(within: caller.tenancy, PSPRelays.show(psp)) else {
            throw Refusal.notFound
        }
        return relay
    }

    /// Ends the registration: from now on the sender counts as the PSP of the RTs it posts. Repeating the request is a no-op.
    package func endRelay(_ psp: PSPID, by caller: Caller?) async throws {
        let now = clock()
        try await store.transaction(within: caller?.tenancy ?? .everyCreditor) { tx in
            guard try await tx.endRelay(psp) else { return }
            tx.journal(JournalEntry(.relayEnded, by: caller?.actor ?? .commandLine, note: psp.value), at: now)
        }
    }
}

import Accounts
import PagoPA
import Requests
import Storage

extension PSPOperations {
    /// Returns the current PSP list, from the cache if its version is current. `nil` if none has been saved.
    package func currentList() async throws -> PSPList? {
        guard let version = try await store.read(within: .everyCreditor, PSPLists.currentVersion) else { return nil }
        return try await self.version(version) { try await store.read(within: .everyCreditor, PSPLists.show(version)) }
    }

    /// The current PSP list without what is switched off.
    func offeredList() async throws -> PSPList? {
        let (version, suspensions) = try await store.read(
            within: .everyCreditor, PSPLists.currentVersion, Suspensions.ofPSPs)
        guard let version else { return nil }
        return try await self.version(version) {
            try await store.read(within: .everyCreditor, PSPLists.show(version))
        }?.offered(ActiveSuspensions(suspensions, at: clock()))
    }

    func version(_ version: Int?, in tx: Transaction) async throws -> PSPList? {
        guard let version else { return nil }
        return try await self.version(version) { try await tx.ask(PSPLists.show(version)) }
    }

    private func version(_ version: Int, orElse load: () async throws -> PSPList?) async throws -> PSPList? {
        if let cached = await cache.list(version) { return cached }
        guard let loaded = try await load() else { return nil }
        await cache.save(loaded)
        return loaded
    }

    package func showList(for caller: Caller) async throws -> PSPList {
        guard let list = try await currentList() else { throw Refusal.notFound }
        return list
    }

    package func showVersion(_ version: Int, for caller: Caller) async throws -> PSPList {
        guard let list = try await store.read(within: caller.tenancy, PSPLists.show(version)) else {
            throw Refusal.notFound
        }
        return list
    }

    package func listVersions(page: PageRequest, for caller: Caller) async throws -> Page<PSPListSummary> {
        return try await store.read(within: caller.tenancy, PSPLists.list(page: page))
    }

    /// Replaces the whole list. A list with any fault is rejected and the current one stays.
    /// - Parameter precondition: checked against the current list; `nil` when there is none yet.
    package func replaceList(
        with psps: [PSP], by caller: Caller, demanding precondition: Precondition<PSPList> = .none
    ) async throws -> PSPList {
        var faults = PSPList.faults(psps)
        for (index, psp) in psps.enumerated() {
            for (number, channel) in psp.channels.enumerated() {
                do { try externalServices.checkURL(channel.startURL) } catch {
                    faults.append(Fault("/psps/\(index)/channels/\(number)/start_url", .badFormat, "\(error)"))
                }
            }
        }
        guard faults.isEmpty else { throw Refusal.invalid(faults) }
        let now = clock()
        let list = try await store.transaction(within: caller.tenancy) { tx in
            let current = try await tx.lockPSPList()
            try precondition.demand(try await version(current, in: tx))
            let list = PSPList(version: (current ?? 0) + 1, psps: psps, createdAt: now)
            tx.replacePSPList(with: list)
            tx.journal(JournalEntry(.pspListReplaced, by: caller.actor, to: "\(list.version)"), at: now)
            return list
        }
        await cache.save(list)
        return list
    }
}

/// Caches the last PSP list, so that a request only has to read the current version number.
package actor PSPListCache {
    private var latest: PSPList?

    func list(_ version: Int) -> PSPList? {
        latest?.version == version ? latest : nil
    }

    func save(_ list: PSPList) {
        latest = list
    }
}

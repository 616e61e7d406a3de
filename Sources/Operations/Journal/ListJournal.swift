import Accounts
import PagoPA
import Requests
import Storage

extension Intermediary {
    /// Lists journal entries, oldest first, for one position or for all.
    package func listJournal(of position: Identifier<Position>?, page: PageRequest, for caller: Caller) async throws
        -> Page<JournalRecord>
    {
        return try await store.read(within: caller.tenancy, Journal.list(of: position, page: page))
    }
}

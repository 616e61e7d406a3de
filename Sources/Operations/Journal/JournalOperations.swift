import Accounts
import PagoPA
import Requests
import Storage

package struct JournalOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant

    /// Lists journal entries, oldest first, for one position or for all.
    package func list(of position: Identifier<Position>?, page: PageRequest, for caller: Caller) async throws
        -> Page<JournalRecord>
    {
        return try await store.read(within: caller.tenancy, Journal.list(of: position, page: page))
    }
}

import Accounts
import PagoPA
import Requests
import Storage

package struct JournalOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant

    /// Lists journal entries.
    /// - Parameter order: that of the filter.
    package func list(_ filter: JournalFilter, order: JournalOrder, page: PageRequest, for caller: Caller) async throws
        -> Page<JournalRecord>
    {
        return try await store.read(within: caller.tenancy, Journal.list(filter, order: order, page: page))
    }
}

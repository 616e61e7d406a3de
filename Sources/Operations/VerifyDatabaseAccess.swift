import Storage

extension Intermediary {
    /// Checks that the application's role can be used and that the database has every recorded policy and grant.
    /// - Throws: `StorageError` or `DatabaseUnavailable` when the role cannot be set; `DatabaseAccessError.incomplete`.
    package func verifyDatabaseAccess() async throws { try await store.verifyAccess() }

    /// Whether the read replica runs lists; nil when none is configured.
    package var isReplicaServing: Bool? { store.replica.map { $0.state == .serving } }
}

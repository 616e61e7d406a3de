import Storage

extension Intermediary {
    /// Checks that the database serves the application's role and holds every recorded policy and grant.
    /// - Throws: `StorageError` or `DatabaseUnavailable` when the role cannot be taken; `DatabaseAccessError.incomplete`.
    package func verifyDatabaseAccess() async throws { try await store.verifyAccess() }
}

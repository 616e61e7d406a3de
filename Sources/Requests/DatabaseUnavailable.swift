import Accounts

/// The database is away, starting, overloaded, out of disk or read-only: the caller should retry.
package struct DatabaseUnavailable: Error, Equatable {
    package init() {}
}

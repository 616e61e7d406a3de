import Accounts

/// The database is unreachable, starting, overloaded, out of disk space or read-only. The caller should retry.
package struct DatabaseUnavailable: Error, Equatable {
    package init() {}
}

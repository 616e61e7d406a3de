import Logging
import Operations
import Requests
import ServiceLifecycle
import Storage

/// Ends the process if `SECRETS_KEY` does not match the database: at start, or later if the database is unreachable or not
/// migrated at start.
struct SecretsKeyVerification: Service {
    let intermediary: Intermediary
    let logger: Logger

    private static let retryPause = Duration.seconds(2)

    /// - Returns: whether the key was verified; false while the database cannot be queried.
    /// - Throws: `SecretsKeyFailure.wrongKey`, `.keyMissing`.
    @discardableResult
    func verify() async throws -> Bool {
        do {
            try await intermediary.secrets.verifyKey()
            return true
        } catch SecretsKeyFailure.notPrepared {
            return false
        } catch let failure as SecretsKeyFailure {
            logger.critical("\(failure)")
            throw failure
        } catch is StorageError, is DatabaseUnavailable {
            return false
        }
    }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while try await !verify() { try await Task.sleep(for: Self.retryPause) }
            }
        } catch is CancellationError {
            return
        }
        try? await gracefulShutdown()
    }
}

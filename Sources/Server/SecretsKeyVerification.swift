import Logging
import Operations
import Requests
import ServiceLifecycle
import Storage

/// Ends the process when `SECRETS_KEY` is not the key of the database: at start, or, where the database is away or not migrated then, as
/// soon as it can be told.
struct SecretsKeyVerification: Service {
    let intermediary: Intermediary
    let logger: Logger

    private static let retryPause = Duration.seconds(2)

    /// - Returns: whether the key was verified; false while the database cannot tell.
    /// - Throws: `SecretsKeyFailure.wrongKey`, `.keyMissing`.
    @discardableResult
    func verify() async throws -> Bool {
        do {
            try await intermediary.verifySecretsKey()
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

import Accounts
import PagoPA
import Synchronization

/// Counts the exports in progress, and limits them: one by one they are as cheap as pages, but many at once delay other requests.
final class ExportLimits: Sendable {
    /// In this process.
    static let maximumExports = 4
    static let maximumExportsPerKey = 2
    /// When a caller over a limit may try again.
    static let retrySeconds = 10

    private let running = Mutex<[APIKeyID: Int]>([:])

    /// An export in progress. It ends when the last reference to it is released, so that no way out of an export forgets it.
    final class Slot: Sendable {
        private let limits: ExportLimits
        private let key: APIKeyID

        fileprivate init(_ limits: ExportLimits, _ key: APIKeyID) {
            self.limits = limits
            self.key = key
        }

        deinit { limits.end(key) }
    }

    /// - Throws: 429 when the key or the process runs as many exports as it may.
    func begin(for key: APIKeyID) throws(Problem) -> Slot {
        let exceeded: String? = running.withLock { running in
            let own = running[key, default: 0]
            guard own < Self.maximumExportsPerKey else {
                return "A key runs at most \(Self.maximumExportsPerKey) exports at a time."
            }
            guard running.values.reduce(0, +) < Self.maximumExports else {
                return "The service runs at most \(Self.maximumExports) exports at a time."
            }
            running[key] = own + 1
            return nil
        }
        if let exceeded {
            throw Problem(.tooManyExports, detail: exceeded, retryAfterSeconds: Self.retrySeconds)
        }
        return Slot(self, key)
    }

    private func end(_ key: APIKeyID) {
        running.withLock { running in
            let left = running[key, default: 1] - 1
            running[key] = left > 0 ? left : nil
        }
    }
}

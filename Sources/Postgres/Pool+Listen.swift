import CLibPQ
import Logging
import Synchronization

package enum PostgresNotification: Sendable, Equatable {
    case notification(channel: String, payload: String)
    /// Listening has begun, for the first time or again: whatever was notified before is lost, so look for yourself.
    case reconnected
}

extension Pool {
    /// Notifications on `channels`, over a connection of their own that is opened again whenever it is lost. The stream ends when
    /// the task that iterates is cancelled, it is let go, or the pool shuts down. A reader that lags keeps the newest 1024 events,
    /// `.reconnected` among them.
    package func listen(_ channels: [String]) -> AsyncStream<PostgresNotification> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1024)) { continuation in
            let id = UniqueID.next()
            let listening = Task { [self] in
                await keepListening(channels) { event in
                    // A reader that lost an event learns that it has to look for itself.
                    if case .dropped = continuation.yield(event) { continuation.yield(.reconnected) }
                }
                continuation.finish()
                listeners.withLock { $0[id] = nil }
            }
            listeners.withLock { $0[id] = listening }
            continuation.onTermination = { _ in listening.cancel() }
        }
    }

    private func keepListening(
        _ channels: [String], yield: @Sendable (PostgresNotification) -> Void
    ) async {
        var pause = Duration.milliseconds(configuration.minimumBackoffMilliseconds)
        while !Task.isCancelled {
            do {
                let limit = Duration.milliseconds(configuration.connectTimeoutMilliseconds)
                let connection = try await Connection.open(configuration, until: .now.advanced(by: limit))
                pause = .milliseconds(configuration.minimumBackoffMilliseconds)
                await connection.listen(channels, yield: yield)
                await connection.close()
            } catch {
                logger.debug("cannot listen", metadata: ["error": "\(error)"])
            }
            guard !Task.isCancelled, await Reactor.shared.sleep(until: .now.advanced(by: pause)) else { return }
            pause = min(pause * 2, .milliseconds(configuration.maximumBackoffMilliseconds))
        }
    }
}

extension Connection {
    /// How long a silent server is believed.
    private static let probeSeconds = 15

    /// Returns when the connection is lost or the task is cancelled.
    fileprivate func listen(_ channels: [String], yield: @Sendable (PostgresNotification) -> Void) async {
        let listens = channels.map { "LISTEN " + SQL.identifier($0) }
        do {
            _ = try await exchange(listens, until: answerDeadline)
            yield(.reconnected)
            while true {
                while let notification = nextNotification() { yield(notification) }
                let probe = Reactor.Instant.now.advanced(by: .seconds(Self.probeSeconds))
                switch await Reactor.shared.wait(for: .read, on: PQsocket(handle), until: probe, shielded: false) {
                case .ready: guard PQconsumeInput(handle) == 1 else { return }
                case .deadlinePassed: _ = try await exchange(["SELECT 1"], until: answerDeadline)
                case .cancelled, .refused: return
                }
            }
        } catch {
            return
        }
    }

    private func nextNotification() -> PostgresNotification? {
        guard let notification = PQnotifies(handle) else { return nil }
        defer { PQfreemem(notification) }
        return .notification(
            channel: String(cString: notification.pointee.relname), payload: String(cString: notification.pointee.extra)
        )
    }

    private var answerDeadline: Reactor.Instant {
        .now.advanced(by: .milliseconds(configuration.answerTimeoutMilliseconds))
    }
}

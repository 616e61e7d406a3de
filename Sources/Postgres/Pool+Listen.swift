import CLibPQ
import Logging
import Synchronization

package enum PostgresNotification: Sendable, Equatable {
    case notification(channel: String, payload: String)
    /// Listening has started, for the first time or again. Earlier notifications are lost, so the reader must query the current
    /// state.
    case reconnected
}

extension Pool {
    /// Notifications on `channels`, over a separate connection that the pool reopens when it is lost. The stream ends when the
    /// iterating task is cancelled, when the stream is released, or when the pool shuts down. For a slow reader the stream buffers
    /// the newest 1024 events, `.reconnected` included.
    package func listen(_ channels: [String]) -> AsyncStream<PostgresNotification> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1024)) { continuation in
            let id = UniqueID.next()
            let listening = Task { [self] in
                await listenUntilCancelled(channels) { event in
                    // After a dropped event the reader must query the current state, as after a reconnection.
                    if case .dropped = continuation.yield(event) { continuation.yield(.reconnected) }
                }
                continuation.finish()
                listeners.withLock { $0[id] = nil }
            }
            listeners.withLock { $0[id] = listening }
            continuation.onTermination = { _ in listening.cancel() }
        }
    }

    private func listenUntilCancelled(
        _ channels: [String], yield: @Sendable (PostgresNotification) -> Void
    ) async {
        var pause = Duration.milliseconds(configuration.minimumBackoffMilliseconds)
        while !Task.isCancelled {
            do {
                let limit = Duration.milliseconds(configuration.connectTimeoutMilliseconds)
                let connection = try await Connection.open(
                    configuration, until: .now.advanced(by: limit), from: firstHost)
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
    /// How long the server may be silent before the connection is probed with a query.
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

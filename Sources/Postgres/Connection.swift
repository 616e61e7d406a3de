import CLibPQ
import Workers

/// One connection to the server, in libpq's pipeline mode. One caller at a time uses it, under a lease from the pool.
actor Connection {
    let configuration: PoolConfiguration
    var handle: OpaquePointer?
    var prepared: PreparedStatements
    /// Becomes 1 when the server has committed without its synchronous standby.
    private var unreplicated: UnsafeMutablePointer<Int32>?

    typealias Start = @Sendable (ConnectionParameters) -> OpaquePointer?

    private init(_ parameters: ConnectionParameters, _ configuration: PoolConfiguration, _ start: Start) {
        self.configuration = configuration
        prepared = PreparedStatements(capacity: configuration.maximumPreparedStatements)
        handle = start(parameters)
    }

    /// Connects to the first host that accepts. The deadline covers all hosts and the lookup of their names.
    /// - Parameters:
    ///   - firstHost: the host to try first.
    ///   - start: begins to connect, and may block for a long time.
    /// - Throws: `PostgresError.unavailable`, or `CancellationError`.
    static func open(
        _ configuration: PoolConfiguration, until deadline: Reactor.Instant, from firstHost: FirstHost = FirstHost(),
        starting start: @escaping Start = { $0.start() }
    ) async throws -> Connection {
        let hosts = Array(try ConnectionParameters.each(of: configuration).enumerated())
        let ordered = hosts.dropFirst(firstHost.index) + hosts.prefix(firstHost.index)
        var reason = PostgresError.unavailable(reason: "no host in the database URL")
        for (tried, (index, host)) in ordered.enumerated() {
            let end = Reactor.Instant.now.advanced(by: (deadline - .now) / (hosts.count - tried))
            let connection: Connection
            do {
                connection = try await starters.run(for: host.name, until: end) { _ in
                    Connection(host, configuration, start)
                }
            } catch {
                reason = .unavailable(reason: "\(host.name): the name was not looked up in time")
                continue
            }
            do {
                try await connection.establish(until: end)
                firstHost.accepted(index)
                return connection
            } catch let error as PostgresError {
                await connection.close()
                reason = error
                if end <= .now { firstHost.didNotRespond(index, of: hosts.count) }
            } catch {
                await connection.close()
                throw error
            }
        }
        throw reason
    }

    /// A DNS lookup blocks its thread, so it runs on threads of its own. The limit per host keeps threads free for other hosts when
    /// the lookup of one name hangs.
    private static let starters = Workers(
        name: "postgres-connect", threads: 6,
        limits: QueueLimits(waiting: 2_048, waitingPerKey: 1_024, runningPerKey: 3)
    ) {}

    private func establish(until deadline: Reactor.Instant) async throws {
        unreplicated = quietanza_receive_notices(handle)
        while true {
            guard PQstatus(handle) != CONNECTION_BAD else { throw refusal() }
            let interest: Reactor.Interest
            switch PQconnectPoll(handle) {
            case PGRES_POLLING_OK: return try enterPipeline()
            case PGRES_POLLING_READING: interest = .read
            case PGRES_POLLING_WRITING: interest = .write
            default: throw refusal()
            }
            switch await Reactor.shared.wait(for: interest, on: PQsocket(handle), until: deadline, shielded: false) {
            case .ready: continue
            case .deadlinePassed: throw PostgresError.unavailable(reason: "no answer within the time to connect")
            case .cancelled: throw CancellationError()
            case .refused: throw PostgresError.unavailable(reason: "socket cannot be waited for")
            }
        }
    }

    private func enterPipeline() throws {
        guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else { throw refusal() }
    }

    /// libpq's message contains host, user and database, but never the password.
    private func refusal() -> PostgresError {
        guard let message = PQerrorMessage(handle) else { return .unavailable(reason: "no memory") }
        let lines = String(cString: message).split(separator: "\n").map { $0.drop(while: { $0 == "\t" }) }
        return .unavailable(reason: lines.isEmpty ? "connection refused" : lines.joined(separator: "; "))
    }

    /// Closes the socket immediately. The server rolls back an open transaction.
    func close() {
        PQfinish(handle)
        handle = nil
        free(unreplicated)
        unreplicated = nil
    }

    /// Whether the server has ended a COMMIT before its synchronous standby had the transaction. The server reports success, but
    /// after a failover the transaction may be lost, so its outcome is unknown.
    var hasUnreplicatedCommit: Bool { unreplicated?.pointee == 1 }

    var isOpen: Bool { handle != nil }

    /// Whether the next caller can use the connection: no result is pending and no transaction is open.
    var isClean: Bool {
        PQstatus(handle) == CONNECTION_OK && PQtransactionStatus(handle) == PQTRANS_IDLE
            && PQpipelineStatus(handle) == PQ_PIPELINE_ON
    }

    /// Whether an idle connection is still open, as far as the client can know without a round trip. An idle connection has input
    /// only when the server closes it, or when the server reports a changed setting.
    var isAlive: Bool {
        guard isClean else { return false }
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 0) != 0 else { return true }
        return PQconsumeInput(handle) == 1 && PQisBusy(handle) == 0 && hasNoInput && isClean
    }

    /// A server that shuts down sends an error and then closes, so after reading the error the end of the stream remains to be read.
    private var hasNoInput: Bool {
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 0
    }

    isolated deinit {
        PQfinish(handle)
        free(unreplicated)
    }
}

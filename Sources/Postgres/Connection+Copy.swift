import CLibPQ

extension Connection {
    /// Runs `COPY … FROM STDIN` with these bytes. libpq has no COPY in pipeline mode, so the connection leaves the mode meanwhile.
    /// - Parameter statement: has no parameters, because COPY accepts none.
    func copy(_ statement: SQL, _ bytes: [UInt8], until deadline: Reactor.Instant) async throws(ExchangeFailure) {
        do {
            guard PQexitPipelineMode(handle) == 1, PQsendQuery(handle, statement.text) == 1 else {
                throw PostgresError.connectionLost
            }
            try await flush(until: deadline, shielded: false)
            try await expect(PGRES_COPY_IN, until: deadline)
            try await put(bytes, until: deadline)
            try await expect(PGRES_COMMAND_OK, until: deadline)
            guard try await nextResult(until: deadline, shielded: false) == nil, PQenterPipelineMode(handle) == 1 else {
                throw PostgresError.connectionLost
            }
        } catch let failure as ExchangeFailure {
            // The server rejected the rows. The connection is not in pipeline mode, so it is not used again.
            close()
            throw failure
        } catch {
            close()
            throw ExchangeFailure(error: error)
        }
    }

    private func expect(_ status: ExecStatusType, until deadline: Reactor.Instant) async throws {
        guard let result = try await nextResult(until: deadline, shielded: false) else {
            throw PostgresError.connectionLost
        }
        let found = PQresultStatus(result)
        let answer = Answer(owning: result)
        guard found == status else { throw answer.failure(statement: nil) }
    }

    private func put(_ bytes: [UInt8], until deadline: Reactor.Instant) async throws {
        var offset = 0
        while offset < bytes.count {
            let count = min(Self.copyChunkBytes, bytes.count - offset)
            let queued = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { start in
                    PQputCopyData(
                        handle, (start + offset).assumingMemoryBound(to: CChar.self), Int32(clamping: count))
                }
            }
            guard let queued, queued >= 0 else { throw PostgresError.connectionLost }
            if queued == 1 { offset += count }
            // libpq's buffer stays small: the next chunk waits until the server has taken this one.
            try await flush(until: deadline, shielded: false)
        }
        while true {
            switch PQputCopyEnd(handle, nil) {
            case 1: return try await flush(until: deadline, shielded: false)
            case 0: try await flush(until: deadline, shielded: false)
            default: throw PostgresError.connectionLost
            }
        }
    }

    private static let copyChunkBytes = 64 * 1_024
}

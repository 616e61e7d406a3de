import CLibPQ

/// The result of one statement. It owns libpq's memory, and rows read from that memory without copying.
final class Answer: @unchecked Sendable {  // libpq: a PGresult is read-only once made and may be shared between threads
    private let result: OpaquePointer
    let columns: Int32

    init(owning result: OpaquePointer) {
        self.result = result
        columns = PQnfields(result)
    }

    deinit {
        PQclear(result)
    }

    var isSuccess: Bool {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: true
        default: false
        }
    }

    var rows: [Row] {
        (0..<PQntuples(result)).map { Row(answer: self, index: $0) }
    }

    /// The number of rows that were written, or that a SELECT read; 0 where PostgreSQL does not count.
    var affected: Int {
        guard let text = PQcmdTuples(result) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// The command tag that the server returns: `COMMIT`, `INSERT 0 1` …
    var tag: String {
        guard let text = PQcmdStatus(result) else { return "" }
        return String(cString: text)
    }

    func cell(row: Int32, column: Int32) -> SQLCell? {
        guard PQgetisnull(result, row, column) == 0, let bytes = PQgetvalue(result, row, column) else { return nil }
        let count = Int(PQgetlength(result, row, column))
        return SQLCell(
            bytes: UnsafeRawBufferPointer(start: bytes, count: count), type: SQLType(oid: PQftype(result, column)))
    }

    func failure(statement: Int?) -> ExchangeFailure {
        guard let state = string(quietanza_sqlstate(result)) else {
            // libpq created this error itself because it lost the connection.
            return ExchangeFailure(error: PostgresError.connectionLost)
        }
        let error = PostgresError.server(
            sqlState: state, constraint: string(quietanza_constraint(result)),
            message: Self.mayQuoteValues(state) ? "" : string(quietanza_primary_message(result)) ?? "")
        let isOutdatedPlan = state == "0A000" && string(quietanza_source_function(result)) == "RevalidateCachedQuery"
        let severity = string(quietanza_severity(result))
        return ExchangeFailure(
            error: error, statement: statement, isStale: isOutdatedPlan || state == "26000",
            isFatal: severity == "FATAL" || severity == "PANIC")
    }

    private func string(_ text: UnsafePointer<CChar>?) -> String? {
        text.map { String(cString: $0) }
    }

    /// The primary message of most errors names only objects of the schema. Data exceptions (class 22), RAISE (P0) and internal
    /// errors (XX) may quote values, so their messages are dropped.
    private static func mayQuoteValues(_ sqlState: String) -> Bool {
        !["08", "0A", "23", "25", "26", "28", "34", "40", "42", "53", "54", "55", "57", "58"].contains(
            sqlState.prefix(2))
    }
}

import Postgres
import Requests

/// A read: the statements to send and a decoder for their rows. Several queries share one round trip.
package struct Query<Answer> {
    let statements: [SQL]
    let decode: ([[Row]]) throws -> Answer

    init(_ statements: [SQL], _ decode: @escaping ([[Row]]) throws -> Answer) {
        self.statements = statements
        self.decode = decode
    }

    /// A query that returns one row or none.
    init<One>(_ statement: SQL, row decode: @escaping (inout Row) throws -> One) where Answer == One? {
        self.init([statement]) { answers in
            guard var row = answers[0].first else { return nil }
            return try decode(&row)
        }
    }

    /// A query that returns a list.
    init<One>(_ statement: SQL, rows decode: @escaping (inout Row) throws -> One) where Answer == [One] {
        self.init([statement]) { answers in
            try answers[0].map { row in
                var row = row
                return try decode(&row)
            }
        }
    }

    package func map<Other>(_ change: @escaping (Answer) throws -> Other) -> Query<Other> {
        Query<Other>(statements) { try change(decode($0)) }
    }

    /// The query for this id; for `nil`, a query without statements that returns `nil`.
    package static func ifPresent<ID, One>(_ id: ID?, _ query: (ID) -> Query<One?>) -> Query<One?>
    where Answer == One? {
        id.map(query) ?? Query([]) { _ in nil }
    }

    /// Combines this query with another one.
    package func and<Other>(_ other: Query<Other>) -> Query<(Answer, Other)> {
        let count = statements.count
        return Query<(Answer, Other)>(statements + other.statements) { answers in
            (try decode(Array(answers.prefix(count))), try other.decode(Array(answers.dropFirst(count))))
        }
    }

    /// This query, with a plan for the values of its parameters. Use it where the best index depends on how many rows have a value.
    func plannedForValues() -> Query {
        Query([.planForValues] + statements) { try decode(Array($0.dropFirst())) }
    }

    /// One page and, if requested, the number of all items.
    /// - Parameters:
    ///   - found: at most one row more than the page; see `Page.init(_:limit:total:cursor:)`.
    ///   - total: counts all items.
    ///   - hasOnePlan: whether one plan is right for all values of the filters.
    static func page<Item>(
        _ page: PageRequest, of found: Query<[Item]>, total: @autoclosure () -> SQL, hasOnePlan: Bool = false,
        cursor: @escaping (Item) -> Cursor
    ) -> Query<Page<Item>> where Answer == Page<Item> {
        let items = found.map { Page($0, limit: page.limit, cursor: cursor) }
        let whole =
            page.includeTotal
            ? found.and(Query<Int?>(total(), row: { try $0.int() })).map {
                Page($0, limit: page.limit, total: $1, cursor: cursor)
            } : items
        return hasOnePlan ? whole : whole.plannedForValues()
    }
}

extension SQL {
    /// Until the transaction ends, PostgreSQL plans a statement for the values of its parameters. With `auto` it would use one plan for all
    /// values from the sixth execution on, and that plan cannot use an index for rare values.
    static let planForValues: SQL = "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)"
}

extension PageRequest {
    /// The first rows of an ordered selection. The plan of a statement is made for any limit; the literal, `maximumLimit + 1` or
    /// `exportLimit + 1`, says that it is small, because PostgreSQL otherwise prepares for a tenth of the table.
    func first(of ordered: SQL) -> SQL {
        let most: SQL = limit <= Self.maximumLimit ? "101" : "501"
        return "SELECT * FROM (\(ordered) LIMIT \(most)) AS bounded LIMIT \(limit + 1)"
    }
}

extension Transaction {
    /// Queues a query that is sent with the next one; `check` runs before the rows of the next one are returned.
    package func send<Answer>(_ query: Query<Answer>, checking check: @escaping (Answer) throws -> Void) {
        send(query.statements) { answers in try check(query.decode(answers)) }
    }

    /// Sends the queued statements if one of them has a check that has not run.
    package func runChecks() async throws { try await flushChecked() }

    package func ask<Answer>(_ query: Query<Answer>) async throws -> Answer {
        try await query.decode(queryAll(query.statements))
    }

    /// Sends all queries in one flush.
    package func ask<each Answer>(_ queries: repeat Query<each Answer>) async throws -> (repeat each Answer) {
        try decoded(try await queryAll(statements(of: repeat each queries)), by: repeat each queries)
    }
}

/// The statements of all these queries, in order.
func statements<each Answer>(of queries: repeat Query<each Answer>) -> [SQL] {
    var statements: [SQL] = []
    for query in repeat each queries { statements += query.statements }
    return statements
}

/// Decodes the results of all these queries from the rows of all their statements.
func decoded<each Answer>(_ answers: [[Row]], by queries: repeat Query<each Answer>) throws -> (
    repeat each Answer
) {
    var left = answers[...]
    func take<One>(_ query: Query<One>) throws -> One {
        let own = Array(left.prefix(query.statements.count))
        left = left.dropFirst(query.statements.count)
        return try query.decode(own)
    }
    return (repeat try take(each queries))
}

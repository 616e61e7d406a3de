import Postgres
import Requests

/// Something to read, as the statements that fetch it and the way to understand their answers. Several questions travel in one flush.
package struct Question<Answer> {
    let statements: [SQL]
    let understand: ([[Row]]) throws -> Answer

    init(_ statements: [SQL], _ understand: @escaping ([[Row]]) throws -> Answer) {
        self.statements = statements
        self.understand = understand
    }

    /// A question with one row or none for an answer.
    init<One>(_ statement: SQL, row understand: @escaping (inout Row) throws -> One) where Answer == One? {
        self.init([statement]) { answers in
            guard var row = answers[0].first else { return nil }
            return try understand(&row)
        }
    }

    /// A question with a list for an answer.
    init<One>(_ statement: SQL, rows understand: @escaping (inout Row) throws -> One) where Answer == [One] {
        self.init([statement]) { answers in
            try answers[0].map { row in
                var row = row
                return try understand(&row)
            }
        }
    }

    package func map<Other>(_ change: @escaping (Answer) throws -> Other) -> Question<Other> {
        Question<Other>(statements) { try change(understand($0)) }
    }

    /// The query about this id, or, for `nil`, no query at all and `nil` for an answer.
    package static func ifPresent<ID, One>(_ id: ID?, _ query: (ID) -> Question<One?>) -> Question<One?>
    where Answer == One? {
        id.map(query) ?? Question([]) { _ in nil }
    }

    /// This query and another one, as one.
    package func and<Other>(_ other: Question<Other>) -> Question<(Answer, Other)> {
        let count = statements.count
        return Question<(Answer, Other)>(statements + other.statements) { answers in
            (try understand(Array(answers.prefix(count))), try other.understand(Array(answers.dropFirst(count))))
        }
    }

    /// One page and, where it is asked for, the number of all items.
    /// - Parameters:
    ///   - found: at most one row more than the page has; see `Page.init(_:limit:total:cursor:)`.
    ///   - total: counts all items.
    static func page<Item>(
        _ page: PageRequest, of found: Question<[Item]>, total: @autoclosure () -> SQL,
        cursor: @escaping (Item) -> Cursor
    ) -> Question<Page<Item>> where Answer == Page<Item> {
        guard page.includeTotal else { return found.map { Page($0, limit: page.limit, cursor: cursor) } }
        let count = Question<Int?>(total(), row: { try $0.int() })
        return found.and(count).map { Page($0, limit: page.limit, total: $1, cursor: cursor) }
    }
}

extension Transaction {
    /// Queues a query that travels with the next one; its answer is checked before the next one's is returned.
    package func send<Answer>(_ question: Question<Answer>, checking check: @escaping (Answer) throws -> Void) {
        send(question.statements) { answers in try check(question.understand(answers)) }
    }

    /// Sends what is queued if something of it has yet to be checked.
    package func runChecks() async throws { try await flushChecked() }

    package func ask<Answer>(_ question: Question<Answer>) async throws -> Answer {
        try await question.understand(queryAll(question.statements))
    }

    /// Asks all of them in one flush.
    package func ask<each Answer>(_ questions: repeat Question<each Answer>) async throws -> (repeat each Answer) {
        try understood(try await queryAll(statements(of: repeat each questions)), by: repeat each questions)
    }
}

/// The statements of all these queries, in their order.
func statements<each Answer>(of queries: repeat Question<each Answer>) -> [SQL] {
    var statements: [SQL] = []
    for query in repeat each queries { statements += query.statements }
    return statements
}

/// The answers of all these queries, from the rows of all their statements.
func understood<each Answer>(_ answers: [[Row]], by queries: repeat Question<each Answer>) throws -> (
    repeat each Answer
) {
    var left = answers[...]
    func take<One>(_ query: Question<One>) throws -> One {
        let own = Array(left.prefix(query.statements.count))
        left = left.dropFirst(query.statements.count)
        return try query.understand(own)
    }
    return (repeat try take(each queries))
}

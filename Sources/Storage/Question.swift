import Postgres

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

    func map<Other>(_ change: @escaping (Answer) throws -> Other) -> Question<Other> {
        Question<Other>(statements) { try change(understand($0)) }
    }
}

extension Transaction {
    package func ask<Answer>(_ question: Question<Answer>) async throws -> Answer {
        try await question.understand(queryAll(question.statements))
    }

    /// Asks all of them in one flush.
    package func ask<each Answer>(_ questions: repeat Question<each Answer>) async throws -> (repeat each Answer) {
        var statements: [SQL] = []
        for question in repeat each questions { statements += question.statements }
        var answers = try await queryAll(statements)[...]
        func take<One>(_ question: Question<One>) throws -> One {
            let own = Array(answers.prefix(question.statements.count))
            answers = answers.dropFirst(question.statements.count)
            return try question.understand(own)
        }
        return (repeat try take(each questions))
    }
}

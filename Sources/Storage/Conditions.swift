import Postgres

extension [SQL] {
    /// Joins all conditions with AND; TRUE when there are none.
    var conjunction: SQL {
        isEmpty ? "TRUE" : joined(separator: " AND ")
    }
}

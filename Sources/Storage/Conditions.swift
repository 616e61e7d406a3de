import Postgres

extension [SQL] {
    /// All of them, or TRUE for none.
    var conjunction: SQL {
        isEmpty ? "TRUE" : joined(separator: " AND ")
    }
}

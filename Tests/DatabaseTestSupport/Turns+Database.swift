import TestSupport

extension Turns {
    /// Of tests with a database: two for each core of a small machine, and one that waits for the disk.
    package static let database = Turns(limit: 5)
}

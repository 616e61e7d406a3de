import Accounts
import HTTPTypes
import JSON
import PagoPA
import Requests

/// The query parameters of a request to a route.
struct QueryParameters: Sendable {
    let maximumBytes: Int

    /// - Parameters:
    ///   - known: the names that the route knows; `nil`: it reads none, and accepts all.
    ///   - query: as sent, for its length.
    ///   - pairs: as decoded.
    /// - Throws: 400 for a query that is too long, and for an unknown name.
    func validated(
        known: Set<String>?, query: Substring?, pairs: () -> [(name: String, value: String)]
    ) throws(Problem) -> [(name: String, value: String)] {
        guard (query?.utf8.count ?? 0) <= maximumBytes else {
            throw Problem.malformed("The query is longer than \(maximumBytes) bytes.")
        }
        guard let known else { return [] }
        let pairs = pairs()
        let unknown = Set(pairs.map(\.name)).subtracting(known).sorted().map { String($0.prefix(100)) }
        guard unknown.isEmpty else {
            throw Problem.badParameters(unknown.map { Violation($0, .unknownMember, "is not a known parameter") })
        }
        for pair in pairs where pair.value.unicodeScalars.contains("\0") {
            throw Problem.badParameters([
                Violation(pair.name, .badCharacters, "must not contain the character U+0000")
            ])
        }
        return pairs
    }
}

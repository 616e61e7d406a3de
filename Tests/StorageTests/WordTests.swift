import PagoPA
import Postgres
import Testing

@testable import Storage

/// Migrations repeat the words of our enumerations; a migration that replaces such a list must not lose one.
@Suite struct WordTests {
    @Test func `PostgreSQL and the program know the same words`() async throws {
        try await Ledger.with { ledger in
            let lists: [(constraint: String, words: [String])] = [
                ("anomalies_kind_check", AnomalyKind.allCases.map(\.rawValue)),
                ("anomalies_resolution_check", ResolutionKind.allCases.map(\.rawValue)),
                ("receipts_status_check", Disposition.allCases.map(\.rawValue)),
                ("receipts_origin_check", ReceiptOrigin.allCases.map(\.rawValue)),
            ]
            for list in lists {
                var row = try #require(
                    try await ledger.pool.query(
                        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = \(list.constraint)"
                    ).first)
                let known = try row.text().matches(of: /'([a-z_]+)'/).map { String($0.output.1) }
                #expect(Set(known) == Set(list.words), "\(list.constraint)")
            }
        }
    }
}

import PagoPA
import Postgres
import Testing

@testable import Storage

/// The words of the domain and those that the database allows are the same, so that a new case never fails at its first row.
@Suite(.serialized) struct VocabularyTests {
    @Test func `every word of an enumeration is one that its column allows, and the other way round`() async throws {
        let vocabularies: [(constraint: String, words: [String])] = [
            ("anomalies_kind_check", AnomalyKind.allCases.map(\.rawValue)),
            ("anomalies_resolution_check", ResolutionKind.allCases.map(\.rawValue)),
            ("payment_attempts_status_check", AttemptStatus.allCases.map(\.rawValue)),
            ("attempt_items_outcome_check", ItemOutcome.allCases.map(\.rawValue)),
            ("notifications_kind_check", NotificationKind.allCases.map(\.rawValue)),
            ("notifications_state_check", NotificationState.allCases.map(\.rawValue)),
            ("positions_state_check", PositionState.allCases.map(\.rawValue)),
            ("receipts_status_check", Disposition.allCases.map(\.rawValue)),
            ("receipts_origin_check", ReceiptOrigin.allCases.map(\.rawValue)),
        ]
        try await Ledger.with { ledger in
            for (constraint, words) in vocabularies {
                let rows = try await ledger.pool.query(
                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = \(constraint)")
                var row = try #require(rows.first, "\(constraint)")
                let allowed = Self.words(of: try row.text())
                #expect(Set(allowed) == Set(words), "\(constraint)")
            }
            var row = try #require(
                try await ledger.pool.query(
                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'payment_attempts_finished_check'"
                ).first)
            let final = Self.words(of: try row.text())
            #expect(Set(final) == Set(AttemptStatus.allCases.filter(\.isFinal).map(\.rawValue)))
        }
    }

    /// The words in quotes; a list of them may stand in one pair of quotes.
    private static func words(of definition: String) -> [String] {
        definition.split(separator: "'", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
            .flatMap { $0.element.trimmingPrefix("{").split(separator: ",") }
            .map { String($0.hasSuffix("}") ? $0.dropLast() : $0) }
    }
}

import Accounts
import PagoPA
import Postgres
import Testing

@testable import Storage

/// The raw values of enumerations match the values that the database allows, so that the first row with a new case does not fail.
@Suite(.serialized) struct VocabularyTests {
    @Test func `columns allow exactly the raw values of their enumerations`() async throws {
        let vocabularies: [(constraint: String, words: [String])] = [
            ("anomalies_kind_check", AnomalyKind.allCases.map(\.rawValue)),
            ("anomalies_resolution_check", ResolutionKind.allCases.map(\.rawValue)),
            ("payment_attempts_status_check", AttemptStatus.allCases.map(\.rawValue)),
            ("attempt_items_outcome_check", ItemOutcome.allCases.map(\.rawValue)),
            ("notifications_kind_check", NotificationKind.allCases.map(\.rawValue)),
            ("notifications_state_check", NotificationState.allCases.map(\.rawValue)),
            ("positions_state_check", PositionState.allCases.map(\.rawValue)),
            ("receipts_status_check", Disposition.allCases.map(\.rawValue)),
            ("journal_event_check", EventType.allCases.map(\.rawValue)),
            ("webhook_subscriptions_status_check", SubscriptionStatus.allCases.map(\.rawValue)),
            ("webhook_subscriptions_reason_check", PauseReason.allCases.map(\.rawValue)),
            ("webhook_deliveries_outcome_check", DeliveryOutcome.allCases.map(\.rawValue)),
            ("api_keys_kind_check", CallerKind.allCases.map(\.rawValue)),
            ("receipts_origin_check", ReceiptOrigin.allCases.map(\.rawValue)),
            ("debt_types_amount_fallback_check", AmountFallback.allCases.map(\.rawValue)),
        ]
        try await TestData.with { data in
            for (constraint, words) in vocabularies {
                let rows = try await data.pool.query(
                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = \(constraint)")
                var row = try #require(rows.first, "\(constraint)")
                let allowed = Self.words(of: try row.text())
                #expect(Set(allowed) == Set(words), "\(constraint)")
            }
            var row = try #require(
                try await data.pool.query(
                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'payment_attempts_finished_check'"
                ).first)
            let final = Self.words(of: try row.text())
            #expect(Set(final) == Set(AttemptStatus.allCases.filter(\.isFinal).map(\.rawValue)))
        }
    }

    @Test func `every handled constraint exists in a migrated database`() async throws {
        try await TestData.with { data in
            let rows = try await data.pool.query(
                """
                SELECT conname::text FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
                UNION SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                WHERE i.indisunique AND c.relnamespace = current_schema()::regnamespace
                """)
            let existing = try Set(
                rows.map { row in
                    var row = row
                    return try row.text()
                })

            for constraint in Constraint.allCases {
                #expect(existing.contains(constraint.rawValue), "\(constraint.rawValue)")
            }
        }
    }

    @Test func `only a handled constraint is reported by its name`() {
        func error(_ constraint: String) -> any Error {
            StorageError.translated(.server(sqlState: "23505", constraint: constraint, message: "duplicate key"))
        }

        #expect(error("citizens_email_key") as? StorageError == .constraint(.citizensEmail))
        #expect(
            error("other_key") as? StorageError == .fault("PostgreSQL 23505 (constraint other_key): duplicate key"))
    }

    /// The quoted words; one pair of quotes may contain a list of them.
    private static func words(of definition: String) -> [String] {
        definition.split(separator: "'", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
            .flatMap { $0.element.trimmingPrefix("{").split(separator: ",") }
            .map { String($0.hasSuffix("}") ? $0.dropLast() : $0) }
    }
}

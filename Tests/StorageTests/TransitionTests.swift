import Accounts
import Foundation
import PagoPA
import Postgres
import TestSupport
import Testing

@testable import Storage

/// Runs every statement that changes the state of an e-mail or an account on a row in every state, and compares the result with the
/// transition tables.
@Suite(.serialized) struct TransitionTests {
    private func state(of table: SQL, _ column: SQL, _ id: UUID, _ data: TestData) async throws -> String {
        var row = try #require(
            try await data.pool.query("SELECT \(column)::text FROM \(table) WHERE id = \(id)").first)
        return try row.text()
    }

    /// Inserts a valid e-mail in this state, due or with an expired lease, so that it can be claimed.
    private func insertMail(in state: NotificationState, _ data: TestData) async throws -> UUID {
        let id = UUID()
        _ = try await data.pool.query("DELETE FROM notifications")
        _ = try await data.pool.query(
            """
            INSERT INTO notifications (id, kind, recipient, language, state, attempts, next_attempt_at, leased_until, message_id,
                sent_at, created_at, bounced_at, bounce_code, forgotten_at)
            VALUES (\(id), 'test', \([.skipped, .bounced].contains(state) ? nil : "a@example.org"), 'it', \(state.rawValue), 1,
                now() - interval '1 minute', CASE WHEN \(state == .sending) THEN now() - interval '1 second' END,
                \(id.uuidString), CASE WHEN \([.sent, .bounced].contains(state)) THEN now() END, now(),
                CASE WHEN \(state == .bounced) THEN now() END, \(state == .bounced ? "5.1.1" : nil),
                CASE WHEN \(state == .bounced) THEN now() END)
            """)
        return id
    }

    private func perform(_ event: NotificationEvent, on id: UUID, _ data: TestData) async throws {
        try await data.store.transaction(within: .everyCreditor) { tx in
            let mail = try #require(try await tx.ask(Notifications.show(Identifier(uuid: id), within: .everyCreditor)))
            switch event {
            case .claimed: _ = try await tx.claimNotification(leaseSeconds: 30)
            case .delivered: tx.markSent(mail)
            case .failedForNow: tx.markFailed(mail, error: "451", waitSeconds: 10)
            case .failedForGood: tx.markFailed(mail, error: "550", waitSeconds: nil)
            case .released: tx.release(mail)
            case .retriedByOps: tx.requeue(mail.id)
            case .recipientRefused: tx.skip(mail, because: .recipientNotAllowed)
            case .returned: tx.markBounced(mail, code: "5.1.1", at: Instant(microseconds: 1_800_000_000_000_000))
            }
        }
    }

    @Test func `an e-mail changes its state only as its transition table allows`() async throws {
        try await TestData.with { data in
            for state in NotificationState.allCases {
                for event in NotificationEvent.allCases {
                    let id = try await insertMail(in: state, data)

                    try await perform(event, on: id, data)

                    let found = try await self.state(of: "notifications", "state", id, data)
                    #expect(found == (state.after(event) ?? state).rawValue, "\(state) by \(event)")
                }
            }
        }
    }

    @Test func `every event of an e-mail and of an account leads to one state`() {
        for event in NotificationEvent.allCases { #expect(NotificationState.state(after: event) != nil) }
        for event in CitizenEvent.allCases { #expect(CitizenStatus.state(after: event) != nil) }
    }

    @Test func `no statement in Storage contains a literal target state`() throws {
        let folder = Contract.projectFile.deletingLastPathComponent().appending(path: "Sources/Storage")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var literals: [String] = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /UPDATE (\w+)( \w+)? SET (state|status) = '(\w+)'/) {
                literals.append("\(match.1) \(match.4)")
            }
        }

        // The claim contains literals because PostgreSQL uses a partial index only for a constant condition; the test above covers it.
        #expect(literals == ["notifications sending"])
    }
}

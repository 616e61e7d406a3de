import Accounts
import Cryptography
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Synchronization
import Testing

/// Payments at PSPs of trials, days that pass, resets and e-mails of test creditors.
@Suite(.serialized) struct TrialTests {
    private static let sandbox = try! OrganizationTaxCode("00000000018")  // a valid literal

    private struct Trial: Sendable {
        let test: TestIntermediary
        let service: Intermediary
        let caller: Caller

        func debt(_ name: String, cents: [Int64] = [5_980], notices: [String]? = nil) async throws -> Position {
            let created = try await service.positions.create(
                test.draft(name, cents: cents, notices: notices, creditor: TrialTests.sandbox),
                fingerprint: [UInt8](repeating: 7, count: 32), by: caller)
            guard case .done(.created(let position)) = created else { throw TestIntermediary.Unexpected() }
            return position
        }

        func start(_ position: Position, at psp: TrialPSP) async throws -> PaymentAttempt {
            let request = AttemptRequest(
                installments: position.installments.map { .id($0.id) }, method: try PaymentMethod("CP"),
                psp: try PSPID(psp.rawValue), channel: try ChannelID("QZTEST"), payer: nil,
                email: try EmailAddress("pagante@example.org"), notifiesFailure: false,
                returnURL: try ReturnURL("https://portale.example.org/fine"), language: .it)
            let key = IdempotencyKey(
                caller: caller.key.id.description, key: "\(psp)-\(position.id)",
                fingerprint: [UInt8](repeating: 0, count: 32))
            let started = try await service.attempts.start(
                request, by: caller,
                repeating: Repeating(key: key) { _ in StoredAnswer(status: 201, headers: [:], body: []) })
            guard case .done(.redirected(let attempt)) = started else { throw TestIntermediary.Unexpected() }
            return attempt
        }

        func shown(_ attempt: PaymentAttempt) async throws -> String {
            try await service.attempts.show(attempt.id, for: caller).attempt.status.rawValue
        }

        func dispositions(_ position: Position) async throws -> [String] {
            try await test.ask(
                "SELECT status FROM receipts WHERE position_id = \(position.id.uuid) ORDER BY received_at")
        }
    }

    private func with(
        recipients: AllowedRecipients? = nil, deliver: @escaping @Sendable (String) async throws -> Void = { _ in },
        _ body: (Trial) async throws -> Void
    ) async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance(testRecipients: recipients, deliver)
            let now = service.clock()
            let creditor = Creditor(
                taxCode: Self.sandbox, name: "Ente di prova",
                noticeCodes: try NoticeCodes(auxDigit: 3, applicationCode: nil, segregationCode: "09"),
                iban: try IBAN("IT60X0542811101000000123456"), createdAt: now, updatedAt: now, isTest: true)
            _ = try await service.creditors.save(Self.sandbox, as: .success(creditor), by: .ops)
            for statement: SQL in [
                """
                INSERT INTO debt_types (creditor_tax_code, key, descriptions, service, taxonomy_code, payable_after_due,
                    created_at, updated_at)
                VALUES (\(Self.sandbox.value), 'mensa', '{"it":"Mensa"}', 'school', '9/0101002IM/', false, now(), now())
                """,
                "UPDATE creditors SET return_url_origins = ARRAY['https://portale.example.org']",
            ] { _ = try await test.pool.query(statement) }
            let made = try await service.callers.makeAPIKey(
                APIKeyRequest(
                    name: "k", kind: .test, scopes: [.positionsRead, .positionsWrite, .paymentsWrite],
                    creditors: [Self.sandbox], expiresAt: nil), by: .ops)
            guard case .done(let key) = made else { throw TestIntermediary.Unexpected() }
            try await body(Trial(test: test, service: service, caller: Caller(key: key.key)))
        }
    }

    @Test func `the choice of a PSP of trials decides the outcome, when the payer comes back`() async throws {
        try await with { trial in
            let rows: [(TrialPSP, String, [String])] = [
                (.pay, "succeeded", ["settled"]), (.refuse, "failed", ["recorded"]),
                (.twice, "succeeded", ["settled"]), (.wrongAmount, "succeeded", ["anomaly"]),
                (.conflict, "succeeded", ["settled"]), (.late, "in_progress", []), (.silent, "in_progress", []),
            ]
            #expect(rows.map(\.0) == TrialPSP.allCases)
            for (psp, status, receipts) in rows {
                let debt = try await trial.debt(psp.rawValue)
                let attempt = try await trial.start(debt, at: psp)
                #expect(attempt.redirectURL == "http://localhost/return/\(attempt.id)" && attempt.fee.cents == 100)
                #expect(try await trial.shown(attempt) == "redirected")

                for _ in 0..<2 {
                    #expect(
                        try await trial.service.sandbox.comeBack(attempt.id) == "https://portale.example.org/fine")
                }

                #expect(try await trial.shown(attempt) == status, "\(psp)")
                #expect(try await trial.dispositions(debt) == receipts, "\(psp)")
            }
        }
    }

    @Test func `an attempt at a test creditor expires by API, and the RT of a late PSP arrives then`() async throws {
        try await with { trial in
            for (psp, status, receipts) in [
                (TrialPSP.late, "succeeded", ["settled"]), (.silent, "expired", []), (.pay, "expired", []),
            ] {
                let debt = try await trial.debt(psp.rawValue)
                let attempt = try await trial.start(debt, at: psp)
                for _ in 0..<2 {
                    let detail = try await trial.service.sandbox.expire(attempt.id, by: trial.caller)
                    #expect(detail.attempt.status.rawValue == status, "\(psp)")
                }
                #expect(try await trial.dispositions(debt) == receipts, "\(psp)")
                #expect(
                    try await trial.test.ask(
                        "SELECT to_state FROM journal WHERE kind = 'attempt_state' AND attempt_id = \(attempt.id.uuid) ORDER BY id"
                    )
                        == ["created", "redirected", "expired"] + (status == "succeeded" ? ["succeeded"] : []))
                await #expect(throws: Refusal.notFound) {
                    try await trial.service.sandbox.expire(attempt.id, by: .office)
                }
            }
        }
    }

    @Test func `days pass for a test creditor alone: debts become overdue and attempts end`() async throws {
        try await with { trial in
            let made = try await trial.test.create(trial.test.draft("real"), with: trial.service)
            let real = try await trial.service.positions.show(made.id, for: .office)
            let debt = try await trial.debt("one")
            let late = try await trial.debt("late")
            let attempt = try await trial.start(late, at: .late)
            let years = 5 * 366
            for _ in 0..<(years / 366) {
                #expect(try await trial.service.sandbox.passDays(366, of: Self.sandbox, by: trial.caller) == 2)
            }
            _ = try await trial.service.attempts.expire()
            #expect(try await trial.service.sandbox.postLateRTs() == 1)
            #expect(try await trial.service.sandbox.postLateRTs() == 0)

            let after = try await trial.service.positions.show(debt.id, for: trial.caller).position
            #expect(after.status(today: trial.service.positions.today) == .expired && after.version == debt.version + 5)
            #expect(try await trial.shown(attempt) == "succeeded")
            #expect(try await trial.service.positions.show(made.id, for: .office) == real)
            for caller in [trial.caller, .office] {
                await #expect(throws: Refusal.self) {
                    try await trial.service.sandbox.passDays(1, of: TestIntermediary.comune, by: caller)
                }
            }
        }
    }

    @Test func `a reset deletes the data of the test creditor and nothing of another`() async throws {
        try await with { trial in
            let real = try await trial.test.create(trial.test.draft("real"), with: trial.service)
            try await trial.test.receive(
                TestIntermediary.rt("REAL", iuv: real.installments[0].iuv), with: trial.service)
            let first = try await trial.debt("one", cents: [1_000, 2_000])
            for psp in [TrialPSP.pay, .refuse, .wrongAmount, .conflict, .late] {
                let debt = try await trial.debt(psp.rawValue)
                _ = try await trial.service.sandbox.comeBack(trial.start(debt, at: psp).id)
            }
            let tables = [
                "positions", "payment_attempts", "receipts", "rts", "anomalies", "notifications", "installments",
                "transfers", "attempt_items",
            ]
            func counts() async throws -> [String] {
                var all: [String] = []
                for table in tables {
                    all += try await trial.test.ask("SELECT count(*)::text FROM \(SQL.identifier(table))")
                }
                return all
            }
            for caller in [trial.caller, .office] {
                await #expect(throws: Refusal.self) {
                    try await trial.service.sandbox.reset(TestIntermediary.comune, by: caller)
                }
            }
            await #expect(throws: Refusal.self) { try await trial.service.sandbox.reset(Self.sandbox, by: .office) }
            let before = try await trial.test.ask("SELECT count(*)::text FROM journal")

            let reset = try await trial.service.sandbox.reset(Self.sandbox, by: trial.caller)

            #expect((reset.positions, reset.attempts, reset.receipts) == (6, 5, 4))
            #expect(try await counts() == ["1", "0", "1", "1", "0", "2", "1", "1", "0"])
            #expect(
                try await trial.test.ask("SELECT note FROM journal WHERE kind = 'sandbox_reset'")
                    == ["6 positions, 5 attempts, 4 receipts"])
            let after = try await trial.test.ask("SELECT (count(*) - 1)::text FROM journal")
            #expect(before == after, "the journal remains")
            // The external id and the notice number are free again.
            let again = try await trial.debt("one", cents: [1_000, 2_000])
            #expect(Set(again.installments.map(\.iuv)).isDisjoint(with: first.installments.map(\.iuv)))
        }
    }

    @Test func `the database deletes no RT of a creditor that is no test creditor, and resets no such creditor`()
        async throws
    {
        try await with { trial in
            let real = try await trial.test.create(trial.test.draft("real"), with: trial.service)
            try await trial.test.receive(
                TestIntermediary.rt("REAL", iuv: real.installments[0].iuv), with: trial.service)
            await #expect(throws: PostgresError.self) { _ = try await trial.test.pool.query("DELETE FROM rts") }
            for (tenancy, code) in [
                (Tenancy.everyCreditor, TestIntermediary.comune), (.only([Self.sandbox]), TestIntermediary.comune),
                (.only([TestIntermediary.comune]), Self.sandbox), (.registry([Self.sandbox]), Self.sandbox),
            ] {
                let reset = try await trial.test.store.transaction(within: tenancy) { tx in
                    try await tx.ask(TestCreditors.reset(code))
                }
                #expect(reset == nil, "\(tenancy)")
            }
            await #expect(throws: (any Error).self) {
                try await trial.test.store.transaction(within: .only([Self.sandbox])) { tx in
                    _ = try await tx.query("DELETE FROM positions")
                }
            }
        }
    }

    @Test func `e-mails about trials go to the recipients of the setting alone`() async throws {
        let sent = Mutex<[String]>([])
        try await with(recipients: try AllowedRecipients("pagante@example.org")) { to in
            sent.withLock { $0.append(to) }
        } _: { trial in
            let debt = try await trial.debt("one")
            _ = try await trial.service.sandbox.comeBack(trial.start(debt, at: .pay).id)
            while try await trial.service.notifications.sendNext() {}
            #expect(sent.withLock(\.self) == ["pagante@example.org"])
            #expect(
                try await trial.test.ask(
                    "SELECT concat_ws(' ', state, recipient, skipped_reason) FROM notifications ORDER BY state")
                    == ["sent pagante@example.org", "skipped test_creditor"])
        }
    }

    @Test func `a test key sees the PSPs of trials, nobody else does, and no list may name one`() async throws {
        try await with { trial in
            let amount = try Amount(cents: 1_000)
            func psps(_ caller: Caller) async throws -> [String] {
                try await trial.service.psps.list(
                    method: PaymentMethod("CP"), amount: amount, order: .name, payer: nil, for: caller
                ).choices.map(\.psp.id.value)
            }
            #expect(try await Set(psps(trial.caller)) == Set(TrialPSP.allCases.map(\.rawValue)))
            #expect(try await psps(.office).isEmpty)
            #expect(
                PSPList.faults(TrialPSP.all).map { "\($0.pointer) \($0.code.rawValue)" }
                    == TrialPSP.allCases.indices.map { "/psps/\($0)/psp_id not_allowed" })
        }
    }
}

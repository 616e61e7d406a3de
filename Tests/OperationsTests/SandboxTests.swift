import Accounts
import Cryptography
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Testing

/// Test creditors and the keys that reach them are apart from all others, in PostgreSQL as well.
@Suite(.serialized) struct SandboxTests {
    private static let sandbox = try! OrganizationTaxCode("00000000018")  // a valid literal

    private func creditor(_ code: OrganizationTaxCode = sandbox, isTest: Bool = true) throws -> Creditor {
        let now = Instant(microseconds: 1_795_940_100_000_000)
        return Creditor(
            taxCode: code, name: "Ente di prova",
            noticeCodes: try NoticeCodes(auxDigit: 3, applicationCode: nil, segregationCode: "09"),
            iban: try IBAN("IT60X0542811101000000123456"), createdAt: now, updatedAt: now, isTest: isTest)
    }

    private func makeKey(
        _ kind: CallerKind, _ creditors: [OrganizationTaxCode], scopes: [Scope] = [.positionsRead, .positionsWrite],
        with service: Intermediary
    ) async throws -> APIKey {
        let made = try await service.callers.makeAPIKey(
            APIKeyRequest(name: "k", kind: kind, scopes: scopes, creditors: creditors, expiresAt: nil), by: .ops)
        guard case .done(let key) = made else { throw TestIntermediary.Unexpected() }
        return key.key
    }

    private func constraint(_ statement: SQL, _ test: TestIntermediary) async -> String? {
        do {
            _ = try await test.pool.query(statement)
            return nil
        } catch { return (error as? PostgresError)?.constraint ?? "\(error)" }
    }

    /// A test creditor with a debt type and its key.
    private func with(_ body: (TestIntermediary, Intermediary, Caller) async throws -> Void) async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            _ = try await service.creditors.save(Self.sandbox, as: .success(creditor()), by: .ops)
            _ = try await test.pool.query(
                """
                INSERT INTO debt_types (creditor_tax_code, key, descriptions, service, taxonomy_code, payable_after_due,
                    created_at, updated_at)
                VALUES (\(Self.sandbox.value), 'mensa', '{"it":"Mensa"}', 'school', '9/0101002IM/', true, now(), now())
                """)
            try await body(test, service, Caller(key: makeKey(.test, [Self.sandbox], with: service)))
        }
    }

    @Test func `a key reaches test creditors or others, never both, and the database demands it too`() async throws {
        try await with { test, service, caller in
            for (kind, code) in [
                (CallerKind.frontend, Self.sandbox), (.creditor, Self.sandbox), (.test, TestIntermediary.comune),
            ] {
                let refusal = await #expect(throws: Refusal.self) {
                    try await makeKey(kind, [code], scopes: [.positionsRead], with: service)
                }
                guard case .invalid(let faults) = refusal else {
                    Issue.record("\(kind): no violation")
                    continue
                }
                #expect(faults.map(\.code) == [.notAllowed], "\(kind)")
            }
            await #expect(throws: Refusal.self) {
                try await makeKey(.test, [Self.sandbox], scopes: [.citizens], with: service)
            }
            for statement: SQL in [
                "UPDATE api_keys SET creditors = ARRAY[\(TestIntermediary.comune.value)] WHERE id = \(caller.key.id.uuid)",
                "UPDATE api_keys SET kind = 'creditor' WHERE id = \(caller.key.id.uuid)",
                "UPDATE api_keys SET creditors = ARRAY[\(Self.sandbox.value)] WHERE kind = 'creditor'",
            ] {
                #expect(await constraint(statement, test) == "api_keys_test_check", "\(statement.text)")
            }
            #expect(
                await constraint("UPDATE creditors SET is_test = NOT is_test", test) == "creditors_is_test_check")
        }
    }

    @Test func `a creditor is a test creditor from its creation on, or never`() async throws {
        try await with { test, service, _ in
            for (code, isTest) in [(Self.sandbox, false), (TestIntermediary.comune, true)] {
                let refusal = await #expect(throws: Refusal.self) {
                    _ = try await service.creditors.save(code, as: .success(creditor(code, isTest: isTest)), by: .ops)
                }
                #expect(refusal == .invalid([Fault("/test", .readOnly, "is set when the creditor is created")]))
            }
            let known = try await service.creditors.show(Self.sandbox, for: .ops)
            #expect(known.isTest)
        }
    }

    @Test func `a citizen sees no trial in their name, and no e-mail about it is sent`() async throws {
        try await with { test, service, caller in
            let real = try await test.create(test.draft("real"), with: service)
            let created = try await service.positions.create(
                test.draft("trial", creditor: Self.sandbox), fingerprint: [UInt8](repeating: 7, count: 32), by: caller)
            guard case .done(.created(let trial)) = created, let iuv = trial.installments.first?.iuv else {
                throw TestIntermediary.Unexpected()
            }
            try await test.receive(
                TestIntermediary.rt("TRIAL", iuv: iuv, creditor: Self.sandbox), with: service)
            #expect(
                try await test.ask("SELECT DISTINCT state || ' ' || skipped_reason FROM notifications")
                    == ["skipped test_creditor"])
            #expect(try await service.positions.show(trial.id, for: caller).position.id == trial.id)

            func seen(within tenancy: Tenancy) async throws -> [Int] {
                try await test.store.transaction(within: tenancy) { tx in
                    var row = try #require(
                        try await tx.query(
                            """
                            SELECT (SELECT count(*) FROM positions), (SELECT count(*) FROM receipts),
                                (SELECT count(*) FROM creditors), (SELECT count(*) FROM whole_positions),
                                (SELECT count(*) FROM whole_receipts)
                            """
                        ).first)
                    return try (0..<5).map { _ in try row.next(Int.self) }
                }
            }
            #expect(try await seen(within: .citizen(real.debtor.taxCode)) == [1, 0, 2, 1, 0])
            #expect(try await seen(within: caller.tenancy) == [1, 1, 1, 1, 1])
            #expect(try await seen(within: Caller.office.tenancy) == [1, 0, 2, 1, 0])
            #expect(try await seen(within: .everyCreditor) == [2, 1, 3, 2, 1])
        }
    }

    /// The policies hide the rows of test creditors, so that a statement without conditions shows none.
    @Test func `neither a citizen nor a browser key alone sees a row of a test creditor in any table`() async throws {
        try await with { test, service, caller in
            _ = try await service.positions.create(
                test.draft("trial", creditor: Self.sandbox), fingerprint: [UInt8](repeating: 7, count: 32), by: caller)
            _ = try await test.pool.query(
                "INSERT INTO help_topics VALUES (\(Self.sandbox.value), 'payments', 'it', 'Pagare', 'Come si paga')")
            let tables = try await test.ask(
                """
                SELECT c.table_name::text FROM information_schema.columns c
                WHERE c.table_schema = current_schema() AND c.column_name = 'creditor_tax_code'
                    AND has_table_privilege('quietanza_app', format('%I.%I', c.table_schema, c.table_name), 'SELECT')
                """)
            func seen(within tenancy: Tenancy) async throws -> Set<String> {
                try await test.store.transaction(within: tenancy) { tx in
                    var names: Set<String> = []
                    for name in ["creditors"] + tables {
                        let column: SQL = name == "creditors" ? "tax_code" : "creditor_tax_code"
                        let rows = try await tx.query(
                            "SELECT FROM \(SQL.identifier(name)) WHERE \(column) = \(Self.sandbox.value) LIMIT 1")
                        if !rows.isEmpty { names.insert(name) }
                    }
                    return names
                }
            }
            let all = try await seen(within: .everyCreditor)
            #expect(all.isSuperset(of: ["creditors", "debt_types", "help_topics", "creditor_accounts", "positions"]))
            #expect(try await seen(within: .citizen(try TaxCode("RSSMRA80A01H501U"))) == [])
            #expect(try await seen(within: .registry([TestIntermediary.comune])) == [])
        }
    }

    @Test func `a test key examines signatures of PSPs of trials only, and gets no other PSP's secrets`() async throws {
        try await with { _, service, caller in
            let body = Array("{}".utf8)
            let now = service.clock().unixSeconds
            func check(_ psp: String, with secret: WebhookSecret, by caller: Caller) async throws -> SignatureCheck {
                let signature = WebhookSignature.sign(id: "m", timestamp: now, body: body, secret: secret)
                return try await service.secrets.check(
                    .init(id: ["m"], timestamp: ["\(now)"], signature: [signature]), body: body, of: PSPID(psp),
                    for: caller)
            }
            func made(_ psp: String) async throws -> WebhookSecret {
                guard case .done(let made) = try await service.secrets.make(of: PSPID(psp), by: .ops) else {
                    throw TestIntermediary.Unexpected()
                }
                return made.secret
            }
            let (trial, real) = (try await made("QZTEST_ACME"), try await made("ABCDITMM"))

            for who in [caller, .ops] {
                #expect(try await check("QZTEST_ACME", with: trial, by: who).secrets.map(\.matches) == [true])
                let wrong = try await check("QZTEST_ACME", with: real, by: who)
                #expect(wrong.secrets.map(\.matches) == [false] && wrong.diagnosis.causes == [.unknown])
            }
            #expect(try await check("ABCDITMM", with: real, by: .ops).secrets.map(\.matches) == [true])
            for psp in ["ABCDITMM", "NOBODYXX"] {
                await #expect(throws: Refusal.notFound) { try await check(psp, with: real, by: caller) }
            }
            #expect(try await check("QZTEST_OTHER", with: trial, by: caller).secrets.isEmpty)
        }
    }

    @Test func `a PSP of trials reports payments to test creditors, and nothing else that it posts is stored`()
        async throws
    {
        try await with { test, service, caller in
            let psp = try PSPID("QZTEST_ACME")
            let created = try await service.positions.create(
                test.draft("trial", creditor: Self.sandbox), fingerprint: [UInt8](repeating: 7, count: 32), by: caller)
            guard case .done(.created(let trial)) = created, let iuv = trial.installments.first?.iuv else {
                throw TestIntermediary.Unexpected()
            }
            let real = try #require(
                try await test.create(test.draft("real"), with: service).installments.first?.iuv)
            func post(_ iuv: IUV, _ creditor: OrganizationTaxCode, from psp: PSPID) async throws -> ReceivedRT {
                try await test.receive(
                    TestIntermediary.rt("\(iuv)", iuv: iuv, from: psp, creditor: creditor), with: service)
            }

            #expect(try await post(iuv, Self.sandbox, from: psp).disposition == .settled)
            for creditor in [TestIntermediary.comune, try OrganizationTaxCode("15376371009")] {
                let refusal = await #expect(throws: Refusal.self) { try await post(real, creditor, from: psp) }
                guard case .invalid(let faults) = refusal else {
                    Issue.record("no violation")
                    continue
                }
                #expect(faults.map { "\($0.pointer) \($0.code.rawValue)" } == ["/creditor_tax_code not_allowed"])
            }
            #expect(try await test.ask("SELECT creditor_tax_code FROM receipts") == [Self.sandbox.value])
            #expect(try await test.ask("SELECT id::text FROM anomalies").isEmpty)
            #expect(try await post(real, TestIntermediary.comune, from: TestIntermediary.psp).disposition == .settled)
        }
    }

    @Test func `a trial forces an outcome through the intake of the webhook, at test creditors only`() async throws {
        try await with { test, service, caller in
            func debt(_ id: String) async throws -> NoticeNumber {
                let created = try await service.positions.create(
                    test.draft(id, creditor: Self.sandbox), fingerprint: [UInt8](repeating: 7, count: 32), by: caller)
                guard case .done(.created(let position)) = created else { throw TestIntermediary.Unexpected() }
                return try #require(position.installments.first?.noticeNumber)
            }
            func force(_ outcome: ForcedOutcome, _ number: NoticeNumber) async throws -> [ForcedAnswer] {
                try await service.sandbox.force(outcome, of: number, at: Self.sandbox, by: caller) { _ in [] }
            }
            func dispositions(_ answers: [ForcedAnswer]) -> [String] {
                answers.map { answer in
                    guard case .received(let rt) = answer else { return "conflict" }
                    return rt.isReplay ? "replay" : rt.disposition?.rawValue ?? "none"
                }
            }
            let expected: [(ForcedOutcome, [String])] = [
                (.pay, ["settled"]), (.refuse, ["recorded"]), (.twice, ["settled", "replay"]),
                (.wrongAmount, ["anomaly"]), (.conflict, ["settled", "conflict"]),
            ]
            #expect(expected.map(\.0) == ForcedOutcome.allCases)
            for (outcome, answers) in expected {
                let got = dispositions(try await force(outcome, debt(outcome.rawValue)))
                #expect(got == answers, "\(outcome)")
            }
            let paid = try await debt("paid")
            #expect(dispositions(try await force(.pay, paid)) == ["settled"])
            #expect(dispositions(try await force(.pay, paid)) == ["anomaly"])

            let real = try await test.create(test.draft("real"), with: service)
            let number = try #require(real.installments.first?.noticeNumber)
            for who in [caller, .office, .ops] {
                let refusal = await #expect(throws: Refusal.self) {
                    _ = try await service.sandbox.force(.pay, of: number, at: TestIntermediary.comune, by: who) { _ in
                        []
                    }
                }
                guard case .invalid(let faults) = refusal else {
                    Issue.record("no violation")
                    continue
                }
                #expect(faults.map(\.pointer) == ["/creditor_tax_code"])
            }
            let unknown = await #expect(throws: Refusal.self) { _ = try await force(.pay, number) }
            #expect(unknown == .invalid([Fault("/notice_number", .unknownReference, "is not known")]))
        }
    }

    @Test func `the sums of all creditors leave trials out, and those of a test creditor have them`() async throws {
        try await with { test, service, caller in
            let unknown = try IUV("RF18539007547034")
            try await test.receive(
                TestIntermediary.rt("TRIAL", iuv: unknown, creditor: Self.sandbox), with: service)
            try await test.receive(TestIntermediary.rt("REAL", iuv: unknown), with: service)
            func quarantined(_ tenancy: Tenancy) async throws -> Int {
                try await test.store.read(within: tenancy, Summaries.quarantine(within: tenancy)).count
            }
            #expect(try await quarantined(.everyCreditor) == 1)
            #expect(try await quarantined(.only([Self.sandbox])) == 1)
            #expect(try await quarantined(caller.tenancy) == 0)
        }
    }
}

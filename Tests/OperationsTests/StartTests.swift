import Accounts
import Cryptography
import Foundation
import Gateways
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Synchronization
import Testing

/// Payment starts with slow PSPs, repeated requests and cancellations.
@Suite(.serialized) struct StartTests {
    private static let page = PSPPortalPage(
        redirectURL: "https://pay.example.org/a", cancelURL: "https://pay.example.org/a/cancel")

    @Test func `a start that was taken over answers as its repeat did, and its portal is cancelled, not shown`()
        async throws
    {
        try await StartFixture.with { desk in
            let psp = SlowPSP()
            let intermediary = try desk.intermediary(psp)
            let first = Task { try await desk.start(intermediary, key: "k") }
            await psp.isAsked()
            // While the first request is running, a repeat is refused …
            await #expect(throws: Refusal.idempotencyKeyInUse) { try await desk.start(intermediary, key: "k") }
            try await desk.age(by: 31)

            // … and after the grace period a repeat takes over.
            let repeated = try await desk.start(intermediary, key: "k")
            #expect(repeated == "failed without portal")
            // The installment is free again, and a new attempt has the only open portal.
            let second = try await desk.start(desk.intermediary(FastPSP()), key: "k2")
            #expect(second == "redirected to https://pay.example.org/fast")
            psp.answer(.success(Self.page))

            #expect(try await first.value == repeated)
            #expect(try await desk.start(intermediary, key: "k") == repeated)
            #expect(
                try await desk.test.ask("SELECT cancel_url FROM psp_cancellations WHERE next_try_at <= now()")
                    == ["https://pay.example.org/a/cancel"])
            #expect(
                try await desk.test.ask("SELECT status FROM payment_attempts ORDER BY created_at") == [
                    "failed", "redirected",
                ])
        }
    }

    @Test func `an attempt that its caller cancels while the PSP is asked never gets a portal`() async throws {
        try await StartFixture.with { desk in
            let psp = SlowPSP()
            let intermediary = try desk.intermediary(psp)
            let trace = TraceContext(id: UUID())
            let first = TraceContext.$current.withValue(trace) {
                Task { try await desk.start(intermediary, key: "k") }
            }
            await psp.isAsked()
            let id = try #require(try await desk.test.ask("SELECT id::text FROM payment_attempts").first)
            _ = try await intermediary.attempts.cancel(Identifier(id), by: desk.frontEnd)
            psp.answer(.success(Self.page))

            #expect(try await first.value == "cancelled without portal")
            #expect(try await desk.start(intermediary, key: "k") == "cancelled without portal")

            #expect(try await intermediary.attempts.sendNextCancellation())
            #expect(try await !intermediary.attempts.sendNextCancellation())
            let sent = psp.cancellations
            #expect(sent.map(\.cancelURL) == ["https://pay.example.org/a/cancel"])
            #expect(sent.map(\.attemptID) == [id])
            #expect(sent.map(\.secrets.count) == [2])
            // Both calls belong to the trace of the start.
            let headers = psp.traces + sent.map(\.traceparent)
            #expect(headers.map { $0.flatMap(TraceContext.init(traceparent:)) } == [trace, trace])
            #expect(headers[0] != headers[1])
            #expect(
                try await desk.test.ask(
                    "SELECT tries::text || (delivered_at IS NOT NULL)::text FROM psp_cancellations") == ["1true"])
        }
    }

    @Test func `an attempt whose outcome came before the PSP's answer keeps its portal`() async throws {
        try await StartFixture.with { desk in
            let psp = SlowPSP()
            let intermediary = try desk.intermediary(psp)
            let first = Task { try await desk.start(intermediary, key: "k") }
            await psp.isAsked()
            let id = try #require(try await desk.test.ask("SELECT id::text FROM payment_attempts").first)
            _ = try await intermediary.attempts.receiveOutcome(of: Identifier(id), from: StartFixture.psp)
            psp.answer(.success(Self.page))

            #expect(try await first.value == "inProgress to https://pay.example.org/a")
            let shown = try await intermediary.attempts.show(Identifier(id), for: desk.frontEnd)
            #expect(shown.attempt.redirectURL == "https://pay.example.org/a")
        }
    }

    @Test func `cancelling or expiring notifies the PSP, unless it accepts no such call`() async throws {
        try await StartFixture.with { desk in
            let psp = FastPSP(cancelURL: "https://pay.example.org/fast/cancel")
            let intermediary = try desk.intermediary(psp)
            for (key, end) in [("a", "cancel"), ("b", "expire"), ("c", "nothing to call")] {
                let asking = end == "nothing to call" ? try desk.intermediary(FastPSP()) : intermediary
                #expect(try await desk.start(asking, key: key).hasPrefix("redirected to"))
                let id = try #require(
                    try await desk.test.ask("SELECT id::text FROM payment_attempts WHERE finished_at IS NULL").first)
                if end == "expire" {
                    _ = try await desk.test.pool.query("UPDATE payment_attempts SET expires_at = now()")
                    #expect(try await intermediary.attempts.expire() == 1)
                } else {
                    _ = try await intermediary.attempts.cancel(Identifier(id), by: desk.frontEnd)
                }
            }
            #expect(
                try await desk.test.ask(
                    "SELECT a.status FROM psp_cancellations c JOIN payment_attempts a ON a.id = c.attempt_id ORDER BY a.created_at"
                ) == ["cancelled", "expired"])
        }
    }

    @Test func `a PSP that does not respond is notified again at growing intervals, up to a limit`() async throws {
        try await StartFixture.with { desk in
            let psp = FastPSP(cancelURL: "https://pay.example.org/fast/cancel", refusesCancellations: true)
            let intermediary = try desk.intermediary(psp)
            _ = try await desk.start(intermediary, key: "k")
            let id = try #require(try await desk.test.ask("SELECT id::text FROM payment_attempts").first)
            _ = try await intermediary.attempts.cancel(Identifier(id), by: desk.frontEnd)
            var waits: [String] = []
            while try await intermediary.attempts.sendNextCancellation() {
                // No call is due until the wait is over.
                #expect(try await !intermediary.attempts.sendNextCancellation())
                waits += try await desk.test.ask(
                    "SELECT COALESCE(round(extract(epoch FROM next_try_at - now()) / 5)::integer * 5, -1)::text FROM psp_cancellations"
                )
                _ = try await desk.test.pool.query(
                    "UPDATE psp_cancellations SET next_try_at = now() WHERE next_try_at IS NOT NULL")
            }
            #expect(waits == ["5", "30", "120", "600", "1800", "-1"])
            #expect(
                try await desk.test.ask("SELECT last_error FROM psp_cancellations") == ["refused(status: 500)"])
        }
    }

    @Test func `the call to the PSP has ended long before a repeat may take its start over`() {
        // Both times start with the request: the deadline before its transaction, the grace period with it.
        #expect(PSPPortal.startSeconds + 10 < AttemptOperations.startGraceSeconds)
    }

    @Test func `an attempt is watched by its own caller only, and a key holds no more than its share`() async throws {
        try await StartFixture.with { desk in
            let intermediary = try desk.intermediary(FastPSP())
            _ = try await desk.start(intermediary, key: "k")
            let id = try #require(try await desk.test.ask("SELECT id::text FROM payment_attempts").first)
            let attempt = try Identifier<PaymentAttempt>(id)
            let polls = (0..<3).map { _ in
                Task {
                    try await intermediary.attempts.show(attempt, waitSeconds: 25, for: desk.frontEnd).attempt
                        .status
                }
            }
            // Another caller is refused without using a permit.
            await #expect(throws: Refusal.notFound) {
                try await intermediary.attempts.show(attempt, waitSeconds: 25, for: desk.stranger)
            }

            // At shutdown waiting callers and new callers get the current state.
            await intermediary.attempts.watch.drain()

            for poll in polls { #expect(try await poll.value == .redirected) }
            let late = try await intermediary.attempts.show(attempt, waitSeconds: 25, for: desk.frontEnd)
            #expect(late.attempt.status == .redirected)
        }
    }
}

/// A PSP that the test controls.
protocol TestPSP: Sendable {
    func start(_ start: PSPStart) async throws -> PSPPortalPage
    func cancel(_ cancellation: PSPCancellation) async throws
}

struct FastPSP: TestPSP {
    var cancelURL: String?
    var refusesCancellations = false

    func start(_: PSPStart) async throws -> PSPPortalPage {
        PSPPortalPage(redirectURL: "https://pay.example.org/fast", cancelURL: cancelURL)
    }

    func cancel(_: PSPCancellation) async throws {
        if refusesCancellations { throw PSPPortalFailure.refused(status: 500) }
    }
}

/// Responds to its one start when the test tells it to.
private final class SlowPSP: TestPSP {
    private let asked = AsyncStream<Void>.makeStream()
    private let answers = AsyncStream<Result<PSPPortalPage, PSPPortalFailure>>.makeStream()
    private let received = Mutex<[PSPCancellation]>([])
    private let started = Mutex<[String?]>([])

    func start(_ start: PSPStart) async throws -> PSPPortalPage {
        started.withLock { $0.append(start.traceparent) }
        asked.continuation.yield()
        for await answer in answers.stream { return try answer.get() }
        throw PSPPortalFailure.timedOut
    }

    func cancel(_ cancellation: PSPCancellation) async throws { received.withLock { $0.append(cancellation) } }

    func isAsked() async { for await _ in asked.stream { return } }
    func answer(_ answer: Result<PSPPortalPage, PSPPortalFailure>) { answers.continuation.yield(answer) }
    var cancellations: [PSPCancellation] { received.withLock(\.self) }
    /// The `traceparent` of each start.
    var traces: [String?] { started.withLock(\.self) }
}

/// Test data for starts: a creditor with one debt, a PSP and a front end.
struct StartFixture: Sendable {
    let test: TestIntermediary
    let frontEnd: Caller
    let stranger: Caller

    static let psp = try! PSPID("ABCDITMM")  // a valid literal
    static let creditor = try! OrganizationTaxCode("12345678903")  // a valid literal
    private static let installment = "0199c0de-0000-7000-8000-000000000001"

    /// - Parameter port: the port of a proxy in front of the database.
    static func with<R>(port: UInt16? = nil, _ body: (StartFixture) async throws -> R) async throws -> R {
        try await TestIntermediary.with(port: port) { test in
            var random = SystemRandomNumberGenerator()
            func key(_ creditors: [OrganizationTaxCode]) -> APIKey {
                APIKey(
                    id: Identifier.make(at: Instant(microseconds: 0), random: &random), name: "portal",
                    kind: .frontend, prefix: "qz_portal", scopes: [.paymentsWrite, .positionsRead],
                    creditors: creditors, createdAt: Instant(microseconds: 0))
            }
            let desk = StartFixture(
                test: test, frontEnd: Caller(key: key([creditor])),
                stranger: Caller(key: key([try OrganizationTaxCode("01199250158")])))
            try await desk.fill()
            return try await body(desk)
        }
    }

    private func fill() async throws {
        let base = "010000000000001"
        let check = "\((Int("3" + base) ?? 0) % 93)"
        let iuv = base + (check.count < 2 ? "0" : "") + check
        let statements: [SQL] = [
            """
            INSERT INTO creditors (tax_code, name, aux_digit, notice_code, iban, return_url_origins, created_at, updated_at)
            VALUES (\(Self.creditor.value), 'Ente', 3, '01', 'IT60X0542811101000000123456',
                ARRAY['https://portale.example.org'], now(), now())
            """,
            """
            INSERT INTO debt_types (creditor_tax_code, key, descriptions, service, taxonomy_code, payable_after_due,
                created_at, updated_at)
            VALUES (\(Self.creditor.value), 'mensa', '{"it":"Mensa"}', 'school', '9/0101002IM/', true, now(), now())
            """,
            """
            INSERT INTO api_keys (id, lineage, name, kind, prefix, digest, scopes, creditors, created_at)
            VALUES (\(frontEnd.key.id.uuid), \(frontEnd.key.id.uuid), 'k', 'frontend', 'p', sha256('k'), '{}', '{}', now())
            """,
            """
            INSERT INTO positions (id, creditor_tax_code, external_id, fingerprint, debt_type, payable_after_due,
                document_year, document_number, description, debtor_kind, debtor_tax_code, debtor_full_name, metadata,
                state, total_cents, due_date, created_at, updated_at, published_at)
            VALUES (\(Self.installment)::uuid, \(Self.creditor.value), 'e', sha256('f'), 'mensa', true, 2026, '1', 'Mensa', 'person',
                'RSSMRA80A01H501U', 'Mario Rossi', '{}', 'open', 100, '2030-01-31', now(), now(), now())
            """,
            "INSERT INTO position_lines VALUES (\(Self.installment)::uuid, 1, 'Pasti', NULL, 100)",
            """
            INSERT INTO installments (id, position_id, creditor_tax_code, number, iuv, notice_number, amount_cents, due_date)
            VALUES (\(Self.installment)::uuid, \(Self.installment)::uuid, \(Self.creditor.value), 1, \(iuv), \("3" + iuv), 100,
                '2030-01-31')
            """,
            """
            INSERT INTO transfers VALUES (\(Self.installment)::uuid, 1, \(Self.creditor.value), 'IT60X0542811101000000123456', 100,
                '9/0101002IM/', '')
            """,
            "INSERT INTO psp_lists VALUES (1, true, now())",
            "INSERT INTO psps VALUES (1, 1, \(Self.psp.value), 'Banca', NULL, true)",
            """
            INSERT INTO psp_channels VALUES (1, \(Self.psp.value), 1, 'canale', 'CP', 'https://pay.example.org/start',
                '{"it":"Carta"}', ARRAY[100000], ARRAY[150])
            """,
        ]
        for statement in statements { _ = try await test.pool.query(statement) }
        let intermediary = try intermediary(FastPSP())
        for _ in 0..<2 { _ = try await intermediary.secrets.make(of: Self.psp, by: nil) }
    }

    func intermediary(
        _ psp: some TestPSP,
        askAmount: @escaping @Sendable (AmountCall) async throws -> AmountAnswer = { _ in
            throw TestIntermediary.Unexpected()
        }
    ) throws -> Intermediary {
        Intermediary(
            store: test.store,
            externalServices: ExternalServices(
                startPayment: { start, _ in try await psp.start(start) },
                cancelPayment: { try await psp.cancel($0) },
                callWebhook: { _ in throw TestIntermediary.Unexpected() }, askAmount: askAmount,
                deliver: { _, _, _, _ in },
                checkURL: { _ in },
                drawReceipt: { _ in [] }, drawNotice: { _ in [] }),
            settings: Intermediary.Settings(
                publicURL: "http://localhost", mailFrom: try EmailAddress("quietanza@example.org")),
            secrets: try SecretsKeys("cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk="), logger: .silent,
            clock: { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)) })
    }

    /// Starts the payment of the debt or of another installment, and describes the result from the response or its replay.
    func start(
        _ intermediary: Intermediary, key: String, installment: Identifier<Installment>? = nil,
        installments: [InstallmentReference]? = nil, by caller: Caller? = nil, accepting: Int64? = nil
    ) async throws -> String {
        let request = AttemptRequest(
            installments: try installments ?? [.id(try installment ?? Identifier(Self.installment))],
            method: try PaymentMethod("CP"),
            psp: Self.psp,
            channel: try ChannelID("canale"), payer: nil, email: nil, notifiesFailure: false,
            returnURL: try ReturnURL("https://portale.example.org/esito"), language: .it,
            acceptedAmount: try accepting.map { try Amount(cents: $0) })
        let render: @Sendable (StartedAttempt) -> StoredAnswer = { started in
            let attempt: PaymentAttempt
            switch started {
            case .redirected(let redirected): attempt = redirected
            case .failed(let failed, _): attempt = failed
            }
            let portal = attempt.status.isFinal ? nil : attempt.redirectURL
            let text = "\(attempt.status) " + (portal.map { "to \($0)" } ?? "without portal")
            return StoredAnswer(status: 201, headers: [:], body: Array(text.utf8))
        }
        let once = try await intermediary.attempts.start(
            request, by: caller ?? frontEnd,
            repeating: Repeating(
                key: IdempotencyKey(caller: "c", key: key, fingerprint: SHA256.digest(Array(key.utf8))), render: render)
        )
        switch once {
        case .done(let started): return String(decoding: render(started).body, as: UTF8.self)
        case .replayed(let answer): return String(decoding: answer.body, as: UTF8.self)
        }
    }

    /// Moves the start of open attempts and requests this many seconds into the past.
    func age(by seconds: Int) async throws {
        _ = try await test.pool.query(
            "UPDATE idempotency_keys SET created_at = created_at - make_interval(secs => \(seconds)::integer)")
    }
}

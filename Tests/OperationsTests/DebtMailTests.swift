import Accounts
import Cryptography
import Foundation
import PagoPA
import Postgres
import Requests
import Synchronization
import TestSupport
import Testing
import Text

@testable import Operations
@testable import Storage

/// E-mails about debts that a creditor has chosen: the notice of a new debt, and a reminder before it is due.
@Suite(.serialized) struct DebtMailTests {
    private func choose(
        _ service: Intermediary, notices: Bool = false, days: Int? = nil,
        of creditor: OrganizationTaxCode = TestIntermediary.comune
    ) async throws {
        _ = try await service.creditors.saveDebtMails(
            of: creditor, as: .success(DebtMailSettings(sendsNewNotices: notices, reminderDays: days)), by: .office)
    }

    /// Queues everything that is due.
    private func run(_ test: TestIntermediary, _ service: Intermediary) async throws {
        try await test.waitForHorizon()
        _ = try await test.pool.query("UPDATE debt_mail_settings SET next_run_at = now()")
        while try await service.notifications.queueDebtMails() {}
    }

    private func queued(_ test: TestIntermediary) async throws -> [String] {
        try await test.ask(
            """
            SELECT n.kind || ' ' || coalesce(n.installment_number::text, '-') || ' ' || p.external_id
            FROM notifications n JOIN positions p ON p.id = n.position_id
            WHERE n.kind IN ('new_notice', 'due_reminder') ORDER BY 1
            """)
    }

    /// The day of which reminders are queued now, and others around it.
    private func day(_ service: Intermediary, days: Int, plus: Int = 0) throws -> String {
        let last = try #require(
            DebtMailSettings(sendsNewNotices: false, reminderDays: days).lastReminderDay(at: service.clock()))
        return CalendarDate(epochDays: last.epochDays + plus).description
    }

    @Test func `each position that is published is announced once, with what happened before left out`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            _ = try await test.create(test.draft("before"), with: service)
            try await run(test, service)
            try await choose(service, notices: true)
            _ = try await test.create(test.draft("new", cents: [100, 200]), with: service)
            let draft = try await test.create(test.draft("draft", isDraft: true), with: service)
            _ = try await test.create(
                test.draft("other", creditor: TestIntermediary.provincia), with: service)

            try await run(test, service)
            #expect(try await queued(test) == ["new_notice - new"])
            _ = try await service.positions.move(draft.id, .publish, by: .office)
            _ = try await service.positions.move(draft.id, .cancel, by: .office)
            _ = try await service.positions.move(draft.id, .restore, by: .office)
            try await run(test, service)
            try await run(test, service)

            #expect(try await queued(test) == ["new_notice - draft", "new_notice - new"])
            try await choose(service)
            _ = try await test.create(test.draft("off"), with: service)
            try await run(test, service)
            #expect(try await queued(test).count == 2)
            try await choose(service, notices: true)
            try await run(test, service)
            #expect(try await queued(test).count == 2)
        }
    }

    @Test func `a debtor is reminded of an installment once, so many days before it is due, while it can be paid`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let (last, later) = (try day(service, days: 7), try day(service, days: 7, plus: 1))
            let owed = try await test.create(test.draft("owed", due: last), with: service)
            _ = try await test.create(test.draft("later", due: later), with: service)
            let cancelled = try await test.create(test.draft("cancelled", due: last), with: service)
            _ = try await service.positions.move(cancelled.id, .cancel, by: .office)
            let paid = try await test.create(test.draft("paid", due: last), with: service)
            try await test.receive(TestIntermediary.rt("R-paid", iuv: paid.installments[0].iuv), with: service)
            _ = try await test.create(test.draft("draft", isDraft: true, due: last), with: service)
            _ = try await test.create(
                test.draft("other", creditor: TestIntermediary.provincia, due: last), with: service)
            try await choose(service, days: 7)

            try await run(test, service)
            #expect(try await queued(test) == ["due_reminder 1 owed"])
            try await run(test, service)
            #expect(try await queued(test) == ["due_reminder 1 owed"])

            let tomorrow = try test.instance(skewSeconds: 86_400)
            // Published after its day had passed.
            _ = try await test.create(test.draft("late", due: last), with: tomorrow)
            _ = try await service.positions.move(owed.id, .cancel, by: .office)
            _ = try await service.positions.move(owed.id, .restore, by: .office)
            try await run(test, tomorrow)
            #expect(
                try await queued(test) == ["due_reminder 1 late", "due_reminder 1 later", "due_reminder 1 owed"])
        }
    }

    @Test func `nobody is asked to pay what is suspended, and a reminder that is late for its debt is dropped`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let sent = Mutex<[String]>([])
            let service = try test.instance { to in sent.withLock { $0.append(to) } }
            try await choose(service, days: 3, of: TestIntermediary.provincia)
            _ = try await test.create(
                test.draft("suspended", creditor: TestIntermediary.provincia, due: day(service, days: 3)),
                with: service)
            _ = try await service.suspensions.suspend(
                SuspensionRequest(
                    subject: .creditor(TestIntermediary.provincia), reason: "Manutenzione",
                    startsAt: service.clock().adding(seconds: -60), endsAt: nil), by: .ops)
            try await choose(service, notices: true, days: 3)
            let paid = try await test.create(test.draft("paid"), with: service)
            try await run(test, service)
            #expect(try await queued(test) == ["new_notice - paid"])

            _ = try await service.positions.move(paid.id, .cancel, by: .office)
            #expect(try await service.notifications.sendNext())

            #expect(try await test.states.isEmpty && sent.withLock(\.self).isEmpty)
        }
    }

    @Test func `a mail is sent, and after its reader has unsubscribed the next one is skipped`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let sent = Mutex<[String]>([])
            let service = try test.instance { to in sent.withLock { $0.append(to) } }
            try await choose(service, notices: true)
            _ = try await test.create(test.draft("one"), with: service)
            try await run(test, service)
            #expect(try await service.notifications.sendNext())
            #expect(sent.withLock(\.self) == ["debitore@example.org"])
            let links = service.notifications.unsubscribeLinks
            let url = links.url(
                of: try EmailAddress("Debitore@Example.org"), from: TestIntermediary.comune, in: .de)
            let token = String(url.suffix(UnsubscribeLinks.tokenLength))

            #expect(
                try await service.notifications.showUnsubscription(token)
                    == Unsubscription(creditorName: "Comune di Esempio", language: .de))
            for _ in 0..<2 { _ = try await service.notifications.unsubscribe(token) }
            _ = try await test.create(test.draft("two"), with: service)
            try await run(test, service)
            #expect(try await service.notifications.sendNext())

            #expect(sent.withLock(\.self).count == 1)
            #expect(
                try await test.ask(
                    "SELECT state || ' ' || coalesce(skipped_reason, '') FROM notifications ORDER BY created_at")
                    == ["sent ", "skipped unsubscribed"])
            #expect(
                try await test.ask("SELECT encode(mailbox_digest, 'hex') FROM debt_mail_unsubscriptions").count == 1)
            await #expect(throws: Refusal.notFound) {
                _ = try await service.notifications.unsubscribe(String(token.dropLast()) + "A")
            }
        }
    }

    @Test func `a link with a changed bit or of another key is not valid, and it contains no address`() throws {
        let secret = "cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk="
        let other = "b3RoZXItdGVzdHMtb25seS1zZWNyZXRzLWtleS0wMDE="
        func links(_ key: String) throws -> UnsubscribeLinks {
            UnsubscribeLinks(try SecretsKeys(key), publicURL: "https://pagamenti.example.org")
        }
        let mailbox = try EmailAddress("mario@example.org")
        for language in Language.allCases {
            let url = try links(secret).url(of: mailbox, from: TestIntermediary.comune, in: language)
            let token = String(url.suffix(UnsubscribeLinks.tokenLength))
            #expect(url == "https://pagamenti.example.org/unsubscribe/\(token)" && !url.contains("mario"))
            let target = try #require(try links(secret).target(of: token))
            #expect(target.language == language && target.creditor == TestIntermediary.comune)
            #expect(target.mailbox == UnsubscribeLinks.digest(of: mailbox, at: TestIntermediary.comune))
            #expect(target.mailbox != UnsubscribeLinks.digest(of: mailbox, at: TestIntermediary.provincia))
            #expect(try links("\(other),\(secret)").target(of: token) == target)
            #expect(try links(other).target(of: token) == nil)
            let bytes = try #require(Base64URL.decode(token.utf8))
            for index in bytes.indices {
                var changed = bytes
                changed[index] ^= 1
                #expect(try links(secret).target(of: Base64URL.encode(changed)) == nil)
            }
        }
        for text in ["", "A", String(repeating: "A", count: 82), "é"] {
            #expect(try links(secret).target(of: text) == nil)
        }
    }

    @Test func `the settings are the creditor's, and a change is in the journal once`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            #expect(try await service.creditors.showDebtMails(of: TestIntermediary.comune, for: .office) == .none)
            for _ in 0..<2 { try await choose(service, notices: true, days: 30) }
            #expect(
                try await service.creditors.showDebtMails(of: TestIntermediary.comune, for: .office)
                    == DebtMailSettings(sendsNewNotices: true, reminderDays: 30))
            #expect(try await test.ask("SELECT note FROM journal WHERE kind = 'creditor_saved'") == ["debt mails"])
        }
    }

    @Test func `the installments that are due are read by their index`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let position = try await test.create(test.draft("one"), with: service)
            _ = try await test.pool.query(
                """
                INSERT INTO installments (id, position_id, creditor_tax_code, number, iuv, notice_number, amount_cents,
                    due_date, paid_at)
                SELECT gen_random_uuid(), \(position.id.uuid), \(TestIntermediary.comune.value), n,
                    '09' || lpad(n::text, 15, '0'), '309' || lpad(n::text, 15, '0'), 100,
                    '2026-01-01'::date + n % 1000, CASE WHEN n % 3 > 0 THEN now() END
                FROM generate_series(2, 20000) AS n
                """)
            _ = try await test.pool.query("ANALYZE installments")
            let start = RemindedInstallment.end(of: try CalendarDate("2027-06-01"))
            let query = DebtMails.due(
                of: TestIntermediary.comune, after: start, until: try CalendarDate("2027-06-08"), limit: 200)
            let statement = try #require(query.statements.last)
            let plan = try await test.store.transaction(within: .everyCreditor) { tx in
                tx.send(.planForValues)
                return try await tx.query("EXPLAIN (ANALYZE, BUFFERS) " + statement).map { row in
                    var row = row
                    return try row.next(String.self)
                }
            }.joined(separator: "\n")

            #expect(plan.contains("installments_due_idx") && !plan.contains("Seq Scan on installments"), "\(plan)")
            #expect(!plan.contains("Rows Removed by Filter"), "\(plan)")
        }
    }
}

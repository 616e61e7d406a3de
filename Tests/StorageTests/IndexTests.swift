import Accounts
import Foundation
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// No statement reads a whole table, with its tenant condition and with row level security. PostgreSQL counts its sequential scans.
/// The tables contain enough rows and have statistics, so that a missing index causes a sequential scan.
@Suite(.serialized) struct IndexTests {
    private static let crowd = 6_000

    /// The big tables that `work` scanned sequentially.
    private func scanned(
        _ data: TestData, within tenancy: Tenancy, _ work: (Transaction) async throws -> Void
    ) async throws -> [String] {
        try await data.store.transaction(within: tenancy) { tx in
            let before = try await scans(tx)
            try await work(tx)
            return try await scans(tx).filter { $0.value > before[$0.key, default: 0] }.keys.sorted()
        }
    }

    /// The number of sequential scans of the big tables, including those of earlier transactions that are not reported yet.
    private func scans(_ tx: Transaction) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        let rows = try await tx.query(
            """
            SELECT relname::text, seq_scan FROM pg_stat_xact_user_tables
            WHERE relname IN ('positions', 'position_lines', 'installments', 'transfers', 'payment_attempts', 'attempt_items',
                'psp_cancellations',
                'receipts', 'receipt_transfers', 'rts', 'anomalies', 'unreadable_rts', 'refunds', 'notifications', 'journal', 'citizens', 'consents',
                'citizen_sessions', 'spent_refresh_tokens', 'mail_tokens', 'throttles', 'smart_card_tickets', 'used_id_tokens',
                'used_iuvs',
                'position_imports', 'position_import_rows', 'position_import_chunks')
            """)
        for var row in rows { counts[try row.text()] = try row.int() }
        return counts
    }

    @Test func `reads and payments use an index for every tenant and for every page`() async throws {
        try await TestData.with(crowd: Self.crowd) { data in
            let tenants: [Tenancy] = [
                .everyCreditor, .only([TestData.alfa]), .only([TestData.alfa], seesQuarantine: false),
                .only([TestData.alfa, TestData.beta]), .citizen(TestData.mario),
                .citizen(TestData.mario, of: TestData.alfa),
            ]
            for tenant in tenants {
                for (name, work) in try await reads(within: tenant, on: data) {
                    let tables = try await scanned(data, within: tenant, work)
                    #expect(tables.isEmpty, "\(name) within \(tenant)")
                }
            }
        }
    }

    private typealias Work = (Transaction) async throws -> Void

    private func reads(within tenant: Tenancy, on data: TestData) async throws -> [(String, Work)] {
        let today = try CalendarDate("2026-11-24")
        var row = try #require(
            try await data.pool.query(
                "SELECT id FROM positions WHERE debtor_tax_code = \(TestData.mario.value) AND creditor_tax_code = \(TestData.alfa.value) LIMIT 1"
            ).first)
        let uuid: Identifier<Position> = try row.identifier()
        let position = uuid
        let attempt = Identifier<PaymentAttempt>(uuid: uuid.uuid)
        let receipt = Identifier<Receipt>(uuid: uuid.uuid)
        let installment = Identifier<Installment>(uuid: uuid.uuid)
        var list: [(String, Work)] = [
            ("show position", { _ = try await $0.ask(Positions.show(position, within: tenant)) }),
            (
                "detail",
                {
                    _ = try await $0.ask(
                        PaymentAttempts.summaries(on: position, within: tenant),
                        Receipts.summaries(on: position, within: tenant))
                }
            ),
            (
                "lock",
                {
                    let wanted = InstallmentSet(
                        ids: [installment], notices: [(TestData.alfa, try NoticeNumber("302260618143027134"))])
                    _ = try await $0.ask(
                        Positions.lock(holding: wanted, within: tenant),
                        Positions.creditors(holding: wanted, within: tenant))
                }
            ),
            (
                "position by key or notice number",
                {
                    _ = try await $0.ask(
                        Positions.by(externalID: "x", of: TestData.alfa),
                        Positions.id(noticeNumber: NoticeNumber("302260618143027134"), of: TestData.alfa))
                }
            ),
            ("show attempt", { _ = try await $0.ask(PaymentAttempts.show(attempt, within: tenant)) }),
            ("show receipt", { _ = try await $0.ask(Receipts.show(receipt, within: tenant)) }),
            ("bytes", { _ = try await $0.ask(Receipts.bytes(of: receipt, within: tenant)) }),
            ("holders", { _ = try await $0.ask(PaymentAttempts.lock(holding: installment)) }),
            ("receipts of attempts", { _ = try await $0.ask(Receipts.summaries(of: attempt, within: tenant)) }),
        ]
        for order in PositionOrder.allCases where tenant != .everyCreditor || order == .createdDescending {
            // A citizen has few rows: their index returns all of them, and PostgreSQL sorts them.
            list.append(
                (
                    "positions by \(order)",
                    {
                        _ = try await $0.ask(
                            Positions.list(
                                PositionFilter(), within: tenant, order: order, page: PageRequest(), today: today))
                    }
                ))
        }
        list.append(
            (
                "receipts",
                { tx in
                    let first = try await tx.ask(Receipts.list(ReceiptFilter(), within: tenant, page: PageRequest()))
                    _ = try await tx.ask(
                        Receipts.list(ReceiptFilter(), within: tenant, page: PageRequest(after: first.next)))
                }
            ))
        list.append(
            (
                "exports",
                { tx in
                    let page = PageRequest(limit: PageRequest.exportLimit)
                    let receipts = try await tx.ask(Receipts.list(ReceiptFilter(), within: tenant, page: page))
                    _ = try await tx.ask(Receipts.bytes(of: receipts.items.prefix(20).map(\.id), within: tenant))
                    _ = try await tx.ask(
                        Positions.list(
                            PositionFilter(), within: tenant, order: .createdDescending, page: page, today: today))
                }
            ))
        list.append(
            (
                "attempts",
                { tx in
                    let first = try await tx.ask(
                        PaymentAttempts.list(AttemptFilter(), within: tenant, page: PageRequest()))
                    _ = try await tx.ask(
                        PaymentAttempts.list(AttemptFilter(), within: tenant, page: PageRequest(after: first.next)))
                }
            ))
        var review = PositionFilter()
        review.isUnderReview = true
        list.append(
            (
                "positions under review",
                {
                    _ = try await $0.ask(
                        Positions.list(
                            review, within: tenant, order: .createdDescending, page: PageRequest(), today: today))
                }
            ))
        var debtor = PositionFilter()
        debtor.debtor = TestData.mario
        list.append(
            (
                "search by tax code",
                {
                    _ = try await $0.ask(
                        Positions.list(
                            debtor, within: tenant, order: .createdDescending, page: PageRequest(), today: today))
                }
            ))
        var archive = ReceiptFilter()
        archive.taxCode = TestData.mario
        list.append(
            (
                "archive by tax code",
                { _ = try await $0.ask(Receipts.list(archive, within: tenant, page: PageRequest())) }
            ))
        return list
    }

    @Test func `RTs, the outbox and the background jobs use an index`() async throws {
        try await TestData.with(crowd: Self.crowd) { data in
            var row = try #require(try await data.pool.query("SELECT id, iuv FROM installments LIMIT 1").first)
            let position: Identifier<Position> = try row.identifier()
            let iuv = try row.value { try IUV($0) }
            let rt = RT(
                receiptID: "NEW", outcome: .executed, creditor: TestData.alfa, iuv: iuv, noticeNumber: nil,
                paymentContext: nil, attempt: nil, amount: try Amount(cents: 100), fee: nil,
                psp: RTPSP(id: TestData.firstPSP, businessName: "Banca", taxCode: nil, channel: nil), method: nil,
                paidAt: Instant(microseconds: 1_800_000_000_000_000), transfers: [], payer: nil, debtor: nil,
                failureReason: nil)
            let body = RTBody(
                psp: TestData.firstPSP, messageID: "m", contentType: "application/json", bytes: [], sha256: [1],
                fingerprint: [])
            let works: [(String, Tenancy, Work)] = [
                (
                    "intake", .psp(TestData.firstPSP),
                    {
                        _ = try await $0.ask(
                            Positions.lock(creditor: TestData.alfa, iuv: iuv), Receipts.known(rt, fingerprint: []),
                            PaymentAttempts.lock(for: rt), Receipts.share(of: TestData.beta, iuv: iuv))
                    }
                ),
                ("claim of an import", .everyCreditor, { _ = try await $0.claimImport(leaseSeconds: 30) }),
                ("imports", .everyCreditor, { try await Self.imports($0, within: .everyCreditor) }),
                (
                    "a creditor's imports", .only([TestData.alfa]),
                    { try await Self.imports($0, within: .only([TestData.alfa])) }
                ),
                (
                    "rows of an import", .only([TestData.alfa]),
                    { tx in
                        let id = Identifier<PositionImport>(uuid: position.uuid)
                        _ = try await tx.ask(
                            PositionImports.chunk(after: 0, of: id),
                            PositionImports.results(of: id, nil, page: PageRequest()),
                            PositionImports.results(of: id, .refused, page: PageRequest(includeTotal: true)),
                            Positions.by(externalIDs: ["a", "b"], of: TestData.alfa),
                            Positions.onInstallments([iuv], of: TestData.alfa))
                    }
                ),
                ("claim of mail", .everyCreditor, { _ = try await $0.claimNotification(leaseSeconds: 30) }),
                ("summary", .everyCreditor, { try await Self.summary($0, within: .everyCreditor) }),
                (
                    "a creditor's summary", .only([TestData.alfa]),
                    { try await Self.summary($0, within: .only([TestData.alfa])) }
                ),
                ("claim of a call to a PSP", .everyCreditor, { _ = try await $0.claimCancellation(leaseSeconds: 30) }),
                ("expiry", .everyCreditor, { _ = try await $0.lockOverdueAttempts(limit: 100) }),
                ("quarantine", .everyCreditor, { _ = try await $0.ask(Receipts.matchable(after: nil, limit: 100)) }),
                (
                    "next page of the quarantine", .everyCreditor,
                    { tx in
                        let last = QuarantinedReceipt(
                            id: Identifier(uuid: position.uuid), receivedAt: Instant(microseconds: 1))
                        _ = try await tx.ask(Receipts.matchable(after: last, limit: 100))
                    }
                ),
                (
                    "generated IUVs", .only([TestData.alfa]),
                    {
                        _ = try await $0.ask(
                            Positions.nextIUVBases(3, of: TestData.alfa), Positions.unused([iuv], of: TestData.alfa))
                    }
                ),
                (
                    "quarantine of a position", .everyCreditor,
                    { _ = try await $0.ask(Receipts.quarantined(creditors: [TestData.alfa], iuvs: [iuv])) }
                ),
                (
                    "journal of a position", .everyCreditor,
                    { tx in
                        var filter = JournalFilter()
                        filter.position = position
                        _ = try await tx.ask(Journal.list(filter, order: .number, page: PageRequest()))
                    }
                ),
                (
                    "journal", .everyCreditor,
                    {
                        _ = try await $0.ask(
                            Journal.list(JournalFilter(), order: .numberDescending, page: PageRequest()))
                    }
                ),
                (
                    "notifications", .everyCreditor,
                    {
                        _ = try await $0.ask(
                            Notifications.list(
                                NotificationFilter(), within: .everyCreditor, page: PageRequest()))
                    }
                ),
                (
                    "a creditor's notifications", .only([TestData.alfa]),
                    {
                        _ = try await $0.ask(
                            Notifications.list(
                                NotificationFilter(), within: .only([TestData.alfa]), page: PageRequest()))
                    }
                ),
                (
                    "addresses of a receipt", .only([TestData.alfa]),
                    { _ = try await $0.payerAddresses(of: Identifier(uuid: position.uuid)) }
                ),
                (
                    "refunds", .everyCreditor,
                    { _ = try await $0.ask(Refunds.list(RefundFilter(), within: .everyCreditor, page: PageRequest())) }
                ),
                ("a creditor's refunds", .only([TestData.alfa]), { try await Self.refunds($0) }),
                (
                    "decision about a receipt", .everyCreditor,
                    { _ = try await $0.ask(Decisions.about(Identifier(uuid: position.uuid))) }
                ),
                (
                    "unreadable", .psp(TestData.firstPSP),
                    {
                        _ = try await $0.ask(
                            UnreadableRTs.known(body), UnreadableRTs.stored(of: TestData.firstPSP, since: rt.paidAt))
                    }
                ),
                (
                    "anomalies of one kind", .everyCreditor,
                    { tx in
                        var filter = AnomalyFilter()
                        filter.isOpen = true
                        filter.kinds = [.unreadableRT]
                        let page = try await tx.ask(Anomalies.list(filter, within: .everyCreditor, page: PageRequest()))
                        for anomaly in page.items { _ = try await tx.ask(Evidences.of(anomaly)) }
                    }
                ),
                ("anomalies of a PSP", .everyCreditor, { try await Self.anomalies(of: TestData.firstPSP, $0) }),
                (
                    "a creditor's anomalies of a PSP", .only([TestData.alfa]),
                    { try await Self.anomalies(of: TestData.secondPSP, within: .only([TestData.alfa]), $0) }
                ),
                (
                    "anomalies with candidates", .everyCreditor,
                    { tx in
                        var filter = AnomalyFilter()
                        filter.isOpen = true
                        filter.kinds = [.unknownIUV]
                        _ = try await tx.ask(Anomalies.list(filter, within: .everyCreditor, page: PageRequest()))
                    }
                ),
                (
                    "anomalies", .only([TestData.alfa]),
                    {
                        _ = try await $0.ask(
                            Anomalies.list(AnomalyFilter(), within: .only([TestData.alfa]), page: PageRequest()))
                    }
                ),
            ]
            for (name, tenant, work) in works {
                let tables = try await scanned(data, within: tenant, work)
                #expect(tables.isEmpty, "\(name)")
            }
        }
    }

    /// Reads a page of all anomalies, a late page, and the open anomalies.
    private static func anomalies(
        of psp: PSPID, within tenancy: Tenancy = .everyCreditor, _ tx: Transaction
    ) async throws {
        var filter = AnomalyFilter()
        filter.psp = psp
        let first = try await tx.ask(Anomalies.list(filter, within: tenancy, page: PageRequest(limit: 2)))
        _ = try await tx.ask(Anomalies.list(filter, within: tenancy, page: PageRequest(limit: 2, after: first.next)))
        filter.isOpen = true
        _ = try await tx.ask(Anomalies.list(filter, within: tenancy, page: PageRequest()))
    }

    @Test func `a page of the anomalies of a PSP with few is read in order from an index`() async throws {
        try await TestData.with(crowd: Self.crowd) { data in
            for (tenant, index) in [
                (Tenancy.everyCreditor, "anomalies_psp_idx"), (.only([TestData.beta]), "anomalies_creditor_psp_idx"),
            ] {
                let used = try await data.store.transaction(within: tenant) { tx in
                    let before = try await indexScans(tx)
                    var filter = AnomalyFilter()
                    filter.psp = TestData.firstPSP
                    let page = try await tx.ask(Anomalies.list(filter, within: tenant, page: PageRequest(limit: 3)))
                    #expect(page.items.count == 3 && page.items.allSatisfy { $0.psp == TestData.firstPSP })
                    return try await indexScans(tx).filter { $0.value > before[$0.key, default: 0] }.keys.sorted()
                }
                #expect(used.contains(index), "\(used)")
                #expect(!used.contains("anomalies_opened_idx") && !used.contains("anomalies_creditor_idx"))
            }
        }
    }

    /// The number of scans of each index on anomalies.
    private func indexScans(_ tx: Transaction) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        let rows = try await tx.query(
            """
            SELECT c.relname::text, pg_stat_get_xact_numscans(c.oid)
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = 'anomalies'::regclass
            """)
        for var row in rows { counts[try row.text()] = try row.int() }
        return counts
    }

    /// Reads a page of all imports, a late page, and what the beginning and the acceptance of one read.
    private static func imports(_ tx: Transaction, within tenancy: Tenancy) async throws {
        let first = try await tx.ask(PositionImports.list([], within: tenancy, page: PageRequest(limit: 2)))
        _ = try await tx.ask(
            PositionImports.list([], within: tenancy, page: PageRequest(limit: 2, after: first.next)),
            PositionImports.unfinished(of: Identifier(uuid: UUID())),
            PositionImports.unfinished([1], of: TestData.alfa, isDryRun: false))
    }

    /// Without open attempts, which all attempts here are: `FilterCostTests` limit what the summary reads of them.
    private static func summary(_ tx: Transaction, within tenancy: Tenancy) async throws {
        let now = Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
        let today = CalendarDate(romeDayOf: now)
        _ = try await tx.ask(
            Summaries.anomalies(within: tenancy), Summaries.quarantine(within: tenancy),
            Summaries.mails(within: tenancy), Summaries.refunds(within: tenancy),
            Summaries.psps(within: tenancy, at: now),
            StatisticsOfReceipts.by(.day, in: try DayRange(from: today, to: today, today: today), within: tenancy))
    }

    /// Reads the refunds of one receipt, the refunds to be paid, and a late page.
    private static func refunds(_ tx: Transaction) async throws {
        var filter = RefundFilter()
        let first = try await tx.ask(Refunds.list(filter, within: .only([TestData.alfa]), page: PageRequest()))
        _ = try await tx.ask(Refunds.list(filter, within: .only([TestData.alfa]), page: PageRequest(after: first.next)))
        filter.statuses = [.decided]
        let decided = try await tx.ask(Refunds.list(filter, within: .only([TestData.alfa]), page: PageRequest()))
        filter.receipt = decided.items.first?.receipt
        _ = try await tx.ask(Refunds.list(filter, within: .only([TestData.alfa]), page: PageRequest()))
    }

    @Test func `the deletion of expired rows uses an index`() async throws {
        try await TestData.with(crowd: Self.crowd) { data in
            let past = Instant(microseconds: 1)
            for rule in RetentionRule.allCases {
                let tables = try await scanned(data, within: .everyCreditor) { tx in
                    _ = try await tx.countExpired(rule, before: past)
                    _ = try await tx.deleteExpired(rule, before: past, limit: 10, at: past)
                }
                #expect(tables.isEmpty, "\(rule)")
            }
        }
    }

    @Test func `sign-in and token checks use an index`() async throws {
        try await TestData.with(crowd: Self.crowd) { data in
            var row = try #require(
                try await data.pool.query("SELECT id FROM citizens WHERE tax_code = \(TestData.mario.value)").first)
            let citizen: CitizenID = try row.identifier()
            var keyRow = try #require(try await data.pool.query("SELECT id FROM api_keys").first)
            let key: APIKeyID = try keyRow.identifier()
            let session = Identifier<CitizenSession>(uuid: citizen.uuid)
            let digest = [UInt8](repeating: 7, count: 32)
            let email = try EmailAddress("a@example.org")
            let past = Instant(microseconds: 1)
            let works: [(String, Work)] = [
                ("by e-mail", { _ = try await $0.ask(Citizens.credential(of: .email(email))) }),
                ("by tax code", { _ = try await $0.ask(Citizens.credential(of: .taxCode(TestData.mario))) }),
                ("by smart card", { _ = try await $0.account(orElse: .onCard(TestData.mario)) }),
                ("ticket", { _ = try await $0.spend(ticket: digest, at: past) }),
                ("ticket's code", { _ = try await $0.spend(code: digest, of: key, at: past) }),
                ("ID token", { _ = try await $0.spend(nonce: [UInt8](repeating: 8, count: 32), until: past) }),
                ("used ID token", { _ = try await $0.spend(nonce: digest, until: past) }),
                ("clash", { _ = try await $0.ask(Citizens.clashing(taxCode: TestData.anna, email: email)) }),
                ("me", { _ = try await $0.ask(Citizens.show(citizen)) }),
                ("token", { _ = try await $0.ask(Sessions.signedIn(access: digest, key: key, at: past)) }),
                ("refresh", { _ = try await $0.session(refresh: digest, key: key, at: past) }),
                ("code", { _ = try await $0.spend(mailToken: digest, of: .verifyEmail, at: past) }),
                (
                    "attempt with a code",
                    {
                        _ = try await $0.countCodeAttempt(
                            .verifyEmail, of: .mailbox(EmailAddress("a@example.org")), at: past)
                        _ = try await $0.countCodeAttempt(.changeEmail, of: .citizen(citizen), at: past)
                    }
                ),
                ("throttles", { _ = try await $0.throttles([digest], at: past) }),
                (
                    "end of a session",
                    { tx in
                        tx.end(session, by: .closed, at: past)
                        tx.endSessions(of: citizen, by: .closed, at: past)
                        _ = try await tx.query("SELECT")
                    }
                ),
                (
                    "erasure",
                    { tx in
                        tx.erase(citizen, at: past)
                        _ = try await tx.query("SELECT")
                    }
                ),
            ]
            for (name, work) in works {
                let tables = try await scanned(data, within: .everyCreditor, work)
                #expect(tables.isEmpty, "\(name)")
            }
        }
    }
}

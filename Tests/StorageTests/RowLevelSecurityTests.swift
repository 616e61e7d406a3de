import Accounts
import Foundation
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// Row level security alone: statements here have no tenant condition, as if a developer had forgotten it.
@Suite(.serialized) struct RowLevelSecurityTests {
    /// The number of rows that a tenant sees in each table, which contains `2 creditors × 2 debtors × 2` rows.
    private func seen(_ data: TestData, within tenancy: Tenancy) async throws -> [OwnedTable: Int] {
        var counts: [OwnedTable: Int] = [:]
        // A separate test checks the tables of accounts, which tenants cannot read.
        let tables = OwnedTable.allCases.filter { tenancy == .everyCreditor || !OwnedTable.accounts.contains($0) }
        for table in tables {
            counts[table] = try await data.store.transaction(within: tenancy) { tx in
                var row = try #require(
                    try await tx.query("SELECT count(*) FROM \(SQL.identifier(table.rawValue))").first)
                return try row.int()
            }
        }
        return counts
    }

    private static let everything: [OwnedTable: Int] = [
        .creditors: 2, .helpTopics: 2, .debtTypes: 2, .mailWordings: 2, .debtMailSettings: 2,
        .debtMailUnsubscriptions: 2, .positions: 8, .positionLines: 8,
        .installments: 8,
        .transfers: 8,
        .paymentAttempts: 8, .pspCancellations: 8, .attemptItems: 8, .receipts: 8, .receiptTransfers: 8, .rts: 8,
        .anomalies: 16,
        .unreadableRTs: 8,
        .refunds: 8, .notifications: 8, .journal: 8, .apiKeys: 1, .webhookSecrets: 2, .secretsKeyCheck: 1,
        .pspRelays: 1,
        .citizens: 2, .consents: 2, .citizenSessions: 2, .spentRefreshTokens: 2, .mailTokens: 2, .throttles: 2,
        .smartCardTickets: 2, .usedIDTokens: 2, .usedIUVs: 8, .creditorAccounts: 2, .creditorAccountDebtTypes: 2,
        .positionImports: 8, .positionImportRows: 8, .positionImportChunks: 8, .noticeBatches: 8,
        .noticeBatchItems: 8, .backgroundJobs: 1, .suspensions: 2, .positionRequests: 2,
        .webhookSubscriptions: 8, .webhookSubscriptionSecrets: 8, .webhookDeliveries: 8, .delegations: 2,
        .creditorLogos: 2,
    ]

    @Test func `operators and background jobs see every row`() async throws {
        try await TestData.with { data in
            let counts = try await seen(data, within: .everyCreditor)

            #expect(counts == Self.everything)
        }
    }

    @Test(arguments: [Tenancy.everyCreditor, .only([TestData.alfa]), .citizen(TestData.mario), .psp(TestData.firstPSP)])
    func `a read cannot write, and the next transaction of the connection can`(tenancy: Tenancy) async throws {
        try await TestData.with { data in
            let write = Query<Void>(["UPDATE positions SET description = 'changed'"]) { _ in }
            // A primary that has become a standby refuses writes with the same error.
            await #expect(throws: DatabaseUnavailable.self) { try await data.store.read(within: tenancy, write) }
            let written = try await data.store.transaction(within: .everyCreditor) { tx in
                try await tx.execute("UPDATE positions SET description = 'changed' WHERE description <> 'changed'")
            }
            #expect(written == 8)
        }
    }

    @Test func `a creditor sees its own rows but no journal, keys or secrets`() async throws {
        try await TestData.with { data in
            let counts = try await seen(data, within: .only([TestData.alfa]))

            #expect(
                counts == [
                    .creditors: 1, .helpTopics: 1, .debtTypes: 1, .mailWordings: 1, .debtMailSettings: 1,
                    .debtMailUnsubscriptions: 0, .positions: 4, .positionLines: 4,
                    .installments: 4,
                    .transfers: 4, .paymentAttempts: 4, .pspCancellations: 0, .attemptItems: 4, .receipts: 4,
                    .receiptTransfers: 4,
                    .rts: 4,
                    .anomalies: 8, .unreadableRTs: 4, .refunds: 4, .notifications: 4, .journal: 0, .apiKeys: 0,
                    .webhookSecrets: 0,
                    .secretsKeyCheck: 0, .pspRelays: 0, .usedIUVs: 4,
                    // A transfer may name the account of another creditor.
                    .creditorAccounts: 2, .creditorAccountDebtTypes: 2,
                    .positionImports: 4, .positionImportRows: 4, .positionImportChunks: 4, .noticeBatches: 4,
                    .noticeBatchItems: 4, .backgroundJobs: 0, .suspensions: 1,
                    .positionRequests: 1,
                    .webhookSubscriptions: 4, .webhookSubscriptionSecrets: 4, .webhookDeliveries: 4, .delegations: 0,
                    .creditorLogos: 1,
                ])
            let noCreditor = try await seen(data, within: .only([])).filter {
                ![.creditorAccounts, .creditorAccountDebtTypes].contains($0.key)
            }
            #expect(noCreditor.values.allSatisfy { $0 == 0 })
        }
    }

    @Test func `a citizen sees their own rows at every creditor, with the anomalies of those rows only`() async throws {
        try await TestData.with { data in
            let counts = try await seen(data, within: .citizen(TestData.mario))

            #expect(
                counts == [
                    .creditors: 2, .helpTopics: 2, .debtTypes: 2, .mailWordings: 0, .debtMailSettings: 0,
                    .debtMailUnsubscriptions: 0, .positions: 4, .positionLines: 4,
                    .installments: 4,
                    .transfers: 4, .paymentAttempts: 4, .pspCancellations: 0, .attemptItems: 4, .receipts: 4,
                    .receiptTransfers: 4,
                    .rts: 4,
                    .anomalies: 4, .unreadableRTs: 0, .refunds: 4, .notifications: 0, .journal: 0, .apiKeys: 0,
                    .webhookSecrets: 0,
                    .secretsKeyCheck: 0, .pspRelays: 0, .usedIUVs: 0,
                    .creditorAccounts: 2, .creditorAccountDebtTypes: 2,
                    .positionImports: 0, .positionImportRows: 0, .positionImportChunks: 0, .noticeBatches: 0,
                    .noticeBatchItems: 0, .backgroundJobs: 0, .suspensions: 2,
                    .positionRequests: 0,
                    .webhookSubscriptions: 0, .webhookSubscriptionSecrets: 0, .webhookDeliveries: 0, .delegations: 1,
                    .creditorLogos: 2,
                ])
        }
    }

    @Test func `a citizen does not see receipts in quarantine, even with their own tax code`() async throws {
        try await TestData.with { data in
            _ = try await data.pool.query(
                "UPDATE receipts SET status = 'quarantined', position_id = NULL, installment_id = NULL, attempt_id = NULL"
            )

            let counts = try await seen(data, within: .citizen(TestData.mario))

            #expect(counts[.receipts] == 0 && counts[.rts] == 0 && counts[.receiptTransfers] == 0)
        }
    }

    @Test func `a back office that may resolve anomalies sees receipts in quarantine and a front end does not`()
        async throws
    {
        try await TestData.with { data in
            _ = try await data.pool.query(
                "UPDATE receipts SET status = 'quarantined', position_id = NULL, installment_id = NULL, attempt_id = NULL"
            )
            for (sees, rows) in [(false, 0), (true, 4)] {
                let tenant = Tenancy.only([TestData.alfa], seesQuarantine: sees)
                let counts = try await seen(data, within: tenant)
                #expect(counts[.receipts] == rows && counts[.rts] == rows && counts[.receiptTransfers] == rows)
                let listed = try await data.store.transaction(within: tenant) { tx in
                    var filter = ReceiptFilter()
                    filter.statuses = [.quarantined]
                    return try await tx.ask(Receipts.list(filter, within: tenant, page: PageRequest())).items.count
                }
                #expect(listed == rows)
            }
        }
    }

    @Test func `a PSP sees only its own attempts and secrets`() async throws {
        try await TestData.with { data in
            let counts = try await seen(data, within: .psp(TestData.firstPSP))

            #expect(counts[.paymentAttempts] == 4 && counts[.webhookSecrets] == 1 && counts[.secretsKeyCheck] == 0)
            #expect(counts[.unreadableRTs] == 4 && counts[.pspRelays] == 0)
            #expect(counts[.positionImports] == 0 && counts[.positionImportRows] == 0 && counts[.backgroundJobs] == 0)
            #expect(counts[.positionImportChunks] == 0 && counts[.suspensions] == 0)
            let relay = try await seen(data, within: .psp(TestData.secondPSP))
            // A relay sees the rows of every PSP, because it sends their RTs.
            #expect(relay[.paymentAttempts] == 8 && relay[.pspRelays] == 1 && relay[.unreadableRTs] == 4)
            #expect(counts[.notifications] == 0 && counts[.journal] == 0 && counts[.apiKeys] == 0)
        }
    }

    @Test func `a browser key alone sees the registry and what is switched off, and no rows of persons`() async throws {
        try await TestData.with { data in
            let counts = try await seen(data, within: .registry([TestData.alfa])).filter { $0.value > 0 }

            // The statements show the creditors of the key only.
            #expect(
                counts == [
                    .creditors: 2, .helpTopics: 2, .debtTypes: 2, .creditorAccounts: 2, .suspensions: 2,
                ])
        }
    }

    @Test func `both persons of a delegation see it and may end it, and only the delegator can give it`() async throws {
        try await TestData.with { data in
            for (person, count) in [(TestData.mario, 1), (TestData.anna, 2)] {
                let ended = try await data.store.transaction(within: .citizen(person)) { tx in
                    try await tx.execute("UPDATE delegations SET withdrawn_at = now()")
                }
                #expect(ended == count)
            }
            let give: SQL = """
                INSERT INTO delegations (id, delegator_tax_code, delegate_tax_code, starts_at, created_at)
                VALUES (gen_random_uuid(), \(TestData.mario.value), 'VRDLGU70A01H501O', now(), now())
                """
            for tenant: Tenancy in [.citizen(TestData.anna), .only([TestData.alfa]), .registry([TestData.alfa])] {
                await #expect(throws: StorageError.self) {
                    try await data.store.transaction(within: tenant) { tx in try await tx.execute(give) }
                }
            }
            let own = try await data.store.transaction(within: .citizen(TestData.mario)) { tx in
                try await tx.execute(give)
            }
            #expect(own == 1)
        }
    }

    @Test func `creditors, PSPs and citizens see no rows of accounts`() async throws {
        try await TestData.with { data in
            for tenant: Tenancy in [.only([TestData.alfa]), .psp(TestData.firstPSP), .citizen(TestData.mario)] {
                for table in OwnedTable.accounts {
                    let count = try await data.store.transaction(within: tenant) { tx in
                        var row = try #require(
                            try await tx.query("SELECT count(*) FROM \(SQL.identifier(table.rawValue))").first)
                        return try row.int()
                    }
                    #expect(count == 0, "\(table) within \(tenant)")
                }
            }
        }
    }

    @Test func `a role without a tenancy sees no rows except those that all its callers see`() async throws {
        let visible: [String: Set<OwnedTable>] = [
            "quietanza_app": [], "quietanza_citizens": [],
            "quietanza_creditors": [.creditorAccounts, .creditorAccountDebtTypes],
        ]
        try await TestData.with { data in
            for (role, tables) in visible {
                for table in OwnedTable.allCases {
                    let count = try await data.pool.transaction { tx in
                        tx.send("SET LOCAL ROLE \(SQL.identifier(role))")
                        var row = try #require(
                            try await tx.query("SELECT count(*) FROM \(SQL.identifier(table.rawValue))").first)
                        return try row.int()
                    }
                    #expect((count > 0) == tables.contains(table), "\(table) as \(role)")
                }
            }
        }
    }

    @Test func `a request acts only as the role that its key stands for`() async throws {
        let roles: [String: DatabaseRole] = [
            "ops": .every, "frontend": .creditors, "creditor": .creditors, "browser": .citizens,
        ]
        try await TestData.with { data in
            for (kind, own) in roles {
                var key = try await data.pool.query(
                    """
                    UPDATE api_keys SET kind = \(kind), allowed_origins = '{https://portale.example.org}'
                    RETURNING digest, row_version
                    """
                ).only
                let (digest, version) = (try key.next([UInt8].self), try key.int())
                for role in DatabaseRole.allCases {
                    let accepted = try? await data.pool.transaction { tx in
                        tx.send("SET LOCAL ROLE \(SQL.identifier(role.rawValue))")
                        return try await tx.query(
                            "SELECT set_request_tenancy(\(digest), \(version), NULL, NULL, NULL, true)::text")
                    }
                    #expect((accepted != nil) == (role == own), "\(kind) as \(role)")
                }
            }
        }
    }

    @Test func `the tenancy of a transaction does not apply to the next one on its connection`() async throws {
        try await TestData.with { data in
            _ = try await seen(data, within: .everyCreditor)

            let role = try await data.pool.transaction { tx in
                var row = try #require(
                    try await tx.query(
                        "SELECT current_user::text || coalesce(current_setting('quietanza.tenancy', true), '')"
                    )
                    .first)
                return try row.text()
            }

            #expect(!role.contains("quietanza_") && !role.contains("every"))
        }
    }

    @Test func `a creditor cannot write rows of another creditor`() async throws {
        try await TestData.with { data in
            let theirs: SQL = "creditor_tax_code = \(TestData.beta.value)"
            for table: OwnedTable in [
                .positions, .installments, .paymentAttempts, .receipts, .anomalies, .notifications,
            ] {
                let changed = try await data.store.transaction(within: .only([TestData.alfa])) { tx in
                    try await tx.execute(
                        "UPDATE \(SQL.identifier(table.rawValue)) SET creditor_tax_code = creditor_tax_code WHERE \(theirs)"
                    )
                }
                #expect(changed == 0, "\(table)")
            }
            // A creditor cannot assign its own row to another creditor either.
            await #expect(throws: StorageError.self) {
                try await data.store.transaction(within: .only([TestData.alfa])) { tx in
                    try await tx.execute("UPDATE anomalies SET creditor_tax_code = \(TestData.beta.value)")
                }
            }
            await #expect(throws: StorageError.self) {
                try await data.store.transaction(within: .only([TestData.alfa])) { tx in
                    try await tx.execute(
                        "INSERT INTO journal (at, kind, actor, creditor_tax_code) VALUES (now(), 'x', 'x', \(TestData.beta.value))"
                    )
                }
            }
        }
    }

    @Test func `rows of a file are staged with the rights of their tenant`() async throws {
        try await TestData.with { data in
            let ids = try await data.pool.query(
                "SELECT id FROM position_imports WHERE creditor_tax_code = \(TestData.beta.value) AND status = 'waiting' LIMIT 1"
            )
            var first = try #require(ids.first)
            let id: Identifier<PositionImport> = try first.identifier()
            let stage: @Sendable (Tenancy, Int) async throws -> Void = { tenant, line in
                try await data.store.transaction(within: tenant) { tx in
                    tx.stage(
                        [
                            StagedRow(line: line, content: .success(Array("{}".utf8))),
                            StagedRow(line: line + 1, content: .failure(Fault("", .tooLong, "is too long"))),
                        ], of: id)
                }
            }

            try await stage(.only([TestData.beta]), 5)
            for tenant: Tenancy in [.only([TestData.alfa]), .citizen(TestData.mario), .psp(TestData.firstPSP)] {
                await #expect(throws: StorageError.self, "\(tenant)") { try await stage(tenant, 7) }
            }
            try await stage(.everyCreditor, 9)
            for (statement, lines): (SQL, [Int]) in [
                ("SELECT first_line FROM position_import_chunks", [2, 5, 9]),
                ("SELECT line FROM position_import_rows", [1, 6, 10]),
            ] {
                let found = try await data.pool.query("\(statement) WHERE import_id = \(id.uuid) ORDER BY 1")
                #expect(
                    try found.map { row in
                        var row = row
                        return try row.int()
                    } == lines)
            }
        }
    }

    @Test func `a PSP cannot insert evidence of another PSP`() async throws {
        try await TestData.with { data in
            let addEvidence: @Sendable (PSPID) async throws -> Void = { sender in
                try await data.store.transaction(within: .psp(TestData.firstPSP)) { tx in
                    _ = try await tx.execute(
                        """
                        INSERT INTO rts (id, receipt_id, is_first, psp_id, message_id, content_type, body, sha256,
                            fingerprint, answer, received_at)
                        SELECT gen_random_uuid(), id, false, \(sender.value), 'm', 'application/json', '{ }', sha256('{ }'),
                            sha256('{ }'), '', now() FROM receipts LIMIT 1
                        """)
                }
            }

            try await addEvidence(TestData.firstPSP)
            await #expect(throws: StorageError.self) { try await addEvidence(TestData.secondPSP) }
        }
    }

    @Test func `an unreadable body cannot be changed or deleted while its anomaly is open`() async throws {
        try await TestData.with { data in
            for statement: SQL in [
                "UPDATE unreadable_rts SET message_id = 'x'", "DELETE FROM unreadable_rts", "TRUNCATE unreadable_rts",
            ] {
                await #expect(throws: PostgresError.self, "\(statement.text)") {
                    try await data.pool.execute(statement)
                }
            }
            let deleted = try await data.store.transaction(within: .everyCreditor) { tx in
                try await tx.execute(
                    "DELETE FROM unreadable_rts u USING anomalies a WHERE a.id = u.anomaly_id AND NOT a.is_open")
            }
            #expect(deleted == 4)
            // A PSP cannot delete any row.
            let own = try await data.store.transaction(within: .psp(TestData.firstPSP)) { tx in
                try await tx.execute("DELETE FROM unreadable_rts")
            }
            #expect(own == 0)
        }
    }

    @Test func `a PSP cannot store an unreadable body of another PSP`() async throws {
        try await TestData.with { data in
            _ = await #expect(throws: StorageError.self) {
                try await data.store.transaction(within: .psp(TestData.firstPSP)) { tx in
                    _ = try await tx.execute(
                        """
                        INSERT INTO unreadable_rts (anomaly_id, psp_id, message_id, content_type, body, sha256, violations,
                            received_at)
                        SELECT id, \(TestData.secondPSP.value), 'm', 'application/json', '{ }', sha256('{ }'), '[]', now()
                        FROM anomalies WHERE kind <> 'unreadable_rt' LIMIT 1
                        """)
                }
            }
        }
    }

    /// The views with whole rows, which read with the rights of the owner, and the table whose policy each of them applies.
    private static let views: [(view: SQL, table: SQL)] = [
        ("whole_positions", "positions"), ("whole_attempts", "payment_attempts"), ("whole_receipts", "receipts"),
    ]

    @Test func `a view with whole rows shows each tenant exactly the rows of its table`() async throws {
        try await TestData.with { ledger in
            _ = try await ledger.pool.query(
                """
                UPDATE receipts SET status = 'quarantined', position_id = NULL, installment_id = NULL, attempt_id = NULL
                WHERE id IN (SELECT id FROM receipts WHERE creditor_tax_code = \(TestData.alfa.value) ORDER BY id LIMIT 2)
                """)
            let tenants: [Tenancy] = [
                .everyCreditor, .only([]), .only([TestData.alfa]), .only([TestData.alfa], seesQuarantine: false),
                .only([TestData.alfa, TestData.beta]), .citizen(TestData.mario), .citizen(TestData.anna),
                .psp(TestData.firstPSP),
                .psp(TestData.secondPSP),
            ]
            for tenant in tenants {
                for (view, table) in Self.views {
                    let (whole, own) = try await ledger.store.transaction(within: tenant) { tx in
                        (
                            try await ids(of: "SELECT id FROM \(view) ORDER BY id", in: tx),
                            try await ids(of: "SELECT id FROM \(table) ORDER BY id", in: tx)
                        )
                    }
                    #expect(whole == own, "\(view.text) within \(tenant)")
                }
            }
            for (view, _) in Self.views {
                let bare = try await ledger.pool.transaction { tx in
                    tx.send("SET LOCAL ROLE quietanza_app")
                    return try await ids(of: "SELECT id FROM \(view)", in: tx)
                }
                #expect(bare.isEmpty, "\(view.text) without a tenancy")
            }
        }
    }

    private func ids(of statement: SQL, in tx: Transaction) async throws -> [UUID] {
        try await tx.query(statement).map { row in
            var row = row
            return try row.next(UUID.self)
        }
    }

    @Test func `a payer does not see the document of a position of somebody else in a receipt`() async throws {
        try await TestData.with { ledger in
            _ = try await ledger.pool.query(
                "UPDATE receipts SET debtor_tax_code = \(TestData.anna.value), payer_tax_code = \(TestData.mario.value)"
            )
            let documents: (Tenancy) async throws -> [Int] = { tenant in
                try await ledger.store.transaction(within: tenant) { tx in
                    var row = try #require(
                        try await tx.query(
                            """
                            SELECT count(*) FILTER (WHERE p.debtor_tax_code = \(TestData.mario.value) AND r.document_year IS NOT NULL
                                    AND r.installment_number IS NOT NULL),
                                count(*) FILTER (WHERE p.id IS NULL
                                    AND (r.document_year IS NOT NULL OR r.installment_number IS NOT NULL))
                            FROM whole_receipts r LEFT JOIN positions p ON p.id = r.position_id
                            """
                        ).first)
                    return [try row.int(), try row.int()]
                }
            }

            #expect(try await documents(.citizen(TestData.mario)) == [4, 0])
            #expect(try await documents(.everyCreditor) == [4, 0])
        }
    }

    @Test func `no view exists besides those with whole rows, and no whole row can be written`() async throws {
        try await TestData.with { ledger in
            let found = try await ledger.pool.query(
                "SELECT relname::text FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace ORDER BY 1"
            ).map { row in
                var row = row
                return try row.text()
            }
            #expect(found == Self.views.map(\.view.text).sorted())
            for (view, _) in Self.views {
                for write: SQL in [
                    "UPDATE \(view) SET creditor_tax_code = creditor_tax_code", "DELETE FROM \(view)",
                    "INSERT INTO \(view) (id) VALUES (gen_random_uuid())", "SELECT id FROM \(view) FOR UPDATE",
                ] {
                    await #expect(throws: StorageError.self, "\(write.text)") {
                        try await ledger.store.transaction(within: .everyCreditor) { tx in try await tx.execute(write) }
                    }
                }
            }
        }
    }

    @Test func `evidence and journal cannot be changed, and paid rows cannot be deleted`() async throws {
        try await TestData.with { data in
            let forbidden: [SQL] = [
                "UPDATE journal SET note = 'x'", "DELETE FROM journal", "TRUNCATE journal",
                "UPDATE rts SET message_id = 'x'",
                "DELETE FROM rts", "TRUNCATE rts", "DELETE FROM receipts", "DELETE FROM positions",
                "DELETE FROM creditor_accounts", "DELETE FROM api_keys", "DELETE FROM used_iuvs",
                "UPDATE used_iuvs SET iuv = iuv",
                "DELETE FROM suspensions", "DELETE FROM delegations", "DELETE FROM refunds",
                "UPDATE refunds SET amount_cents = 1",
                "UPDATE refunds SET receipt_id = id",
                "SELECT FROM schema_migrations", "DELETE FROM schema_access", "UPDATE schema_access SET statement = ''",
            ]
            for statement in forbidden {
                await #expect(throws: StorageError.self, "\(statement.text)") {
                    try await data.store.transaction(within: .everyCreditor) { tx in try await tx.execute(statement) }
                }
            }
            // This applies to the owner of the tables as well.
            for statement: SQL in ["UPDATE journal SET note = 'x'", "DELETE FROM rts", "TRUNCATE journal"] {
                await #expect(throws: PostgresError.self, "\(statement.text)") {
                    try await data.pool.execute(statement)
                }
            }
        }
    }

    @Test func `every table has row level security or is listed as a table without an owner`() async throws {
        // Idempotency-Keys are found only by the name of their caller, and PSP lists are public.
        let open: Set<String> = [
            "schema_migrations", "schema_access", "psp_lists", "psps", "psp_channels", "idempotency_keys",
        ]
        try await TestData.with { data in
            let rows = try await data.pool.query(
                "SELECT relname::text, relrowsecurity FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
            for var row in rows {
                let (name, hasWall) = (try row.text(), try row.bool())
                #expect(hasWall != open.contains(name), "\(name)")
                if hasWall { #expect(OwnedTable(rawValue: name) != nil, "\(name) is not in these tests") }
            }
        }
    }
}

import Accounts
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// The second wall alone: statements here have no WHERE, as if the first one had been forgotten.
@Suite(.serialized) struct WallTests {
    /// What a tenant sees of each table, of the `2 creditors × 2 debtors × 2` rows there are.
    private func seen(_ ledger: Ledger, within tenancy: Tenancy) async throws -> [OwnedTable: Int] {
        var counts: [OwnedTable: Int] = [:]
        // That nobody sees anything of accounts has a test of its own.
        let tables = OwnedTable.allCases.filter { tenancy == .everyCreditor || !OwnedTable.accounts.contains($0) }
        for table in tables {
            counts[table] = try await ledger.store.transaction(within: tenancy) { tx in
                var row = try #require(
                    try await tx.query("SELECT count(*) FROM \(SQL.identifier(table.rawValue))").first)
                return try row.int()
            }
        }
        return counts
    }

    private static let everything: [OwnedTable: Int] = [
        .creditors: 2, .helpTopics: 2, .debtTypes: 2, .positions: 8, .positionLines: 8, .installments: 8,
        .transfers: 8,
        .paymentAttempts: 8, .pspCancellations: 8, .attemptItems: 8, .receipts: 8, .receiptTransfers: 8, .rts: 8,
        .anomalies: 16,
        .unreadableRTs: 8,
        .refunds: 8, .notifications: 8, .journal: 8, .apiKeys: 1, .webhookSecrets: 2, .secretsKeyCheck: 1,
        .pspRelays: 1,
        .citizens: 2, .consents: 2, .citizenSessions: 2, .spentRefreshTokens: 2, .mailTokens: 2, .throttles: 2,
        .smartCardTickets: 2, .usedIUVs: 8, .creditorAccounts: 2, .creditorAccountDebtTypes: 2,
    ]

    @Test func `ops and loops see every row`() async throws {
        try await Ledger.with { ledger in
            let counts = try await seen(ledger, within: .everyCreditor)

            #expect(counts == Self.everything)
        }
    }

    @Test func `a creditor sees its own rows, and neither journal, keys nor secrets`() async throws {
        try await Ledger.with { ledger in
            let counts = try await seen(ledger, within: .only([Ledger.alfa]))

            #expect(
                counts == [
                    .creditors: 1, .helpTopics: 1, .debtTypes: 1, .positions: 4, .positionLines: 4, .installments: 4,
                    .transfers: 4, .paymentAttempts: 4, .pspCancellations: 0, .attemptItems: 4, .receipts: 4,
                    .receiptTransfers: 4,
                    .rts: 4,
                    .anomalies: 8, .unreadableRTs: 4, .refunds: 4, .notifications: 4, .journal: 0, .apiKeys: 0,
                    .webhookSecrets: 0,
                    .secretsKeyCheck: 0, .pspRelays: 0, .usedIUVs: 4,
                    // A transfer may name another body's account.
                    .creditorAccounts: 2, .creditorAccountDebtTypes: 2,
                ])
            let nobody = try await seen(ledger, within: .only([])).filter {
                ![.creditorAccounts, .creditorAccountDebtTypes].contains($0.key)
            }
            #expect(nobody.values.allSatisfy { $0 == 0 })
        }
    }

    @Test func `a citizen sees what is theirs at every creditor, and the anomalies of that alone`() async throws {
        try await Ledger.with { ledger in
            let counts = try await seen(ledger, within: .citizen(Ledger.mario))

            #expect(
                counts == [
                    .creditors: 2, .helpTopics: 2, .debtTypes: 2, .positions: 4, .positionLines: 4, .installments: 4,
                    .transfers: 4, .paymentAttempts: 4, .pspCancellations: 0, .attemptItems: 4, .receipts: 4,
                    .receiptTransfers: 4,
                    .rts: 4,
                    .anomalies: 4, .unreadableRTs: 0, .refunds: 4, .notifications: 0, .journal: 0, .apiKeys: 0,
                    .webhookSecrets: 0,
                    .secretsKeyCheck: 0, .pspRelays: 0, .usedIUVs: 0,
                    .creditorAccounts: 2, .creditorAccountDebtTypes: 2,
                ])
        }
    }

    @Test func `a citizen does not see money in quarantine, even under their own name`() async throws {
        try await Ledger.with { ledger in
            _ = try await ledger.pool.query(
                "UPDATE receipts SET status = 'quarantined', position_id = NULL, installment_id = NULL, attempt_id = NULL"
            )

            let counts = try await seen(ledger, within: .citizen(Ledger.mario))

            #expect(counts[.receipts] == 0 && counts[.rts] == 0 && counts[.receiptTransfers] == 0)
        }
    }

    @Test func `a front end does not see money in quarantine, and a back office that may resolve does`() async throws {
        try await Ledger.with { ledger in
            _ = try await ledger.pool.query(
                "UPDATE receipts SET status = 'quarantined', position_id = NULL, installment_id = NULL, attempt_id = NULL"
            )
            for (sees, rows) in [(false, 0), (true, 4)] {
                let tenant = Tenancy.only([Ledger.alfa], seesQuarantine: sees)
                let counts = try await seen(ledger, within: tenant)
                #expect(counts[.receipts] == rows && counts[.rts] == rows && counts[.receiptTransfers] == rows)
                let listed = try await ledger.store.transaction(within: tenant) { tx in
                    var filter = ReceiptFilter()
                    filter.statuses = [.quarantined]
                    return try await tx.ask(Receipts.list(filter, within: tenant, page: PageRequest())).items.count
                }
                #expect(listed == rows)
            }
        }
    }

    @Test func `a PSP sees its own attempts and secrets only`() async throws {
        try await Ledger.with { ledger in
            let counts = try await seen(ledger, within: .psp(Ledger.firstPSP))

            #expect(counts[.paymentAttempts] == 4 && counts[.webhookSecrets] == 1 && counts[.secretsKeyCheck] == 0)
            #expect(counts[.unreadableRTs] == 4 && counts[.pspRelays] == 0)
            let relay = try await seen(ledger, within: .psp(Ledger.secondPSP))
            // Of every PSP, because it sends their RTs.
            #expect(relay[.paymentAttempts] == 8 && relay[.pspRelays] == 1 && relay[.unreadableRTs] == 4)
            #expect(counts[.notifications] == 0 && counts[.journal] == 0 && counts[.apiKeys] == 0)
        }
    }

    @Test func `neither creditor nor PSP nor citizen sees anything of accounts`() async throws {
        try await Ledger.with { ledger in
            for tenant: Tenancy in [.only([Ledger.alfa]), .psp(Ledger.firstPSP), .citizen(Ledger.mario)] {
                for table in OwnedTable.accounts {
                    let count = try await ledger.store.transaction(within: tenant) { tx in
                        var row = try #require(
                            try await tx.query("SELECT count(*) FROM \(SQL.identifier(table.rawValue))").first)
                        return try row.int()
                    }
                    #expect(count == 0, "\(table) within \(tenant)")
                }
            }
        }
    }

    @Test func `who does not say whose rows sees none`() async throws {
        try await Ledger.with { ledger in
            for table in OwnedTable.allCases {
                let count = try await ledger.pool.transaction { tx in
                    tx.send("SET LOCAL ROLE quietanza_app")
                    var row = try #require(
                        try await tx.query("SELECT count(*) FROM \(SQL.identifier(table.rawValue))").first)
                    return try row.int()
                }
                #expect(count == 0, "\(table)")
            }
        }
    }

    @Test func `nothing of one transaction's walls is left to the next on its connection`() async throws {
        try await Ledger.with { ledger in
            _ = try await seen(ledger, within: .everyCreditor)

            let role = try await ledger.pool.transaction { tx in
                var row = try #require(
                    try await tx.query(
                        "SELECT current_user::text || coalesce(current_setting('quietanza.tenancy', true), '')"
                    )
                    .first)
                return try row.text()
            }

            #expect(!role.contains("quietanza_app") && !role.contains("every"))
        }
    }

    @Test func `a creditor writes nothing that is another's`() async throws {
        try await Ledger.with { ledger in
            let theirs: SQL = "creditor_tax_code = \(Ledger.beta.value)"
            for table: OwnedTable in [
                .positions, .installments, .paymentAttempts, .receipts, .anomalies, .notifications,
            ] {
                let changed = try await ledger.store.transaction(within: .only([Ledger.alfa])) { tx in
                    try await tx.execute(
                        "UPDATE \(SQL.identifier(table.rawValue)) SET creditor_tax_code = creditor_tax_code WHERE \(theirs)"
                    )
                }
                #expect(changed == 0, "\(table)")
            }
            // Neither may a row of its own be given to another.
            await #expect(throws: StorageError.self) {
                try await ledger.store.transaction(within: .only([Ledger.alfa])) { tx in
                    try await tx.execute("UPDATE anomalies SET creditor_tax_code = \(Ledger.beta.value)")
                }
            }
            await #expect(throws: StorageError.self) {
                try await ledger.store.transaction(within: .only([Ledger.alfa])) { tx in
                    try await tx.execute(
                        "INSERT INTO journal (at, kind, actor, creditor_tax_code) VALUES (now(), 'x', 'x', \(Ledger.beta.value))"
                    )
                }
            }
        }
    }

    @Test func `a PSP adds no evidence in another's name`() async throws {
        try await Ledger.with { ledger in
            let addEvidence: @Sendable (PSPID) async throws -> Void = { sender in
                try await ledger.store.transaction(within: .psp(Ledger.firstPSP)) { tx in
                    _ = try await tx.execute(
                        """
                        INSERT INTO rts (id, receipt_id, is_first, psp_id, message_id, content_type, body, sha256,
                            fingerprint, answer, received_at)
                        SELECT gen_random_uuid(), id, false, \(sender.value), 'm', 'application/json', '{ }', sha256('{ }'),
                            sha256('{ }'), '', now() FROM receipts LIMIT 1
                        """)
                }
            }

            try await addEvidence(Ledger.firstPSP)
            await #expect(throws: StorageError.self) { try await addEvidence(Ledger.secondPSP) }
        }
    }

    @Test func `an unreadable body is neither changed nor deleted while its anomaly is open`() async throws {
        try await Ledger.with { ledger in
            for statement: SQL in [
                "UPDATE unreadable_rts SET message_id = 'x'", "DELETE FROM unreadable_rts", "TRUNCATE unreadable_rts",
            ] {
                await #expect(throws: PostgresError.self, "\(statement.text)") {
                    try await ledger.pool.execute(statement)
                }
            }
            let deleted = try await ledger.store.transaction(within: .everyCreditor) { tx in
                try await tx.execute(
                    "DELETE FROM unreadable_rts u USING anomalies a WHERE a.id = u.anomaly_id AND NOT a.is_open")
            }
            #expect(deleted == 4)
            // A PSP deletes nothing at all.
            let own = try await ledger.store.transaction(within: .psp(Ledger.firstPSP)) { tx in
                try await tx.execute("DELETE FROM unreadable_rts")
            }
            #expect(own == 0)
        }
    }

    @Test func `a PSP stores no unreadable body in another's name`() async throws {
        try await Ledger.with { ledger in
            _ = await #expect(throws: StorageError.self) {
                try await ledger.store.transaction(within: .psp(Ledger.firstPSP)) { tx in
                    _ = try await tx.execute(
                        """
                        INSERT INTO unreadable_rts (anomaly_id, psp_id, message_id, content_type, body, sha256, violations,
                            received_at)
                        SELECT id, \(Ledger.secondPSP.value), 'm', 'application/json', '{ }', sha256('{ }'), '[]', now()
                        FROM anomalies WHERE kind <> 'unreadable_rt' LIMIT 1
                        """)
                }
            }
        }
    }

    @Test func `evidence and journal are refused change, and what was paid is refused deletion`() async throws {
        try await Ledger.with { ledger in
            let forbidden: [SQL] = [
                "UPDATE journal SET note = 'x'", "DELETE FROM journal", "TRUNCATE journal",
                "UPDATE rts SET message_id = 'x'",
                "DELETE FROM rts", "TRUNCATE rts", "DELETE FROM receipts", "DELETE FROM positions",
                "DELETE FROM creditor_accounts", "DELETE FROM api_keys", "DELETE FROM used_iuvs",
                "UPDATE used_iuvs SET iuv = iuv",
                "DELETE FROM refunds", "UPDATE refunds SET amount_cents = 1", "UPDATE refunds SET receipt_id = id",
                "SELECT FROM schema_migrations", "DELETE FROM schema_access", "UPDATE schema_access SET statement = ''",
            ]
            for statement in forbidden {
                await #expect(throws: StorageError.self, "\(statement.text)") {
                    try await ledger.store.transaction(within: .everyCreditor) { tx in try await tx.execute(statement) }
                }
            }
            // The owner of the tables is refused too.
            for statement: SQL in ["UPDATE journal SET note = 'x'", "DELETE FROM rts", "TRUNCATE journal"] {
                await #expect(throws: PostgresError.self, "\(statement.text)") {
                    try await ledger.pool.execute(statement)
                }
            }
        }
    }

    @Test func `every table has a wall, or is known to belong to nobody`() async throws {
        // Keys of repeats are found by their caller's own name only; PSP lists are everybody's to read.
        let open: Set<String> = [
            "schema_migrations", "schema_access", "psp_lists", "psps", "psp_channels", "idempotency_keys",
        ]
        try await Ledger.with { ledger in
            let rows = try await ledger.pool.query(
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

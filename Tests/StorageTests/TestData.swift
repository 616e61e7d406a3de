import DatabaseTestSupport
import Foundation
import Logging
import PagoPA
import Postgres
import TestSupport
import Testing

@testable import Storage

/// A separate database with all migrations, which contains rows of two creditors, two debtors and two PSPs.
struct TestData {
    let pool: Pool
    var store: Store { Store(pool: pool) }

    static let alfa = try! OrganizationTaxCode("12345678903")  // a valid literal
    static let beta = try! OrganizationTaxCode("01199250158")  // a valid literal
    static let mario = try! TaxCode("RSSMRA80A01H501U")  // a valid literal
    static let anna = try! TaxCode("VRDNNA85M41F205G")  // a valid literal
    static let firstPSP = try! PSPID("ABCDITMM")  // a valid literal
    static let secondPSP = try! PSPID("EFGHITMM")  // a valid literal

    /// The number of rows of each of the four (creditor, debtor) pairs in every table with an owner.
    static let rowsOfAPair = 2

    /// - Parameter crowd: the number of additional rows of each creditor, each with its own debtor.
    static func with<R>(crowd: Int = 0, _ body: (TestData) async throws -> R) async throws -> R {
        try await MigratedDatabase.with(connections: 4) { pool, _ in
            let data = TestData(pool: pool)
            try await data.fill(crowd: crowd)
            return try await body(data)
        }
    }

    /// Inserts the rows as the owner of the tables, to whom row level security does not apply.
    private func fill(crowd: Int) async throws {
        for (index, creditor) in [Self.alfa, Self.beta].enumerated() {
            _ = try await pool.query(
                """
                INSERT INTO creditors (tax_code, name, aux_digit, notice_code, iban, created_at, updated_at)
                VALUES (\(creditor.value), 'Ente', 3, \("0\(index + 1)"), 'IT60X0542811101000000123456', now(), now())
                """)
            _ = try await pool.query(
                """
                INSERT INTO debt_types (creditor_tax_code, key, descriptions, service, taxonomy_code, payable_after_due,
                    created_at, updated_at)
                VALUES (\(creditor.value), 'mensa', '{"it":"Mensa"}', 'school', '9/0101002IM/', true, now(), now())
                """)
            _ = try await pool.query(
                """
                INSERT INTO creditor_account_debt_types
                VALUES (\(creditor.value), 'mensa', 'IT60X0542811101000000123456', '2026-01-01', NULL)
                """)
            _ = try await pool.query(
                "INSERT INTO help_topics VALUES (\(creditor.value), 'payments', 'it', 'Pagare', 'Come si paga')")
            _ = try await pool.query(
                "INSERT INTO creditor_logos VALUES (\(creditor.value), '\\x89', 1, 1, 'Stemma', NULL, now(), now())")
            _ = try await pool.query(
                "INSERT INTO mail_wordings VALUES (\(creditor.value), 'receipt_ready', 'it', 'Grazie', NULL, now())")
            _ = try await pool.query(
                """
                INSERT INTO debt_mail_settings
                VALUES (\(creditor.value), now(), 7, 0, 0, '2026-01-01', gen_random_uuid(), now(), now())
                """)
            _ = try await pool.query(
                "INSERT INTO debt_mail_unsubscriptions VALUES (\(creditor.value), sha256('a@example.org'), now())")
        }
        _ = try await pool.query(
            """
            INSERT INTO api_keys (id, name, kind, prefix, digest, scopes, creditors, created_at, lineage)
            VALUES (md5('k')::uuid, 'k', 'frontend', 'p', sha256('k'), '{}', '{}', now(), md5('k')::uuid)
            """)
        for psp in [Self.firstPSP, Self.secondPSP] {
            _ = try await pool.query(
                """
                INSERT INTO webhook_secrets (id, psp_id, sealed, created_at)
                VALUES (gen_random_uuid(), \(psp.value), sha256('s') || sha256('e'), now())
                """)
        }
        _ = try await pool.query(
            "INSERT INTO secrets_key_check (sealed, updated_at) VALUES (sha256('s') || sha256('e'), now())")
        _ = try await pool.query("INSERT INTO background_jobs VALUES ('mail', 1, now(), NULL)")
        _ = try await pool.query("INSERT INTO psp_relays VALUES (\(Self.secondPSP.value), now())")
        // One row of each kind for each (creditor, debtor, number); the ids are derived from the three.
        let rows: SQL = """
            (SELECT c.code AS creditor, d.code AS debtor, CASE WHEN d.ordinal < 3 THEN d.code END AS payer, n,
                CASE WHEN d.ordinal = 1 THEN \(Self.firstPSP.value) ELSE \(Self.secondPSP.value) END AS psp,
                md5(c.code || d.code || n)::uuid AS id, now() - make_interval(mins => n) AS at,
                b.base || lpad((('3' || b.base)::bigint % 93)::text, 2, '0') AS iuv
            FROM unnest(\([Self.alfa.value, Self.beta.value])::text[]) WITH ORDINALITY AS c(code, ordinal)
            CROSS JOIN (
                SELECT v.code, v.ordinal, n FROM unnest(\([Self.mario.value, Self.anna.value])::text[])
                    WITH ORDINALITY AS v(code, ordinal) CROSS JOIN generate_series(1, \(Self.rowsOfAPair)::integer) AS n
                UNION ALL SELECT 'DEBTOR' || n, 3, n FROM generate_series(1, \(crowd)::integer) AS n) AS d
            CROSS JOIN LATERAL (SELECT lpad((c.ordinal * 10000000 + d.ordinal * 1000000 + n)::text, 15, '0') AS base) AS b)
            AS row
            """
        let statements: [SQL] = [
            """
            INSERT INTO positions (id, creditor_tax_code, external_id, fingerprint, debt_type, payable_after_due,
                document_year, document_number, description, debtor_kind, debtor_tax_code, debtor_full_name, metadata,
                state, total_cents, due_date, created_at, updated_at, published_at)
            SELECT id, creditor, debtor || n, sha256('f'), 'mensa', true, 2026, n::text, 'Mensa scolastica', 'person', debtor,
                'Qualcuno', '{}', 'open', 100, '2030-01-31', at, at, at FROM \(rows)
            """,
            "INSERT INTO position_lines SELECT id, 1, 'Pasti', NULL, 100 FROM \(rows)",
            """
            INSERT INTO installments (id, position_id, creditor_tax_code, number, iuv, notice_number, amount_cents, due_date)
            SELECT id, id, creditor, 1, iuv, '3' || iuv, 100, '2030-01-31' FROM \(rows)
            """,
            "INSERT INTO transfers SELECT id, 1, creditor, 'IT60X0542811101000000123456', 100, '9/0101002IM/', '' FROM \(rows)",
            """
            INSERT INTO payment_attempts (id, creditor_tax_code, caller_id, status, payment_method, psp_id,
                psp_business_name, channel_id, amount_cents, fee_cents, payer_kind, payer_tax_code, payer_full_name,
                return_url, language, created_at, expires_at)
            SELECT id, creditor, (SELECT id FROM api_keys), 'redirected', 'CP', psp, 'Banca', 'canale', 100, 0, 'person', payer,
                'Qualcuno', 'https://portale.example.org/', 'it', at, at + interval '30 minutes' FROM \(rows)
            """,
            """
            INSERT INTO psp_cancellations (attempt_id, psp_id, cancel_url, tries, next_try_at, delivered_at, created_at)
            SELECT id, psp, 'https://psp.example.org/cancel', 1, CASE WHEN n % 50 = 1 THEN at END,
                CASE WHEN n % 50 = 1 THEN NULL ELSE at END, at FROM \(rows)
            """,
            """
            INSERT INTO attempt_items SELECT id, 1, id, id, iuv, '3' || iuv, 100, '', 'pending', true, at + interval '30 minutes'
            FROM \(rows)
            """,
            """
            INSERT INTO receipts (id, receipt_id, origin, status, outcome_code, creditor_tax_code, position_id,
                installment_id, attempt_id, description, iuv, amount_cents, paid_at, psp_id, payer_tax_code,
                debtor_tax_code, received_at)
            SELECT id, 'R' || n, 'pagopa', 'anomaly', 0, creditor, id, id, id, 'Mensa', iuv, 100, at, psp, payer, debtor, at
            FROM \(rows)
            """,
            "INSERT INTO receipt_transfers SELECT id, 1, creditor, NULL, 100, NULL FROM \(rows)",
            """
            INSERT INTO rts (id, receipt_id, is_first, psp_id, message_id, content_type, body, sha256, fingerprint, answer,
                received_at)
            SELECT id, id, true, psp, 'm', 'application/json', '{}', sha256('{}'), sha256('{}'), '{}', at FROM \(rows)
            """,
            """
            INSERT INTO anomalies (id, kind, receipt_id, position_id, creditor_tax_code, iuv, opened_at, is_open, resolution,
                reason, resolved_at)
            SELECT id, 'already_paid', id, id, creditor, iuv, at, n % 50 = 1, CASE WHEN n % 50 <> 1 THEN 'refund' END,
                CASE WHEN n % 50 <> 1 THEN 'x' END, CASE WHEN n % 50 <> 1 THEN at END FROM \(rows)
            """,
            """
            INSERT INTO anomalies (id, kind, creditor_tax_code, iuv, psp_id, amount_cents, is_open, resolution, reason,
                resolved_at, opened_at)
            SELECT md5('u' || id)::uuid, 'unreadable_rt', creditor, iuv, psp, 100, n % 50 = 1,
                CASE WHEN n % 50 = 1 THEN NULL ELSE 'reject' END, CASE WHEN n % 50 = 1 THEN NULL ELSE 'r' END,
                CASE WHEN n % 50 = 1 THEN NULL ELSE at END, at FROM \(rows)
            """,
            """
            INSERT INTO unreadable_rts (anomaly_id, psp_id, message_id, content_type, body, sha256, violations, received_at)
            SELECT md5('u' || id)::uuid, psp, 'm', 'application/json', id::text::bytea, sha256(id::text::bytea), '[]', at
            FROM \(rows)
            """,
            """
            INSERT INTO refunds (id, receipt_id, creditor_tax_code, amount_cents, status, day, decided_by, created_at,
                updated_at)
            SELECT id, id, creditor, 40, CASE WHEN n % 50 = 1 THEN 'decided' ELSE 'paid' END, '2026-11-24', 'loop', at, at
            FROM \(rows)
            """,
            """
            INSERT INTO notifications (id, kind, receipt_id, position_id, creditor_tax_code, recipient, language, state, next_attempt_at,
                message_id, sent_at, created_at)
            SELECT id, 'receipt_ready', id, id, creditor, 'a@example.org', 'it', CASE WHEN n % 50 = 1 THEN 'queued' ELSE 'sent' END,
                CASE WHEN n % 50 = 1 THEN at END, id::text, CASE WHEN n % 50 = 1 THEN NULL ELSE at END, at FROM \(rows)
            """,
            """
            INSERT INTO journal (at, kind, actor, creditor_tax_code, position_id) SELECT at, 'position_created', 'loop', creditor, id
            FROM \(rows)
            """,
        ]
        for statement in statements { _ = try await pool.query(statement) }
        try await fillImports(of: rows)
        try await fillSubscriptions(of: rows)
        _ = try await pool.query(
            "INSERT INTO position_requests SELECT k.id, c.tax_code, now(), 1 FROM api_keys k, creditors c")
        // Lifted, so that they refuse nothing.
        _ = try await pool.query(
            """
            INSERT INTO suspensions (id, creditor_tax_code, reason, starts_at, created_at, lifted_at)
            SELECT gen_random_uuid(), tax_code, 'r', now(), now(), now() FROM creditors
            """)
        _ = try await pool.query(
            """
            INSERT INTO delegations (id, delegator_tax_code, delegate_tax_code, starts_at, created_at) VALUES
                (gen_random_uuid(), \(Self.mario.value), \(Self.anna.value), now(), now()),
                (gen_random_uuid(), \(Self.anna.value), 'VRDLGU70A01H501O', now(), now())
            """)
        try await fillAccounts(crowd: crowd)
        _ = try await pool.query("ANALYZE")
    }

    private func fillImports(of rows: SQL) async throws {
        let statements: [SQL] = [
            """
            INSERT INTO position_imports (id, creditor_tax_code, api_key_id, is_dry_run, status, digest, row_count, refused,
                created_at, updated_at, finished_at)
            SELECT id, creditor, (SELECT id FROM api_keys), false, CASE WHEN n % 50 = 1 THEN 'waiting' ELSE 'done' END,
                sha256('d'), 1, CASE WHEN n % 50 = 1 THEN 0 ELSE 1 END, at, at, CASE WHEN n % 50 = 1 THEN NULL ELSE at END
            FROM \(rows)
            """,
            """
            INSERT INTO position_import_rows (import_id, line, outcome, violations, is_unreadable)
            SELECT id, 1, 'refused', '[]', true FROM \(rows)
            """,
            "INSERT INTO position_import_chunks SELECT id, 2, '{2}', '{}' FROM \(rows)",
            """
            INSERT INTO notice_batches (id, creditor_tax_code, api_key_id, language, status, total, left_out, created_at,
                updated_at, finished_at)
            SELECT id, creditor, (SELECT id FROM api_keys), 'it', 'done', 1, 1, at, at, at FROM \(rows)
            """,
            """
            INSERT INTO notice_batch_items (batch_id, number, position_id, reason)
            SELECT id, 1, id, 'The installment is paid.' FROM \(rows)
            """,
        ]
        for statement in statements { _ = try await pool.query(statement) }
    }

    private func fillSubscriptions(of rows: SQL) async throws {
        let statements: [SQL] = [
            """
            INSERT INTO webhook_subscriptions (id, lineage, url, types, creditors, contact_email, language, status, place_order,
                place_number, next_try_at, created_at, updated_at)
            SELECT id, (SELECT id FROM api_keys), 'https://a.example.org/', '{}', ARRAY[creditor], 'a@example.org', 'it', 'active', 0,
                0, at, at, at FROM \(rows)
            """,
            """
            INSERT INTO webhook_subscription_secrets (id, subscription_id, sealed, created_at)
            SELECT id, id, sha256('s') || sha256('e'), at FROM \(rows)
            """,
            """
            INSERT INTO webhook_deliveries (id, subscription_id, event_id, event, try, is_again, outcome, status_code,
                duration_milliseconds, at)
            SELECT id, id, id, 'position.paid', 1, false, 'delivered', 204, 10, at FROM \(rows)
            """,
        ]
        for statement in statements { _ = try await pool.query(statement) }
    }

    /// Inserts one complete account for each of the two debtors and for each debtor of the crowd.
    private func fillAccounts(crowd: Int) async throws {
        let people: SQL = """
            (SELECT p.code, p.ordinal, md5(p.code)::uuid AS id, now() - make_interval(mins => p.ordinal::integer) AS at,
                sha256(p.code::bytea) AS digest
            FROM (
                SELECT v.code, v.ordinal FROM unnest(\([Self.mario.value, Self.anna.value])::text[])
                    WITH ORDINALITY AS v(code, ordinal)
                UNION ALL SELECT 'CROWD' || lpad(n::text, 11, '0'), n + 2 FROM generate_series(1, \(crowd)::integer) AS n
                ) AS p) AS person
            """
        let statements: [SQL] = [
            """
            INSERT INTO citizens (id, kind, status, tax_code, given_name, family_name, birth_date, birth_place, address,
                email, language, password_hash, created_at, updated_at, verified_at)
            SELECT id, 'aire', CASE WHEN ordinal % 50 = 3 THEN 'pending' ELSE 'active' END, code, 'Q', 'Q', '1980-01-01',
                'Roma', '{"street":"s","postal_code":"1","city":"c","country":"BE"}', code || '@example.org', 'it',
                '$argon2id$', at, at, CASE WHEN ordinal % 50 = 3 THEN NULL ELSE at END FROM \(people)
            """,
            "INSERT INTO consents SELECT id, 'privacy', '1', at FROM \(people)",
            """
            INSERT INTO citizen_sessions (id, citizen_id, api_key_id, access_digest, access_expires_at, refresh_digest,
                refresh_expires_at, created_at)
            SELECT id, id, (SELECT id FROM api_keys), digest, at, digest, at, at FROM \(people)
            """,
            "INSERT INTO spent_refresh_tokens SELECT digest, id FROM \(people)",
            "INSERT INTO mail_tokens SELECT digest, id, 'verify_email', at FROM \(people)",
            """
            INSERT INTO smart_card_tickets (digest, api_key_id, return_url, expires_at, used_at, citizen_id, code_digest,
                code_expires_at)
            SELECT digest, (SELECT id FROM api_keys), 'https://a.example.org/', at, at, id, digest, at FROM \(people)
            """,
            """
            INSERT INTO used_id_tokens SELECT digest, at FROM \(people)
            """,
            """
            INSERT INTO throttles SELECT digest, 1, at, CASE WHEN ordinal % 2 = 0 THEN at END FROM \(people)
            """,
        ]
        for statement in statements { _ = try await pool.query(statement) }
    }
}

/// The tables whose rows belong to a creditor, a citizen or a PSP.
enum OwnedTable: String, CaseIterable, Sendable {
    case creditors
    case helpTopics = "help_topics"
    case debtTypes = "debt_types"
    case mailWordings = "mail_wordings"
    case debtMailSettings = "debt_mail_settings"
    case debtMailUnsubscriptions = "debt_mail_unsubscriptions"
    case positions
    case positionLines = "position_lines"
    case installments, transfers
    case paymentAttempts = "payment_attempts"
    case pspCancellations = "psp_cancellations"
    case
        attemptItems = "attempt_items"
    case receipts
    case receiptTransfers = "receipt_transfers"
    case rts, anomalies, refunds, notifications, journal
    case unreadableRTs = "unreadable_rts"
    case apiKeys = "api_keys"
    case webhookSecrets = "webhook_secrets"
    case secretsKeyCheck = "secrets_key_check"
    case pspRelays = "psp_relays"
    case
        citizens, consents
    case citizenSessions = "citizen_sessions"
    case spentRefreshTokens = "spent_refresh_tokens"
    case mailTokens = "mail_tokens"
    case throttles
    case smartCardTickets = "smart_card_tickets"
    case usedIDTokens = "used_id_tokens"
    case usedIUVs = "used_iuvs"
    case creditorAccounts = "creditor_accounts"
    case creditorAccountDebtTypes = "creditor_account_debt_types"
    case positionImports = "position_imports"
    case positionImportRows = "position_import_rows"
    case positionImportChunks = "position_import_chunks"
    case noticeBatches = "notice_batches"
    case noticeBatchItems = "notice_batch_items"
    case backgroundJobs = "background_jobs"
    case suspensions
    case positionRequests = "position_requests"
    case webhookSubscriptions = "webhook_subscriptions"
    case webhookSubscriptionSecrets = "webhook_subscription_secrets"
    case webhookDeliveries = "webhook_deliveries"
    case delegations
    case creditorLogos = "creditor_logos"

    /// The tables of accounts, which only the sign-in and the session checks read.
    static let accounts: [OwnedTable] = [
        .citizens, .consents, .citizenSessions, .spentRefreshTokens, .mailTokens, .throttles, .smartCardTickets,
        .usedIDTokens,
    ]
}

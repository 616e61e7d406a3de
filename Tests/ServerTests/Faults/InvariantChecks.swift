import Foundation
import Synchronization
import TestSupport
import Testing

/// The invariants after the faults, checked in the database and on the mail server.
extension FaultRun {
    /// Waits until the service has recovered; an operator queues dead mails again.
    func waitForRecovery() async throws {
        try await awaitInstances()
        try await live.waitUntil("every mail was sent", seconds: 150) {
            for id in try self.live.query("SELECT id FROM notifications WHERE state IN ('retrying', 'dead') LIMIT 200")
            {
                _ = try? await self.live.send(
                    "POST", url: self.instances[0].url + "/v1/notifications/\(id)/retry",
                    headers: ["Authorization": "Bearer \(self.live.opsKey)"])
            }
            let left = "SELECT 1 FROM notifications WHERE state NOT IN ('sent', 'skipped') LIMIT 1"
            return try self.live.query(left).isEmpty
        }
        for instance in instances { #expect(instance.stop() == 0) }
    }

    private static let rules: [(rule: String, sql: String)] = [
        // 1. Every RT that was acknowledged is stored once (and byte for byte, see below).
        ("an RT stored twice", "SELECT sha256 FROM rts GROUP BY 1 HAVING count(*) > 1"),
        (
            "a receipt without its evidence",
            "SELECT FROM receipts r WHERE origin = 'pagopa' AND NOT EXISTS (SELECT FROM rts t WHERE t.receipt_id = r.id AND t.is_first)"
        ),
        // 2. No installment is paid without its RT, and every settled installment is paid.
        (
            "a paid installment without the RT that pays it",
            "SELECT FROM installments i WHERE paid_at IS NOT NULL AND NOT EXISTS (SELECT FROM receipts r JOIN rts t ON t.receipt_id = r.id WHERE r.installment_id = i.id AND r.status = 'settled')"
        ),
        (
            "a settled RT whose installment is not paid",
            "SELECT FROM receipts r JOIN installments i ON i.id = r.installment_id WHERE r.status = 'settled' AND i.paid_at IS NULL"
        ),
        (
            "money that moved and is neither settled nor an anomaly",
            "SELECT FROM receipts r WHERE r.outcome_code IN (0, 2, 4) AND r.status <> 'settled' AND r.copy_of_installment_id IS NULL AND NOT EXISTS (SELECT FROM anomalies a WHERE a.receipt_id = r.id)"
        ),
        // 3. Amounts agree.
        (
            "an amount settled that was not owed",
            "SELECT FROM receipts r JOIN installments i ON i.id = r.installment_id WHERE r.status = 'settled' AND r.amount_cents - r.refunded_cents <> i.amount_cents - i.written_off_cents"
        ),
        (
            "a position whose sums or state disagree with its installments",
            "SELECT FROM positions p JOIN (SELECT position_id, sum(amount_cents - written_off_cents) FILTER (WHERE paid_at IS NOT NULL) AS paid, sum(written_off_cents) AS written_off, bool_and(paid_at IS NOT NULL) AS whole FROM installments GROUP BY 1) i ON i.position_id = p.id WHERE p.paid_cents <> coalesce(i.paid, 0) OR p.written_off_cents <> i.written_off OR (p.state = 'paid') <> i.whole"
        ),
        (
            "a receipt whose refunds differ from the stored sum, or exceed its amount",
            "SELECT FROM receipts r LEFT JOIN (SELECT receipt_id, sum(amount_cents) AS sum FROM refunds WHERE status <> 'failed' GROUP BY 1) f ON f.receipt_id = r.id WHERE r.refunded_cents <> coalesce(f.sum, 0) OR r.refunded_cents > r.amount_cents"
        ),
        // 4. Each installment is paid once.
        (
            "an installment paid twice",
            "SELECT installment_id FROM receipts WHERE status = 'settled' GROUP BY 1 HAVING count(*) > 1"
        ),
        (
            "an installment paid or reserved by two attempts",
            "SELECT installment_id FROM attempt_items GROUP BY 1 HAVING count(*) FILTER (WHERE outcome = 'paid') > 1 OR count(*) FILTER (WHERE is_holding) > 1"
        ),
        // 5. A paid installment stays paid.
        (
            "a position that left paid without a void",
            "SELECT FROM journal j WHERE kind = 'position_state' AND from_state = 'paid' AND NOT EXISTS (SELECT FROM journal v WHERE v.position_id = j.position_id AND v.kind = 'counter_payment_voided' AND v.id < j.id)"
        ),
        // 6. Each receipt, kind and address has one mail, and it was sent.
        (
            "a receipt with two mails to one address",
            "SELECT receipt_id FROM notifications GROUP BY receipt_id, kind, lower(recipient) HAVING count(*) > 1 AND receipt_id IS NOT NULL"
        ),
        (
            "a settled RT without its mail",
            "SELECT FROM receipts r WHERE status = 'settled' AND NOT EXISTS (SELECT FROM notifications n WHERE n.receipt_id = r.id AND n.state = 'sent')"
        ),
        (
            "a mail that neither went nor was given up",
            "SELECT FROM notifications WHERE state NOT IN ('sent', 'dead', 'skipped')"
        ),
        // 8. One attempt for each Idempotency-Key (each has its own address here), stored with its response.
        (
            "an Idempotency-Key with two attempts",
            "SELECT email FROM payment_attempts WHERE email LIKE 'k-%' GROUP BY 1 HAVING count(*) > 1"
        ),
        (
            "an attempt without its Idempotency-Key",
            "SELECT FROM payment_attempts a WHERE NOT EXISTS (SELECT FROM idempotency_keys k WHERE k.attempt_id = a.id)"
        ),
        // 9. Each change of state has its row in the journal: a chain without a gap or a fork, which ends in the current state.
        (
            "a position whose journal is no chain to its state",
            """
            WITH chain AS (SELECT position_id, kind, from_state, to_state, lag(to_state) OVER own AS before,
                row_number() OVER own AS number, lead(id) OVER own IS NULL AS is_last
                FROM journal WHERE kind IN ('position_created', 'position_state') WINDOW own AS (PARTITION BY position_id ORDER BY id))
            SELECT p.id FROM positions p LEFT JOIN chain c ON c.position_id = p.id
            WHERE c.position_id IS NULL OR (c.number = 1) <> (c.kind = 'position_created') OR c.from_state IS DISTINCT FROM c.before
                OR c.from_state = c.to_state OR c.is_last AND c.to_state <> p.state
            """
        ),
        (
            "an attempt whose journal is no chain to its status",
            """
            WITH chain AS (SELECT attempt_id, from_state, to_state, lag(to_state) OVER own AS before,
                lead(id) OVER own IS NULL AS is_last
                FROM journal WHERE kind = 'attempt_state' WINDOW own AS (PARTITION BY attempt_id ORDER BY id))
            SELECT a.id FROM payment_attempts a LEFT JOIN chain c ON c.attempt_id = a.id
            WHERE c.attempt_id IS NULL OR c.from_state IS DISTINCT FROM c.before OR c.from_state = c.to_state
                OR c.is_last AND c.to_state <> a.status
            """
        ),
        (
            "an RT without exactly one journal entry of its reception",
            "SELECT FROM receipts r WHERE origin = 'pagopa' AND (SELECT array_agg(j.to_state) FROM journal j WHERE j.receipt_id = r.id AND j.kind IN ('rt_received', 'receipt_matched')) IS DISTINCT FROM ARRAY[r.status]"
        ),
        (
            "an anomaly not journalled once",
            "SELECT FROM anomalies a WHERE (SELECT count(*) FROM journal j WHERE (j.receipt_id = a.receipt_id OR j.note = 'anomaly:' || a.id) AND j.kind = 'anomaly_opened' AND j.to_state = a.kind) <> 1"
        ),
        (
            "a row of the journal for nothing that there is",
            "SELECT FROM journal j WHERE (kind = 'rt_received' AND NOT EXISTS (SELECT FROM receipts r WHERE r.id = j.receipt_id)) OR (kind LIKE 'position%' AND NOT EXISTS (SELECT FROM positions p WHERE p.id = j.position_id)) OR (kind = 'attempt_state' AND NOT EXISTS (SELECT FROM payment_attempts a WHERE a.id = j.attempt_id))"
        ),
        // 10. No row refers to another creditor's row.
        (
            "a receipt of another creditor than its position or installment",
            "SELECT FROM receipts r LEFT JOIN positions p ON p.id = r.position_id LEFT JOIN installments i ON i.id = r.installment_id WHERE p.creditor_tax_code <> r.creditor_tax_code OR i.creditor_tax_code <> r.creditor_tax_code OR i.position_id <> r.position_id"
        ),
        (
            "an installment of another creditor than its position",
            "SELECT FROM installments i JOIN positions p ON p.id = i.position_id WHERE p.creditor_tax_code <> i.creditor_tax_code"
        ),
        (
            "an attempt on another creditor's position",
            "SELECT FROM payment_attempts a JOIN attempt_items t ON t.attempt_id = a.id JOIN positions p ON p.id = t.position_id WHERE p.creditor_tax_code <> a.creditor_tax_code"
        ),
        (
            "an anomaly of another creditor than its receipt or position",
            "SELECT FROM anomalies a JOIN receipts r ON r.id = a.receipt_id LEFT JOIN positions p ON p.id = a.position_id WHERE r.creditor_tax_code <> a.creditor_tax_code OR p.creditor_tax_code <> a.creditor_tax_code"
        ),
        (
            "a row of the journal of another creditor than its position",
            "SELECT FROM journal j JOIN positions p ON p.id = j.position_id WHERE p.creditor_tax_code <> j.creditor_tax_code"
        ),
        (
            "a mail of another position than its receipt",
            "SELECT FROM notifications n JOIN receipts r ON r.id = n.receipt_id WHERE n.position_id <> r.position_id"
        ),
    ]

    func violations() async throws -> [String] {
        var found: [String] = []
        for (rule, sql) in Self.rules {
            let number = try live.query("SELECT count(*) FROM (\(sql)) AS found").first ?? "?"
            guard number != "0" else { continue }
            found.append("\(rule): \(number)")
            // The journal entries of the first one.
            found += try live.query(
                """
                WITH found AS (\(sql) LIMIT 1), named AS (SELECT to_jsonb(found)->>'id' AS id FROM found)
                SELECT j.id || ' ' || j.at || ' ' || kind || ' ' || actor || ' ' || coalesce(from_state, '-') || ' '
                    || coalesce(to_state, '-') FROM journal j, named
                WHERE named.id IN (position_id::text, attempt_id::text, receipt_id::text) ORDER BY j.id
                """)
        }
        let (acknowledged, positions, attempts) = observed.withLock { ($0.acknowledged, $0.positions, $0.attempts) }
        let stored = Set(try live.query("SELECT encode(sha256(body), 'hex') FROM rts"))
        if !acknowledged.isSubset(of: stored) {
            found.append("RTs answered 2xx and not stored byte for byte: \(acknowledged.subtracting(stored).count)")
        }
        let saved = try live.query("SELECT external_id FROM positions WHERE external_id LIKE 'F-%'")
        if Set(saved).count != saved.count || !positions.isSubset(of: Set(saved)) {
            found.append("positions lost or duplicated")
        }
        let repeated = attempts.values.filter { $0.count > 1 }
        if !repeated.isEmpty { found.append("Idempotency-Keys answered with two attempts: \(repeated.count)") }
        try await checkMail(&found)
        return found
    }

    // 7. Each mail marked as sent was delivered; a copy was sent only if the first was not confirmed or its sender was killed.
    private func checkMail(_ found: inout [String]) async throws {
        let list = try await live.send("GET", url: live.mailControl + "/messages")
        let items = try #require(try JSONSerialization.jsonObject(with: list.body) as? [[String: any Sendable]])
        var deliveries: [String: [(at: Int, isConfirmed: Bool)]] = [:]
        for item in items {
            let id = try #require(item["message_id"] as? String).trimmingCharacters(in: ["<", ">"])
            let at = try #require((item["file"] as? String)?.split(separator: "-").first.flatMap { Int($0) })
            deliveries[id, default: []].append((at, item["confirmed"] as? Bool ?? false))
        }
        let sent = Set(try live.query("SELECT message_id FROM notifications WHERE state = 'sent'"))
        let missing = sent.subtracting(deliveries.keys)
        if !missing.isEmpty { found.append("mails marked as sent that were not delivered: \(missing.count)") }
        let unknown = Set(deliveries.keys).subtracting(try live.query("SELECT message_id FROM notifications"))
        if !unknown.isEmpty { found.append("mails without a row: \(unknown.count)") }
        let kills = observed.withLock { $0.kills }
        let second = 1_000_000_000
        let unexplained = deliveries.values.flatMap { $0.dropLast() }.filter { delivery in
            delivery.isConfirmed
                && !kills.contains { (delivery.at - second / 2...delivery.at + 5 * second).contains($0) }
        }
        if !unexplained.isEmpty { found.append("copies of a confirmed mail: \(unexplained.count)") }
        observed.withLock {
            $0.counts["mails delivered"] = items.count
            $0.counts["copies with the same Message-ID after a lost confirmation"] =
                items.count - deliveries.count
        }
    }
}

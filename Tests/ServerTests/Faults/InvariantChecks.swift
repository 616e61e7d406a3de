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

    /// Queries that find what must not exist, each after a comment with its name. `make ha-test` uses the same file.
    private static func rules() throws -> [(rule: String, sql: String)] {
        let file = Deployment.project.appending(path: "scripts/invariants.sql")
        let text = try String(contentsOf: file, encoding: .utf8)
        return text.components(separatedBy: "\n-- ").dropFirst().map { part in
            let lines = part.split(separator: "\n", maxSplits: 1)
            let sql = lines.last.map { $0.prefix { $0 != ";" } } ?? ""
            return (lines.first.map(String.init) ?? "", String(sql))
        }
    }

    func violations() async throws -> [String] {
        var found: [String] = []
        let rules = try Self.rules()
        #expect(rules.count > 20)
        for (rule, sql) in rules {
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

import Foundation
import Glibc
import Seals
import Synchronization
import TestSupport
import Testing

extension ServerTests {
    /// Load, faults, and then the books: reliability is what stands in the database at the end.
    @Suite struct FaultTests {
        @Test func `whatever breaks, no RT is lost and none counts twice`() async throws {
            let seconds = ProcessInfo.processInfo.environment["FAULT_SECONDS"].flatMap(Int.init) ?? 45
            try await Deployment.with(throughProxy: true) { live in
                let run = try FaultRun(live)
                try await run.load(seconds: seconds, workers: 8)
                do { try await run.settle() } catch {
                    print(run.table([]) + "\n" + run.lastWords())
                    throw error
                }
                let violations = try await run.violations()
                print(run.table(violations))
                #expect(violations.isEmpty, "\(violations)")
                #expect(run.count("HTTP 500") == 0)
                #expect(run.count("RTs acknowledged") > 50)
                #expect(run.count("given up") == 0)
            }
        }
    }
}

/// An instance of the service that can be killed and started again.
private final class Instance: Sendable {
    let url: String
    private let environment: [String: String]
    private let folder: URL
    private let part: Mutex<Part?>

    init(port: UInt16, environment: [String: String], folder: URL) {
        url = "http://127.0.0.1:\(port)"
        self.environment = environment.merging(["HTTP_PORT": "\(port)", "LOG_LEVEL": "warning"]) { $1 }
        self.folder = folder
        part = Mutex(nil)
    }

    func start() throws {
        let program = Deployment.binaries.appending(path: "quietanza").path
        let log = folder.appending(path: "instance-\(UUID().uuidString).log")
        let started = try Part(program, ["serve"], environment, log: log)
        part.withLock { $0 = started }
    }

    func kill() { part.withLock { $0 }?.kill() }
    func stop() -> Int32 { part.withLock { $0 }?.stop() ?? 0 }
}

private final class FaultRun: Sendable {
    private struct Book {
        var counts: [String: Int] = [:]
        /// SHA-256 of every RT body that got 2xx.
        var acknowledged: Set<String> = []
        var positions: Set<String> = []
        var isOver = false
    }

    private let live: Deployment
    private let instances: [Instance]
    private let proxy: Proxy
    private let book = Mutex(Book())

    init(_ live: Deployment) throws {
        self.live = live
        proxy = try #require(live.proxy)
        instances = try (0..<2).map { _ in
            let probe = try Proxy(to: 1)
            defer { probe.close() }
            return Instance(port: probe.port, environment: live.environment, folder: live.folder)
        }
    }

    func count(_ what: String) -> Int { book.withLock { $0.counts[what, default: 0] } }
    private func add(_ what: String) { book.withLock { $0.counts[what, default: 0] += 1 } }
    private var isOver: Bool { book.withLock { $0.isOver } }

    // MARK: Load

    func load(seconds: Int, workers: Int) async throws {
        // The deployment's own instance would answer nobody: two of ours take its place.
        #expect(live.service.stop() == 0)
        for instance in instances { try instance.start() }
        try await awaitInstances()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers { group.addTask { try await self.work(worker) } }
            let deadline = ContinuousClock.now + .seconds(seconds)
            while ContinuousClock.now < deadline { try await self.nemesis(until: deadline) }
            try await self.live.mailMode("ok")
            self.book.withLock { $0.isOver = true }
            try await group.waitForAll()
        }
    }

    private func awaitInstances() async throws {
        for instance in instances {
            try await live.waitUntil("\(instance.url) is ready", seconds: 30) {
                (try? await self.live.send("GET", url: instance.url + "/ready"))?.status == 200
            }
        }
    }

    /// Sends until it is answered for good, as a PSP or a creditor's system does.
    private func persist(_ path: String, headers: () -> [String: String], body: String) async throws -> Deployment
        .Answer?
    {
        for _ in 0..<600 {
            let instance = instances[Int.random(in: 0..<instances.count)]
            let began = ContinuousClock.now
            let answer = try? await live.send(
                "POST", url: instance.url + path, headers: headers(), body: Data(body.utf8))
            add("requests")
            guard let answer else {
                add("no answer")
                try await Task.sleep(for: .milliseconds(50))
                continue
            }
            add("HTTP \(answer.status)")
            if answer.status >= 500, ContinuousClock.now - began > .seconds(6) { add("refusals slower than 6 s") }
            if answer.status < 500, answer.status != 429 { return answer }
            try await Task.sleep(for: .milliseconds(100))
        }
        add("given up")
        return nil
    }

    private func work(_ worker: Int) async throws {
        var number = 0
        while !isOver {
            number += 1
            let externalID = "F-\(worker)-\(number)"
            let made = try await persist(
                "/v1/positions",
                headers: { ["Authorization": "Bearer \(live.creditorKey)", "Content-Type": "application/json"] },
                body: """
                    {"creditor_tax_code":"\(Deployment.creditor)","external_id":"\(externalID)","debt_type":"mensa",
                    "document":{"year":2026,"number":"\(number)"},"description":"Mensa scolastica",
                    "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Rossi",
                    "email":"w\(worker)@example.org"},"lines":[{"description":"Pasti","amount_cents":5980}],
                    "installments":[{"amount_cents":5980,"due_date":"2030-10-10"}]}
                    """)
            guard let made, [200, 201].contains(made.status),
                let iuv = (try made.json["installments"] as? [[String: any Sendable]])?.first?["iuv"] as? String
            else { continue }
            book.withLock { _ = $0.positions.insert(externalID) }
            let receipt = "R-\(worker)-\(number)"
            switch number % 6 {
            case 0: try await post(Deployment.rt(iuv: iuv, receipt: receipt, cents: 5_979))
            case 1:
                // The same RT twice at the same time.
                async let first: Void = post(Deployment.rt(iuv: iuv, receipt: receipt))
                async let second: Void = post(Deployment.rt(iuv: iuv, receipt: receipt))
                _ = try await (first, second)
            case 2:
                // Two PSPs' worth of money for one debt.
                async let first: Void = post(Deployment.rt(iuv: iuv, receipt: receipt + "A"))
                async let second: Void = post(Deployment.rt(iuv: iuv, receipt: receipt + "B"))
                _ = try await (first, second)
            case 3:
                try await post(Deployment.rt(iuv: iuv, receipt: receipt + "K", cents: 0, outcome: "KO"))
                try await post(Deployment.rt(iuv: iuv, receipt: receipt))
            case 4: try await post(Deployment.rt(iuv: "9\(worker)\(number)X", receipt: receipt))
            default: try await post(Deployment.rt(iuv: iuv, receipt: receipt))
            }
        }
    }

    private func post(_ rt: String) async throws {
        let answer = try await persist("/v1/psps/ABCDITMM/receipts", headers: { live.signed(rt) }, body: rt)
        guard let answer, [200, 201].contains(answer.status) else {
            add("RTs refused")
            return
        }
        add("RTs acknowledged")
        let hash = Hex.encode(SHA256.digest(Array(rt.utf8)))
        book.withLock { _ = $0.acknowledged.insert(hash) }
    }

    // MARK: Faults

    private func nemesis(until deadline: ContinuousClock.Instant) async throws {
        let faults: [(name: String, act: @Sendable () async throws -> Void)] = [
            ("kill -9 of an instance", { try await self.restart(self.instances[0]) { $0.kill() } }),
            ("connections cut", { try await self.cut() }),
            ("answers of COMMIT lost", { try await self.cutAnswers() }),
            ("mail server: lostack", { try await self.mail("lostack") }),
            (
                "PostgreSQL immediate restart",
                {
                    try self.live.cluster.stop("immediate")
                    try await Task.sleep(for: .milliseconds(300))
                    try self.live.cluster.start()
                }
            ),
            ("mail server: data4", { try await self.mail("data4") }),
            (
                "SIGTERM of an instance",
                { try await self.restart(self.instances[1]) { #expect($0.stop() == 0) } }
            ),
            ("mail server: dropdata", { try await self.mail("dropdata") }),
            (
                "PostgreSQL hangs",
                {
                    self.proxy.fallSilent()
                    try await Task.sleep(for: .seconds(6))
                    self.proxy.fallSilent(false)
                }
            ),
            ("mail server: rcpt5", { try await self.mail("rcpt5") }),
            ("mail server: greet4", { try await self.mail("greet4") }),
            ("mail server: silent", { try await self.mail("silent") }),
        ]
        for fault in faults where ContinuousClock.now < deadline {
            add("fault: " + fault.name)
            try await fault.act()
            // A breath, so that some work is done between two faults.
            try await Task.sleep(for: .milliseconds(700))
        }
    }

    private func restart(_ instance: Instance, _ end: (Instance) -> Void) async throws {
        end(instance)
        try await Task.sleep(for: .milliseconds(200))
        try instance.start()
    }

    private func cut() async throws {
        for _ in 0..<20 {
            proxy.cut()
            try await Task.sleep(for: .milliseconds(60))
        }
    }

    private func cutAnswers() async throws {
        for _ in 0..<40 {
            // Until the cut, every answer is lost, that of a COMMIT too.
            proxy.cutAtNextAnswer()
            try await Task.sleep(for: .milliseconds(15))
            proxy.cut()
            try await Task.sleep(for: .milliseconds(35))
        }
    }

    private func mail(_ mode: String) async throws {
        try await live.mailMode(mode)
        try await Task.sleep(for: .milliseconds(1_200))
        try await live.mailMode("ok")
    }

    // MARK: The books

    private func ask(_ sql: String) throws -> [String] { try live.ask(sql) }

    /// Everything is well again; operations send once more what was given up.
    func settle() async throws {
        try await awaitInstances()
        try await live.waitUntil("every mail has gone", seconds: 60) {
            for id in try self.ask("SELECT id FROM notifications WHERE state IN ('retrying', 'dead') LIMIT 200") {
                _ = try? await self.live.send(
                    "POST", url: self.instances[0].url + "/v1/notifications/\(id)/retry",
                    headers: ["Authorization": "Bearer \(self.live.opsKey)"])
            }
            return try self.ask("SELECT 1 FROM notifications WHERE state NOT IN ('sent', 'skipped') LIMIT 1").isEmpty
        }
        for instance in instances { #expect(instance.stop() == 0) }
    }

    func violations() async throws -> [String] {
        var found: [String] = []
        let rules = [
            "a paid installment without the RT that pays it":
                "SELECT count(*) FROM installments i WHERE paid_at IS NOT NULL AND NOT EXISTS (SELECT FROM receipts r JOIN rts t ON t.receipt_id = r.id WHERE r.installment_id = i.id AND r.status = 'settled')",
            "a settled RT whose installment is not paid":
                "SELECT count(*) FROM receipts r JOIN installments i ON i.id = r.installment_id WHERE r.status = 'settled' AND i.paid_at IS NULL",
            "an amount settled that was not owed":
                "SELECT count(*) FROM receipts r JOIN installments i ON i.id = r.installment_id WHERE r.status = 'settled' AND r.amount_cents <> i.amount_cents",
            "an installment paid twice":
                "SELECT count(*) FROM (SELECT installment_id FROM receipts WHERE status = 'settled' GROUP BY 1 HAVING count(*) > 1) x",
            "a position whose sums or state disagree with its installments":
                "SELECT count(*) FROM positions p JOIN (SELECT position_id, sum(amount_cents) FILTER (WHERE paid_at IS NOT NULL) AS paid, bool_and(paid_at IS NOT NULL) AS whole FROM installments GROUP BY 1) i ON i.position_id = p.id WHERE p.paid_cents <> coalesce(i.paid, 0) OR (p.state = 'paid') <> i.whole",
            "a position that left paid":
                "SELECT count(*) FROM journal WHERE kind = 'position_state' AND from_state = 'paid'",
            "money that moved and is neither settled nor open to people":
                "SELECT count(*) FROM receipts r WHERE r.outcome_code IN (0, 2, 4) AND r.status <> 'settled' AND r.copy_of_installment_id IS NULL AND NOT EXISTS (SELECT FROM anomalies a WHERE a.receipt_id = r.id)",
            "a receipt without its evidence":
                "SELECT count(*) FROM receipts r WHERE origin = 'pagopa' AND NOT EXISTS (SELECT FROM rts t WHERE t.receipt_id = r.id AND t.is_first)",
            "a receipt of another creditor than its position":
                "SELECT count(*) FROM receipts r JOIN positions p ON p.id = r.position_id WHERE p.creditor_tax_code <> r.creditor_tax_code",
            "an RT not journalled once":
                "SELECT count(*) FROM receipts r WHERE (SELECT count(*) FROM journal j WHERE j.receipt_id = r.id AND j.kind = 'rt_received') <> 1",
            "a position not journalled once":
                "SELECT count(*) FROM positions p WHERE (SELECT count(*) FROM journal j WHERE j.position_id = p.id AND j.kind = 'position_created') <> 1",
            "a settled RT without its mail":
                "SELECT count(*) FROM receipts r WHERE status = 'settled' AND NOT EXISTS (SELECT FROM notifications n WHERE n.receipt_id = r.id AND n.state = 'sent')",
        ]
        for (rule, sql) in rules.sorted(by: { $0.key < $1.key }) {
            let number = try ask(sql).first ?? "?"
            if number != "0" { found.append("\(rule): \(number)") }
        }
        let (acknowledged, positions) = book.withLock { ($0.acknowledged, $0.positions) }
        let stored = Set(try ask("SELECT encode(sha256, 'hex') FROM rts"))
        if !acknowledged.isSubset(of: stored) {
            found.append("RTs answered 2xx and not stored byte for byte: \(acknowledged.subtracting(stored).count)")
        }
        let kept = try ask("SELECT external_id FROM positions WHERE external_id LIKE 'F-%'")
        if Set(kept).count != kept.count || !positions.isSubset(of: Set(kept)) {
            found.append("positions lost or doubled")
        }
        try await checkMail(&found)
        return found
    }

    private func checkMail(_ found: inout [String]) async throws {
        let list = try await live.send("GET", url: live.mailControl + "/messages")
        let items = try #require(try JSONSerialization.jsonObject(with: list.body) as? [[String: String]])
        let ids = items.compactMap { $0["message_id"] }.map { $0.trimmingCharacters(in: ["<", ">"]) }
        let sent = try ask("SELECT message_id FROM notifications WHERE state = 'sent'")
            .map { $0.trimmingCharacters(in: ["<", ">"]) }
        let missing = Set(sent).subtracting(ids)
        if !missing.isEmpty { found.append("mails marked as sent that nobody got: \(missing.count)") }
        book.withLock {
            $0.counts["mails delivered"] = ids.count
            $0.counts["of them copies, after a lost confirmation"] = ids.count - Set(ids).count
        }
    }

    /// The end of every instance's log.
    func lastWords() -> String {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: live.folder.path)) ?? [])
            .filter { $0.hasPrefix("instance-") }
        return names.map { name in
            let text = (try? String(contentsOf: live.folder.appending(path: name), encoding: .utf8)) ?? ""
            return text.split(separator: "\n").suffix(4).joined(separator: "\n")
        }.joined(separator: "\n--\n")
    }

    func table(_ violations: [String]) -> String {
        let rows = book.withLock { $0.counts }.sorted { $0.key < $1.key }
        let width = (rows.map(\.key.count).max() ?? 0) + 2
        return rows.map { $0.key.padding(toLength: width, withPad: " ", startingAt: 0) + "\($0.value)" }
            .joined(separator: "\n") + "\ninvariants violated: \(violations.count)\n"
            + violations.joined(separator: "\n")
    }
}

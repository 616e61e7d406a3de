import Cryptography
import Foundation
import Synchronization
import TestSupport
import Testing
import Text

/// Two instances, their clients, and the responses that these received.
final class FaultRun: Sendable {
    struct Observations {
        var counts: [String: Int] = [:]
        /// SHA-256 of every RT body that got 2xx.
        var acknowledged: Set<String> = []
        var positions: Set<String> = []
        /// The attempts that were answered under each Idempotency-Key.
        var attempts: [String: Set<String>] = [:]
        /// When an instance was killed, in nanoseconds since 1970.
        var kills: [Int] = []
        /// The address of the instance with a wrong clock, while it runs.
        var skewedURL: String?
        var isOver = false
    }

    static let otherCreditor = "15376371009"

    let live: Deployment
    let instances: [Instance]
    /// The instances that replace the second one, with clocks ten minutes ahead and ten minutes behind.
    let skewed: [Instance]
    let proxy: Proxy
    let observed = Mutex(Observations())
    /// Faults that this machine does not allow.
    let absent: [String]
    private let channel = Mutex("")

    init(_ live: Deployment) throws {
        self.live = live
        proxy = try #require(live.proxy)
        instances = try (0..<2).map { _ in try Instance(of: live) }
        skewed = try [600, -600].map { try Instance(of: live, skewSeconds: $0) }
        absent = live.cluster.disk == nil ? ["disk full (mounting is not allowed)"] : []
    }

    func count(_ what: String) -> Int { observed.withLock { $0.counts[what, default: 0] } }
    func add(_ what: String) { observed.withLock { $0.counts[what, default: 0] += 1 } }
    var isOver: Bool { observed.withLock { $0.isOver } }

    /// Before the faults: another creditor, and the channel for payments.
    func prepare() async throws {
        let creditor = try await live.call(
            "PUT", "/v1/creditors/\(Self.otherCreditor)", key: live.opsKey,
            json: """
                {"tax_code":"\(Self.otherCreditor)","name":"Altro Comune","aux_digit":3,"segregation_code":"01",
                "iban":"IT60X0542811101000000123456"}
                """)
        #expect([200, 201].contains(creditor.status))
        let psps = try await live.call("GET", "/v1/psps?payment_method=CP&amount_cents=5980", key: live.apiKey).json
        let row = (psps["items"] as? [[String: any Sendable]])?.first { $0["psp_id"] as? String == "ABCDITMM" }
        let id = try #require(row?["channel_id"] as? String)
        channel.withLock { $0 = id }
    }

    func load(seconds: Int, workers: Int) async throws {
        // Two instances replace the deployment's own one, which gets no requests.
        #expect(live.service.stop() == 0)
        for instance in instances { try instance.start() }
        try await awaitInstances()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers { group.addTask { try await self.work(worker) } }
            let deadline = ContinuousClock.now + .seconds(seconds)
            group.addTask { try await self.breakMail(until: deadline) }
            while ContinuousClock.now < deadline { try await self.breakService(until: deadline) }
            self.observed.withLock { $0.isOver = true }
            try await group.waitForAll()
        }
        try await live.mailMode("ok")
    }

    func end() {
        for instance in instances + skewed { instance.kill() }
    }

    func awaitInstances() async throws {
        for instance in instances {
            try await live.waitUntil("\(instance.url) is ready", seconds: 30) { await instance.isReady(self.live) }
        }
    }

    // MARK: Load

    private var target: String {
        let other = observed.withLock { $0.skewedURL }
        return ((other.map { [$0] } ?? []) + instances.map(\.url)).randomElement() ?? ""
    }

    /// Repeats a request until it gets a final response, as a PSP or a creditor's system does.
    private func persist(
        _ path: String, headers: () -> [String: String], body: String, again: Set<Int> = []
    ) async throws -> Deployment.Answer? {
        for _ in 0..<1_200 {
            let began = ContinuousClock.now
            let answer = try? await live.send(
                "POST", url: target + path, headers: headers(), body: Data(body.utf8))
            add("requests")
            guard let answer else {
                add("connections refused or broken, sent again")
                try await Task.sleep(for: .milliseconds(50))
                continue
            }
            add("answers \(answer.status)")
            if answer.status == 503, answer.headers["retry-after"] == nil { add("answers 503 without Retry-After") }
            if answer.status >= 500, ContinuousClock.now - began > .seconds(6) { add("refusals slower than 6 s") }
            if answer.status < 500 || answer.status == 502, answer.status != 429, !again.contains(answer.status) {
                return answer
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        add("requests given up")
        return nil
    }

    private func work(_ worker: Int) async throws {
        var number = 0
        while !isOver {
            number += 1
            let name = "\(worker)-\(number)"
            let made = try await persist(
                "/v1/positions",
                headers: { ["Authorization": "Bearer \(live.creditorKey)", "Content-Type": "application/json"] },
                body: """
                    {"creditor_tax_code":"\(Deployment.creditor)","external_id":"F-\(name)","debt_type":"mensa",
                    "document":{"year":2026,"number":"\(number)"},"description":"Mensa scolastica",
                    "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Rossi",
                    "email":"w\(worker)@example.org"},"lines":[{"description":"Pasti","amount_cents":5980}],
                    "installments":[{"amount_cents":5980,"due_date":"2030-10-10"}]}
                    """)
            guard let made, [200, 201].contains(made.status),
                let iuv = (try made.json["installments"] as? [[String: any Sendable]])?.first?["iuv"] as? String
            else { continue }
            observed.withLock { _ = $0.positions.insert("F-\(name)") }
            try await use(iuv, number, receipt: "R-\(name)")
        }
    }

    private func use(_ iuv: String, _ number: Int, receipt: String) async throws {
        switch number % 8 {
        case 0: try await post(Deployment.rt(iuv: iuv, receipt: receipt, cents: 5_979))
        case 1:
            // The same RT twice at the same time.
            async let first: Void = post(Deployment.rt(iuv: iuv, receipt: receipt))
            async let second: Void = post(Deployment.rt(iuv: iuv, receipt: receipt))
            _ = try await (first, second)
        case 2:
            // Two PSPs report a payment of one debt.
            async let first: Void = post(Deployment.rt(iuv: iuv, receipt: receipt + "A"))
            async let second: Void = post(Deployment.rt(iuv: iuv, receipt: receipt + "B"))
            _ = try await (first, second)
        case 3:
            try await post(Deployment.rt(iuv: iuv, receipt: receipt + "K", cents: 0, outcome: "KO"))
            try await post(Deployment.rt(iuv: iuv, receipt: receipt))
        case 4: try await post(Deployment.rt(iuv: "9\(receipt.filter(\.isNumber))X", receipt: receipt))
        case 5:
            // The same start twice, and then its RT.
            async let first: Void = pay(iuv, key: "K-\(receipt)")
            async let second: Void = pay(iuv, key: "K-\(receipt)")
            _ = try await (first, second)
            try await post(Deployment.rt(iuv: iuv, receipt: receipt))
        case 6:
            // An RT of another creditor with the same IUV.
            try await post(Deployment.rt(iuv: iuv, receipt: receipt, creditor: Self.otherCreditor))
        default: try await post(Deployment.rt(iuv: iuv, receipt: receipt))
        }
    }

    private func post(_ rt: String) async throws {
        // An instance with a wrong clock rejects a request signed with the correct time, so the PSP sends it again.
        let answer = try await persist(
            "/v1/psps/ABCDITMM/receipts", headers: { live.signed(rt) }, body: rt, again: [401])
        guard let answer, [200, 201].contains(answer.status) else {
            add("RTs refused")
            return
        }
        add("RTs acknowledged")
        let hash = Hex.encode(SHA256.digest(Array(rt.utf8)))
        observed.withLock { _ = $0.acknowledged.insert(hash) }
    }

    private func pay(_ iuv: String, key: String) async throws {
        let channel = channel.withLock(\.self)
        // 409 while the first request under this key has not ended.
        let answer = try await persist(
            "/v1/payment-attempts",
            headers: {
                [
                    "Authorization": "Bearer \(live.apiKey)", "Content-Type": "application/json",
                    "Idempotency-Key": key,
                ]
            },
            body: """
                {"installments":[{"creditor_tax_code":"\(Deployment.creditor)","notice_number":"3\(iuv)"}],
                "payment_method":"CP","psp_id":"ABCDITMM","channel_id":"\(channel)",
                "payer":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Pagante"},
                "email":"\(key.lowercased())@example.org","return_url":"http://localhost:3000/esito","language":"it"}
                """, again: [409])
        guard let answer, answer.status == 201 || answer.status == 200, let id = try answer.json["id"] as? String
        else { return }
        add("payments started")
        observed.withLock { _ = $0.attempts[key, default: []].insert(id) }
    }
}

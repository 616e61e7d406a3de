import Accounts
import Cryptography
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import TestSupport
import Testing

/// How many round trips to PostgreSQL an operation needs. Authentication happens before it and is not counted.
@Suite(.serialized) struct RoundTripTests {
    /// The figures are for a warm connection with prepared statements. Update the table when an operation needs fewer.
    private static let expected = [
        "create position": 2, "show position": 1, "list positions": 1, "show attempt": 1, "receive RT": 2,
        "receive RT without attempt": 2, "receive RT again": 2, "show receipt": 1, "list receipts": 1,
        "list anomalies": 1,
    ]
    /// The call to the PSP happens between two transactions, so notifications of the first may be counted as well.
    private static let startAtMost = 6

    @Test func `each operation costs as many round trips as the table says`() async throws {
        let proxy = try Proxy(to: TestIntermediary.serverPort)
        defer { proxy.close() }
        try await StartFixture.with(port: proxy.port) { desk in
            let service = try desk.intermediary(FastPSP())
            let caller = desk.backOffice
            var counted: [String: Int] = [:]
            // Uses the minimum of several runs, because concurrent notifications add round trips that do not belong to the operation.
            func count<R>(_ name: String, _ work: () async throws -> R) async throws -> R {
                let before = proxy.roundTrips
                let result = try await work()
                counted[name] = min(counted[name] ?? .max, proxy.roundTrips - before)
                return result
            }
            /// Runs reads that are not counted, while a notification is sent.
            func pause(_ position: Position) async throws {
                for _ in 0..<5 { _ = try await service.positions.show(position.id, for: caller) }
            }
            func create(_ name: String) async throws -> Position {
                let created = try await service.positions.create(
                    desk.test.draft(name), fingerprint: [UInt8](repeating: 7, count: 32), by: caller)
                guard case .done(.created(let position)) = created else { throw TestIntermediary.Unexpected() }
                return position
            }

            for round in 1...6 {
                let position = try await count("create position") { try await create("a\(round)") }
                let other = try await create("b\(round)")
                let paid = position.installments[0]
                _ = try await count("show position") { try await service.positions.show(position.id, for: caller) }
                _ = try await count("list positions") {
                    try await service.positions.list(
                        PositionFilter(), creditor: nil, order: .createdDescending, page: PageRequest(), for: caller)
                }
                _ = try await count("start attempt") {
                    try await desk.start(service, key: "k\(round)", installment: paid.id)
                }
                try await pause(position)
                let attempt = try Identifier<PaymentAttempt>(
                    try #require(
                        try await desk.test.ask("SELECT attempt_id::text FROM attempt_items WHERE is_holding").first))
                _ = try await count("show attempt") {
                    try await service.attempts.show(attempt, for: desk.frontEnd)
                }
                let rt = try TestIntermediary.rt("R\(round)", iuv: paid.iuv, channel: "canale", attempt: attempt)
                let taken = try await count("receive RT") {
                    try await service.rts.receive(rt, body: body(of: rt)) { _ in [] }
                }
                #expect(taken.disposition == .settled)
                try await pause(position)
                let replay = try await count("receive RT again") {
                    try await service.rts.receive(rt, body: body(of: rt)) { _ in [] }
                }
                #expect(replay.isReplay)
                let plain = try TestIntermediary.rt("S\(round)", iuv: other.installments[0].iuv)
                _ = try await count("receive RT without attempt") {
                    try await service.rts.receive(plain, body: body(of: plain)) { _ in [] }
                }
                try await pause(position)
                _ = try await count("show receipt") { try await service.receipts.show(taken.receipt, for: caller) }
                _ = try await count("list receipts") {
                    try await service.receipts.list(ReceiptFilter(), creditor: nil, page: PageRequest(), for: caller)
                }
                _ = try await count("list anomalies") {
                    try await service.anomalies.list(AnomalyFilter(), creditor: nil, page: PageRequest(), for: caller)
                }
            }

            let start = counted.removeValue(forKey: "start attempt") ?? .max
            #expect(start <= Self.startAtMost)
            #expect(counted == Self.expected)
        }
    }

    private func body(of rt: RT) -> RTBody {
        let text = Array("\(rt)".utf8)
        return RTBody(
            psp: rt.psp.id, messageID: rt.receiptID, contentType: "application/json", bytes: text,
            sha256: SHA256.digest(text), fingerprint: SHA256.digest(text))
    }
}

extension StartFixture {
    /// The creditor's own key.
    fileprivate var backOffice: Caller {
        Caller(
            key: APIKey(
                id: frontEnd.key.id, name: "office", kind: .creditor, prefix: "qz_office",
                scopes: [.positionsRead, .positionsWrite, .receiptsRead, .anomaliesWrite],
                creditors: frontEnd.key.creditors, createdAt: Instant(microseconds: 0)))
    }
}

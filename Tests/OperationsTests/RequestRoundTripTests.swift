import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import TestSupport
import Testing

/// How many round trips to PostgreSQL a whole request needs, including the check of its credential.
@Suite struct RequestRoundTripTests {
    @Test func `a read is one round trip, and a write is two`() async throws {
        let proxy = try Proxy(to: try TestIntermediary.serverPort)
        defer { proxy.close() }
        try await TestIntermediary.with(port: proxy.port) { test in
            try await test.seed()
            let intermediary = try test.instance()
            let made = try await intermediary.callers.makeAPIKey(
                APIKeyRequest(
                    name: "Ufficio", kind: .creditor,
                    scopes: [.positionsRead, .positionsWrite, .receiptsRead, .anomaliesWrite, .paymentsWrite],
                    creditors: [TestIntermediary.comune], expiresAt: nil), by: nil)
            guard case .done(let key) = made else { throw TestIntermediary.Unexpected() }
            let position = try await test.create(test.draft("known"), with: intermediary)
            _ = try await intermediary.secrets.make(of: TestIntermediary.psp, by: nil)
            // The credential is cached in this process, and the statements are prepared on each connection.
            _ = try await intermediary.callers.authenticate(token: key.secret)

            // The fewest of some tries, because the notification of an earlier change, which is sent later, may fall into one of them.
            func fewestTrips(_ work: (Int) async throws -> Void) async throws -> Int {
                var fewest = Int.max
                for number in 1...5 {
                    let before = proxy.roundTrips
                    try await work(number)
                    fewest = min(fewest, proxy.roundTrips - before)
                }
                return fewest
            }
            func trips<R>(_ work: (Caller, Int) async throws -> R) async throws -> Int {
                try await fewestTrips { number in
                    let credential = try await intermediary.callers.authenticate(token: key.secret, fromMemory: true)
                    try await credential.request { _ = try await work($0, number) }
                    try await intermediary.callers.confirm(credential)
                }
            }
            let total = PageRequest(includeTotal: true)
            let once = { (name: String) in
                Repeating<CreatedPosition>(
                    key: IdempotencyKey(caller: "test", key: name, fingerprint: [UInt8](repeating: 1, count: 32)),
                    render: { _ in StoredAnswer(status: 201, headers: [:], body: []) })
            }

            #expect(try await trips { _, _ in } == 1)
            #expect(
                try await trips { caller, _ in try await intermediary.positions.show(position.id, for: caller) } == 1)
            #expect(
                try await trips { caller, _ in
                    try await intermediary.positions.list(
                        PositionFilter(), creditor: nil, order: .created, page: total, for: caller)
                } == 1)
            #expect(
                try await trips { caller, _ in
                    try await intermediary.receipts.list(ReceiptFilter(), creditor: nil, page: total, for: caller)
                } == 1)
            #expect(
                try await trips { caller, _ in
                    try await intermediary.anomalies.list(AnomalyFilter(), creditor: nil, page: total, for: caller)
                } == 1)
            #expect(
                try await trips { caller, _ in
                    try await intermediary.attempts.list(AttemptFilter(), page: total, for: caller)
                } == 1)
            #expect(
                try await trips { caller, _ in try await intermediary.creditors.list(page: total, for: caller) } == 1)
            #expect(
                try await trips {
                    try await intermediary.positions.create(
                        test.draft("new-\($1)"), fingerprint: [UInt8](repeating: 7, count: 32), by: $0,
                        repeating: once("key-\($1)"))
                } == 2)
            let repeated = try await trips { caller, _ in
                try await intermediary.positions.create(
                    test.draft("new-1"), fingerprint: [UInt8](repeating: 7, count: 32), by: caller,
                    repeating: once("key-1"))
            }
            #expect(repeated == 2)

            // A PSP's secrets are read before its signature is verified.
            #expect(
                try await fewestTrips { _ in _ = try await intermediary.secrets.valid(of: TestIntermediary.psp) } == 1)
        }
    }
}

import Accounts
import Cryptography
import Documents
import Foundation
import Operations
import PagoPA
import Requests
import Storage
import TestSupport
import Testing

@testable import Postgres

/// A signed body that cannot be read as an RT is stored once and unchanged, within limits, until operators have resolved its anomaly.
@Suite struct UnreadableRTTests {
    private static let psp = try! PSPID("ABCDITMM")  // a valid literal
    private static let other = try! PSPID("EFGHITMM")  // a valid literal

    private func body(_ text: String, from psp: PSPID = psp) -> RTBody {
        let bytes = Array(text.utf8)
        return RTBody(
            psp: psp, messageID: "msg_1", contentType: "application/json", bytes: bytes, sha256: SHA256.digest(bytes),
            fingerprint: [])
    }

    private let unreadable = UnreadableRT(faults: [Fault("/receipt_id", .required, "is required")], gist: RTGist())

    /// Stores this many bodies of this PSP, each of this size.
    private func fill(_ test: TestIntermediary, bodies: Int, bytes: Int, psp: PSPID = psp) async throws {
        try await test.pool.execute(
            """
            WITH a AS (
                INSERT INTO anomalies (id, kind, psp_id, opened_at)
                SELECT gen_random_uuid(), 'unreadable_rt', \(psp.value), now() FROM generate_series(1, \(bodies)::integer)
                RETURNING id)
            INSERT INTO unreadable_rts
            SELECT id, \(psp.value), 'm', 'application/json', b.body, sha256(b.body), '[]', now()
            FROM a CROSS JOIN LATERAL (SELECT (rpad(a.id::text, \(bytes)::integer, ' '))::bytea AS body) AS b
            """)
    }

    @Test func `the same bytes in parallel are one row and one anomaly, and another PSP's are its own`() async throws {
        try await TestIntermediary.with { test in
            let service = try test.instance()

            let ids = try await withThrowingTaskGroup(of: Identifier<Anomaly>?.self) { group in
                for _ in 0..<40 {
                    group.addTask { try await service.rts.storeUnreadable(unreadable, body(#"{"a":1}"#)) }
                }
                return try await group.reduce(into: Set<Identifier<Anomaly>?>()) { $0.insert($1) }
            }
            let foreign = try await service.rts.storeUnreadable(unreadable, body(#"{"a":1}"#, from: Self.other))

            #expect(ids.count == 1 && !ids.contains(nil))
            #expect(foreign != nil && !ids.contains(foreign))
            #expect(try await test.ask("SELECT count(*)::text FROM unreadable_rts") == ["2"])
            #expect(try await test.ask("SELECT count(*)::text FROM anomalies") == ["2"])
            let journalled = "SELECT count(*)::text FROM journal WHERE kind IN ('rt_refused', 'anomaly_opened')" as SQL
            #expect(try await test.ask(journalled) == ["4"])
        }
    }

    @Test func `operators read the bytes as received, why they are not readable, and what could be read`() async throws
    {
        try await TestIntermediary.with { test in
            let service = try test.instance()
            let gist = RTGist(
                creditor: try OrganizationTaxCode("12345678903"), iuv: try IUV("RF18539007547034"),
                amount: try Amount(cents: 5980))
            let stored = UnreadableRT(faults: [Fault("/a\u{0}", .badFormat, "is\nwrong")], gist: gist)

            let id = try #require(try await service.rts.storeUnreadable(stored, body("{\"a\":\u{7}")))

            let shown = try await service.anomalies.show(id, for: .ops)
            #expect(shown.kind == .unreadableRT && shown.receipt == nil && shown.psp == Self.psp)
            #expect(shown.creditor == gist.creditor && shown.iuv == gist.iuv && shown.amount == gist.amount)
            let evidence = try await service.anomalies.showEvidence(of: id, for: .ops)
            #expect(evidence.bytes == Array("{\"a\":\u{7}".utf8) && evidence.messageID == "msg_1")
            #expect(evidence.faults == [Fault("/a\u{FFFD}", .badFormat, "is\u{FFFD}wrong")])
        }
    }

    @Test func `a PSP with a bug fills neither the table nor the disk`() async throws {
        try await TestIntermediary.with { test in
            let service = try test.instance()
            try await fill(test, bodies: UnreadableRT.maximumBodies - 1, bytes: 40)
            try await fill(test, bodies: 32, bytes: 1_048_576 - 1, psp: Self.other)

            let last = try await service.rts.storeUnreadable(unreadable, body("last"))
            let beyond = try await service.rts.storeUnreadable(unreadable, body("beyond"))
            let again = try await service.rts.storeUnreadable(unreadable, body("last"))
            let fits = try await service.rts.storeUnreadable(
                unreadable, body(String(repeating: "x", count: 32), from: Self.other))
            let tooMuch = try await service.rts.storeUnreadable(unreadable, body("y", from: Self.other))

            #expect(last != nil && beyond == nil && again == last)
            #expect(fits != nil && tooMuch == nil)
            // A day later the limit has been reset.
            let tomorrow = try test.instance(skewSeconds: UnreadableRT.limitSeconds + 60)
            #expect(try await tomorrow.rts.storeUnreadable(unreadable, body("beyond")) != nil)
        }
    }

    @Test func `operators resolve it by refund or reject; accept and match explain how to enter its content`()
        async throws
    {
        try await TestIntermediary.with { test in
            let service = try test.instance()
            let id = try #require(try await service.rts.storeUnreadable(unreadable, body("{}")))

            await #expect {
                _ = try await service.anomalies.resolve(id, .accept, reason: "x", by: .ops)
            } throws: { error in
                guard case .resolutionNotPossible(let why)? = error as? Refusal else { return false }
                return why.contains("POST /v1/receipts")
            }
            guard case .done(let resolved) = try await service.anomalies.resolve(id, .reject, reason: "Prova", by: .ops)
            else { return }
            #expect(!resolved.isOpen)
            // The PSP sends the body again: no anomaly opens again.
            #expect(try await service.rts.storeUnreadable(unreadable, body("{}")) == id)
            #expect(try await test.ask("SELECT count(*)::text FROM anomalies WHERE is_open") == ["0"])
        }
    }

    @Test func `retention deletes only bodies whose anomaly was resolved long ago, and a dry run only counts`()
        async throws
    {
        try await TestIntermediary.with { test in
            let service = try test.instance()
            let open = try await service.rts.storeUnreadable(unreadable, body("open"))
            let closed = try #require(try await service.rts.storeUnreadable(unreadable, body("closed")))
            _ = try await service.anomalies.resolve(closed, .reject, reason: "Prova", by: .ops)
            let days = RetentionRule.unreadableRTs.lifeSeconds / RetentionRule.daySeconds
            let early = try test.instance(skewSeconds: (days - 1) * RetentionRule.daySeconds)
            let late = try test.instance(skewSeconds: (days + 1) * RetentionRule.daySeconds)

            #expect(try await early.retention.countExpired().first { $0.rule == .unreadableRTs }?.rows == 0)
            #expect(try await late.retention.countExpired().first { $0.rule == .unreadableRTs }?.rows == 1)
            #expect(try await late.retention.deleteExpired().first { $0.rule == .unreadableRTs }?.rows == 1)

            #expect(try await test.ask("SELECT encode(body, 'escape') FROM unreadable_rts") == ["open"])
            #expect(try await service.anomalies.show(closed, for: .ops).resolution?.kind == .reject)
            await #expect(throws: Refusal.notFound) {
                _ = try await service.anomalies.showEvidence(of: closed, for: .ops)
            }
            #expect(open != nil)
        }
    }

    @Test(arguments: [
        ("<a><identificativoUnivocoVersamento>RF18539007547034</identificativoUnivocoVersamento></a>", true),
        (
            "<RT xmlns='urn:x'><p><identificativoUnivocoVersamento>RF18539007547034</identificativoUnivocoVersamento></p></RT>",
            true
        ),
        ("<a><identificativoUnivocoVersamento>!</identificativoUnivocoVersamento></a>", false),
        (
            """
            <a><identificativoUnivocoVersamento>1</identificativoUnivocoVersamento>\
            <identificativoUnivocoVersamento>2</identificativoUnivocoVersamento></a>
            """, false
        ),
        ("<a>", false), ("", false),
    ])
    func `the IUV of an unknown kind of document is found if it occurs once`(document: String, isFound: Bool) {
        #expect((RTDocument.gist(Array(document.utf8)).iuv != nil) == isFound)
    }
}

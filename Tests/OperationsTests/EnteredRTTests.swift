import Accounts
import Cryptography
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// Operators enter RTs that arrived by PEC, on paper, or as an unreadable body. These RTs count like any other.
@Suite(.serialized) struct EnteredRTTests {
    private func text(_ iuv: IUV, psp: String = "ABCDITMM", id: String = "PEC-1") -> [UInt8] {
        Array(
            """
            {"receipt_id":"\(id)","outcome":"OK","creditor_tax_code":"12345678903","iuv":"\(iuv)","amount_cents":5980,
            "psp":{"id":"\(psp)","business_name":"Banca Alfa"},"paid_at":"2026-11-20T10:00:00Z",
            "transfers":[{"index":1,"creditor_tax_code":"12345678903","amount_cents":5980}]}
            """.utf8)
    }

    private let scan = EnteredRT.Source.document(bytes: Array("%PDF-1.7".utf8), mediaType: "application/pdf")

    private func entry(_ text: [UInt8], _ source: EnteredRT.Source, psp: PSPID = TestIntermediary.psp) -> EnteredRT {
        EnteredRT(text: text, psp: psp, source: source, reason: "Arrivata per PEC")
    }

    private func enter(_ entered: EnteredRT, _ service: Intermediary) async throws -> ReceivedRT {
        try await service.rts.enter(entered, by: .ops) { Array("\($0.receipt)".utf8) }
    }

    @Test func `an RT on paper pays its debt, with the document as evidence, and is one RT with the PSP's own`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            _ = try await service.secrets.make(of: TestIntermediary.psp, by: nil)
            let debt = try await test.create(test.draft("debt"), with: service)
            let words = text(debt.installments[0].iuv)

            let taken = try await enter(entry(words, scan), service)
            let again = try await enter(entry(words, scan), service)

            #expect(taken.disposition == .settled && !taken.isReplay && again.isReplay)
            #expect(again.answer == taken.answer)
            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
            #expect(try await test.ask("SELECT origin FROM receipts") == ["file"])
            #expect(try await test.ask("SELECT encode(body, 'escape') FROM rts") == ["%PDF-1.7"])
            #expect(
                try await test.ask("SELECT note FROM journal WHERE kind = 'rt_received'") == ["Arrivata per PEC"])
            // Then the PSP sends the same RT.
            let rt = try service.rts.read(words, as: .json, from: TestIntermediary.psp)
            let body = RTBody(
                psp: TestIntermediary.psp, messageID: "m", contentType: "application/json", bytes: words,
                sha256: SHA256.digest(words), fingerprint: SHA256.digest(rt.meaning))
            #expect(try await service.rts.receive(rt, body: body) { _ in [] }.isReplay)
        }
    }

    @Test func `entering an unreadable body takes its bytes and resolves its anomaly`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt"), with: service)
            let bytes = Array("not an RT".utf8)
            let stored = try await service.rts.storeUnreadable(
                UnreadableRT(faults: [Fault("", .badFormat, "is no JSON")], gist: RTGist()),
                RTBody(
                    psp: TestIntermediary.psp, messageID: "m", contentType: "application/json", bytes: bytes,
                    sha256: SHA256.digest(bytes), fingerprint: []))
            let anomaly = try #require(stored)
            let words = text(debt.installments[0].iuv)
            let other = text(debt.installments[0].iuv, psp: TestIntermediary.otherPSP.value)

            await #expect {
                _ = try await enter(entry(other, .anomaly(anomaly), psp: TestIntermediary.otherPSP), service)
            } throws: { error in
                guard case .invalid(let faults)? = error as? Refusal else { return false }
                return faults.map(\.pointer) == ["/rt/psp/id"]
            }
            let taken = try await enter(entry(words, .anomaly(anomaly)), service)

            #expect(taken.disposition == .settled)
            let resolved = try await service.anomalies.show(anomaly, for: .ops)
            #expect(resolved.resolution?.kind == .entered && resolved.receipt == taken.receipt)
            #expect(resolved.iuv == debt.installments[0].iuv)
            #expect(try await test.ask("SELECT encode(body, 'escape') FROM rts") == ["not an RT"])
            await #expect(throws: Refusal.anomalyNotOpen) {
                _ = try await enter(entry(words, .anomaly(anomaly)), service)
            }
        }
    }

    @Test func `unreadable RTs, RTs of unknown PSPs and RTs from other senders are refused`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let iuv = try IUV("RF18539007547034")
            func pointers(_ entered: EnteredRT) async -> [String] {
                do { _ = try await enter(entered, service) } catch Refusal.invalid(let faults) {
                    return faults.map(\.pointer)
                } catch { return ["\(error)"] }
                return []
            }

            #expect(await pointers(entry(text(iuv), scan)) == ["/rt/psp/id"])
            _ = try await service.secrets.make(of: TestIntermediary.psp, by: nil)
            #expect(await pointers(entry(Array(#"{"psp":{"id":"ABCDITMM"}}"#.utf8), scan)).contains("/rt/receipt_id"))
            #expect(
                await pointers(entry(text(iuv), .anomaly(Identifier(uuid: UUID())))) == ["/anomaly_id"])
            #expect(try await test.ask("SELECT count(*)::text FROM receipts") == ["0"])
            // An RT of a known PSP with an unknown IUV goes to quarantine, as through the webhook.
            #expect(try await enter(entry(text(iuv), scan), service).disposition == .quarantined)
        }
    }
}

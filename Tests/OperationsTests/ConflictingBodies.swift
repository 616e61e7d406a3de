import Accounts
import Cryptography
import Operations
import PagoPA
import Requests
import Testing

@testable import Storage

/// Bodies of one RT that contradict each other, and operators who accept one of them.
protocol ConflictingBodies {}

extension ConflictingBodies {
    /// The body of an RT with the receipt id R1. A PSP's first body and its correction differ in amount, outcome or hour.
    func text(_ iuv: IUV, cents: Int = 5_980, code: Int = 0, hour: Int = 10) -> String {
        let paid = RTOutcome(rawValue: code)?.movedMoney == true ? cents : 0
        let transfers =
            paid == 0 ? "" : #"{"index":1,"creditor_tax_code":"12345678903","amount_cents":\#(paid)}"#
        return """
            {"receipt_id":"R1","outcome_code":\(code),"creditor_tax_code":"12345678903","iuv":"\(iuv)","amount_cents":\(paid),
            "psp":{"id":"ABCDITMM","business_name":"Banca Alfa"},"paid_at":"2026-11-20T\(hour):00:00Z",
            "payer":{"full_name":"Anna Bianchi","email":"pagante@example.org"},"transfers":[\(transfers)]}
            """
    }

    func receive(_ text: String, _ service: Intermediary) async throws -> ReceivedRT {
        let bytes = Array(text.utf8)
        let rt = try service.rts.read(bytes, as: .json, from: TestIntermediary.psp)
        let body = RTBody(
            psp: TestIntermediary.psp, messageID: "m", contentType: "application/json", bytes: bytes,
            sha256: SHA256.digest(bytes), fingerprint: SHA256.digest(rt.meaning))
        return try await service.rts.receive(rt, body: body) { Array("\($0.receipt)".utf8) }
    }

    /// The anomaly that this body causes; `nil` if it contradicts no stored receipt.
    func conflict(_ text: String, _ service: Intermediary) async throws -> Identifier<Anomaly>? {
        do { _ = try await receive(text, service) } catch Refusal.receiptConflict(let anomaly) { return anomaly }
        return nil
    }

    @discardableResult
    func accept(
        _ anomaly: Identifier<Anomaly>?, _ service: Intermediary, by caller: Caller = .ops
    ) async throws -> Anomaly {
        let accepted = try await service.anomalies.resolve(
            #require(anomaly), .accept, reason: "La banca ha corretto", by: caller
        ) { Array("\($0.receipt)".utf8) }
        guard case .done(let anomaly) = accepted else { throw TestIntermediary.Unexpected() }
        return anomaly
    }

    /// What an operator is told instead, if the resolution is not possible.
    func advice(_ work: () async throws -> Anomaly) async -> String {
        do { _ = try await work() } catch Refusal.resolutionNotPossible(let why) { return why } catch {
            return "\(error)"
        }
        return "accepted"
    }
}

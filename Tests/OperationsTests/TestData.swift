import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Storage
import Testing

/// Test data: a creditor with one debt type, its positions and its RTs.
extension TestIntermediary {
    static let comune = try! OrganizationTaxCode("12345678903")  // a valid literal
    static let provincia = try! OrganizationTaxCode("01199250158")  // a valid literal
    static let psp = try! PSPID("ABCDITMM")  // a valid literal
    static let otherPSP = try! PSPID("BETAITRR")  // a valid literal

    func seed() async throws {
        for (index, creditor) in [Self.comune, Self.provincia].enumerated() {
            _ = try await pool.query(
                """
                INSERT INTO creditors (tax_code, name, aux_digit, notice_code, iban, created_at, updated_at)
                VALUES (\(creditor.value), 'Comune di Esempio', 3, \("0\(index + 1)"), 'IT60X0542811101000000123456', now(), now())
                """)
            _ = try await pool.query(
                """
                INSERT INTO debt_types (creditor_tax_code, key, descriptions, service, taxonomy_code, payable_after_due,
                    created_at, updated_at)
                VALUES (\(creditor.value), 'mensa', '{"it":"Mensa"}', 'school', '9/0101002IM/', true, now(), now())
                """)
        }
        _ = try await pool.query(
            """
            INSERT INTO api_keys (id, name, kind, prefix, digest, scopes, creditors, created_at, lineage)
            VALUES (\(Caller.office.key.id.uuid), 'office', 'creditor', 'qz_office', sha256('k'), '{}', '{}', now(),
                \(Caller.office.key.id.uuid))
            """)
    }

    /// A draft with installments of these amounts, with the given or generated notice numbers.
    func draft(
        _ externalID: String, cents: [Int64] = [5_980], notices: [String]? = nil, transfers: [Transfer] = [],
        isDraft: Bool = false, creditor: OrganizationTaxCode = comune, group: String? = nil,
        due: String = "2030-10-10"
    ) throws -> PositionDraft {
        PositionDraft(
            creditor: creditor, externalID: externalID, debtTypeKey: "mensa",
            document: Document(year: 2026, number: "1"), description: "Mensa scolastica",
            debtor: Debtor(
                kind: .person, taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Mario Canarino",
                email: try EmailAddress("debitore@example.org"), address: nil), lines: [],
            installments: try cents.enumerated().map { index, cents in
                InstallmentDraft(
                    amount: try Amount(cents: cents), dueDate: try CalendarDate(due), iuv: nil,
                    noticeNumber: try notices.map { try NoticeNumber($0[index]) }, transfers: transfers)
            }, metadata: [:], isDraft: isDraft, alternativeGroup: group)
    }

    /// Creates the position as its back office.
    func create(_ draft: PositionDraft, with intermediary: Intermediary) async throws -> Position {
        let created = try await intermediary.positions.create(
            draft, fingerprint: [UInt8](repeating: 7, count: 32), by: .office)
        guard case .done(.created(let position)) = created else { throw Unexpected() }
        return position
    }

    static func rt(
        _ receiptID: String, iuv: IUV, cents: Int64 = 5_980, outcome: RTOutcome = .executed, from sender: PSPID = psp,
        creditor: OrganizationTaxCode = comune, channel: String? = nil, attempt: Identifier<PaymentAttempt>? = nil,
        transfers: [(OrganizationTaxCode, Int64)]? = nil
    ) throws -> RT {
        let parts = transfers ?? (outcome.movedMoney ? [(creditor, cents)] : [])
        return RT(
            receiptID: receiptID, outcome: outcome, creditor: creditor, iuv: iuv, noticeNumber: nil,
            paymentContext: nil,
            attempt: attempt, amount: try Amount(cents: outcome.movedMoney ? cents : 0), fee: nil,
            psp: RTPSP(id: sender, businessName: "Banca Alfa", taxCode: nil, channel: channel), method: nil,
            paidAt: try Instant(rfc3339: "2026-11-20T10:00:00Z"),
            transfers: try parts.enumerated().map { index, part in
                RTTransfer(
                    index: index + 1, creditor: part.0, iban: nil, amount: try Amount(cents: part.1), remittance: nil)
            },
            payer: RTSubject(
                kind: .person, taxCode: "BNCNNA80A41H501R", fullName: "Anna Bianchi",
                email: try EmailAddress("pagante@example.org")), debtor: nil, failureReason: nil)
    }

    /// Receives the RT, signed by its sender. The sender is the RT's PSP unless another one is given.
    @discardableResult
    func receive(_ rt: RT, sentBy sender: PSPID? = nil, with intermediary: Intermediary) async throws -> ReceivedRT {
        let text = Array("\(rt)".utf8)
        let digest = try await ask("SELECT encode(sha256(\(text)), 'hex')")[0]
        let bytes = stride(from: 0, to: 64, by: 2).compactMap { UInt8(digest.dropFirst($0).prefix(2), radix: 16) }
        let body = RTBody(
            psp: sender ?? rt.psp.id, messageID: rt.receiptID, contentType: "application/json", bytes: text,
            sha256: bytes,
            fingerprint: bytes)
        return try await intermediary.rts.receive(rt, body: body) { _ in [] }
    }
}

extension AnomalyOperations {
    /// Resolves an anomaly. The test does not check the response to replays.
    func resolve(
        _ id: Identifier<Anomaly>, _ request: ResolutionRequest, reason: String, by caller: Caller
    ) async throws -> Once<Anomaly> {
        try await resolve(id, request, reason: reason, by: caller, acknowledge: { _ in [] })
    }
}

extension Caller {
    /// The back office and front end of the creditors of `seed()`.
    static let office = Caller(
        key: APIKey(
            id: Identifier(uuid: UUID()), name: "office", kind: .creditor, prefix: "qz_office",
            scopes: [.positionsRead, .positionsWrite, .paymentsWrite, .receiptsRead],
            creditors: [TestIntermediary.comune, TestIntermediary.provincia], createdAt: Instant(microseconds: 0)))
}

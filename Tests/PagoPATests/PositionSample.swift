import PagoPA

/// Positions of one creditor for the tests of rules.
enum PositionSample {
    static let comune = try! OrganizationTaxCode("12345678903")  // a valid literal
    static let now = try! Instant(rfc3339: "2026-11-20T10:00:00Z")  // a valid literal
    static let bank = "IT60X0542811101000000123456"

    static func creditor() throws -> Creditor {
        Creditor(
            taxCode: comune, name: "Comune", noticeCodes: .aux3(segregationCode: "01"), iban: try IBAN(bank),
            createdAt: now, updatedAt: now)
    }

    static func debtType() throws -> DebtType {
        DebtType(
            creditor: comune, key: "mensa", descriptions: [.it: "Mensa"], service: "school",
            taxonomyCode: try TaxonomyCode("9/0101002IM/"), payableAfterDue: false, createdAt: now, updatedAt: now)
    }

    static func notice(_ base: UInt64) throws -> NoticeNumber {
        try NoticeCodes.aux3(segregationCode: "01").notice(base: base)
    }

    static func transfer(_ cents: Int64, remittance: String = "x") throws -> Transfer {
        Transfer(
            creditor: comune, iban: try IBAN(bank), amount: try Amount(cents: cents),
            taxonomyCode: try TaxonomyCode("9/0101002IM/"), remittance: remittance)
    }

    static func installment(
        _ number: Int, cents: Int64 = 5_980, due: String = "2026-12-31", isPaid: Bool = false,
        heldUntil: Instant? = nil
    ) throws -> Installment {
        let notice = try notice(UInt64(100 + number))
        return Installment(
            id: try Identifier("0199c0de-0000-7000-8000-00000000010\(number)"), number: number, iuv: notice.iuv,
            noticeNumber: notice, amount: try Amount(cents: cents), dueDate: try CalendarDate(due),
            transfers: [try transfer(cents, remittance: "of \(number)")], paidAt: isPaid ? now : nil,
            heldUntil: heldUntil)
    }

    static func position(
        _ installments: [Installment], _ state: PositionState = .open, id: Int = 0,
        creditor: OrganizationTaxCode = comune, reviewReasons: [AnomalyKind] = [], alternativeHeldUntil: Instant? = nil,
        suspensions: [SuspensionPeriod] = []
    ) throws -> Position {
        Position(
            id: try Identifier("0199c0de-0000-7000-8000-00000000020\(id)"), creditor: creditor, externalID: "e",
            debtTypeKey: "mensa", payableAfterDue: false, document: Document(year: 2026, number: "1"),
            description: "Mensa scolastica", debtor: try debtor(), lines: [], installments: installments,
            metadata: [:], state: state, version: 1, createdAt: now, updatedAt: now, publishedAt: now,
            cancelledAt: nil, reviewReasons: reviewReasons, alternativeHeldUntil: alternativeHeldUntil,
            suspensions: suspensions)
    }

    static func debtor() throws -> Debtor {
        Debtor(
            kind: .person, taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Mario Canarino", email: nil,
            address: nil)
    }

    static func draft(_ installments: [InstallmentDraft], description: String = "Mensa scolastica") throws
        -> PositionDraft
    {
        PositionDraft(
            creditor: comune, externalID: "e", debtTypeKey: "mensa", document: Document(year: 2026, number: "1"),
            description: description, debtor: try debtor(), lines: [], installments: installments, metadata: [:],
            isDraft: false)
    }

    static func part(
        _ cents: Int64, iuv: IUV? = nil, notice: NoticeNumber? = nil, transfers: [Transfer] = []
    ) throws -> InstallmentDraft {
        InstallmentDraft(
            amount: try Amount(cents: cents), dueDate: try CalendarDate("2026-12-31"), iuv: iuv, noticeNumber: notice,
            transfers: transfers)
    }
}

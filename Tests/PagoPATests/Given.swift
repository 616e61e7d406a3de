import PagoPA

/// Values of the payment domain; what a test does not name is that of an ordinary payment for a school canteen.
enum Given {
    static let comune = try! OrganizationTaxCode("12345678903")  // a valid literal
    static let provincia = try! OrganizationTaxCode("01199250158")  // a valid literal
    static let iban = try! IBAN("IT60X0542811101000000123456")  // a valid literal
    static let day = try! CalendarDate("2026-10-10")  // a valid literal
    static let now = try! Instant(rfc3339: "2026-10-09T10:00:00Z")  // a valid literal

    static func amount(_ cents: Int64) -> Amount { (try? Amount(cents: cents)) ?? .maximum }

    static func id<Noun>(_ number: Int, _ noun: Noun.Type = Noun.self) throws -> Identifier<Noun> {
        let digits = String(number)
        return try Identifier("0199c0de-0000-7000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits)
    }

    static func notice(_ number: Int) throws -> NoticeNumber {
        try NoticeCodes.aux3(segregationCode: "01").notice(base: UInt64(number))
    }

    static func transfer(_ cents: Int64, to creditor: OrganizationTaxCode = comune) throws -> Transfer {
        Transfer(
            creditor: creditor, iban: iban, amount: amount(cents), taxonomyCode: try TaxonomyCode("9/0101002IM/"),
            remittance: "Mensa")
    }

    static func installment(
        _ number: Int = 1, cents: Int64 = 5_980, due: CalendarDate = day, validUntil: CalendarDate? = nil,
        transfers: [Transfer] = [],
        paidAt: Instant? = nil, writtenOff: Int64 = 0, heldUntil: Instant? = nil
    ) throws -> Installment {
        let notice = try notice(number)
        return Installment(
            id: try id(number), number: number, iuv: notice.iuv, noticeNumber: notice, amount: amount(cents),
            dueDate: due, validUntil: validUntil, transfers: transfers, paidAt: paidAt, writtenOff: amount(writtenOff),
            heldUntil: heldUntil)
    }

    static func debtor() throws -> Debtor {
        Debtor(
            kind: .person, taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Mario Rossi",
            email: try EmailAddress("mario@example.org"), address: nil)
    }

    static func position(
        _ state: PositionState = .open, _ installments: [Installment], payableAfterDue: Bool = false,
        reviewReasons: [AnomalyKind] = [], alternativeHeldUntil: Instant? = nil
    ) throws -> Position {
        Position(
            id: try id(900), creditor: comune, externalID: "1", debtTypeKey: "mensa", payableAfterDue: payableAfterDue,
            document: Document(year: 2026, number: "1"), description: "Mensa", debtor: try debtor(), lines: [],
            installments: installments, metadata: [:], state: state, version: 1, createdAt: now, updatedAt: now,
            publishedAt: now, cancelledAt: nil, reviewReasons: reviewReasons,
            alternativeHeldUntil: alternativeHeldUntil)
    }

    static func receipt(
        _ status: Disposition = .anomaly, outcome: RTOutcome = .executed, cents: Int64 = 5_980,
        refunds: [(Int64, RefundStatus)] = [], supersededBy: Identifier<Receipt>? = nil, on position: Bool = true
    ) throws -> Receipt {
        Receipt(
            id: try id(800), receiptID: "R1", origin: .pagopa, status: status, outcome: outcome, creditor: comune,
            creditorName: nil, position: position ? try id(900) : nil, installmentNumber: 1, attempt: nil,
            debtTypeKey: nil, description: "Mensa", document: nil, iuv: try notice(1).iuv, noticeNumber: nil,
            paymentContext: nil, amount: amount(cents), fee: nil, paidAt: now, psp: nil, method: nil, transfers: [],
            payer: nil, debtor: nil, failureReason: nil, till: nil, reference: nil, rtSHA256: nil, receivedAt: now,
            refunds: try refunds.map { cents, status in
                Refund(
                    id: try id(700), receipt: try id(800), anomaly: nil, creditor: comune, amount: amount(cents),
                    status: status, day: day, reference: nil, reason: nil, decidedBy: "loop", version: 1,
                    createdAt: now, updatedAt: now)
            }, supersededBy: supersededBy)
    }
}

/// An RT whose members can be changed one by one.
struct RTParts {
    var receiptID = "R1"
    var outcome = RTOutcome.executed
    var creditor = Given.comune
    var iuv = "02260618143027134"
    var noticeNumber: String? = "302260618143027134"
    var context: String? = "CCP-1"
    var attempt: Int? = 1
    var cents: Int64 = 5_980
    var fee: Int64? = 150
    var psp = RTPSPParts()
    var method: String? = "CP"
    var paidAt = Given.now
    var transfers = [RTTransferParts()]
    var payer: RTSubjectParts? = RTSubjectParts()
    var debtor: RTSubjectParts? = RTSubjectParts()
    var failureReason: String? = "none"
    var syntax = RTSyntax.json
    var time = RT.Time.instant
    var collectionIDs: [String] = []
    var singleOutcomes: [String] = []
    var notes: [RTNote] = []

    struct RTPSPParts {
        var name = "Banca Alfa"
        var taxCode: String? = "15376371009"
        var channel: String? = "channel_1"
    }

    struct RTTransferParts {
        var creditor = Given.comune
        var iban: String? = "IT60X0542811101000000123456"
        var cents: Int64 = 5_980
        var remittance: String? = "Mensa"
    }

    struct RTSubjectParts {
        var kind: SubjectKind? = .person
        var taxCode: String? = "RSSMRA80A01H501U"
        var fullName: String? = "Mario Rossi"
        var email: String? = "mario@example.org"

        func subject() throws -> RTSubject {
            RTSubject(kind: kind, taxCode: taxCode, fullName: fullName, email: try email.map { try EmailAddress($0) })
        }
    }

    func rt() throws -> RT {
        RT(
            receiptID: receiptID, outcome: outcome, creditor: creditor, iuv: try IUV(unchecked: iuv),
            noticeNumber: try noticeNumber.map { try NoticeNumber($0) }, paymentContext: context,
            attempt: try attempt.map { try Given.id($0) }, amount: Given.amount(cents), fee: fee.map(Given.amount),
            psp: RTPSP(id: try PSPID("ABCDITMM"), businessName: psp.name, taxCode: psp.taxCode, channel: psp.channel),
            method: try method.map { try PaymentMethod(inRT: $0) }, paidAt: paidAt,
            transfers: transfers.enumerated().map { index, part in
                RTTransfer(
                    index: index + 1, creditor: part.creditor, iban: part.iban, amount: Given.amount(part.cents),
                    remittance: part.remittance)
            }, payer: try payer?.subject(), debtor: try debtor?.subject(), failureReason: failureReason,
            syntax: syntax, time: time, collectionIDs: collectionIDs, singleOutcomes: singleOutcomes, notes: notes)
    }
}

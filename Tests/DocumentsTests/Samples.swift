import Documents
import PagoPA

/// Receipts for tests. By default the values are those of an ordinary payment for a school canteen.
enum Sample {
    static func receipt(
        creditorName: String? = "Comune di Forlì", description: String = "Mensa scolastica – ottobre 2018",
        fee: Int64? = 150, status: Disposition = .settled, transfers: Int = 1, psp: Bool = true,
        remittance: String = "/RFB/02260618143027134/59.80", payerName: String = "Niccolò D’Angelo",
        debtor: RTSubject? = nil, origin: ReceiptOrigin = .pagopa, voided: ReceiptVoid? = nil, refunds: [Refund] = [],
        reviewReasons: [AnomalyKind] = [], cents: Int64 = 5_980
    ) throws -> Receipt {
        let creditor = try OrganizationTaxCode("15376371009")
        let parts = try (1...transfers).map { index in
            RTTransfer(
                index: index, creditor: creditor, iban: nil, amount: try Amount(cents: cents / Int64(transfers)),
                remittance: remittance)
        }
        return Receipt(
            id: try Identifier("0199c0de-0000-7000-8000-000000000001"), receiptID: "IUR-2018-1031", origin: origin,
            status: status, outcome: .executed, creditor: creditor, creditorName: creditorName,
            position: try Identifier("0199c0de-0000-7000-8000-000000000002"), installmentNumber: 1, attempt: nil,
            debtTypeKey: "mensa", description: description, document: Document(year: 2018, number: "1031"),
            iuv: try IUV("02260618143027134"), noticeNumber: try NoticeNumber("302260618143027134"),
            paymentContext: "n/a", amount: try Amount(cents: cents), fee: try fee.map { try Amount(cents: $0) },
            paidAt: try Instant(rfc3339: "2018-10-09T09:30:00Z"),
            psp: psp
                ? RTPSP(
                    id: try PSPID("ABCDITMM"), businessName: "Banca Alfa", taxCode: "12345678903",
                    channel: "12345678903_01") : nil,
            method: try PaymentMethod("CP"), transfers: parts,
            payer: RTSubject(kind: .person, taxCode: "RSSMRA80A01H501U", fullName: payerName, email: nil),
            debtor: debtor, failureReason: nil, till: nil, reference: nil,
            rtSHA256: String(repeating: "0123456789abcdef", count: 4),
            receivedAt: try Instant(rfc3339: "2018-10-09T09:30:07.5Z"), voided: voided, refunds: refunds,
            reviewReasons: reviewReasons)
    }

    static func creditor(email: String = "urp@comune.esempio.example") throws -> Creditor {
        let at = try Instant(rfc3339: "2018-01-01T00:00:00Z")
        return Creditor(
            taxCode: try OrganizationTaxCode("15376371009"), name: "Comune di Forlì", noticeCodes: .aux1,
            iban: try IBAN("IT60X0542811101000000123456"),
            contactEmail: try EmailAddress(email), contactPhone: "06 1234567",
            address: PostalAddress(
                street: "Piazza Saffi", civicNumber: "8", postalCode: "47121", city: "Forlì", province: "FC",
                country: "IT"),
            receiptTexts: [.it: "Conserva questa ricevuta.", .en: "Keep this receipt."], createdAt: at, updatedAt: at)
    }

    /// The creditor, and a position with one installment and this many lines.
    static func context(lines: Int) throws -> ReceiptContext {
        let at = try Instant(rfc3339: "2018-09-01T08:00:00Z")
        let notice = try NoticeNumber("302260618143027134")
        let installment = Installment(
            id: try Identifier("0199c0de-0000-7000-8000-000000000101"), number: 1, iuv: notice.iuv,
            noticeNumber: notice, amount: try Amount(cents: 5_980), dueDate: try CalendarDate("2018-10-31"),
            transfers: [], paidAt: nil, heldUntil: nil)
        let position = Position(
            id: try Identifier("0199c0de-0000-7000-8000-000000000002"),
            creditor: try OrganizationTaxCode("15376371009"), externalID: "e", debtTypeKey: "mensa",
            payableAfterDue: false, document: Document(year: 2018, number: "1031"),
            description: "Mensa scolastica – ottobre 2018",
            debtor: Debtor(
                kind: .person, taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Niccolò D’Angelo", email: nil,
                address: nil),
            lines: try (1...lines).map {
                PositionLine(
                    description: "Pasti \($0)", quantity: 2, amount: try Amount(cents: 5_980 / Int64(lines)))
            }, installments: [installment], metadata: [:], state: .open, version: 1, createdAt: at, updatedAt: at,
            publishedAt: at, cancelledAt: nil)
        return ReceiptContext(
            debtType: try debtType(), creditor: try creditor(), position: position,
            verificationURL:
                "https://pagamenti.comune.esempio.example/verify/0m6q1v0ygk3s4x9r2t7n5w8b1c6d0e4f9h2j7k3m8p5qr")
    }

    static let anna = RTSubject(kind: .person, taxCode: "VRDNNA85M41F205G", fullName: "Anna Verdi", email: nil)

    /// A refund of the receipt above, of one euro by default.
    static func refund(
        _ status: RefundStatus, day: String, reference: String? = nil, cents: Int64 = 100
    ) throws -> Refund {
        let at = try Instant(rfc3339: "2018-10-12T09:30:00Z")
        return Refund(
            id: try Identifier("0199c0de-0000-7000-8000-000000000009"),
            receipt: try Identifier("0199c0de-0000-7000-8000-000000000001"), anomaly: nil,
            creditor: try OrganizationTaxCode("15376371009"), amount: try Amount(cents: cents), status: status,
            day: try CalendarDate(day), reference: reference, reason: nil, decidedBy: "command-line", version: 1,
            createdAt: at, updatedAt: at)
    }

    static func debtType() throws -> DebtType {
        let day = try Instant(rfc3339: "2018-01-01T00:00:00Z")
        return DebtType(
            creditor: try OrganizationTaxCode("15376371009"), key: "mensa",
            descriptions: [.it: "Mensa scolastica", .en: "School meals"], service: "school",
            taxonomyCode: try TaxonomyCode("9/0101002IM/"), payableAfterDue: false, createdAt: day, updatedAt: day)
    }

    /// The notices of one position with this many installments.
    /// - Parameter text: instead of every name and text of the others.
    static func notices(
        _ count: Int = 1, name: String = "Niccolò D’Angelo", description: String = "Mensa scolastica – ottobre 2026",
        cents: Int64 = 5_980, postal: Bool = true, cbill: String? = "A1B2C",
        hasAddress: Bool = true, taxCode: String = "RSSMRA80A01H501U", text: String? = nil,
        showsContactData: Bool = true
    ) throws -> [PaymentNotice] {
        let at = try Instant(rfc3339: "2026-11-01T08:00:00Z")
        let creditor = Creditor(
            taxCode: try OrganizationTaxCode("15376371009"), name: text ?? "Comune di Forlì",
            noticeCodes: .aux3(segregationCode: "01"), iban: try IBAN("IT60X0542811101000000123456"),
            postalIBAN: postal ? try IBAN("IT30O0760103200000012345678") : nil, cbillCode: cbill,
            contactEmail: try EmailAddress("scuola@comune.esempio.example"), contactPhone: "+39 06 1234567",
            createdAt: at, updatedAt: at)
        let installments = try (1...count).map { number in
            let notice = try NoticeCodes.aux3(segregationCode: "01").notice(base: UInt64(1_000 + number))
            return Installment(
                id: try Identifier("0199c0de-0000-7000-8000-0000000001\(number < 10 ? "0" : "")\(number)"),
                number: number, iuv: notice.iuv, noticeNumber: notice, amount: try Amount(cents: cents),
                dueDate: try CalendarDate("2026-12-31"), transfers: [], paidAt: nil, heldUntil: nil)
        }
        let position = Position(
            id: try Identifier("0199c0de-0000-7000-8000-000000000201"), creditor: creditor.taxCode, externalID: "e",
            debtTypeKey: "mensa", payableAfterDue: false, document: Document(year: 2026, number: "1"),
            description: text ?? description,
            debtor: Debtor(
                kind: .person, taxCode: try TaxCode(taxCode), fullName: text ?? name, email: nil,
                address: hasAddress
                    ? PostalAddress(
                        street: text ?? "Via Roma", civicNumber: "12/A", postalCode: "47121", city: "Forlì",
                        province: "FC", country: "IT") : nil),
            lines: [], installments: installments, metadata: [:], state: .open, version: 1, createdAt: at,
            updatedAt: at, publishedAt: at, cancelledAt: nil)
        return installments.map {
            PaymentNotice(
                creditor: creditor, position: position, installment: $0, showsContactData: showsContactData)
        }
    }
}

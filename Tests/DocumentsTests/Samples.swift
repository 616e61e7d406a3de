import PagoPA

/// Receipts for tests. By default the values are those of an ordinary payment for a school canteen.
enum Sample {
    static func receipt(
        creditorName: String? = "Comune di Forlì", description: String = "Mensa scolastica – ottobre 2018",
        fee: Int64? = 150, status: Disposition = .settled, transfers: Int = 1, psp: Bool = true,
        remittance: String = "/RFB/02260618143027134/59.80", payerName: String = "Niccolò D’Angelo",
        debtor: RTSubject? = nil, origin: ReceiptOrigin = .pagopa, voided: ReceiptVoid? = nil, refunds: [Refund] = []
    ) throws -> Receipt {
        let creditor = try OrganizationTaxCode("15376371009")
        let parts = try (1...transfers).map { index in
            RTTransfer(
                index: index, creditor: creditor, iban: nil, amount: try Amount(cents: 5980 / Int64(transfers)),
                remittance: remittance)
        }
        return Receipt(
            id: try Identifier("0199c0de-0000-7000-8000-000000000001"), receiptID: "IUR-2018-1031", origin: origin,
            status: status, outcome: .executed, creditor: creditor, creditorName: creditorName,
            position: try Identifier("0199c0de-0000-7000-8000-000000000002"), installmentNumber: 1, attempt: nil,
            debtTypeKey: "mensa", description: description, document: Document(year: 2018, number: "1031"),
            iuv: try IUV("02260618143027134"), noticeNumber: try NoticeNumber("302260618143027134"),
            paymentContext: "n/a", amount: try Amount(cents: 5980), fee: try fee.map { try Amount(cents: $0) },
            paidAt: try Instant(rfc3339: "2018-10-09T09:30:00Z"),
            psp: psp
                ? RTPSP(
                    id: try PSPID("ABCDITMM"), businessName: "Banca Alfa", taxCode: "12345678903",
                    channel: "12345678903_01") : nil,
            method: try PaymentMethod("CP"), transfers: parts,
            payer: RTSubject(kind: .person, taxCode: "RSSMRA80A01H501U", fullName: payerName, email: nil),
            debtor: debtor, failureReason: nil, till: nil, reference: nil,
            rtSHA256: String(repeating: "0123456789abcdef", count: 4),
            receivedAt: try Instant(rfc3339: "2018-10-09T09:30:07.5Z"), voided: voided, refunds: refunds)
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
}

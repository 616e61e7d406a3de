import PagoPA
import TestSupport
import Testing

/// The codes of a payment notice, and when there is one.
@Suite struct PaymentNoticeTests {
    private static let postal = "IT30O0760103200000012345678"

    private static func notice(
        cents: Int64 = 5_980, name: String = "Mario Canarino", description: String = "Mensa scolastica",
        taxCode: TaxCode? = nil, postalIBAN: String? = postal, showsContactData: Bool = true
    ) throws -> PaymentNotice {
        let creditor = Creditor(
            taxCode: PositionSample.comune, name: "Comune", noticeCodes: .aux3(segregationCode: "01"),
            iban: try IBAN(PositionSample.bank), postalIBAN: try postalIBAN.map { try IBAN($0) },
            createdAt: PositionSample.now, updatedAt: PositionSample.now)
        let installment = try PositionSample.installment(1, cents: cents)
        let debtor = Debtor(
            kind: .person, taxCode: try taxCode ?? TaxCode("RSSMRA80A01H501U"), fullName: name, email: nil,
            address: nil)
        let position = Position(
            id: try Identifier("0199c0de-0000-7000-8000-000000000201"), creditor: creditor.taxCode, externalID: "e",
            debtTypeKey: "mensa", payableAfterDue: false, document: Document(year: 2026, number: "1"),
            description: description, debtor: debtor, lines: [], installments: [installment], metadata: [:],
            state: .open, version: 1, createdAt: PositionSample.now, updatedAt: PositionSample.now,
            publishedAt: PositionSample.now, cancelledAt: nil)
        return PaymentNotice(
            creditor: creditor, position: position, installment: installment, showsContactData: showsContactData)
    }

    /// The example of AgID's document, apart from its codes.
    @Test func `the QR code has version, notice number, creditor and cents`() throws {
        let number = try PositionSample.notice(101).value
        #expect(try Self.notice(cents: 10_099).qrText == "PAGOPA|002|\(number)|12345678903|10099")
        #expect(try Self.notice(cents: 7).qrText == "PAGOPA|002|\(number)|12345678903|07")
        #expect(try Self.notice(cents: PaymentNotice.maximumCents).qrText.utf8.count == 52)
    }

    @Test func `the Data Matrix has each field at its place`() throws {
        let text = try #require(
            try Self.notice(name: "Niccolò D’Angelo", description: "Retta n. 5 – è così").dataMatrixText)
        func part(_ offset: Int, _ length: Int) -> String { String(text.dropFirst(offset).prefix(length)) }
        #expect(part(0, 15) == "codfase=NBPA;18")
        #expect(part(15, 18) == (try PositionSample.notice(101).value))
        #expect(part(33, 2) == "12" && part(35, 12) == "000012345678")
        #expect(part(47, 2) == "10" && part(49, 10) == "0000005980")
        #expect(part(59, 7) == "38961P1" && part(66, 11) == "12345678903")
        #expect(part(77, 16) == "RSSMRA80A01H501U")
        #expect(part(93, 40) == "NICCOLO D'ANGELO" + String(repeating: " ", count: 24))
        #expect(part(133, 20) == "RETTA N. 5 - E COSI ")
        #expect(part(243, 13) == "            A")
    }

    @Test func `any text gives 256 characters of ASCII`() throws {
        var random = SeededRandom(seed: 53)
        let scalars = Array("aZ09 ßØđłæœÞẞ’–èàùñç\u{301}\u{202E}日本اس😀\u{0}\n").shuffled(using: &random)
        for _ in 0..<300 {
            func text(_ most: Int) -> String {
                String(
                    (0..<Int.random(in: 1...most, using: &random)).compactMap { _ in
                        scalars.randomElement(using: &random)
                    })
            }
            let notice = try Self.notice(
                cents: Int64.random(in: 1...PaymentNotice.maximumCents, using: &random), name: text(140),
                description: text(140), taxCode: Bool.random(using: &random) ? TaxCode("ANONIMO") : nil)
            let code = try #require(notice.dataMatrixText)
            #expect(code.utf8.count == 256 && code.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(code)")
            #expect(code.hasSuffix("            A"))
        }
    }

    @Test func `without a postal account, or for readers who may not see the name, there is no Data Matrix`() throws {
        #expect(try Self.notice(postalIBAN: nil).dataMatrixText == nil)
        #expect(try Self.notice(showsContactData: false).dataMatrixText == nil)
    }

    @Test func `there is a notice exactly of an installment that can be paid, or is being paid`() throws {
        let now = PositionSample.now
        func obstacle(
            _ state: PositionState = .open, cents: Int64 = 5_980, due: String = "2026-12-31", isPaid: Bool = false,
            heldUntil: Instant? = nil, reasons: [AnomalyKind] = []
        ) throws -> String? {
            let installment = try PositionSample.installment(
                1, cents: cents, due: due, isPaid: isPaid, heldUntil: heldUntil)
            let position = try PositionSample.position([installment], state, reviewReasons: reasons)
            return PaymentNotice.obstacle(printing: installment, of: position, now: now)
        }
        #expect(try obstacle() == nil)
        #expect(try obstacle(.partiallyPaid) == nil)
        #expect(try obstacle(heldUntil: now.adding(seconds: 60)) == nil)
        #expect(try obstacle(cents: PaymentNotice.maximumCents) == nil)
        #expect(try obstacle(.draft) == "The installment is draft.")
        #expect(try obstacle(.cancelled) == "The installment is cancelled.")
        #expect(try obstacle(.paid, isPaid: true) == "The installment is paid.")
        #expect(try obstacle(due: "2026-11-19") == "The installment is expired.")
        #expect(try obstacle(reasons: [.amountMismatch]) == "Money has arrived for the position and is under review.")
        #expect(try obstacle(cents: PaymentNotice.maximumCents + 1) != nil)
    }
}

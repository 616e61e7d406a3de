import PagoPA
import Testing

/// The messages for payers state the facts in every language.
@Suite struct AttemptMessageTests {
    private static let address = try! EmailAddress("pagante@example.org")  // a valid literal

    @Test func `a message announces an e-mail only if an address is known, and a receipt that exists is ready`() throws
    {
        let settled = [try Cart.summary(.settled)]
        let without = try Cart.attempt(.succeeded, [.paid])
        let with = try Cart.attempt(.succeeded, [.paid], email: Self.address)
        #expect(without.message(of: settled) == .concluded(hasReceipt: true, sendsMail: false))
        #expect(with.message(of: []) == .concluded(hasReceipt: false, sendsMail: true))
        #expect(without.text(of: settled, in: .it) == "Operazione conclusa. La ricevuta è pronta.")
        #expect(
            with.text(of: [], in: .it)
                == "Operazione conclusa. La ricevuta sarà disponibile a breve. Riceverai un'e-mail appena sarà pronta.")
        for language in Language.allCases {
            #expect(!without.text(of: settled, in: language).lowercased().contains("mail"))
            #expect(!without.text(of: settled, in: language).lowercased().contains("e-pošt"))
        }
    }

    @Test func `disputed money is described as under review, and a double payment as a double payment`() throws {
        let attempt = try Cart.attempt(.succeeded, [.paid])
        for kind in AnomalyKind.allCases {
            let text = attempt.text(of: [try Cart.summary(.anomaly, [kind])], in: .it)
            #expect(text.hasPrefix("Pagamento ricevuto, in verifica") && !text.contains("conclusa."), "\(kind)")
            #expect(text.contains("già pagato") == (kind == .alreadyPaid))
        }
        #expect(attempt.message(of: [try Cart.summary(.anomaly)]) == .reviewed)
        // An accepted payment counts.
        #expect(
            attempt.message(of: [try Cart.summary(.settled)]) == .concluded(hasReceipt: true, sendsMail: false))
    }

    @Test func `a cart's message states what was paid, what was paid elsewhere, and what was not`() throws {
        let partly = try Cart.attempt(.partiallySucceeded, [.paid, .failed, .pending])
        let text = partly.text(of: [try Cart.summary(.settled)], in: .it)
        let numbers = partly.items.map(\.noticeNumber.value)
        #expect(
            text == """
                Operazione conclusa in parte: non tutto è stato pagato. Pagati: \(numbers[0]) (59,80\u{A0}€). \
                Non pagati: \(numbers[1]) (59,80\u{A0}€), \(numbers[2]) (59,80\u{A0}€).
                """)
        let elsewhere = try Cart.attempt(.paidElsewhere, [.paidElsewhere, .pending])
        #expect(
            partly.text(of: [try Cart.summary(.settled)], in: .en).contains("Paid: \(numbers[0]) (€59.80). Not paid: "))
        #expect(
            partly.text(of: [try Cart.summary(.settled)], in: .fr).contains(
                "Payés\u{A0}: \(numbers[0]) (59,80\u{A0}€). Non payés\u{A0}: "))
        #expect(
            elsewhere.text(of: [], in: .it).contains("Pagati attraverso un altro canale: \(numbers[0]) (59,80\u{A0}€).")
        )
    }

    @Test func `every message exists in each language, and fits the contract`() throws {
        for status in AttemptStatus.allCases {
            for outcomes in [[ItemOutcome.paid], [.paid, .failed, .paidElsewhere, .pending, .failed]] {
                for reasons: [AnomalyKind] in [[], [.amountMismatch], [.alreadyPaid]] {
                    for disposition in [Disposition.settled, .anomaly] {
                        let attempt = try Cart.attempt(status, outcomes, email: Self.address)
                        let receipts = [try Cart.summary(disposition, reasons)]
                        let texts = Language.allCases.map { attempt.text(of: receipts, in: $0) }
                        #expect(Set(texts).count == Language.allCases.count)
                        #expect(texts.allSatisfy { (1...500).contains($0.count) }, "\(texts)")
                    }
                }
            }
        }
    }
}

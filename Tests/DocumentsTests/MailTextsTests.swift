import Documents
import PagoPA
import Testing

@Suite struct MailTextsTests {
    @Test func `every mail is complete in each language and contains no name`() throws {
        let receipt = try Sample.receipt()
        let kinds: [(Language) -> MailText] = [
            { MailTexts.receiptReady(receipt, creditor: nil, language: $0) },
            { MailTexts.counterPayment(receipt, creditor: nil, language: $0) },
            { MailTexts.paymentUnderReview(receipt, creditor: nil, language: $0) },
            { MailTexts.doublePayment(receipt, creditor: nil, language: $0) },
            { MailTexts.paymentFailed(receipt, creditor: nil, language: $0) },
            {
                MailTexts.refundDecided(
                    receipt, refund: try? Sample.refund(.decided, day: "2018-10-13"), hasReceipt: true, creditor: nil,
                    language: $0)
            },
        ]
        for kind in kinds {
            let texts = Language.allCases.map(kind)
            #expect(Set(texts.map(\.subject)).count == Language.allCases.count)
            #expect(Set(texts.map(\.plain)).count == Language.allCases.count)
            for text in texts {
                #expect(text.subject.contains("Comune di Forlì") && text.plain.contains("02260618143027134"))
                for part in [text.subject, text.plain] {
                    #expect(!part.contains("{") && !part.contains("RSSMRA80A01H501U") && !part.contains("Angelo"))
                }
            }
        }
    }

    @Test func `every mail about an account is complete in each language, with its code if it has one`() {
        let kinds: [(hasCode: Bool, write: (Language) -> MailText)] = [
            (true, { MailTexts.verifyEmail(code: "qzm_x", link: nil, hours: 24, language: $0) }),
            (true, { MailTexts.passwordReset(code: "qzm_x", link: nil, hours: 1, language: $0) }),
            (true, { MailTexts.changeEmail(code: "qzm_x", link: nil, hours: 1, language: $0) }),
            (false, { MailTexts.registrationAttempt(language: $0) }), (false, { MailTexts.emailChanged(language: $0) }),
            (false, { MailTexts.smartCardProved(language: $0) }), (false, { MailTexts.identityProved(language: $0) }),
            (false, { MailTexts.webhookPaused(link: nil, language: $0) }),
        ]
        for kind in kinds {
            let texts = Language.allCases.map(kind.write)
            #expect(Set(texts.map(\.subject)).count == Language.allCases.count)
            #expect(Set(texts.map(\.plain)).count == Language.allCases.count)
            for text in texts { #expect(text.plain.contains("qzm_x") == kind.hasCode && !text.plain.contains("{")) }
            // The texts address the reader as "tu".
            for word in ["Lei", "inserisca", "segua", "ignori "] { #expect(!texts[0].plain.contains(word)) }
        }
    }

    @Test func `a payment under review is not described as concluded`() throws {
        let receipt = try Sample.receipt()
        let review = MailTexts.paymentUnderReview(receipt, creditor: nil, language: .it)
        let double = MailTexts.doublePayment(receipt, creditor: nil, language: .it)
        let ready = MailTexts.receiptReady(receipt, creditor: nil, language: .it)
        #expect(review.subject.contains("ricevuto, in verifica") && review.plain.contains("Non pagare di nuovo"))
        #expect(double.plain.contains("già pagato") && double.plain.contains("rimborso"))
        for text in [review, double] {
            #expect(!text.plain.contains("è stato registrato") && text.subject != ready.subject)
        }
    }

    @Test func `a mail contains the fee and the total if the PSP reported a fee`() throws {
        let text = MailTexts.receiptReady(try Sample.receipt(), creditor: nil, language: .it).plain
        #expect(text.contains("Commissione del PSP: 1,50\u{A0}€") && text.contains("Totale addebitato: "))
    }

    @Test func `a mail about a failed payment mentions no receipt`() throws {
        let failed = MailTexts.paymentFailed(try Sample.receipt(), creditor: nil, language: .it)
        #expect(failed.plain.contains("non è stato eseguito") && !failed.plain.contains("allegat"))
    }
}

import Documents
import PagoPA
import Testing

@Suite struct MailTextsTests {
    @Test func `every mail is written in each language, whole and without anybody's name`() throws {
        let receipt = try Sample.receipt()
        let kinds: [(Language) -> MailText] = [
            { MailTexts.receiptReady(receipt, creditor: nil, language: $0) },
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

    @Test func `every mail about an account is written in each language, with its code where it has one`() {
        let kinds: [(hasCode: Bool, write: (Language) -> MailText)] = [
            (true, { MailTexts.verifyEmail(code: "qzm_x", link: nil, hours: 24, language: $0) }),
            (true, { MailTexts.passwordReset(code: "qzm_x", link: nil, hours: 1, language: $0) }),
            (true, { MailTexts.changeEmail(code: "qzm_x", link: nil, hours: 1, language: $0) }),
            (false, { MailTexts.registrationAttempt(language: $0) }), (false, { MailTexts.emailChanged(language: $0) }),
            (false, { MailTexts.smartCardProved(language: $0) }),
        ]
        for kind in kinds {
            let texts = Language.allCases.map(kind.write)
            #expect(Set(texts.map(\.subject)).count == Language.allCases.count)
            #expect(Set(texts.map(\.plain)).count == Language.allCases.count)
            for text in texts { #expect(text.plain.contains("qzm_x") == kind.hasCode && !text.plain.contains("{")) }
            // One voice: "tu".
            for word in ["Lei", "inserisca", "segua", "ignori "] { #expect(!texts[0].plain.contains(word)) }
        }
    }

    @Test func `a payment that people look at is not said to be concluded`() throws {
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

    @Test func `a mail tells the fee and the total where the PSP reported a fee`() throws {
        let text = MailTexts.receiptReady(try Sample.receipt(), creditor: nil, language: .it).plain
        #expect(text.contains("Commissione del PSP: 1,50 €") && text.contains("Totale addebitato: "))
    }

    @Test func `a failed payment is not said to have a receipt`() throws {
        let failed = MailTexts.paymentFailed(try Sample.receipt(), creditor: nil, language: .it)
        #expect(failed.plain.contains("non è stato eseguito") && !failed.plain.contains("allegat"))
    }
}

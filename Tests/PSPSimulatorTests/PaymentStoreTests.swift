import Foundation
import Hummingbird
import Testing

@testable import PSPSimulator

struct PaymentStoreTests {
    private let now = Date(timeIntervalSince1970: 0)

    @Test func `a repeated start call finds its payment`() async throws {
        let book = PaymentStore()

        let first = await book.start(try .sample(), psp: "A", channel: "1", at: now)
        let again = await book.start(try .sample(), psp: "A", channel: "1", at: now)
        let elsewhere = await book.start(try .sample(), psp: "B", channel: "1", at: now)

        #expect(first.id == again.id)
        #expect(first.id != elsewhere.id)
    }

    @Test func `only the latest payments are stored`() async throws {
        let book = PaymentStore(capacity: 2)

        let first = await book.start(try .sample(attempt: "1"), psp: "A", channel: "1", at: now)
        _ = await book.start(try .sample(attempt: "2"), psp: "A", channel: "1", at: now)
        let last = await book.start(try .sample(attempt: "3"), psp: "A", channel: "1", at: now)

        #expect(await book.payment(first.id) == nil)
        #expect(await book.latest(10).map(\.id).first == last.id)
        #expect(await book.latest(10).count == 2)
    }

    @Test func `a payment is paid once, though it may be refused before`() async throws {
        let book = PaymentStore()
        let payment = await book.start(try .sample(), psp: "A", channel: "1", at: now)

        #expect(await book.claim(payment.id, for: .refuse).isGranted)
        #expect(await book.claim(payment.id, for: .never).isGranted)
        #expect(await book.claim(payment.id, for: .pay).isGranted)

        #expect(await !book.claim(payment.id, for: .pay).isGranted)
        #expect(await !book.claim(payment.id, for: .refuse).isGranted)
        #expect(await !book.claim("unknown", for: .pay).isGranted)
    }

    @Test func `a cancelled payment cannot be paid, sends no RT, and its page has no button`() async throws {
        let book = PaymentStore()
        let payment = await book.start(try .sample(attempt: "1"), psp: "A", channel: "1", at: now)

        #expect(await book.cancel(payment.id, psp: "B", attempt: "1", at: now) == .unknown)
        #expect(await book.cancel(payment.id, psp: "A", attempt: "2", at: now) == .unknown)
        #expect(await book.cancel("unknown", psp: "A", attempt: "1", at: now) == .unknown)
        #expect(await book.cancel(payment.id, psp: "A", attempt: "1", at: now) == .cancelled)
        #expect(await book.cancel(payment.id, psp: "A", attempt: "1", at: now + 9) == .cancelled)

        for action in PortalAction.allCases { #expect(await !book.claim(payment.id, for: action).isGranted) }
        let cancelled = try #require(await book.payment(payment.id))
        #expect(cancelled.cancelledAt == now && cancelled.lastAction == nil)
        #expect(PortalPage(payment: payment).html.contains("<form"))
        #expect(!PortalPage(payment: cancelled).html.contains("<form"))
    }

    @Test func `a paid payment cannot be cancelled`() async throws {
        let book = PaymentStore()
        let payment = await book.start(try .sample(attempt: "1"), psp: "A", channel: "1", at: now)

        #expect(await book.claim(payment.id, for: .pay).isGranted)

        #expect(await book.cancel(payment.id, psp: "A", attempt: "1", at: now) == .alreadyPaid)
    }
}

extension PaymentStore.Claim {
    fileprivate var isGranted: Bool {
        switch self {
        case .granted: true
        case .unknown, .alreadyPaid, .cancelled: false
        }
    }
}

struct PortalPageTests {
    @Test func `amounts are formatted in the Italian style`() {
        #expect(PortalPage.euro(5_980) == "59,80\u{A0}€")
        #expect(PortalPage.euro(5) == "0,05\u{A0}€")
        #expect(PortalPage.euro(99_999_999_999) == "999.999.999,99\u{A0}€")
        #expect(PortalPage.euro(105_980) == "1.059,80\u{A0}€")
    }

    @Test func `text from the caller is escaped`() throws {
        let payment = try Payment.sample(description: "<script>alert('1')</script>")

        let html = PortalPage(payment: payment).html

        #expect(html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"))
        #expect(!html.contains("<script"))
    }
}

struct StartCallTests {
    @Test func `a call with a correct sum is accepted`() throws {
        #expect(try StartCall.sample().fault == nil)
    }

    @Test func `a wrong sum is rejected`() throws {
        #expect(try StartCall.sample(amountCents: 14_041).fault == "amount_cents is not the installments' sum")
    }

    @Test(arguments: ["javascript:alert(1)", "/esito", "http://", "file:///etc/passwd", "http://a b/"])
    func `a link that is not a web address is rejected`(link: String) throws {
        #expect(try StartCall.sample(returnURL: link).fault == "return_url must be an absolute http or https URL")
    }
}

struct PortalChoiceTests {
    @Test(arguments: [
        ("action=late&delay_seconds=30", 30), ("action=late&delay_seconds=", nil), ("action=late", nil),
    ])
    func `an empty delay in a form means no delay`(form: String, delaySeconds: Int?) throws {
        let choice = try URLEncodedFormDecoder().decode(PortalChoice.self, from: form)

        #expect(choice.action == "late")
        #expect(choice.delaySeconds == delaySeconds)
    }

    @Test func `the delay in JSON is a number`() throws {
        let choice = try JSONDecoder().decode(
            PortalChoice.self, from: Data(#"{"action":"late","delay_seconds":5}"#.utf8))

        #expect(choice.delaySeconds == 5)
    }

    @Test func `a delay that is not a number is rejected`() {
        #expect(throws: (any Error).self) {
            try URLEncodedFormDecoder().decode(PortalChoice.self, from: "action=late&delay_seconds=soon")
        }
    }
}

import Foundation
import TestSupport
import Testing

@testable import PSPSimulator

/// The store of payments beside a plain model, over random sequences of calls.
@Suite struct PaymentModelTests {
    private struct Known {
        let id: String
        let psp: String
        let attempt: String
        var isPaid = false
        var isCancelled = false
        var last: PortalAction?
    }

    @Test(arguments: 0..<20)
    func `in any order of calls a payment is paid at most once, and never after its cancellation`(
        seed: Int
    ) async throws {
        var random = SeededRandom(seed: UInt64(700 + seed))
        let capacity = 6
        let book = PaymentStore(capacity: capacity)
        var known: [Known] = []
        let now = Date(timeIntervalSince1970: 0)
        for _ in 0..<300 {
            let psp = ["A", "B"].randomElement(using: &random) ?? "A"
            let attempt = String(Int.random(in: 0..<9, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let payment = await book.start(try .sample(attempt: attempt), psp: psp, channel: "1", at: now)
                if let old = known.first(where: { $0.psp == psp && $0.attempt == attempt }) {
                    #expect(old.id == payment.id)
                } else {
                    known.append(Known(id: payment.id, psp: psp, attempt: attempt))
                    known = Array(known.suffix(capacity))
                }
            case 1:
                let action = PortalAction.allCases.randomElement(using: &random) ?? .pay
                guard let index = known.indices.randomElement(using: &random) else { continue }
                let claim = await book.claim(known[index].id, for: action)
                let expected =
                    known[index].isPaid ? "alreadyPaid" : known[index].isCancelled ? "cancelled" : "granted"
                #expect("\(claim)".hasPrefix(expected))
                if expected == "granted" {
                    known[index].last = action
                    if action.sendsReceiptOfMoney { known[index].isPaid = true }
                }
            case 2:
                let index = known.firstIndex { $0.psp == psp && $0.attempt == attempt }
                let id = index.map { known[$0].id } ?? "unknown"
                let result = await book.cancel(id, psp: psp, attempt: attempt, at: now)
                guard let index else {
                    #expect(result == .unknown)
                    continue
                }
                #expect(result == (known[index].isPaid ? .alreadyPaid : .cancelled))
                if !known[index].isPaid { known[index].isCancelled = true }
            default:
                #expect(await book.latest(100).map(\.id) == known.map(\.id).reversed())
                for one in known {
                    let payment = try #require(await book.payment(one.id))
                    #expect(payment.lastAction == one.last && (payment.cancelledAt != nil) == one.isCancelled)
                }
            }
        }
    }

    @Test func `a payment keeps its last fifty posts`() async throws {
        let book = PaymentStore()
        let payment = await book.start(try .sample(), psp: "A", channel: "1", at: Date(timeIntervalSince1970: 0))
        for number in 0..<(PaymentStore.deliveriesKept + 7) {
            let delivery = Delivery(
                kind: .receipt, url: "u", webhookID: "\(number)", sent: "", tries: 1, status: nil, answer: nil)
            await book.add(delivery, to: payment.id)
            await book.add(delivery, to: "unknown")
        }
        let kept = try #require(await book.payment(payment.id)).deliveries.map(\.webhookID)
        #expect(kept == (7..<57).map(String.init))
    }

    @Test(arguments: [
        ("http://a/", true), ("HTTPS://a.example.org:1/x?y#z", true), ("http://[::1]/", true), ("http://", false),
        ("http:///x", false), ("https:a", false), ("mailto:a@b", false), ("http://a b/", false), ("http://à/", false),
        ("\u{0}http://a/", false), ("http://a/\n", false), ("", false), ("data:text/html,x", false),
    ])
    func `a link is an absolute web address of visible ASCII`(text: String, isUsable: Bool) {
        #expect(WebLink.isUsable(text) == isUsable)
        #expect(!WebLink.isUsable("http://a/" + String(repeating: "x", count: 2_048)))
    }

    @Test func `the RTs of random carts add up to the cart, and the fee is charged once`() throws {
        var random = SeededRandom(seed: 701)
        for _ in 0..<300 {
            let count = Int.random(in: 1...5, using: &random)
            let installments = (0..<count).map { number in
                let parts = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    Int64.random(in: 1...50_000, using: &random)
                }
                let amount = parts.isEmpty ? Int64.random(in: 1...99_999_999_999, using: &random) : parts.reduce(0, +)
                let transfers = parts.map { #"{"creditor_tax_code": "12345678903", "amount_cents": \#($0)}"# }
                return (
                    amount,
                    """
                    {"iuv": "\(number)", "notice_number": "3\(number)", "amount_cents": \(amount), "description": "d",
                    "transfers": [\(transfers.joined(separator: ","))]}
                    """
                )
            }
            var body = StartBody()
            body.installments = installments.map(\.1)
            body.amount = "\(installments.map(\.0).reduce(0, +))"
            let call = try JSONDecoder().decode(StartCall.self, from: Data(body.text.utf8))
            #expect(call.fault == nil)
            let payment = Payment(
                id: "1", pspID: "ABCDITMM", channelID: "c", call: call, startedAt: Date(timeIntervalSince1970: 0))
            let receipts = RT.all(of: payment, paidAt: .now, makeID: Portal.makeReceiptID)
            #expect(receipts.map(\.amountCents).reduce(0, +) == call.amountCents)
            #expect(receipts.map(\.feeCents).reduce(0, +) == call.feeCents)
            for rt in receipts {
                #expect(rt.transfers.map(\.amountCents).reduce(0, +) == rt.amountCents)
                #expect(rt.transfers.map(\.index) == Array(1...rt.transfers.count))
                #expect(try JSONDecoder().decode(RT.self, from: Data(rt.bytes())) == rt)
                let wrong = rt.withAmount(rt.amountCents + 1)
                #expect(wrong.transfers.map(\.amountCents) == [wrong.amountCents] && wrong.receiptID == rt.receiptID)
            }
            #expect(Set(receipts.map(\.receiptID)).count == count && payment.paymentContext.utf8.count <= 35)
        }
    }
}

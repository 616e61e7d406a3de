import Foundation
import PagoPA
import TestSupport
import Testing

/// Properties of the transition tables that must be true for every sequence of events.
@Suite struct StatesTests {
    private static let voids: [PositionEvent] = [.partVoided, .fullyVoided]

    @Test func `a paid position stays paid except after a void, and a cancelled one is never paid`() {
        for event in PositionEvent.allCases {
            for published in [true, false] {
                let paid = PositionState.paid.after(event, wasPublished: published)
                #expect([nil, .paid].contains(paid) || (Self.voids + [.writeOffUndone]).contains(event))
                let after = PositionState.cancelled.after(event, wasPublished: published)
                #expect(after != .paid && after != .partiallyPaid)
            }
        }
    }

    @Test func `a void restores the status that a position had before the payment`() {
        for before in [PositionState.open, .partiallyPaid] {
            for payment in [PositionEvent.partPaid, .fullyPaid] {
                let void: PositionEvent = before == .open ? .fullyVoided : .partVoided
                #expect(before.after(payment, wasPublished: true)?.after(void, wasPublished: true) == before)
            }
        }
        for state in [PositionState.draft, .open, .cancelled] {
            for void in Self.voids { #expect(state.after(void, wasPublished: true) == nil) }
        }
    }

    @Test func `an undone write-off restores the status that a position had before it`() {
        for event in [PositionEvent.partWrittenOff, .fullyWrittenOff] {
            for state in PositionState.allCases {
                guard let after = state.after(event, wasPublished: true) else { continue }
                #expect(after.after(.writeOffUndone, wasPublished: true) == state)
            }
        }
        for state in [PositionState.draft, .open, .cancelled] {
            #expect(state.after(.writeOffUndone, wasPublished: true) == nil)
        }
    }

    @Test func `a failed refund stays failed, and a repeated event changes nothing`() {
        for event in RefundEvent.allCases {
            #expect([nil, .failed].contains(RefundStatus.failed.after(event)))
            for status in RefundStatus.allCases {
                guard let once = status.after(event) else { continue }
                #expect(once.after(event) == once)
                #expect(once == (event == .paid ? .paid : .failed))
            }
        }
        #expect(RefundStatus.allCases.filter(\.counts) == [.decided, .paid])
    }

    @Test func `a repeated request of a caller changes nothing`() {
        for state in PositionState.allCases {
            for event in [PositionEvent.publish, .cancel, .restore] {
                guard let once = state.after(event, wasPublished: true) else { continue }
                #expect(once.after(event, wasPublished: true) == once)
            }
        }
    }

    @Test func `an attempt that succeeded never changes, and every other one can still succeed`() {
        for event in AttemptEvent.allCases { #expect(AttemptStatus.succeeded.after(event) == nil) }
        for status in AttemptStatus.allCases where status != .succeeded { #expect(status.after(.paid) == .succeeded) }
    }

    @Test func `a final attempt changes only by a positive RT`() {
        for status in AttemptStatus.allCases where status.isFinal {
            for event in AttemptEvent.allCases where event != .paid && event != .partlyPaid {
                #expect(status.after(event) == nil)
            }
        }
    }

    @Test func `an attempt that is partly paid is never unpaid again`() {
        for status in AttemptStatus.allCases {
            let next = status.after(.partlyPaid)
            let isPaid = status == .succeeded || status == .partiallySucceeded
            #expect(next == (isPaid ? nil : .partiallySucceeded), "\(status)")
        }
        for event in AttemptEvent.allCases {
            #expect(AttemptStatus.partiallySucceeded.after(event) == (event == .paid ? .succeeded : nil))
        }
    }

    @Test func `only an open attempt is ended by a payment elsewhere`() {
        for status in AttemptStatus.allCases {
            #expect((status.after(.paidElsewhere) == .paidElsewhere) == !status.isFinal, "\(status)")
        }
    }

    @Test func `a payment takes precedence over every other outcome of an installment, in any order`() {
        for outcome in ItemOutcome.allCases {
            for news in ItemOutcome.allCases {
                #expect(outcome.after(news) == news.after(outcome))
                #expect((outcome.after(news) == .paid) == (outcome == .paid || news == .paid))
            }
        }
    }

    @Test func `random RTs of a cart lead to the status of its installments in any order`() throws {
        var random = SeededRandom(seed: 30)
        for _ in 0..<2_000 {
            let count = Int.random(in: 1...5, using: &random)
            var status = AttemptStatus.allCases.filter { !$0.isFinal }.randomElement(using: &random) ?? .created
            var outcomes = [ItemOutcome](repeating: .pending, count: count)
            for _ in 0..<12 {
                let cart = try Cart.attempt(status, outcomes)
                let item = Int.random(in: 0..<count, using: &random)
                if Int.random(in: 0..<6, using: &random) == 0 {
                    let cause: AttemptEvent = Bool.random(using: &random) ? .deadlinePassed : .paidElsewhere
                    status = status.after(cart.event(ending: cause)) ?? status
                    continue
                }
                let news: ItemOutcome = Bool.random(using: &random) ? .paid : .failed
                let event = cart.event(after: news, of: cart.items[item].installment)
                outcomes[item] = outcomes[item].after(news)
                if let event { status = status.after(event) ?? status }
                let paid = outcomes.count { $0 == .paid }
                #expect((status == .succeeded) == (paid == count))
                if status.isFinal { #expect((status == .partiallySucceeded) == (paid > 0 && paid < count)) }
                if !outcomes.contains(.pending) { #expect(status.isFinal) }
            }
        }
    }

    @Test func `a mail that was sent or is dead is not sent again without an operator`() {
        for event in NotificationEvent.allCases {
            #expect(NotificationState.sent.after(event) == (event == .returned ? .bounced : nil))
            #expect(NotificationState.bounced.after(event) == nil)
            #expect(NotificationState.skipped.after(event) == nil)
            if event != .retriedByOps { #expect(NotificationState.dead.after(event) == nil) }
        }
        #expect(NotificationState.dead.after(.retriedByOps) == .queued)
    }

    @Test func `random walks of events without a void never leave success or payment`() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<2_000 {
            var attempt = AttemptStatus.created
            var position = PositionState.draft
            var paid = false
            for _ in 0..<12 {
                let event = AttemptEvent.allCases.randomElement(using: &random) ?? .paid
                attempt = attempt.after(event) ?? attempt
                let changes = PositionEvent.allCases.filter { !(Self.voids + [.writeOffUndone]).contains($0) }
                let change = changes.randomElement(using: &random) ?? .publish
                position = position.after(change, wasPublished: true) ?? position
                paid = paid || position == .paid
                #expect(!paid || position == .paid)
            }
        }
    }

    @Test func `a position expires when its last unpaid due date has passed, unless it may be paid late`() throws {
        let due = try CalendarDate("2026-10-10")
        let after = try CalendarDate("2026-10-11")
        #expect(PositionState.open.status(payableUntil: due, today: due) == .open)
        #expect(PositionState.open.status(payableUntil: due, today: after) == .expired)
        #expect(PositionState.open.status(payableUntil: nil, today: after) == .open)
        #expect(PositionState.paid.status(payableUntil: due, today: after) == .paid)
    }
}

import Accounts
import Cryptography
import Gateways
import Logging
import Metrics
import PagoPA
import Requests
import Storage

/// Writes an event as the body of a call. The writer of JSON is part of the API, so the caller supplies it.
package typealias EventRenderer = @Sendable (Event) -> [UInt8]

extension SubscriptionOperations {
    /// Longer than all calls of one claim: after `batchSeconds` no further call begins.
    static let leaseSeconds = 60
    static let batchSeconds = 40
    /// How many events are read at a time.
    static let batchEvents = 100
    /// When nothing could be sent because all threads were busy.
    static let busySeconds = 1

    /// Sends the events of the subscription that has been due longest, one after the other, until there are no more, one fails, or the time
    /// of the claim ends. An event that is not delivered stays the next one, so none is left out and each object's are in order.
    /// - Returns: whether there was a subscription with events.
    package func deliverNext(writing render: EventRenderer) async throws -> Bool {
        let claimed = try await store.transaction(within: .everyCreditor) { tx in
            try await tx.claimSubscription(leaseSeconds: Self.leaseSeconds)
        }
        guard let claimed else { return false }
        do { try await deliver(claimed, render) } catch is SubscriptionClaimLost {
            // Its owner has changed it, or the lease has ended: the next claim continues with what is stored.
        } catch {
            // Not cancelled when the service stops. If it fails too, the lease ends.
            await Task { [store] in
                try? await store.transaction(within: .everyCreditor) { tx in try await tx.release(claimed) }
            }.value
            throw error
        }
        return true
    }

    private func deliver(_ claimed: ClaimedSubscription, _ render: EventRenderer) async throws {
        let end = ContinuousClock.now + .seconds(Self.batchSeconds)
        let subscription = claimed.subscription
        guard let tenancy = try await tenancy(of: subscription) else {
            return try await pause(claimed, because: .keyEnded)
        }
        let again = subscription.again
        let begin = again?.cursor ?? subscription.cursor
        var (cursor, stored, failures) = (begin, begin, subscription.failures)
        reading: while ContinuousClock.now < end {
            let part = try await store.read(
                within: tenancy,
                Events.feed(after: cursor, since: clock(), within: tenancy, limit: Self.batchEvents))
            for event in part.events {
                try Task.checkCancellation()
                guard ContinuousClock.now < end else { break reading }
                // What follows is sent for the first time.
                if let again, again.isBefore(event) || event.cursor > subscription.cursor {
                    return try await endAgain(claimed)
                }
                if subscription.wants(event.type), again.map({ event.at < $0.before }) ?? true {
                    guard try await deliver(event, to: claimed, failures: failures, isAgain: again != nil, render)
                    else { return }
                    (stored, failures) = (event.cursor, 0)
                }
                cursor = event.cursor
            }
            guard part.events.count < Self.batchEvents else { continue }
            if again != nil { return try await endAgain(claimed) }
            break
        }
        if cursor != stored { try await advance(claimed, to: cursor, isAgain: again != nil, delivery: nil) }
        try await store.transaction(within: .everyCreditor) { tx in try await tx.release(claimed) }
    }

    private func endAgain(_ claimed: ClaimedSubscription) async throws {
        try await store.transaction(within: .everyCreditor) { tx in
            try await tx.endAgain(claimed)
            try await tx.release(claimed)
        }
    }

    /// The events that the subscription may get: those of its creditors that its key still has.
    /// - Returns: `nil` if the key has ended.
    func tenancy(of subscription: WebhookSubscription) async throws -> Tenancy? {
        let key = try await store.read(within: .everyCreditor, APIKeys.valid(of: subscription.lineage, at: clock()))
        guard let key, key.holds(.eventsRead) else { return nil }
        switch key.tenancy {
        case .everyCreditor: return subscription.creditors.isEmpty ? .everyCreditor : .only(subscription.creditors)
        case .only(let creditors, let seesQuarantine):
            return .only(subscription.creditors.filter(creditors.contains), seesQuarantine: seesQuarantine)
        case .citizen, .registry, .psp: return nil
        }
    }

    /// - Parameter failures: how many tries of this event have failed.
    /// - Returns: whether the event was delivered.
    private func deliver(
        _ event: Event, to claimed: ClaimedSubscription, failures: Int, isAgain: Bool, _ render: EventRenderer
    ) async throws -> Bool {
        let tried = try await call(
            claimed.subscription, id: event.id.description, type: event.type.rawValue, event: event.id,
            render(event), number: failures + 1, isAgain: isAgain,
            trace: event.trace.map { TraceContext(id: $0) })
        guard let delivery = tried else {
            // Nothing was sent. The next claim tries again.
            try await store.transaction(within: .everyCreditor) { tx in
                try await tx.recordFailure(of: claimed, failures: failures, waitSeconds: Self.busySeconds)
            }
            return false
        }
        if delivery.outcome == .delivered {
            try await advance(claimed, to: event.cursor, isAgain: isAgain, delivery: delivery)
            return true
        }
        try await recordFailure(of: claimed, delivery)
        return false
    }

    /// - Parameter delivery: of the event at this cursor; `nil` if the events up to it are not sent.
    private func advance(
        _ claimed: ClaimedSubscription, to cursor: FeedCursor, isAgain: Bool, delivery: WebhookDelivery?
    ) async throws {
        let now = clock()
        try await store.transaction(within: .everyCreditor) { tx in
            if let delivery { tx.insert(delivery, of: claimed.subscription.id) }
            try await tx.advance(claimed, to: cursor, isAgain: isAgain, isDelivered: delivery != nil, at: now)
        }
    }

    private func recordFailure(of claimed: ClaimedSubscription, _ delivery: WebhookDelivery) async throws {
        let wait = DeliveryPlan.waitSeconds(afterFailures: delivery.number, jitter: .random(in: -1...1))
        logger.warning(
            "an event could not be delivered",
            metadata: [
                "subscription": "\(claimed.subscription.id)", "outcome": "\(delivery.outcome.rawValue)",
                "status": "\(delivery.statusCode.map(String.init) ?? "none")", "try": "\(delivery.number)",
                "again_in_seconds": "\(wait.map(String.init) ?? "never")",
            ])
        let reason: PauseReason? = delivery.statusCode == 410 ? .gone : wait == nil ? .failing : nil
        if let reason { return try await pause(claimed, because: reason, delivery) }
        try await store.transaction(within: .everyCreditor) { tx in
            tx.insert(delivery, of: claimed.subscription.id)
            try await tx.recordFailure(of: claimed, failures: delivery.number, waitSeconds: wait ?? 0)
        }
    }

    /// Pauses the subscription and queues an e-mail to its contact.
    private func pause(
        _ claimed: ClaimedSubscription, because reason: PauseReason, _ delivery: WebhookDelivery? = nil
    ) async throws {
        let now = clock()
        let subscription = claimed.subscription
        let id: Identifier<PagoPA.Notification> = newID()
        let mail = PagoPA.Notification(
            id: id, kind: .webhookPaused, receipt: nil, position: nil,
            link: "\(publicURL)/v1/webhook-subscriptions/\(subscription.id)", recipient: subscription.contact,
            language: subscription.language, state: .queued, attempts: 0, nextAttemptAt: now, sentAt: nil,
            lastError: nil, messageID: outbox.messageID(id), createdAt: now)
        try await store.transaction(within: .everyCreditor) { tx in
            if let delivery { tx.insert(delivery, of: subscription.id) }
            tx.insert([mail])
            try await tx.pause(claimed, because: reason, at: now)
        }
        logger.warning(
            "a webhook subscription is paused",
            metadata: ["subscription": "\(subscription.id)", "reason": "\(reason.rawValue)"])
    }

    /// Sends a test to the endpoint, without an effect on the subscription.
    /// - Parameter render: the body, from the id of the test.
    /// - Throws: `Refusal.busy` if nothing could be sent.
    package func sendTest(
        to id: Identifier<WebhookSubscription>, by caller: Caller,
        writing render: @Sendable (Identifier<WebhookDelivery>, Instant) -> [UInt8]
    ) async throws -> WebhookDelivery {
        let subscription = try await show(id, for: caller)
        let test: Identifier<WebhookDelivery> = newID()
        let tried = try await call(
            subscription, id: test.description, type: WebhookDelivery.testType, event: nil, render(test, clock()),
            number: 1, isAgain: false, trace: TraceContext.current)
        return try await record(tried, to: id, by: caller)
    }

    /// - Returns: `nil` if nothing was sent.
    func call(
        _ subscription: WebhookSubscription, id: String, type: String, event: Identifier<Event>?, _ body: [UInt8],
        number: Int, isAgain: Bool, trace: TraceContext?
    ) async throws -> WebhookDelivery? {
        let secrets = try await secrets(of: subscription.id, within: .everyCreditor)
        let began = ContinuousClock.now
        let now = clock()
        var status: Int?
        let outcome: DeliveryOutcome
        do {
            let code = try await externalServices.callWebhook(
                WebhookCall(
                    id: id, url: subscription.url, body: body, secrets: secrets,
                    subscription: subscription.id.description, traceparent: trace?.traceparent()))
            status = code
            outcome = (200..<300).contains(code) ? .delivered : .refused
        } catch let failure as WebhookFailure {
            switch failure {
            case .busy: return nil
            case .timedOut: outcome = .timedOut
            case .unreachable: outcome = .unreachable
            case .notAllowed: outcome = .notAllowed
            }
        }
        Counter(label: "webhook_deliveries_total", dimensions: [("result", outcome.rawValue)]).increment()
        return WebhookDelivery(
            id: newID(), event: event, type: type, number: number, isAgain: isAgain, outcome: outcome,
            statusCode: status, durationMilliseconds: (ContinuousClock.now - began).wholeMilliseconds, at: now)
    }
}

extension RepeatedEvents {
    /// Whether all events of the period lie before this one. The instants of events that were written at the same time are not in the order
    /// of the feed.
    fileprivate func isBefore(_ event: Event) -> Bool { event.at >= before.adding(seconds: 60) }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int {
        Int(clamping: components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000)
    }
}

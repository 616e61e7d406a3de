import Accounts
import PagoPA
import Requests
import Storage

extension SubscriptionOperations {
    /// Sends one event of the last 30 days again, now and once, without an effect on the order of the others.
    /// - Throws: `Refusal.notFound` for an event that the subscription may not get; `.busy` if nothing could be sent.
    package func redeliver(
        _ event: Identifier<Event>, to id: Identifier<WebhookSubscription>, by caller: Caller,
        writing render: EventRenderer
    ) async throws -> WebhookDelivery {
        let subscription = try await show(id, for: caller)
        let oldest = clock().adding(seconds: -EventOperations.keptDays * RetentionRule.daySeconds)
        guard let tenancy = try await tenancy(of: subscription),
            let found = try await store.read(within: tenancy, Events.show(event, within: tenancy)), found.at >= oldest
        else { throw Refusal.notFound }
        let tried = try await call(
            subscription, id: found.id.description, type: found.type.rawValue, event: found.id, render(found),
            number: 1, isAgain: true, trace: found.trace.map { TraceContext(id: $0) })
        return try await record(tried, to: id, by: caller)
    }

    /// Lists a call that was made on request.
    /// - Parameter tried: `nil` if nothing was sent.
    func record(
        _ tried: WebhookDelivery?, to id: Identifier<WebhookSubscription>, by caller: Caller
    ) async throws -> WebhookDelivery {
        guard let tried else { throw Refusal.busy(retryAfterSeconds: 5) }
        try await store.transaction(within: caller.tenancy) { tx in
            _ = try await locked(id, for: caller, in: tx)
            tx.insert(tried, of: id)
        }
        return tried
    }
}

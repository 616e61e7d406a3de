import Accounts
import Cryptography
import Foundation
import PagoPA
import Requests
import Storage

package struct SubscriptionRequest: Sendable {
    package let url: String
    package let types: [EventType]
    /// `nil`: all creditors of the key.
    package let creditors: [OrganizationTaxCode]?
    package let contact: EmailAddress
    package let language: Language

    package init(
        url: String, types: [EventType], creditors: [OrganizationTaxCode]?, contact: EmailAddress, language: Language
    ) {
        self.url = url
        self.types = types
        self.creditors = creditors
        self.contact = contact
        self.language = language
    }
}

/// What a caller changes; `nil` leaves a value as it is.
package struct SubscriptionChange: Sendable {
    package let url: String?
    package let types: [EventType]?
    package let contact: EmailAddress?
    package let event: SubscriptionStatus.Event?

    package init(url: String?, types: [EventType]?, contact: EmailAddress?, event: SubscriptionStatus.Event?) {
        self.url = url
        self.types = types
        self.contact = contact
        self.event = event
    }
}

/// A new subscription, or a subscription with a new secret. The service shows the secret only in this response.
package struct MadeSubscription: Sendable {
    package let subscription: WebhookSubscription
    package let secretID: UUID
    package let secret: WebhookSecret
    package let madeAt: Instant
}

extension SubscriptionOperations {
    /// Creates a subscription, which gets the events from now on.
    /// - Throws: `Refusal.invalid`, `.tooManySubscriptions`.
    package func make(
        _ request: SubscriptionRequest, by caller: Caller, repeating: Repeating<MadeSubscription>? = nil
    ) async throws -> Once<MadeSubscription> {
        var faults = await externalServices.faults(of: request.url, at: "/url", savedBy: caller)
        let creditors = request.creditors ?? caller.key.creditors
        for (index, creditor) in creditors.enumerated()
        where caller.kind != .ops && !caller.key.creditors.contains(creditor) {
            faults.append(Fault("/creditors/\(index)", .unknownReference, "is not a creditor of this key"))
        }
        if caller.kind != .ops, creditors.isEmpty {
            faults.append(Fault("/creditors", .required, "must name at least one creditor"))
        }
        guard faults.isEmpty else { throw Refusal.invalid(faults) }
        return try await once(repeating, within: caller.tenancy) { tx, now in
            let (count, cursor) = try await tx.ask(
                Subscriptions.count(of: caller.key.lineage), Subscriptions.cursor(before: now))
            guard (count ?? 0) < WebhookSubscription.maximumOfKey else {
                throw Refusal.tooManySubscriptions(maximum: WebhookSubscription.maximumOfKey)
            }
            let new = WebhookSubscription(
                id: newID(), lineage: caller.key.lineage, url: request.url, types: request.types,
                creditors: creditors, contact: request.contact, language: request.language, status: .active,
                pausedReason: nil, cursor: cursor ?? FeedCursor(order: 0, number: 0), again: nil, failures: 0,
                deliveredAt: nil, createdAt: now, updatedAt: now)
            tx.insert(new)
            return try makeSecret(of: new, in: tx, at: now)
        }
    }

    /// Creates another secret. The earlier ones are used for one more day, so that the endpoint can be changed meanwhile.
    package func makeSecret(
        of id: Identifier<WebhookSubscription>, by caller: Caller, repeating: Repeating<MadeSubscription>? = nil
    ) async throws -> Once<MadeSubscription> {
        try await once(repeating, within: caller.tenancy) { tx, now in
            let found = try await locked(id, for: caller, in: tx)
            return try makeSecret(of: found, in: tx, at: now)
        }
    }

    private func makeSecret(of subscription: WebhookSubscription, in tx: Transaction, at now: Instant) throws
        -> MadeSubscription
    {
        let id = newID(SubscriptionSecret.self).uuid
        let secret = try WebhookSecret.make()
        let sealed = try secretBox.seal(secret.bytes, for: SubscriptionSecret.context(id, of: subscription.id))
        tx.insert(
            secret: id, sealed: sealed, of: subscription.id,
            overlapSeconds: WebhookSubscription.secretOverlapSeconds, at: now)
        return MadeSubscription(subscription: subscription, secretID: id, secret: secret, madeAt: now)
    }

    /// Changes a subscription. A change makes the next try due at once.
    package func change(_ id: Identifier<WebhookSubscription>, _ change: SubscriptionChange, by caller: Caller)
        async throws -> WebhookSubscription
    {
        if let url = change.url {
            let faults = await externalServices.faults(of: url, at: "/url", savedBy: caller)
            guard faults.isEmpty else { throw Refusal.invalid(faults) }
        }
        let now = clock()
        return try await store.transaction(within: caller.tenancy) { tx in
            let old = try await locked(id, for: caller, in: tx)
            let status = change.event.flatMap(old.status.after) ?? old.status
            let new = WebhookSubscription(
                id: old.id, lineage: old.lineage, url: change.url ?? old.url, types: change.types ?? old.types,
                creditors: old.creditors, contact: change.contact ?? old.contact, language: old.language,
                status: status, pausedReason: status == .active ? nil : old.pausedReason ?? .caller,
                cursor: old.cursor, again: old.again, failures: 0, deliveredAt: old.deliveredAt,
                createdAt: old.createdAt, updatedAt: now)
            tx.change(new)
            return new
        }
    }

    /// Deletes a subscription with its deliveries and secrets.
    package func delete(_ id: Identifier<WebhookSubscription>, by caller: Caller) async throws {
        try await store.transaction(within: caller.tenancy) { tx in
            _ = try await locked(id, for: caller, in: tx)
            tx.delete(id)
        }
    }

    /// Sends the events of a period again, in order, before newer ones.
    /// - Parameter after: events from this instant on; `before`: up to this instant.
    /// - Throws: `Refusal.invalid` for a period that is empty, or that begins before the events that can be read.
    package func sendAgain(
        _ id: Identifier<WebhookSubscription>, after: Instant, before: Instant, by caller: Caller,
        repeating: Repeating<WebhookSubscription>? = nil
    ) async throws -> Once<WebhookSubscription> {
        guard after < before else {
            throw Refusal.invalid([Fault("/before", .mismatch, "must be later than after")])
        }
        let oldest = clock().adding(seconds: -EventOperations.keptDays * RetentionRule.daySeconds)
        guard after >= oldest else {
            throw Refusal.invalid([
                Fault("/after", .outOfRange, "must lie within the last \(EventOperations.keptDays) days")
            ])
        }
        return try await once(repeating, within: caller.tenancy) { tx, now in
            _ = try await locked(id, for: caller, in: tx)
            guard let cursor = try await tx.ask(Subscriptions.cursor(before: after)) else { throw Refusal.notFound }
            tx.sendAgain(RepeatedEvents(cursor: cursor, before: before), to: id, at: now)
            guard let new = try await tx.ask(Subscriptions.show(id, of: caller.ownLineage)) else {
                throw Refusal.notFound
            }
            return new
        }
    }

    func locked(_ id: Identifier<WebhookSubscription>, for caller: Caller, in tx: Transaction) async throws
        -> WebhookSubscription
    {
        guard let found = try await tx.ask(Subscriptions.show(id, of: caller.ownLineage, locking: true)) else {
            throw Refusal.notFound
        }
        return found
    }
}

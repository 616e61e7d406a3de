/// An endpoint to which the service sends the events of some creditors.
package struct WebhookSubscription: Sendable, Equatable {
    package let id: Identifier<WebhookSubscription>
    /// The first key of the rotations of the key that owns it.
    package let lineage: APIKeyID
    package let url: String
    /// The types of events that it gets; empty for all.
    package let types: [EventType]
    /// The creditors whose events it gets; empty for all, for operators.
    package let creditors: [OrganizationTaxCode]
    /// Who gets an e-mail when the service pauses the subscription.
    package let contact: EmailAddress
    /// The language of that e-mail.
    package let language: Language
    package let status: SubscriptionStatus
    package let pausedReason: PauseReason?
    /// Behind the last event that was delivered or that it does not want.
    package let cursor: FeedCursor
    /// Events that are sent again.
    package let again: RepeatedEvents?
    /// Failed tries of the next event.
    package let failures: Int
    package let deliveredAt: Instant?
    package let createdAt: Instant
    package let updatedAt: Instant

    package init(
        id: Identifier<WebhookSubscription>, lineage: APIKeyID, url: String, types: [EventType],
        creditors: [OrganizationTaxCode], contact: EmailAddress, language: Language, status: SubscriptionStatus,
        pausedReason: PauseReason?, cursor: FeedCursor, again: RepeatedEvents?, failures: Int, deliveredAt: Instant?,
        createdAt: Instant, updatedAt: Instant
    ) {
        self.id = id
        self.lineage = lineage
        self.url = url
        self.types = types
        self.creditors = creditors
        self.contact = contact
        self.language = language
        self.status = status
        self.pausedReason = pausedReason
        self.cursor = cursor
        self.again = again
        self.failures = failures
        self.deliveredAt = deliveredAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// How many subscriptions the rotations of one key may have.
    package static let maximumOfKey = 20
    package static let maximumURLBytes = 2_048
    /// How long a secret is still used after it was replaced.
    package static let secretOverlapSeconds = 86_400

    package func wants(_ type: EventType) -> Bool { types.isEmpty || types.contains(type) }
}

/// The events that a subscription gets a second time.
package struct RepeatedEvents: Sendable, Equatable {
    package let cursor: FeedCursor
    /// Only events before this instant.
    package let before: Instant

    package init(cursor: FeedCursor, before: Instant) {
        self.cursor = cursor
        self.before = before
    }
}

package enum SubscriptionStatus: String, TransitionTable {
    case active
    /// Nothing is sent. The events wait.
    case paused

    package enum Event: CaseIterable, Sendable {
        case pause
        case resume
    }

    package func after(_ event: Event) -> SubscriptionStatus? {
        switch (self, event) {
        case (.active, .pause), (.paused, .pause): .paused
        case (.active, .resume), (.paused, .resume): .active
        }
    }
}

/// Why a subscription is paused.
package enum PauseReason: String, Sendable, CaseIterable {
    /// Its owner wanted it.
    case caller
    /// The endpoint has answered 410.
    case gone
    /// The last try of an event has failed.
    case failing
    /// Its key has ended, or may not read events any more.
    case keyEnded = "key_ended"
}

/// The schedule of tries of one event, as Standard Webhooks recommends it: ten tries in three days.
package enum DeliveryPlan {
    /// Seconds to wait after the first, second, … failed try.
    package static let waitsSeconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]

    /// - Parameters:
    ///   - failures: the number of failed tries so far, at least 1.
    ///   - jitter: −1…1, scaled to ±10 % of the wait.
    /// - Returns: the wait in seconds, or `nil` after the last try.
    package static func waitSeconds(afterFailures failures: Int, jitter: Double) -> Int? {
        guard failures >= 1, failures <= waitsSeconds.count else { return nil }
        let wait = Double(waitsSeconds[failures - 1])
        return Int(wait + wait * 0.1 * max(-1, min(1, jitter)))
    }
}

/// What one try of a delivery led to.
package struct WebhookDelivery: Sendable, Equatable {
    package let id: Identifier<WebhookDelivery>
    /// `nil`: a test.
    package let event: Identifier<Event>?
    /// The type of the event, or `webhook.test`.
    package let type: String
    /// The number of the try of this event, from 1.
    package let number: Int
    package let isAgain: Bool
    package let outcome: DeliveryOutcome
    package let statusCode: Int?
    package let durationMilliseconds: Int
    package let at: Instant

    package init(
        id: Identifier<WebhookDelivery>, event: Identifier<Event>?, type: String, number: Int, isAgain: Bool,
        outcome: DeliveryOutcome, statusCode: Int?, durationMilliseconds: Int, at: Instant
    ) {
        self.id = id
        self.event = event
        self.type = type
        self.number = number
        self.isAgain = isAgain
        self.outcome = outcome
        self.statusCode = statusCode
        self.durationMilliseconds = durationMilliseconds
        self.at = at
    }

    package static let testType = "webhook.test"
}

package enum DeliveryOutcome: String, Sendable, CaseIterable {
    /// The endpoint has answered with a status from 200 to 299.
    case delivered
    /// The endpoint has answered with another status.
    case refused
    case timedOut = "timed_out"
    case unreachable
    /// The address must not be called.
    case notAllowed = "not_allowed"
}

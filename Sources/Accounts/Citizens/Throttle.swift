import PagoPA

/// Counts consecutive attempts. After the free ones, each attempt must wait twice as long as the one before; the count decreases
/// with time.
package struct Throttle: Sendable, Equatable {
    package let tries: Int
    package let lastAt: Instant

    package init(tries: Int, lastAt: Instant) {
        self.tries = tries
        self.lastAt = lastAt
    }

    package struct Rule: Sendable {
        package let freeTries: Int
        let firstWaitSeconds: Int
        let maximumWaitSeconds: Int
        /// The count decreases by one after this many seconds.
        let decaySeconds: Int

        /// Passwords for one account from one address: waits of 1, 2, 4 … seconds, at most a quarter of an hour.
        package static let signInFromAddress = Rule(
            freeTries: 5, firstWaitSeconds: 1, maximumWaitSeconds: 900, decaySeconds: 600)
        /// Passwords for one account from all addresses without a successful sign-in. Waits stay short, or a stranger could lock
        /// out the owner.
        package static let signIn = Rule(
            freeTries: 20, firstWaitSeconds: 1, maximumWaitSeconds: 8, decaySeconds: 60)
        /// Account mails to one mailbox: five at once, then one every twelve minutes.
        package static let mail = Rule(
            freeTries: 5, firstWaitSeconds: 720, maximumWaitSeconds: 720, decaySeconds: 720)
    }

    /// The attempts that count now.
    package func currentTries(at now: Instant, _ rule: Rule) -> Int {
        max(0, tries - max(0, lastAt.seconds(until: now)) / rule.decaySeconds)
    }

    /// Whole seconds until the next attempt is allowed; 0: now.
    package func waitSeconds(at now: Instant, _ rule: Rule) -> Int {
        let excess = currentTries(at: now, rule) - rule.freeTries
        guard excess >= 0 else { return 0 }
        // After ten doublings, the wait is always the maximum.
        let wait = excess > 10 ? rule.maximumWaitSeconds : rule.firstWaitSeconds << excess
        let end = lastAt.adding(seconds: min(wait, rule.maximumWaitSeconds))
        let left = end.microseconds - now.microseconds
        return left <= 0 ? 0 : Int((left + 999_999) / 1_000_000)
    }

    package func counting(at now: Instant, _ rule: Rule) -> Throttle {
        Throttle(tries: currentTries(at: now, rule) + 1, lastAt: max(now, lastAt))
    }
}

import PagoPA

/// Tries in a row, as far as they are still remembered. Each new one beyond the free ones must wait twice as long; time forgives.
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
        /// One try is forgotten each so many seconds.
        let forgivesAfterSeconds: Int

        /// Passwords for one account from one address: 1, 2, 4 … seconds, a quarter of an hour at most.
        package static let signInFromAddress = Rule(
            freeTries: 5, firstWaitSeconds: 1, maximumWaitSeconds: 900, forgivesAfterSeconds: 600)
        /// Passwords for one account from all addresses that never got in: waits stay short, or a stranger could keep the owner out.
        package static let signIn = Rule(
            freeTries: 20, firstWaitSeconds: 1, maximumWaitSeconds: 8, forgivesAfterSeconds: 60)
        /// Mails about accounts to one mailbox: five at once, then one in twelve minutes.
        package static let mail = Rule(
            freeTries: 5, firstWaitSeconds: 720, maximumWaitSeconds: 720, forgivesAfterSeconds: 720)
    }

    /// Tries that count at this moment.
    package func remembered(at now: Instant, _ rule: Rule) -> Int {
        max(0, tries - max(0, lastAt.seconds(until: now)) / rule.forgivesAfterSeconds)
    }

    /// Whole seconds until the next try may be made; 0: now.
    package func waitSeconds(at now: Instant, _ rule: Rule) -> Int {
        let excess = remembered(at: now, rule) - rule.freeTries
        guard excess >= 0 else { return 0 }
        // Beyond ten doublings every wait is the longest one.
        let wait = excess > 10 ? rule.maximumWaitSeconds : rule.firstWaitSeconds << excess
        let end = lastAt.adding(seconds: min(wait, rule.maximumWaitSeconds))
        let left = end.microseconds - now.microseconds
        return left <= 0 ? 0 : Int((left + 999_999) / 1_000_000)
    }

    package func counting(at now: Instant, _ rule: Rule) -> Throttle {
        Throttle(tries: remembered(at: now, rule) + 1, lastAt: max(now, lastAt))
    }
}

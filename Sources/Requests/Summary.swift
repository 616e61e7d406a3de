import PagoPA

/// What an operator or a creditor looks at every day.
package struct Summary: Sendable, Equatable {
    /// Open anomalies of one kind. Amounts are in cents.
    package struct OpenAnomalies: Sendable, Equatable {
        package let kind: AnomalyKind
        package let count: Int
        package let amountCents: Int64
        package let oldestOpenedAt: Instant

        package init(kind: AnomalyKind, count: Int, amountCents: Int64, oldestOpenedAt: Instant) {
            self.kind = kind
            self.count = count
            self.amountCents = amountCents
            self.oldestOpenedAt = oldestOpenedAt
        }
    }

    /// A number of rows, the sum of their amounts in cents, and the time of the oldest one.
    package struct Backlog: Sendable, Equatable {
        package let count: Int
        package let amountCents: Int64
        package let oldestAt: Instant?

        package init(count: Int, amountCents: Int64, oldestAt: Instant?) {
            self.count = count
            self.amountCents = amountCents
            self.oldestAt = oldestAt
        }
    }

    package struct OpenAttempts: Sendable, Equatable {
        package let count: Int
        /// The payer has returned from the PSP, and the RT has not arrived.
        package let waitingForRT: Int
        /// Their deadline has passed, or their RT is missing for ``Summary/stuckSeconds``.
        package let stuck: Int

        package init(count: Int, waitingForRT: Int, stuck: Int) {
            self.count = count
            self.waitingForRT = waitingForRT
            self.stuck = stuck
        }
    }

    package struct Mails: Sendable, Equatable {
        package let pending: Int
        package let oldestPendingAt: Instant?
        /// Dead letters that can be retried, because their address is still stored.
        package let dead: Int

        package init(pending: Int, oldestPendingAt: Instant?, dead: Int) {
            self.pending = pending
            self.oldestPendingAt = oldestPendingAt
            self.dead = dead
        }
    }

    /// The payment attempts at one PSP that began in the last ``Summary/pspWindowSeconds``.
    package struct PSPActivity: Sendable, Equatable {
        package let psp: PSPID
        package let businessName: String
        package let attempts: Int
        /// The PSP did not accept the start: it was down, slow, or answered with an error.
        package let notStarted: Int
        /// An RT reported that the payment was not executed.
        package let refused: Int
        package let paid: Int

        package init(psp: PSPID, businessName: String, attempts: Int, notStarted: Int, refused: Int, paid: Int) {
            self.psp = psp
            self.businessName = businessName
            self.attempts = attempts
            self.notStarted = notStarted
            self.refused = refused
            self.paid = paid
        }

        /// At least half of the starts failed.
        package var isFailing: Bool { notStarted > 0 && notStarted >= attempts - notStarted }
    }

    package let at: Instant
    /// By kind; kinds without an open anomaly are missing.
    package let anomalies: [OpenAnomalies]
    package let quarantine: Backlog
    package let attempts: OpenAttempts
    package let mails: Mails
    /// Refunds that were decided and not paid yet.
    package let refunds: Backlog
    package let psps: [PSPActivity]
    /// Empty for creditors.
    package let jobs: [BackgroundJobState]

    package static let stuckSeconds = 600
    package static let pspWindowSeconds = 3_600
    package static let maximumPSPs = 500

    package init(
        at: Instant, anomalies: [OpenAnomalies], quarantine: Backlog, attempts: OpenAttempts, mails: Mails,
        refunds: Backlog, psps: [PSPActivity], jobs: [BackgroundJobState]
    ) {
        self.at = at
        self.anomalies = anomalies
        self.quarantine = quarantine
        self.attempts = attempts
        self.mails = mails
        self.refunds = refunds
        self.psps = psps
        self.jobs = jobs
    }
}

/// The jobs that `quietanza serve` and `quietanza loops` run.
package enum BackgroundJob: String, Sendable, CaseIterable {
    case mail
    case cancellation
    case imports
    case expiry
    case quarantine
    case retention
    case webhooks
    case debtMails = "debt_mails"
    case notices
}

/// When a background job ran last, on any instance.
package struct BackgroundJobState: Sendable, Equatable {
    package let job: BackgroundJob
    /// How often it runs when nothing is due.
    package let intervalSeconds: Int
    /// The end of its last run without an error.
    package let ranAt: Instant?
    package let failedAt: Instant?

    package init(job: BackgroundJob, intervalSeconds: Int, ranAt: Instant?, failedAt: Instant?) {
        self.job = job
        self.intervalSeconds = intervalSeconds
        self.ranAt = ranAt
        self.failedAt = failedAt
    }

    /// A job may be late by another interval and this time, for example while the database does not answer.
    static let toleranceSeconds = 60

    /// Whether the job runs and succeeds.
    package func isAlive(at now: Instant) -> Bool {
        guard let ranAt else { return false }
        return ranAt.seconds(until: now) <= 2 * intervalSeconds + Self.toleranceSeconds
    }
}

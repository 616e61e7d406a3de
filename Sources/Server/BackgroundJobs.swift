import API
import Gateways
import Logging
import Operations
import Requests
import ServiceLifecycle
import Storage
import Synchronization

/// Background jobs: send due mail, process imports, draw batches of notices, queue e-mails about debts, send events to webhooks, expire attempts past their deadline, delete expired data. They stop gracefully.
struct BackgroundJobs: Service {
    let intermediary: Intermediary
    let logger: Logger
    private let heartbeats = Heartbeats()

    init(intermediary: Intermediary, logger: Logger) {
        self.intermediary = intermediary
        self.logger = logger
    }

    static let mailPollSeconds = 1.0
    static let cancellationPollSeconds = 1.0
    /// Concurrent calls to PSPs, so that a PSP that hangs does not delay the others.
    static let cancellationSenders = 4
    static let importPollSeconds = 1.0
    static let noticePollSeconds = 1.0
    static let webhookPollSeconds = 1.0
    /// Subscriptions to which events are sent at the same time, so that an endpoint that hangs does not delay the others.
    static let webhookSenders = 4
    static let expiryPollSeconds = 5.0
    static let debtMailPollSeconds = 5.0
    static let quarantinePollSeconds = 30.0
    static let retentionSeconds = 3_600.0
    /// The pause after a failure, for example while the database is unreachable.
    static let pauseSeconds = 1.0

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await sendMail() }
                for _ in 0..<Self.cancellationSenders {
                    group.addTask {
                        await repeating(every: Self.cancellationPollSeconds, .cancellation) {
                            try await intermediary.attempts.sendNextCancellation()
                        }
                    }
                }
                group.addTask {
                    await repeating(every: Self.importPollSeconds, .imports) {
                        try await intermediary.imports.processNext(reading: ImportedRowReader.read)
                    }
                }
                group.addTask {
                    await repeating(every: Self.noticePollSeconds, .notices) {
                        try await intermediary.positions.drawNextNotices()
                    }
                }
                for _ in 0..<Self.webhookSenders {
                    group.addTask {
                        await repeating(every: Self.webhookPollSeconds, .webhooks) {
                            try await intermediary.subscriptions.deliverNext(writing: EventBody.write)
                        }
                    }
                }
                group.addTask {
                    await repeating(every: Self.expiryPollSeconds, .expiry) {
                        let isMore = try await intermediary.attempts.expire() == 100
                        return try await intermediary.sandbox.postLateRTs() == 20 || isMore
                    }
                }
                group.addTask {
                    await repeating(every: Self.debtMailPollSeconds, .debtMails) {
                        try await intermediary.notifications.queueDebtMails()
                    }
                }
                group.addTask {
                    await repeating(every: Self.quarantinePollSeconds, .quarantine) {
                        try await intermediary.receipts.settleQuarantine() == ReceiptOperations.sweepLimit
                    }
                }
                group.addTask {
                    await repeating(every: Self.retentionSeconds, .retention) {
                        _ = try await intermediary.retention.deleteExpired()
                        return false
                    }
                }
            }
        }
    }

    /// - Parameter work: returns whether more work is due at once.
    private func repeating(every seconds: Double, _ job: BackgroundJob, _ work: () async throws -> Bool) async {
        while !Task.isCancelled {
            var hasMore = false
            do {
                hasMore = try await work()
                await note(job, every: seconds)
            } catch is CancellationError {
                return
            } catch {
                await report(error, of: job, every: seconds)
            }
            if !hasMore { try? await Task.sleep(for: .seconds(seconds)) }
        }
    }

    /// Runs one sender per gateway thread, each with one mail at a time. A silent server delays only one sender, and no claimed
    /// mail waits for a thread while its lease runs. Polling alone would suffice; wake-ups send a mail without delay.
    private func sendMail() async {
        await withTaskGroup(of: Void.self) { group in
            var bells: [AsyncStream<Void>.Continuation] = []
            for _ in 0..<MailGateway.threads {
                let (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
                bells.append(bell)
                group.addTask { for await _ in rings where !Task.isCancelled { await sendAllDueMail() } }
            }
            group.addTask { [bells] in
                for await _ in intermediary.store.wakeUps(on: [Channels.notifications]) {
                    for bell in bells { bell.yield() }
                }
            }
            group.addTask { [bells] in
                while !Task.isCancelled {
                    for bell in bells { bell.yield() }
                    try? await Task.sleep(for: .seconds(Self.mailPollSeconds))
                }
            }
        }
    }

    private func sendAllDueMail() async {
        do {
            while !Task.isCancelled, try await intermediary.notifications.sendNext() {}
            await note(.mail, every: Self.mailPollSeconds)
        } catch is CancellationError {
            return
        } catch {
            await report(error, of: .mail, every: Self.mailPollSeconds)
        }
    }

    /// Logs the failure of a job, stores it, and pauses.
    private func report(_ error: any Error, of job: BackgroundJob, every seconds: Double) async {
        logger.error("a background job failed", metadata: ["job": "\(job.rawValue)", "error": "\(error)"])
        await note(job, every: seconds, hasFailed: true)
        try? await Task.sleep(for: .seconds(Self.pauseSeconds))
    }

    /// Stores that a job ran or failed, at most every few seconds. That this fails is no fault of the job.
    private func note(_ job: BackgroundJob, every seconds: Double, hasFailed: Bool = false) async {
        guard heartbeats.isDue(job, hasFailed: hasFailed) else { return }
        let interval = Int(exactly: seconds.rounded(.up)) ?? 1
        do {
            try await intermediary.summaries.note(job, intervalSeconds: interval, hasFailed: hasFailed)
        } catch {
            logger.debug("a heartbeat was not stored", metadata: ["job": "\(job.rawValue)", "error": "\(error)"])
        }
    }
}

/// Limits how often this process stores that a job ran.
final class Heartbeats: Sendable {
    private struct Beat: Hashable {
        let job: BackgroundJob
        let hasFailed: Bool
    }

    static let seconds = 10.0
    private let last = Mutex<[Beat: ContinuousClock.Instant]>([:])

    /// Whether the last heartbeat is ten seconds old; then this one counts as stored.
    func isDue(_ job: BackgroundJob, hasFailed: Bool, now: ContinuousClock.Instant = .now) -> Bool {
        last.withLock { last in
            let beat = Beat(job: job, hasFailed: hasFailed)
            if let known = last[beat], known.duration(to: now) < .seconds(Self.seconds) { return false }
            last[beat] = now
            return true
        }
    }
}

/// Wakes requests that wait for a change of an attempt, and those that follow the feed of events. Runs beside the API, with or without
/// background jobs.
struct ChangeWatcher: Service {
    let intermediary: Intermediary

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await event in intermediary.store.wakeUps(on: [Channels.attempts, Channels.events]) {
                        await intermediary.attempts.watch.wake(event)
                        await intermediary.events.watch.wake(event)
                    }
                }
                group.addTask {
                    while (try? await Task.sleep(for: .seconds(1))) != nil {
                        await intermediary.events.watch.secondPassed()
                    }
                }
            }
        }
    }
}

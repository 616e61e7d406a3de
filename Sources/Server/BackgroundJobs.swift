import Gateways
import Logging
import Operations
import ServiceLifecycle
import Storage

/// Work that nobody asks for: mail that is due, attempts past their deadline, old data to forget. Ends gracefully when told to stop.
struct Loops: Service {
    let intermediary: Intermediary
    let logger: Logger

    static let mailPollSeconds = 1.0
    static let cancellationPollSeconds = 1.0
    /// Calls to PSPs at once: one that hangs delays no other's.
    static let cancellationSenders = 4
    static let expiryPollSeconds = 5.0
    static let quarantinePollSeconds = 30.0
    static let retentionSeconds = 3_600.0
    /// After a failure, such as a database that is away.
    static let pauseSeconds = 1.0

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await sendMail() }
                for _ in 0..<Self.cancellationSenders {
                    group.addTask {
                        await repeating(every: Self.cancellationPollSeconds, "cancellation") {
                            try await intermediary.sendNextCancellation()
                        }
                    }
                }
                group.addTask {
                    await repeating(every: Self.expiryPollSeconds, "expiry") {
                        try await intermediary.expirePaymentAttempts() == 100
                    }
                }
                group.addTask {
                    await repeating(every: Self.quarantinePollSeconds, "quarantine") {
                        try await intermediary.settleQuarantine() == Intermediary.sweepLimit
                    }
                }
                group.addTask {
                    await repeating(every: Self.retentionSeconds, "retention") {
                        _ = try await intermediary.forgetOldData()
                        return false
                    }
                }
            }
        }
    }

    /// - Parameter work: returns whether there is more to do at once.
    private func repeating(every seconds: Double, _ name: String, _ work: () async throws -> Bool) async {
        while !Task.isCancelled {
            var hasMore = false
            do { hasMore = try await work() } catch is CancellationError {
                return
            } catch {
                logger.error("a loop failed", metadata: ["loop": "\(name)", "error": "\(error)"])
                try? await Task.sleep(for: .seconds(Self.pauseSeconds))
            }
            if !hasMore { try? await Task.sleep(for: .seconds(seconds)) }
        }
    }

    /// As many senders as the gateway has threads, each with one mail at a time: one that waits for a silent server stops no other,
    /// and no claimed mail waits for a thread while its lease runs. The poll alone would do; wake-ups make a mail leave at once.
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
                await repeating(every: Self.mailPollSeconds, "mail") {
                    for bell in bells { bell.yield() }
                    return false
                }
            }
        }
    }

    private func sendAllDueMail() async {
        do { while !Task.isCancelled, try await intermediary.sendNextMail() {} } catch is CancellationError {
            return
        } catch {
            logger.error("a loop failed", metadata: ["loop": "mail", "error": "\(error)"])
            try? await Task.sleep(for: .seconds(Self.pauseSeconds))
        }
    }
}

/// Tells those who wait for an attempt that it changed. Runs beside the API, loops or none.
struct AttemptNews: Service {
    let intermediary: Intermediary

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await event in intermediary.store.wakeUps(on: [Channels.attempts]) {
                await intermediary.attemptWatch.wake(event)
            }
        }
    }
}

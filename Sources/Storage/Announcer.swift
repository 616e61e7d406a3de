import Postgres
import Synchronization

/// Notifies listeners of committed changes, in batches and outside of the transaction. PostgreSQL locks the whole database while it
/// commits a NOTIFY, which cost two fifths of the throughput when each transaction sent its own. If the process stops before it
/// sends a notification, listeners find the change by polling.
final class Announcer: Sendable {
    struct Announcement: Sendable, Hashable {
        let channel: String
        let payload: String
    }

    private struct Waiting {
        /// A request may wait for one of them.
        var urgent: Set<Announcement> = []
        /// Of new events, with every change of data: each sent at once would be a further statement for each transaction.
        var ofEvents: Set<Announcement> = []
        var isSending = false
        var isDelaying = false

        mutating func add(_ announcement: Announcement) {
            guard urgent.count + ofEvents.count < Announcer.maximumWaiting else { return }
            if announcement.channel == Channels.events {
                ofEvents.insert(announcement)
            } else {
                urgent.insert(announcement)
            }
        }

        mutating func takeAll() -> [Announcement] {
            defer { (urgent, ofEvents) = ([], []) }
            return Array(urgent.union(ofEvents))
        }
    }

    private let pool: Pool
    private let waiting = Mutex(Waiting())
    /// The maximum number of notifications that wait for an unavailable database. Further ones are dropped, because listeners poll.
    private static let maximumWaiting = 10_000
    /// How long notifications of new events are collected.
    private static let eventDelayMilliseconds = 100

    init(pool: Pool) {
        self.pool = pool
    }

    func announce(_ announcements: [Announcement]) {
        guard !announcements.isEmpty else { return }
        let (starts, delays) = waiting.withLock { waiting in
            for announcement in announcements { waiting.add(announcement) }
            let starts = !waiting.urgent.isEmpty && !waiting.isSending
            let delays = !waiting.ofEvents.isEmpty && !waiting.isDelaying
            if starts { waiting.isSending = true }
            if delays { waiting.isDelaying = true }
            return (starts, delays)
        }
        if starts { Task { await sendAll() } }
        if delays { Task { await sendLater() } }
    }

    private func sendAll() async {
        while true {
            let batch = waiting.withLock { waiting -> [Announcement] in
                if waiting.urgent.isEmpty {
                    waiting.isSending = false
                    return []
                }
                return waiting.takeAll()
            }
            if batch.isEmpty { return }
            await send(batch)
        }
    }

    private func sendLater() async {
        try? await Task.sleep(for: .milliseconds(Self.eventDelayMilliseconds))
        let batch = waiting.withLock { waiting -> [Announcement] in
            waiting.isDelaying = false
            return waiting.takeAll()
        }
        if !batch.isEmpty { await send(batch) }
    }

    private func send(_ batch: [Announcement]) async {
        _ = try? await pool.query(
            "SELECT pg_notify(said.channel, said.payload) FROM unnest(\(batch.map(\.channel))::text[], \(batch.map(\.payload))::text[]) AS said(channel, payload)"
        )
    }
}

/// The notifications that the current transaction sends after its commit.
final class Announcements: Sendable {
    @TaskLocal static var current: Announcements?

    private let list = Mutex<[Announcer.Announcement]>([])

    func add(channel: String, payload: String) {
        list.withLock { $0.append(Announcer.Announcement(channel: channel, payload: payload)) }
    }

    var all: [Announcer.Announcement] { list.withLock(\.self) }
}

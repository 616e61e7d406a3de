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
        var announcements: Set<Announcement> = []
        var isSending = false
    }

    private let pool: Pool
    private let waiting = Mutex(Waiting())
    /// The maximum number of notifications that wait for an unavailable database. Further ones are dropped, because listeners poll.
    private static let maximumWaiting = 10_000

    init(pool: Pool) {
        self.pool = pool
    }

    func announce(_ announcements: [Announcement]) {
        guard !announcements.isEmpty else { return }
        let starts = waiting.withLock { waiting in
            if waiting.announcements.count < Self.maximumWaiting { waiting.announcements.formUnion(announcements) }
            defer { waiting.isSending = true }
            return !waiting.isSending
        }
        if starts { Task { await sendAll() } }
    }

    private func sendAll() async {
        while true {
            let batch = waiting.withLock { waiting -> [Announcement] in
                defer { waiting.announcements = [] }
                if waiting.announcements.isEmpty { waiting.isSending = false }
                return Array(waiting.announcements)
            }
            if batch.isEmpty { return }
            _ = try? await pool.query(
                "SELECT pg_notify(said.channel, said.payload) FROM unnest(\(batch.map(\.channel))::text[], \(batch.map(\.payload))::text[]) AS said(channel, payload)"
            )
        }
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

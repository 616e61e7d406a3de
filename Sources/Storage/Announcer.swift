import Postgres
import Synchronization

/// Tells listeners of changes once they are committed, in batches and beside the transaction: PostgreSQL takes a lock of the whole
/// database for a NOTIFY at commit, which cost two fifths of the throughput when it stood inside. What is lost with the process is
/// found by polling.
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
    /// More than this many wait for a database that is away: listeners will poll.
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

/// What the transaction at hand will tell after its commit.
final class Announcements: Sendable {
    @TaskLocal static var current: Announcements?

    private let list = Mutex<[Announcer.Announcement]>([])

    func add(channel: String, payload: String) {
        list.withLock { $0.append(Announcer.Announcement(channel: channel, payload: payload)) }
    }

    var all: [Announcer.Announcement] { list.withLock(\.self) }
}

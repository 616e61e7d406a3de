import Synchronization

/// The host of the URL that the next attempt to connect tries first.
///
/// It is the host that accepted the last connection, which after a failover is the new primary. A host that did not respond has used
/// up its share of the time limit, so the next attempt begins with the host after it.
final class FirstHost: Sendable {
    private let value = Atomic<Int>(0)

    var index: Int { value.load(ordering: .relaxed) }

    func accepted(_ host: Int) { value.store(host, ordering: .relaxed) }

    func didNotRespond(_ host: Int, of count: Int) { value.store((host + 1) % max(1, count), ordering: .relaxed) }
}

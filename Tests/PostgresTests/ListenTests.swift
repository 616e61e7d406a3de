import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite struct ListenTests {
    @Test func `notifications arrive before and after a reconnection`() async throws {
        try await withProxiedPool(connections: 2) { pool, proxy async throws in
            let channel = "Channel \"" + UUID().uuidString
            var events = pool.listen([channel]).makeAsyncIterator()
            #expect(await events.next() == .reconnected)

            try await pool.transaction { tx in tx.send("SELECT pg_notify(\(channel), \("one"))") }
            #expect(await events.next() == .notification(channel: channel, payload: "one"))
            proxy.closeConnections()
            #expect(await events.next() == .reconnected)
            _ = try await pool.query("SELECT pg_notify(\(channel), 'two')")
            #expect(await events.next() == .notification(channel: channel, payload: "two"))
        }
    }

    @Test func `the stream ends when the pool shuts down`() async throws {
        try await withPool { pool async throws in
            var events = pool.listen(["a"]).makeAsyncIterator()
            #expect(await events.next() == .reconnected)

            await pool.shutdown()

            #expect(await events.next() == nil)
        }
    }

    @Test func `the stream ends when its task is cancelled`() async throws {
        try await withPool { pool async throws in
            let listening = Task {
                var count = 0
                for await _ in pool.listen(["a"]) { count += 1 }
                return count
            }
            let silent = pool.gauges

            listening.cancel()

            #expect(await listening.value <= 1)
            #expect(silent.size == 0)
        }
    }
}

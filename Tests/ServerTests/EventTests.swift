import Foundation
import TestSupport
import Testing

extension ServerTests {
    @Suite struct EventTests {
        @Test func `a front end follows a payment by its events`() async throws {
            try await Deployment.with { live in
                let key = try await live.newKey(
                    kind: "frontend", scopes: ["events:read"], creditors: [Deployment.creditor])
                func read(_ after: String?) async throws -> (types: [String], after: String) {
                    let path = "/v1/events?limit=2" + (after.map { "&after=\($0)" } ?? "")
                    let page = try await live.call("GET", path, key: key).json
                    let items = try #require(page["items"] as? [[String: any Sendable]])
                    return (items.compactMap { $0["type"] as? String }, try #require(page["next_after"] as? String))
                }
                /// Transactions of background jobs and of other tests may delay the events.
                func read(to last: Int, after: String?) async throws -> (types: [String], after: String?) {
                    try await live.waitUntil("all events can be read") {
                        try live.query(
                            "SELECT 1 FROM journal WHERE event IS NOT NULL AND event_order >= event_horizon()") == []
                    }
                    var (types, cursor): ([String], String?) = ([], after)
                    while types.count < last {
                        let part = try await read(cursor)
                        types += part.types
                        cursor = part.after
                    }
                    return (types, cursor)
                }
                // The demo data.
                let start = try await read(to: 2, after: nil)
                #expect(start.types == ["position.created", "position.created"])
                let (_, iuv) = try await live.position()
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "OK"))

                let paid = try await read(to: 3, after: start.after)

                #expect(paid.types == ["position.created", "receipt.settled", "position.paid"])
                #expect(try await read(paid.after).types == [])
                let other = try await live.newKey(
                    kind: "frontend", scopes: ["positions:read"], creditors: [Deployment.creditor])
                #expect(try await live.call("GET", "/v1/events", key: other).status == 403)
                #expect(try await live.call("GET", "/v1/events?after=x", key: key).status == 400)
                // As if the database were an older copy.
                _ = try live.query(
                    """
                    CREATE OR REPLACE FUNCTION event_base() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
                        AS 'SELECT -1000000000::bigint'
                    """)
                #expect(try await live.call("GET", "/v1/events?after=\(paid.after ?? "")", key: key).status == 410)
            }
        }
    }
}

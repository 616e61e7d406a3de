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

        @Test
        func
            `a stream shows events when they happen, continues after Last-Event-ID and ends with its key or the service`()
            async throws
        {
            try await Deployment.with { live in
                let made = try await live.call(
                    "POST", "/v1/api-keys", key: live.opsKey,
                    json: """
                        {"name":"stream","kind":"frontend","scopes":["events:read"],"creditors":["\(Deployment.creditor)"],
                        "allowed_origins":[]}
                        """
                ).json
                let (id, key) = (try #require(made["id"] as? String), try #require(made["key"] as? String))
                /// A client that prints what arrives.
                func open(_ key: String, after id: String? = nil, _ log: String) throws -> ServiceProcess {
                    let resume = id.map { ["-H", "Last-Event-ID: \($0)"] } ?? []
                    return try ServiceProcess(
                        "/usr/bin/curl",
                        ["-sSN", "-H", "Authorization: Bearer \(key)", "-H", "Accept: text/event-stream"] + resume
                            + [live.api + "/v1/events"], [:], log: live.folder.appending(path: log))
                }
                @Sendable func types(_ stream: ServiceProcess) -> [String] {
                    stream.output.matches(of: /\nevent: (\S+)\ndata: \{"id"/).map { String($0.1) }
                }
                let stream = try open(key, "stream.txt")
                // The demo data.
                try await live.waitUntil("old events") { types(stream) == ["position.created", "position.created"] }
                let (_, iuv) = try await live.position()
                try await live.waitUntil("the new position") { types(stream).count == 3 }
                let last = try #require(stream.output.matches(of: /id: (\S+)\nevent/).last).1
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "OK"))
                try await live.waitUntil("the payment") { types(stream).count == 5 }
                #expect(types(stream).suffix(2) == ["receipt.settled", "position.paid"])

                let resumed = try open(key, after: String(last), "resumed.txt")
                try await live.waitUntil("the events since then") { types(resumed).count == 2 }
                #expect(types(resumed) == ["receipt.settled", "position.paid"])
                #expect(try await live.call("DELETE", "/v1/api-keys/\(id)", key: live.opsKey).status == 204)
                _ = try await live.position()
                // 18 or 56: the body has not ended in order.
                for stream in [stream, resumed] { #expect([18, 56].contains(stream.exitStatus(withinSeconds: 20))) }
                #expect(types(stream).count == 5)

                let other = try open(live.creditorKey, "other.txt")
                try await live.waitUntil("the stream of another key") { types(other).count == 6 }
                #expect(live.service.stop() == 0)
                #expect(other.exitStatus(withinSeconds: 20) == 0)
            }
        }
    }
}

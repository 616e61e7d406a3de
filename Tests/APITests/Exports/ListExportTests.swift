import Accounts
import Foundation
import HTTPFraming
import HTTPTypes
import JSON
import Logging
import PagoPA
import Requests
import Synchronization
import TestSupport
import Testing

@testable import API

/// Exports without a database: which pages are read, and what is sent.
@Suite struct ListExportTests {
    private struct Broken: Error {}

    /// A list of numbers, `pages` of them on a page, as text in the columns of refunds.
    private final class Numbers: Sendable {
        let pages: [[Int]]
        /// Reading this page fails.
        let broken: Int?
        let requests = Mutex<[PageRequest]>([])

        init(_ pages: [[Int]], broken: Int? = nil) {
            self.pages = pages
            self.broken = broken
        }

        func read(_ request: PageRequest) throws -> Page<Int> {
            requests.withLock { $0.append(request) }
            let index = request.after.map { Int($0.key) } ?? 0
            if index == broken { throw Broken() }
            let isLast = index + 1 >= pages.count
            return Page(
                items: pages[index], next: isLast ? nil : Cursor(order: "n", key: Int64(index + 1), id: Cursor.noID))
        }

        func export(_ format: ExportFormat) -> ListExport<Int> {
            ListExport(list: .refunds, format: format) {
                try self.read($0)
            } write: { json, number in
                json.beginObject()
                json.field("id", "\(number)")
                json.field("amount_cents", Int64(number))
                json.endObject()
            }
        }
    }

    private static let key = Sample.key().id

    private static func parts(of reply: Reply) async throws -> [[UInt8]] {
        let sent = Mutex<[[UInt8]]>([])
        try await #require(reply.stream).parts { part in sent.withLock { $0.append(part) } }
        return sent.withLock(\.self)
    }

    private static func text(of reply: Reply) async throws -> String {
        String(decoding: try await parts(of: reply).joined(), as: UTF8.self)
    }

    private static func word(_ end: StreamedBody.End) -> String {
        switch end {
        case .complete: "complete"
        case .clientLost: "client lost"
        case .failed: "failed"
        }
    }

    @Test func `NDJSON has the items of all pages, each page read once after the one before`() async throws {
        let numbers = Numbers([[1, 2], [3], [], [4]])
        let reply = try await numbers.export(.ndjson).reply(for: Self.key, within: ExportLimits())

        #expect(numbers.requests.withLock(\.count) == 1, "the first page is read before the response begins")
        #expect(
            try await Self.text(of: reply) == """
                {"id":"1","amount_cents":1}
                {"id":"2","amount_cents":2}
                {"id":"3","amount_cents":3}
                {"id":"4","amount_cents":4}

                """)
        #expect(numbers.requests.withLock { $0.map { $0.after?.key ?? 0 } } == [0, 1, 2, 3])
        #expect(numbers.requests.withLock { $0.allSatisfy { $0.limit == PageRequest.exportLimit } })
        #expect(reply.headers[.contentType] == "application/x-ndjson")
        #expect(reply.headers[.contentDisposition] == "attachment; filename=\"refunds.ndjson\"")
    }

    @Test func `CSV has one header, also without rows`() async throws {
        let header = "\u{FEFF}" + ExportedList.refunds.columns.joined(separator: ",") + "\r\n"
        for (pages, rows) in [([[]], ""), ([[1], [2]], "1,,,,1,,,,,,,,,\r\n2,,,,2,,,,,,,,,\r\n")] as [([[Int]], String)]
        {
            let reply = try await Numbers(pages).export(.csv).reply(for: Self.key, within: ExportLimits())
            #expect(try await Self.text(of: reply) == header + rows)
            #expect(reply.headers[.contentType] == "text/csv; charset=utf-8; header=present")
        }
        let none = try await Numbers([[]]).export(.ndjson).reply(for: Self.key, within: ExportLimits())
        #expect(try await Self.text(of: none).isEmpty)
    }

    @Test func `a long export is sent in parts of a bounded size`() async throws {
        let pages = (0..<20).map { page in (0..<500).map { page * 500 + $0 } }
        let reply = try await Numbers(pages).export(.csv).reply(for: Self.key, within: ExportLimits())
        let parts = try await Self.parts(of: reply)
        #expect(parts.count > 2)
        #expect(parts.allSatisfy { $0.count < ListExport<Int>.partBytes + 100 })
        #expect(parts.joined().count { $0 == 0x0A } == 10_001)
    }

    @Test func `an error before the first row is a problem, and a later one ends the body`() async throws {
        let limits = ExportLimits()
        for _ in 0..<3 {
            await #expect(throws: Broken.self) {
                try await Numbers([[1]], broken: 0).export(.csv).reply(for: Self.key, within: limits)
            }
        }
        let ends = Mutex<[String]>([])
        let rows = Array(0..<4_000)
        let reply = try await Numbers([rows, [1]], broken: 1).export(.ndjson).reply(for: Self.key, within: limits)
        let body = try #require(reply.stream).reporting { end, sentBytes in
            ends.withLock { $0.append(Self.word(end) + (sentBytes > 0 ? " after some rows" : "")) }
        }
        await #expect(throws: Broken.self) { try await body.parts { _ in } }
        #expect(ends.withLock(\.self) == ["failed after some rows"])
    }

    @Test func `the end of a body is reported once`() async throws {
        let ends = Mutex<[String]>([])
        let report: @Sendable (StreamedBody.End, Int) -> Void = { end, sentBytes in
            ends.withLock { $0.append("\(Self.word(end)) \(sentBytes)") }
        }
        let body = StreamedBody { send in
            try await send([1, 2])
            try await send([3])
        }.reporting(report)
        try await body.parts { _ in }
        await #expect(throws: ConnectionLost.self) {
            try await body.parts { if $0.count == 1 { throw ConnectionLost() } }
        }
        #expect(ends.withLock(\.self) == ["complete 3", "client lost 2"])
    }

    @Test func `an end is one line of the log, and only a fault of the service is an error`() {
        let recorder = LogRecorder()
        let log = RequestLog(logger: recorder.logger)
        let ends: [StreamedBody.End] = [.complete, .clientLost, .failed(CredentialChanged()), .failed(Broken())]
        for end in ends { log.record(end, sentBytes: 7, Sample.state(), seconds: 0.5) }

        #expect(recorder.records.map(\.level) == [.info, .info, .notice, .error])
        #expect(Set(recorder.records.map(\.message)).count == 3)
        #expect(recorder.records.allSatisfy { $0.metadata["correlation_id"] == "c-1" })
        #expect(recorder.records.first?.metadata["sent_bytes"] == "7")
        #expect(recorder.records.first?.metadata["duration_ms"] == "500")
    }

    // MARK: Limits

    private static func problem(_ limits: ExportLimits, _ key: APIKeyID) -> Problem? {
        do {
            _ = try limits.begin(for: key)
            return nil
        } catch { return error }
    }

    @Test func `a key and a process run a limited number of exports, and an export that has ended does not count`()
        async throws
    {
        let limits = ExportLimits()
        let keys = (0..<3).map { _ in Sample.key().id }
        var slots = try (0..<ExportLimits.maximumExportsPerKey).map { _ in try limits.begin(for: keys[0]) }
        let own = Self.problem(limits, keys[0])
        #expect(own?.kind == .tooManyExports && own?.retryAfterSeconds == ExportLimits.retrySeconds)
        #expect(own?.detail == "A key runs at most 2 exports at a time.")
        slots += try (0..<2).map { _ in try limits.begin(for: keys[1]) }
        #expect(Self.problem(limits, keys[2])?.detail == "The service runs at most 4 exports at a time.")

        _ = slots.popLast()
        #expect(Self.problem(limits, keys[2]) == nil)
        slots = []
        #expect(Self.problem(limits, keys[0]) == nil)
    }

    @Test func `an export counts until its body has been sent, or its response is dropped`() async throws {
        let limits = ExportLimits()
        for _ in 0..<ExportLimits.maximumExportsPerKey + 1 {
            // As for HEAD.
            _ = try await Numbers([[1]]).export(.csv).reply(for: Self.key, within: limits)
        }
        let slot = try limits.begin(for: Self.key)
        let reply = try await Numbers([[1]]).export(.csv).reply(for: Self.key, within: limits)
        try await #require(reply.stream).parts { _ in
            #expect(Self.problem(limits, Self.key)?.kind == .tooManyExports)
        }
        withExtendedLifetime(slot) {}
    }

    // MARK: Requests

    @Test(
        arguments: [
            ("", nil), ("*/*", nil), ("application/json", nil), ("application/*", nil), ("text/html,*/*;q=0.8", nil),
            ("text/csv", .csv), ("TEXT/CSV; charset=utf-8", .csv), ("application/x-ndjson", .ndjson),
            ("text/csv, application/json", .csv), ("application/json, text/csv", nil),
            ("application/json;q=0.5, text/csv", .csv), ("text/csv;q=0.5, application/json", nil),
            ("text/csv, */*", .csv), ("text/csv;q=0, */*", nil), ("text/csv, application/x-ndjson", .csv),
            ("application/x-ndjson, text/csv", .ndjson), ("text/csv;q=0.4, application/x-ndjson;q=0.9", .ndjson),
            ("text/*", .csv), ("application/json;q=0, text/csv;q=0.1", .csv), ("application/problem+json", nil),
        ] as [(String, ExportFormat?)])
    func `a file is sent to callers that name its media type and prefer it to a page`(
        accept: String, format: ExportFormat?
    ) {
        #expect(ExportFormat(preferredBy: Accept(accept)) == format)
    }

    @Test(arguments: ["list_positions", "list_receipts", "list_anomalies", "list_refunds", "list_journal"])
    func `an export reads the filters of its list and rejects the parameters of pages`(operation: String) async throws {
        let runner = try await RouteRunner.shared.value
        for format in ExportFormat.allCases {
            #expect(try await runner.send(operation, accept: format.rawValue) == .operation)
            for name in ["limit", "cursor"] {
                let outcome = try await runner.send(
                    operation, query: [(name: name, value: "5")], accept: format.rawValue)
                #expect(outcome == .problem("malformed-request", ["\(name) not_allowed"]))
            }
            let filter = operation == "list_journal" ? "position_id" : "creditor_tax_code"
            let outcome = try await runner.send(operation, query: [(name: filter, value: "x")], accept: format.rawValue)
            #expect(outcome == .problem("malformed-request", ["\(filter) bad_format"]))
        }
        #expect(try runner.route(operation).produces.starts(with: ExportFormat.listMediaTypes))
    }

    @Test(arguments: ExportedList.allCases) func `the contract has the columns of each list, one for each member`(
        list: ExportedList
    ) throws {
        let operation = try #require(
            try Contract.project.get().operations.first {
                $0.path == "/v1/\(list.rawValue)" && $0.method == "GET"
            })
        let export = try #require(operation.export)
        #expect(list.columns == export.columns)
        // The evidence of an anomaly is in the response to one anomaly only.
        let members = export.members.filter { !$0.hasPrefix("evidence.") }
        #expect(Set(list.columns) == Set(members) && list.columns.count == members.count)
    }
}

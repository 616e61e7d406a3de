import Foundation
import JSON
import Logging
import PagoPA
import Prometheus
import Requests
import Testing

@testable import Server

@Suite struct JSONLogTests {
    /// The lines that `write` logs.
    private func lines(isJSON: Bool, level: Logger.Level = .info, _ write: (Logger) -> Void) throws -> [String] {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let writer = LogWriter(descriptor: ends[1], maximumWaitingBytes: 1_000_000)
        write(Logger(label: "test") { JSONLog(label: $0, level: level, isJSON: isJSON, writer: writer) })
        var text = ""
        let reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        // The pipe is read until the last line has arrived, which each test ends with this word.
        while !text.contains("the end") { text += String(decoding: reading.availableData, as: UTF8.self) }
        close(ends[1])
        return text.split(separator: "\n").map(String.init)
    }

    @Test func `a line is one JSON object with time, level, message and sorted metadata`() throws {
        let lines = try lines(isJSON: true) { logger in
            logger.error("a \"quoted\"\nmessage", metadata: ["z": "1", "a": "x\ty", "hb.request.id": "7"])
            logger.info("the end")
        }
        #expect(lines.count == 2)
        guard case .object(let members) = try JSONValue.parse(Array(try #require(lines.first).utf8)) else {
            Issue.record("not an object")
            return
        }
        #expect(members.map(\.key) == ["time", "level", "message", "logger", "a", "z"])
        #expect(
            members.dropFirst().map(\.value) == [
                .string("error"), .string("a \"quoted\"\nmessage"), .string("test"), .string("x\ty"), .string("1"),
            ])
    }

    @Test func `lines below the level are not written`() throws {
        let lines = try lines(isJSON: true, level: .warning) { logger in
            logger.info("no")
            logger.debug("no")
            logger.warning("the end")
        }
        #expect(lines.count == 1)
    }

    @Test func `text for a terminal has the same fields in one line`() throws {
        let lines = try lines(isJSON: false) { $0.info("the end", metadata: ["b": "2", "a": "1"]) }
        #expect(lines.count == 1 && lines.first?.hasSuffix(" info the end a=1 b=2") == true)
    }
}

@Suite struct SummaryMetricsTests {
    @Test func `the summary is exported for every kind of anomaly, PSP and job`() throws {
        let now = Instant(microseconds: 1_800_000_000_000_000)
        let summary = Summary(
            at: now,
            anomalies: [.init(kind: .alreadyPaid, count: 2, amountCents: 300, oldestOpenedAt: now)],
            quarantine: .init(count: 1, amountCents: 5, oldestAt: now),
            attempts: .init(count: 3, waitingForRT: 1, stuck: 1),
            mails: .init(pending: 4, oldestPendingAt: now.adding(seconds: -9), dead: 2),
            refunds: .init(count: 0, amountCents: 0, oldestAt: nil),
            psps: [
                .init(
                    psp: try PSPID("ABCDITMM"), businessName: "Banca", attempts: 7, notStarted: 1, refused: 2, paid: 3)
            ],
            jobs: [
                BackgroundJobState(job: .mail, intervalSeconds: 1, ranAt: now, failedAt: nil),
                BackgroundJobState(job: .expiry, intervalSeconds: 5, ranAt: nil, failedAt: now),
            ])
        let lines = PrometheusMetrics(help: MetricHelp.texts).text(gauges: summary.gauges).split(separator: "\n").map(
            String.init)
        for line in [
            #"anomalies_open{kind="already_paid"} 2"#, #"anomalies_open{kind="unknown_iuv"} 0"#,
            #"anomalies_open_cents{kind="already_paid"} 300"#, "quarantine_receipts 1", "payment_attempts_stuck 1",
            "outbox_pending 4", "outbox_oldest_age_seconds 9", "outbox_dead 2", "refunds_decided 0",
            #"psp_attempts_last_hour{psp_id="ABCDITMM",result="not_started"} 1"#,
            #"psp_attempts_last_hour{psp_id="ABCDITMM",result="other"} 1"#,
            #"background_job_alive{job_name="mail"} 1"#, #"background_job_alive{job_name="expiry"} 0"#,
            #"background_job_ran_at_seconds{job_name="mail"} 1800000000"#,
        ] { #expect(lines.contains(line), "\(line)") }
        #expect(!lines.contains { $0.hasPrefix(#"background_job_ran_at_seconds{job_name="expiry""#) })
        let names = lines.compactMap { $0.hasPrefix("# TYPE ") ? $0.split(separator: " ")[2] : nil }
        #expect(Set(names).count == names.count, "the samples of a metric follow each other")
        #expect(names.allSatisfy { MetricHelp.texts[String($0)] != nil })
    }

    @Test func `a process stores a heartbeat of each job every ten seconds, and of its failures apart`() {
        let heartbeats = Heartbeats()
        let now = ContinuousClock.now
        #expect(heartbeats.isDue(.mail, hasFailed: false, now: now))
        #expect(!heartbeats.isDue(.mail, hasFailed: false, now: now.advanced(by: .seconds(9.9))))
        #expect(heartbeats.isDue(.mail, hasFailed: true, now: now))
        #expect(heartbeats.isDue(.expiry, hasFailed: false, now: now))
        #expect(heartbeats.isDue(.mail, hasFailed: false, now: now.advanced(by: .seconds(10))))
    }
}

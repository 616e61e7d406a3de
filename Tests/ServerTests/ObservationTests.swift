import CoreMetrics
import Foundation
import JSON
import Logging
import Testing

@testable import Server

@Suite struct PrometheusMetricsTests {
    @Test func `metrics are sorted by name and labels, each name with one type`() {
        let metrics = PrometheusMetrics()
        metrics.makeCounter(label: "requests_total", dimensions: [("status", "500")]).increment(by: 1)
        metrics.makeCounter(label: "requests_total", dimensions: [("status", "200")]).increment(by: 41)
        metrics.makeCounter(label: "requests_total", dimensions: [("status", "200")]).increment(by: 1)
        metrics.makeMeter(label: "open", dimensions: []).set(2.5)

        #expect(
            metrics.text(gauges: [("connections", 3), ("load", 0.25)]) == """
                # TYPE open gauge
                open 2.5
                # TYPE requests_total counter
                requests_total{status="200"} 42
                requests_total{status="500"} 1
                # TYPE connections gauge
                connections 3
                # TYPE load gauge
                load 0.25

                """)
    }

    @Test func `a histogram counts each value in its bucket and in all larger ones`() {
        let metrics = PrometheusMetrics()
        let timer = metrics.makeTimer(label: "seconds", dimensions: [("route", "/x")])
        for nanoseconds in [1_000_000, 5_000_000, 6_000_000, 20_000_000_000] as [Int64] {
            timer.recordNanoseconds(nanoseconds)
        }
        let lines = metrics.text(gauges: []).split(separator: "\n").map(String.init)
        #expect(lines.first == "# TYPE seconds histogram")
        #expect(lines.contains(#"seconds_bucket{route="/x",le="0.005"} 2"#), "the edge belongs to its bucket")
        #expect(lines.contains(#"seconds_bucket{route="/x",le="0.01"} 3"#))
        #expect(lines.contains(#"seconds_bucket{route="/x",le="10"} 3"#))
        #expect(lines.contains(#"seconds_bucket{route="/x",le="+Inf"} 4"#))
        #expect(lines.contains(#"seconds_count{route="/x"} 4"#))
        #expect(lines.count == PrometheusMetrics.buckets.count + 4)
    }

    @Test func `label values are escaped`() {
        let metrics = PrometheusMetrics()
        metrics.makeCounter(label: "c", dimensions: [("l", "a\"b\\c\nd")]).increment(by: 1)
        #expect(metrics.text(gauges: []).contains(#"c{l="a\"b\\c\nd"} 1"#))
    }

    @Test func `the number of series is limited, and further ones are dropped`() {
        let metrics = PrometheusMetrics()
        for number in 0..<(PrometheusMetrics.maximumSeries + 100) {
            metrics.makeCounter(label: "c", dimensions: [("n", "\(number)")]).increment(by: 1)
        }
        let lines = metrics.text(gauges: []).split(separator: "\n")
        #expect(lines.count == PrometheusMetrics.maximumSeries + 1)
        metrics.makeCounter(label: "c", dimensions: [("n", "0")]).increment(by: 1)
        #expect(metrics.text(gauges: []).contains("c{n=\"0\"} 2"), "known series still count")
    }

    @Test func `counters can be reset, and gauges go up and down`() {
        let metrics = PrometheusMetrics()
        let counter = metrics.makeCounter(label: "c", dimensions: [])
        counter.increment(by: 5)
        counter.reset()
        let gauge = metrics.makeMeter(label: "g", dimensions: [])
        gauge.set(10 as Int64)
        gauge.increment(by: 2)
        gauge.decrement(by: 5)
        #expect(metrics.text(gauges: []) == "# TYPE c counter\nc 0\n# TYPE g gauge\ng 7\n")
    }
}

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

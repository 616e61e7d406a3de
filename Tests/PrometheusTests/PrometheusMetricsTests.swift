import CoreMetrics
import Prometheus
import Testing

@Suite struct PrometheusMetricsTests {
    @Test func `metrics are sorted by name and labels, each name with one type`() {
        let metrics = PrometheusMetrics()
        metrics.makeCounter(label: "requests_total", dimensions: [("status", "500")]).increment(by: 1)
        metrics.makeCounter(label: "requests_total", dimensions: [("status", "200")]).increment(by: 41)
        metrics.makeCounter(label: "requests_total", dimensions: [("status", "200")]).increment(by: 1)
        metrics.makeMeter(label: "open", dimensions: []).set(2.5)

        #expect(
            metrics.text(
                gauges: [
                    GaugeValue("connections", [("kind", "b")], 3), GaugeValue("load", 0.25),
                    GaugeValue("connections", [("kind", "a\"")], 0),
                ]) == """
                    # TYPE open gauge
                    open 2.5
                    # TYPE requests_total counter
                    requests_total{status="200"} 42
                    requests_total{status="500"} 1
                    # TYPE connections gauge
                    connections{kind="b"} 3
                    connections{kind="a\\""} 0
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

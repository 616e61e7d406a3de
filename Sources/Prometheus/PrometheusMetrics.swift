import CoreMetrics
import Foundation
import Synchronization

/// Counters, gauges and histograms of this process in Prometheus' text format. Label values come from fixed sets, never from ids.
package final class PrometheusMetrics: MetricsFactory {
    /// OpenTelemetry's buckets for request durations, in seconds.
    package static let buckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
    /// The maximum number of series. It limits memory if a label has too many values by mistake.
    package static let maximumSeries = 5_000

    /// One line about each metric, for `# HELP`. A metric that is missing here is exported without one.
    private let help: [String: String]
    private let series = Mutex<[String: Series]>([:])

    package init(help: [String: String] = [:]) { self.help = help }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        find(label, dimensions, .counter)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        find(label, dimensions, .gauge)
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        find(label, dimensions, aggregate ? .histogram : .gauge)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        find(label, dimensions, .histogram)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func find(_ label: String, _ dimensions: [(String, String)], _ kind: Series.Kind) -> Series {
        let labels = Self.text(of: dimensions)
        let key = "\(label){\(labels)}"
        return series.withLock { all in
            if let known = all[key] { return known }
            let new = Series(name: label, labels: labels, kind: kind)
            if all.count < Self.maximumSeries { all[key] = new }
            return new
        }
    }

    private static func text(of labels: [(String, String)]) -> String {
        labels.map { "\($0.0)=\"\(escape($0.1))\"" }.joined(separator: ",")
    }

    private static func escape(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy {
            $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\n")
        }
        if isPlain { return text }
        return text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// The comment lines before the samples of a metric.
    private func head(of name: String, type: String) -> [String] {
        (help[name].map { ["# HELP \(name) \($0)"] } ?? []) + ["# TYPE \(name) \(type)"]
    }

    /// - Parameter gauges: values read at the time of the scrape.
    package func text(gauges: [GaugeValue]) -> String {
        var lines: [String] = []
        let all = series.withLock { Array($0.values) }
        for (name, members) in Dictionary(grouping: all, by: \.name).sorted(by: { $0.key < $1.key }) {
            lines += head(of: name, type: members[0].kind.rawValue)
            for member in members.sorted(by: { $0.labels < $1.labels }) { lines += member.lines }
        }
        // The samples of one metric must follow each other.
        var names: [String] = []
        for gauge in gauges where !names.contains(gauge.name) { names.append(gauge.name) }
        for name in names {
            lines += head(of: name, type: "gauge")
            for gauge in gauges where gauge.name == name {
                let labels = gauge.labels.isEmpty ? "" : "{\(Self.text(of: gauge.labels))}"
                lines.append("\(name)\(labels) \(number(gauge.value))")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

private func number(_ value: Double) -> String {
    Int64(exactly: value).map(String.init) ?? String(value)
}

/// One metric with one set of labels.
private final class Series: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private struct State {
        var value = 0.0
        var sum = 0.0
        var counts = [Int](repeating: 0, count: PrometheusMetrics.buckets.count + 1)
    }

    let name: String
    let labels: String
    let kind: Kind
    private let state = Mutex(State())

    init(name: String, labels: String, kind: Kind) {
        self.name = name
        self.labels = labels
        self.kind = kind
    }

    func increment(by amount: Int64) { state.withLock { $0.value += Double(amount) } }
    func reset() { state.withLock { $0.value = 0 } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { state.withLock { $0.value = value } }
    func increment(by amount: Double) { state.withLock { $0.value += amount } }
    func decrement(by amount: Double) { state.withLock { $0.value -= amount } }
    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Double) {
        let bucket = PrometheusMetrics.buckets.firstIndex { value <= $0 } ?? PrometheusMetrics.buckets.count
        state.withLock { state in
            state.value = value
            state.sum += value
            state.counts[bucket] += 1
        }
    }

    var lines: [String] {
        let state = state.withLock(\.self)
        let suffix = labels.isEmpty ? "" : "{\(labels)}"
        guard kind == .histogram else { return ["\(name)\(suffix) \(number(state.value))"] }
        var lines: [String] = []
        var total = 0
        let lead = labels.isEmpty ? "" : labels + ","
        for (index, count) in state.counts.enumerated() {
            total += count
            let edge = index < PrometheusMetrics.buckets.count ? number(PrometheusMetrics.buckets[index]) : "+Inf"
            lines.append("\(name)_bucket{\(lead)le=\"\(edge)\"} \(total)")
        }
        return lines + ["\(name)_sum\(suffix) \(state.sum)", "\(name)_count\(suffix) \(total)"]
    }
}

import Foundation

/// A value that is read at the time of a scrape.
package struct GaugeValue: Equatable, Sendable {
    package let name: String
    package let labels: [(String, String)]
    package let value: Double

    package init(_ name: String, _ value: Double) { self.init(name, [], value) }

    package init(_ name: String, _ labels: [(String, String)], _ value: Double) {
        self.name = name
        self.labels = labels
        self.value = value
    }

    package static func == (one: GaugeValue, other: GaugeValue) -> Bool {
        one.name == other.name && one.value == other.value && one.labels.map(\.0) == other.labels.map(\.0)
            && one.labels.map(\.1) == other.labels.map(\.1)
    }
}

extension GaugeValue {
    /// What every process reports about itself.
    package static func ofProcess(startedAt: Date, version: String) -> [GaugeValue] {
        [
            GaugeValue("process_resident_memory_bytes", Double(residentBytes())),
            GaugeValue("process_start_time_seconds", startedAt.timeIntervalSince1970.rounded()),
            GaugeValue("build_info", [("version", version)], 1),
        ]
    }
}

/// The resident memory of this process as reported by the kernel; 0 if it is not available.
private func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
        let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return 0 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}

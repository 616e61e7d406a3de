import Foundation
import JSON
import Logging
import PagoPA
import Synchronization

/// Writes one JSON object per line to standard output, with UTC times; or plain text for a terminal.
struct JSONLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let isJSON: Bool
    private let writer: LogWriter

    init(label: String, level: Logger.Level, isJSON: Bool, writer: LogWriter = .standardOutput) {
        self.label = label
        self.logLevel = level
        self.isJSON = isJSON
        self.writer = writer
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let own = event.metadata ?? [:]
        let all = metadata.isEmpty ? own : metadata.merging(own) { _, new in new }
        // Hummingbird's request id repeats the correlation id.
        let fields = all.sorted { $0.key < $1.key }.lazy.filter { $0.key != "hb.request.id" }
        let time = LogClock.shared.text
        if isJSON {
            var line = JSONWriter.object { json in
                json.field("time", time)
                json.field("level", event.level.rawValue)
                json.field("message", event.message.description)
                json.field("logger", label)
                for (key, value) in fields { json.field(key, value.description) }
            }
            line.append(0x0A)
            writer.append(line)
        } else {
            let rest = fields.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            writer.append(Array("\(time) \(event.level.rawValue) \(event.message) \(rest)\n".utf8))
        }
    }
}

/// The time of a log line. Most of its text is the same for all lines of a second, and is made once for them.
private final class LogClock: Sendable {
    static let shared = LogClock()

    private let second = Mutex((unixSeconds: Int64.min, text: ""))

    /// Now in UTC, to the microsecond.
    var text: String {
        let microseconds = Int64(Date().timeIntervalSince1970 * 1_000_000)
        let unixSeconds = microseconds / 1_000_000
        let whole = second.withLock { second in
            if second.unixSeconds != unixSeconds {
                second = (unixSeconds, String(Instant(microseconds: unixSeconds * 1_000_000).rfc3339.dropLast()))
            }
            return second.text
        }
        return "\(whole).\(String(1_000_000 + microseconds % 1_000_000).dropFirst())Z"
    }
}

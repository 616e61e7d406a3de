import Foundation
import JSON
import Logging
import PagoPA

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
        var all = metadata
        for (key, value) in event.metadata ?? [:] { all[key] = value }
        // Hummingbird's request id repeats the correlation id.
        all["hb.request.id"] = nil
        let fields = all.sorted { $0.key < $1.key }
        let time = Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)).rfc3339
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

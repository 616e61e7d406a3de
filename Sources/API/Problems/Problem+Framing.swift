import HTTPFraming
import HTTPTypes

extension Problem {
    /// The one place that gives each framing error its kind.
    init(_ error: FramingError) {
        let kind: ProblemKind =
            switch error.kind {
            case .malformed: .malformedRequest
            case .targetTooLong: .targetTooLong
            case .headersTooLarge: .headersTooLarge
            case .timedOut: .requestTimeout
            case .expectationFailed: .expectationFailed
            case .methodNotImplemented: .notImplemented
            case .versionNotSupported: .versionNotSupported
            }
        self.init(kind, detail: error.detail)
    }
}

extension Reply {
    /// The response as the last one of an HTTP/1.1 connection, where no HTTP encoder can write it.
    var lastHTTP1Bytes: [UInt8] {
        var text = "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n"
        for field in headers { text += "\(field.name.rawName): \(field.value)\r\n" }
        text += "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        return Array(text.utf8) + body
    }
}

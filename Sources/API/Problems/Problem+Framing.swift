import HTTPFraming

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

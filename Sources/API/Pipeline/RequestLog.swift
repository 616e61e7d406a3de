import Addresses
import HTTPTypes
import Logging
import Metrics
import Requests
import Synchronization

/// Logs and measures each request once, when its response is ready.
struct RequestLog: Sendable {
    let logger: Logger
    private let timers = RequestTimers()

    init(logger: Logger) {
        self.logger = logger
    }

    /// The fields of AgID's RAC_GEN_LOG_01.
    func record(_ reply: Reply, _ state: RequestState, seconds: Double) {
        timers.timer(method: state.method, route: state.template, status: reply.status.code)
            .recordNanoseconds(Int64(exactly: (seconds * 1e9).rounded()) ?? 0)
        logger.info(
            "request",
            metadata: [
                "correlation_id": .string(state.correlation.text),
                "trace_id": .string(state.correlation.trace?.text ?? "-"),
                "method": .string(state.method), "uri": .string(state.template),
                "status": .string(String(reply.status.code)),
                "client_ip": .string(state.clientIP?.description ?? "unknown"), "consumer": .string(state.consumer),
                "duration_ms": .string(String(Int(exactly: (seconds * 1_000).rounded()) ?? 0)),
            ])
    }
}

extension RequestLog {
    /// Logs once how sending a streamed body ended. The line of the request was logged when the response began.
    func record(_ end: StreamedBody.End, sentBytes: Int, _ state: RequestState, seconds: Double) {
        var metadata: Logger.Metadata = [
            "correlation_id": .string(state.correlation.text), "uri": .string(state.template),
            "consumer": .string(state.consumer), "sent_bytes": .string(String(sentBytes)),
            "duration_ms": .string(String(Int(exactly: (seconds * 1_000).rounded()) ?? 0)),
        ]
        switch end {
        case .complete: logger.info("a streamed response is complete", metadata: metadata)
        case .clientLost: logger.info("the client left during a streamed response", metadata: metadata)
        case .failed(let error):
            metadata["error"] = .string("\(error)")
            // A key that was revoked meanwhile is no fault of the service, nor is its stop.
            let isFault = !(error is CredentialChanged || Task.isCancelled)
            let level: Logger.Level = isFault ? .error : .notice
            logger.log(level: level, "a streamed response was cut off", metadata: metadata)
        }
    }
}

/// The timer of each method, route and status. Each is made once, because finding it by its labels costs more than recording a duration.
private final class RequestTimers: Sendable {
    private struct Labels: Hashable {
        let method: String
        let route: String
        let status: Int
    }

    private let known = Mutex<[Labels: Metrics.Timer]>([:])

    func timer(method: String, route: String, status: Int) -> Metrics.Timer {
        let labels = Labels(method: method, route: route, status: status)
        return known.withLock { known in
            if let timer = known[labels] { return timer }
            let timer = Metrics.Timer(
                label: "http_server_request_duration_seconds",
                dimensions: [("method", method), ("route", route), ("status", String(status))])
            known[labels] = timer
            return timer
        }
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

import HTTPTypes
import Logging
import Metrics

/// Logs and measures each request once, when its response is ready.
struct RequestLog: Sendable {
    let logger: Logger

    /// The fields of AgID's RAC_GEN_LOG_01.
    func record(_ reply: Reply, _ state: RequestState, seconds: Double) {
        Metrics.Timer(
            label: "http_server_request_duration_seconds",
            dimensions: [
                ("method", state.method), ("route", state.template), ("status", String(reply.status.code)),
            ]
        ).recordNanoseconds(Int64(exactly: (seconds * 1e9).rounded()) ?? 0)
        logger.info(
            "request",
            metadata: [
                "correlation_id": "\(state.correlation.text)", "trace_id": "\(state.correlation.traceID ?? "-")",
                "method": "\(state.method)", "uri": "\(state.template)", "status": "\(reply.status.code)",
                "client_ip": "\(state.clientIP.map { "\($0)" } ?? "unknown")", "consumer": "\(state.consumer)",
                "duration_ms": "\(Int(exactly: (seconds * 1_000).rounded()) ?? 0)",
            ])
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

import CoreMetrics
import Foundation
import Prometheus

/// What the portal counts: pages that it served and calls to the service. Labels are methods, patterns of routes and statuses, never
/// anything that a visitor sent.
struct PortalMetrics: Sendable {
    private static let help = [
        "api_request_duration_seconds":
            "Duration of the portal's calls to the service by method and status; status 0 is no answer.",
        "build_info": "The version of this build; the value is always 1.",
        "http_server_request_duration_seconds": "Duration of HTTP requests by method, route and status.",
        "process_resident_memory_bytes": "Resident memory of this process.",
        "process_start_time_seconds": "Unix time at which this process started.",
        "sign_in_total": "Attempts to sign in, by area and result.",
    ]
    private static let methods = ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]

    private let series = PrometheusMetrics(help: Self.help)
    private let startedAt: Date

    init(startedAt: Date) { self.startedAt = startedAt }

    func countPage(method: String, route: String, status: Int, seconds: Double) {
        series.makeTimer(
            label: "http_server_request_duration_seconds",
            dimensions: [("method", Self.known(method)), ("route", route), ("status", String(status))]
        ).recordNanoseconds(Self.nanoseconds(seconds))
    }

    func countCall(method: String, status: Int, seconds: Double) {
        series.makeTimer(
            label: "api_request_duration_seconds",
            dimensions: [("method", Self.known(method)), ("status", String(status))]
        ).recordNanoseconds(Self.nanoseconds(seconds))
    }

    func countSignIn(_ area: Area, succeeded: Bool) {
        series.makeCounter(
            label: "sign_in_total",
            dimensions: [("area", area == .desk ? "desk" : "citizens"), ("result", succeeded ? "ok" : "refused")]
        ).increment(by: 1)
    }

    var text: String { series.text(gauges: GaugeValue.ofProcess(startedAt: startedAt, version: PortalProgram.version)) }

    private static func known(_ method: String) -> String { methods.contains(method) ? method : "other" }

    /// At most an hour, so that no duration can overflow.
    private static func nanoseconds(_ seconds: Double) -> Int64 {
        guard seconds > 0 else { return 0 }
        return Int64(min(seconds, 3_600) * 1e9)  // Between 0 and 3.6e12.
    }
}

/// Measures the calls to the service.
struct MeasuredTransport: APITransport {
    let transport: any APITransport
    let metrics: PortalMetrics

    func send(_ request: APIRequest) async throws -> APIReply {
        let start = ContinuousClock.now
        do {
            let reply = try await transport.send(request)
            metrics.countCall(method: request.method, status: reply.status, seconds: start.secondsSince)
            return reply
        } catch {
            metrics.countCall(method: request.method, status: 0, seconds: start.secondsSince)
            throw error
        }
    }
}

extension ContinuousClock.Instant {
    var secondsSince: Double { (ContinuousClock.now - self) / .seconds(1) }
}

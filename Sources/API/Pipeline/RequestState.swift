import Accounts
import Addresses
import PagoPA
import Requests

/// The facts that the pipeline has determined about one request; response headers, log line and metrics are derived from them.
struct RequestState: Sendable {
    let method: String
    let path: String
    /// The route's path with its `{name}`s. It is logged instead of the path, so that the log contains no id and no personal data.
    let template: String
    let correlation: CorrelationID
    let clientIP: IPAddress?
    /// The `Origin` header: the web page whose script sent the request.
    var origin: String?
    var credential: RequestCredential?
    /// The whole body, once it was read.
    var body: [UInt8]?
    var psp: PSPID?
    /// The rate limit that the response reports.
    var rate: RateLimiter.Verdict?

    var isVersioned: Bool { path.hasPrefix("/v1/") || path == "/v1" }

    /// Whether the request counts against a rate limit: everything that reaches the database, except the probes of monitoring.
    var isRateLimited: Bool {
        isVersioned || path == "/smart-card"
            || ["/return/", "/verify/", "/receipt-links/", "/unsubscribe/"].contains(where: path.hasPrefix)
    }

    var key: APIKey? { credential?.key }

    /// The caller, for the log.
    var consumer: String { key.map { "key:\($0.prefix)" } ?? psp.map { "psp:\($0)" } ?? "-" }
}

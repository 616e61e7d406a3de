import Accounts
import HTTPTypes
import Operations
import PagoPA
import Requests
import Synchronization

/// Finds out which web pages may read responses (CORS): those of the origins in `allowed_origins` of the calling key, compared exactly.
/// No cookie is read, so a foreign page cannot act for a citizen; CORS only decides which pages may read.
final class KnownOrigins: Sendable {
    private static let maximum = 1_000
    private static let lifeSeconds: Int64 = 10

    private let callers: CallerOperations
    private let known = Mutex<[WebOrigin: (isNamed: Bool, until: Int64)]>([:])

    init(_ callers: CallerOperations) {
        self.callers = callers
    }

    /// Whether any valid key names this origin. A preflight has no credential, so its key is not known. The result is cached for a few
    /// seconds.
    func isNamed(_ text: String) async throws -> Bool {
        guard let origin = WebOrigin(header: text) else { return false }
        let now = callers.clock().unixSeconds
        if let cached = known.withLock({ $0[origin] }), cached.until > now { return cached.isNamed }
        let isNamed = try await callers.isOriginOfAnyKey(origin)
        known.withLock { known in
            if known.count >= Self.maximum { known = [:] }
            known[origin] = (isNamed, now + Self.lifeSeconds)
        }
        return isNamed
    }
}

extension WebOrigin {
    /// An origin exactly as browsers send it; `nil` for `null`, another spelling or a longer URL.
    init?(header: String) {
        guard let origin = try? WebOrigin(header), origin.description == header else { return nil }
        self = origin
    }
}

extension HTTPFields {
    private static let exposedHeaders = [
        "X-Correlation-ID", "ETag", "Location", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
        "Retry-After", "Idempotency-Replayed",
    ].joined(separator: ", ")

    private static let acceptedHeaders = [
        "Authorization", "Content-Type", "Accept", "Accept-Language", "If-Match", "If-None-Match", "Idempotency-Key",
        "X-Correlation-ID", "X-Citizen-Token", "Citizen-Address", "Last-Event-ID", "traceparent",
        "tracestate", "baggage",
    ].joined(separator: ", ")

    /// Allows the page to read the response when its origin is one of the key's.
    mutating func share(with text: String, of key: APIKey) {
        vary(by: "Origin")
        guard let origin = WebOrigin(header: text), key.allowedOrigins.contains(origin) else { return }
        self[.accessControlAllowOrigin] = origin.description
        self[.accessControlExposeHeaders] = Self.exposedHeaders
    }

    /// The response to a preflight request: the methods and headers that a page may send.
    static func preflight(for origin: String, methods: [String]) -> HTTPFields {
        var headers: HTTPFields = [
            .accessControlAllowOrigin: origin, .accessControlAllowMethods: methods.joined(separator: ", "),
            .accessControlAllowHeaders: acceptedHeaders, .accessControlMaxAge: "600",
        ]
        headers.vary(by: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
        return headers
    }

    private mutating func vary(by names: String) {
        self[.vary] = [self[.vary], names].compactMap { $0 }.joined(separator: ", ")
    }
}

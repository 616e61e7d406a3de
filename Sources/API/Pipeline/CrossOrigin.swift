import Accounts
import HTTPTypes
import Operations
import PagoPA
import Requests
import Synchronization

/// Which pages' scripts may read our answers: those of the origins that the calling key names, letter by letter.
/// No cookie is ever read, so a foreign page can do nothing in a citizen's name; this only says who may see.
final class KnownOrigins: Sendable {
    private static let maximum = 1_000
    private static let lifeSeconds: Int64 = 10

    private let intermediary: Intermediary
    private let known = Mutex<[WebOrigin: (isNamed: Bool, until: Int64)]>([:])

    init(_ intermediary: Intermediary) {
        self.intermediary = intermediary
    }

    /// Whether any valid key names this origin. A preflight shows no credential, so that is all that can be asked; the answer is
    /// remembered for a few seconds.
    func isNamed(_ text: String) async throws -> Bool {
        guard let origin = WebOrigin(header: text) else { return false }
        let now = intermediary.clock().unixSeconds
        if let kept = known.withLock({ $0[origin] }), kept.until > now { return kept.isNamed }
        let isNamed = try await intermediary.isOriginOfAnyKey(origin)
        known.withLock { known in
            if known.count >= Self.maximum { known = [:] }
            known[origin] = (isNamed, now + Self.lifeSeconds)
        }
        return isNamed
    }
}

extension WebOrigin {
    /// As browsers send it, or nothing: `null`, another spelling, or more than an origin are none.
    init?(header: String) {
        guard let origin = try? WebOrigin(header), origin.description == header else { return nil }
        self = origin
    }
}

extension HTTPFields {
    private static let exposed = [
        "X-Correlation-ID", "ETag", "Location", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
        "Retry-After", "Idempotency-Replayed",
    ].joined(separator: ", ")

    private static let understood = [
        "Authorization", "Content-Type", "Accept", "Accept-Language", "If-Match", "If-None-Match", "Idempotency-Key",
        "X-Correlation-ID", "X-Citizen-Token", "Citizen-Address", "traceparent",
    ].joined(separator: ", ")

    /// The answer to a key's own page.
    mutating func share(with text: String, of key: APIKey) {
        vary(by: "Origin")
        guard let origin = WebOrigin(header: text), key.allowedOrigins.contains(origin) else { return }
        self[.accessControlAllowOrigin] = origin.description
        self[.accessControlExposeHeaders] = Self.exposed
    }

    /// What a page may send, asked before it does.
    static func preflight(for origin: String, methods: [String]) -> HTTPFields {
        var headers: HTTPFields = [
            .accessControlAllowOrigin: origin, .accessControlAllowMethods: methods.joined(separator: ", "),
            .accessControlAllowHeaders: understood, .accessControlMaxAge: "600",
        ]
        headers.vary(by: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
        return headers
    }

    private mutating func vary(by names: String) {
        self[.vary] = [self[.vary], names].compactMap { $0 }.joined(separator: ", ")
    }
}

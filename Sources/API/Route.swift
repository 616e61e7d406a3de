import Accounts
import HTTPTypes
import PagoPA
import Requests

/// One operation of the contract. Its operationId in openapi.yaml is the handler's name in snake case.
///
/// A route declares what it demands of its caller, and the handler's parameter is the request of such a caller: `KeyRequest`,
/// `CitizenRequest`, `PSPRequest` or `OpenRequest`. A handler therefore never checks its caller.
struct Route: Sendable {
    let method: HTTPRequest.Method
    /// The path template as in openapi.yaml, with `{name}` for parameters.
    let path: String
    let operation: String
    let access: Access
    /// The names of the query parameters that it reads, any other is rejected; `nil`: it reads none, and any is accepted.
    let query: Set<String>?
    /// Media types of its successful responses.
    let produces: [String]
    /// Whether a citizen's address is rate limited, because a password is hashed or an e-mail is sent.
    let isLimitedByAddress: Bool
    /// Whether the handler checks If-Match. Other routes issue no tags, so only `*` passes.
    let isConditional: Bool
    /// The maximum length of a body that the handler reads as it arrives; `nil`: the pipeline reads the body before the handler runs.
    private(set) var streamedBytes: Int?
    let handle: @Sendable (RequestContent, AuthenticatedCaller) async throws -> Reply

    private init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ access: Access, _ query: Set<String>?,
        _ produces: [String], isLimitedByAddress: Bool, isConditional: Bool,
        _ handle: @escaping @Sendable (RequestContent, AuthenticatedCaller) async throws -> Reply
    ) {
        self.method = method
        self.path = path
        self.operation = operation
        self.access = access
        self.query = query
        self.produces = produces
        self.isLimitedByAddress = isLimitedByAddress
        self.isConditional = isConditional
        self.handle = handle
    }

    static let json = ["application/json"]

    /// A route for API keys.
    /// - Parameter scope: the key needs it or one of `others`; a 403 names it. `nil`: any valid key is enough.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, scope: Scope?, or others: [Scope] = [],
        query: Set<String>? = [], produces: [String] = json, isLimitedByAddress: Bool = false,
        isConditional: Bool = false, _ handle: @escaping @Sendable (KeyRequest) async throws -> Reply
    ) {
        self.init(
            method, path, operation, .key(anyOf: (scope.map { [$0] } ?? []) + others, forCitizen: false), query,
            produces, isLimitedByAddress: isLimitedByAddress, isConditional: isConditional
        ) { content, caller in
            guard case .key(let caller) = caller else { throw Refusal.unauthenticated }
            return try await handle(KeyRequest(content: content, caller: caller))
        }
    }

    /// A route for API keys whose handler reads a long body as it arrives.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, scope: Scope, query: Set<String>,
        streamingUpTo streamedBytes: Int,
        _ handle: @escaping @Sendable (KeyRequest, RequestBodyStream) async throws -> Reply
    ) {
        self.init(
            method, path, operation, .key(anyOf: [scope], forCitizen: false), query, Self.json,
            isLimitedByAddress: false, isConditional: false
        ) { content, caller in
            guard case .key(let caller) = caller, let body = content.stream else { throw Refusal.unauthenticated }
            return try await handle(KeyRequest(content: content, caller: caller), body)
        }
        self.streamedBytes = streamedBytes
    }

    /// A route for API keys that also needs the token of the citizen it is about.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, scope: Scope,
        isConditional: Bool = false, _ handle: @escaping @Sendable (CitizenRequest) async throws -> Reply
    ) {
        self.init(
            method, path, operation, .key(anyOf: [scope], forCitizen: true), [], Self.json, isLimitedByAddress: false,
            isConditional: isConditional
        ) { content, caller in
            guard case .key(let caller) = caller, let citizen = caller.citizen else {
                throw Refusal.citizenTokenInvalid
            }
            return try await handle(CitizenRequest(content: content, caller: caller, citizen: citizen))
        }
    }

    /// A route for signed calls of PSPs.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, access: SignedAccess,
        _ handle: @escaping @Sendable (PSPRequest) async throws -> Reply
    ) {
        self.init(
            method, path, operation, .psp, [], Self.json, isLimitedByAddress: false, isConditional: false
        ) { content, caller in
            guard case .psp(let psp) = caller else { throw Refusal.unauthenticated }
            return try await handle(PSPRequest(content: content, psp: psp))
        }
    }

    /// A route without a credential.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, access: OpenAccess,
        query: Set<String>? = [], produces: [String] = json,
        _ handle: @escaping @Sendable (OpenRequest) async throws -> Reply
    ) {
        self.init(
            method, path, operation, .open, query, produces, isLimitedByAddress: false, isConditional: false
        ) { content, _ in try await handle(OpenRequest(content: content)) }
    }

    // `access: .psp` and `access: .open` choose an initializer, and with it the handler's request.
    enum SignedAccess { case psp }
    enum OpenAccess { case open }

    var parameterCount: Int { path.count { $0 == "{" } }

    /// Whether a concrete path is one of this route's.
    func matches(_ concrete: [Substring]) -> Bool {
        let own = path.split(separator: "/")
        return own.count == concrete.count
            && zip(own, concrete).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}

import HTTPTypes
import PagoPA

/// Who may call a route.
package enum Access: Sendable, Equatable {
    /// Anybody, without a credential.
    case open
    /// A valid API key; the operation itself demands its scope.
    case key
    /// The PSP named in the path, by its signature over the body.
    case psp
}

/// One operation of the contract: its operationId in openapi.yaml is the handler's name in snake case.
package struct Route: Sendable {
    package let method: HTTPRequest.Method
    /// As in openapi.yaml, with `{name}` for what varies.
    package let path: String
    package let operation: String
    package let access: Access
    /// Query parameters that it knows, any other is refused; nil: none is read, and all are let through.
    package let query: Set<String>?
    /// Media types of its good answers.
    package let produces: [String]
    /// Whether a citizen's address may ask for it only so often: passwords are hashed, or mail is sent.
    let isLimitedByAddress: Bool
    /// Whether the handler checks If-Match. Elsewhere a tag is never one that we issued, so only `*` passes.
    let isConditional: Bool
    let handle: @Sendable (Inbound) async throws -> Reply

    init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, access: Access = .key,
        query: Set<String>? = [],
        produces: [String] = ["application/json"], isLimitedByAddress: Bool = false,
        isConditional: Bool = false, _ handle: @escaping @Sendable (Inbound) async throws -> Reply
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

    var parameterCount: Int { path.count { $0 == "{" } }

    /// Whether a concrete path is one of this route's.
    func matches(_ concrete: [Substring]) -> Bool {
        let own = path.split(separator: "/")
        return own.count == concrete.count
            && zip(own, concrete).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}

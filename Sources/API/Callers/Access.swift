import Accounts
import PagoPA
import Requests

/// The callers that a route allows.
enum Access: Sendable, Equatable {
    /// Every caller, without a credential.
    case open
    /// The holder of a valid API key with at least one of the scopes, or with any key when there are none. For a route about a citizen, also
    /// with that citizen's token.
    case key(anyOf: [Scope], forCitizen: Bool)
    /// The PSP named in the path, by its signature over the body.
    case psp

    var needsKey: Bool { if case .key = self { true } else { false } }

    /// The one place where scopes are checked.
    /// - Throws: 403 that names the route's first scope; 401 without the citizen's token where the route needs it.
    func authorize(_ caller: Caller) throws(Refusal) {
        guard case .key(let scopes, let forCitizen) = self else { return }
        if let first = scopes.first, !scopes.contains(where: caller.holds) { throw .forbidden(first) }
        if forCitizen, caller.citizen == nil { throw .citizenTokenInvalid }
    }
}

/// The caller as the pipeline authenticated it.
enum AuthenticatedCaller: Sendable {
    case anonymous
    case key(Caller)
    case psp(PSPID)
}

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

    /// The one place where scopes are checked. For the exceptions see `Route.authorize`.
    /// - Throws: 403 that names the route's first scope; 401 without the citizen's token where the route needs it.
    func authorize(_ caller: Caller) throws(Refusal) {
        guard case .key(let scopes, let forCitizen) = self else { return }
        if let first = scopes.first, !scopes.contains(where: caller.holds) { throw .forbidden(first) }
        if forCitizen, caller.citizen == nil { throw .citizenTokenInvalid }
    }
}

extension Route {
    /// The operations that a browser key may call before its citizen has signed in: public lists, notices, and the way to a session.
    static let openToBrowsers: Set<String> = [
        "show_own_key", "list_creditors", "show_creditor", "list_debt_types", "show_debt_type", "list_help_topics",
        "show_help_topic", "list_payment_methods", "list_psps", "look_up_notice", "register_citizen", "verify_citizen",
        "request_password_reset", "confirm_password_reset", "open_session", "refresh_session", "open_oidc_session",
        "open_smart_card_session", "make_smart_card_ticket",
    ]

    /// The operations of trials that every test key may call, with any scopes.
    static let openToTestKeys: Set<String> = ["check_signature"]

    /// - Throws: 403 without a scope of the route; 401 without the citizen's token where the route needs it.
    func authorize(_ caller: Caller) throws(Refusal) {
        guard caller.kind != .test || !Self.openToTestKeys.contains(operation) else { return }
        try access.authorize(caller)
    }

    /// - Throws: 401 for a browser key without a citizen's token, where the route shows or changes data of persons.
    func demandOpenToBrowsers(_ caller: Caller) throws(Refusal) {
        guard caller.kind != .browser || caller.citizen != nil || Self.openToBrowsers.contains(operation) else {
            throw .citizenTokenInvalid
        }
    }
}

/// The caller as the pipeline authenticated it.
enum AuthenticatedCaller: Sendable {
    case anonymous
    case key(Caller)
    case psp(PSPID)
}

import Accounts
import HTTPTypes

extension ProblemKind {
    /// Problems of the caller's identity, scope and request rate.
    static let ofCallers: [ProblemKind] = [
        .unauthenticated, .citizenTokenInvalid, .signInFailed, .smartCardRefused, .idTokenRefused,
        .identityProviderUnavailable, .proofRequired, .forbidden, .originNotAllowed,
        .tooManyRequests, .tooManyExports, .tooManyStreams, .secretShownOnce,
    ]

    static let unauthenticated = ProblemKind(
        "unauthenticated", .unauthorized, "Authentication required",
        cause: "The credential is missing, unknown, expired or revoked, or the signature is not valid.",
        cure:
            "Send Authorization: Bearer with a valid API key, or sign the request as Standard Webhooks "
            + "describes.",
        example: "The credential is missing, unknown, expired or revoked.")
    static let citizenTokenInvalid = ProblemKind(
        "citizen-token-invalid", .unauthorized, "Citizen not signed in",
        cause: "X-Citizen-Token is missing, unknown, expired, ended, or was issued to another front end.",
        cure: "Refresh the citizen's session, or let the citizen sign in again.",
        example: "The citizen's token is missing, unknown, expired or ended.")
    static let signInFailed = ProblemKind(
        "sign-in-failed", .unauthorized, "Sign-in failed",
        cause: "User name or password is wrong, or the e-mail address of the account is not verified yet.",
        cure: "Let the citizen try again, reset the password, or open the link of the verification e-mail.",
        example: "User name or password is wrong, or the e-mail address is not verified.")
    static let smartCardRefused = ProblemKind(
        "smart-card-refused", .unauthorized, "Smart card not accepted",
        cause: "No valid certificate of a CRS, TS-CNS or CIE arrived by a trusted connection.",
        cure: "Check that the card is inserted, not expired, and that the browser offers its certificate.",
        example: "No valid certificate of a CRS, TS-CNS or CIE arrived by a trusted connection.")
    static let idTokenRefused = ProblemKind(
        "id-token-refused", .unauthorized, "ID token not accepted",
        cause:
            "The ID token is not one that a configured identity provider signed for this service, for this nonce, at "
            + "a sufficient level, and now; or it was used before.",
        cure: "Let the citizen sign in at the identity provider again, with a new nonce.",
        example: "The ID token does not open a session. Let the citizen sign in again.")
    static let identityProviderUnavailable = ProblemKind(
        "identity-provider-unavailable", .serviceUnavailable, "Identity provider not reachable",
        cause: "The keys with which the identity provider signs are not known yet or too old, and it did not answer.",
        cure: "Send the same token again after the seconds in Retry-After.",
        example: "The keys of the identity provider cannot be fetched. Send the same token again later.")
    static let proofRequired = ProblemKind(
        "proof-required", .forbidden, "Account not proved",
        cause:
            "The citizen's account was opened with a password, which proves a mailbox and not a person, and this shows "
            + "contact data of the debtor or payer, or lets one person act for another.",
        cure: "Let the citizen sign in with a smart card, SPID or CIE once.",
        example: "The citizen has to sign in with a smart card, SPID or CIE to see this.")
    static let forbidden = ProblemKind(
        "forbidden", .forbidden, "Scope missing",
        cause: "The credential is valid, but it lacks the scope that this operation needs.",
        cure: "Use a key with the scope that detail names, or ask the operator for one.",
        example: "The scope positions:write is needed.")
    static let originNotAllowed = ProblemKind(
        "origin-not-allowed", .forbidden, "Origin not allowed",
        cause:
            "The API key, or for a preflight request every valid one, does not name the origin of this web page among its "
            + "allowed_origins; or a browser key was sent without an Origin.",
        cure: "Ask the operator to add the exact origin (scheme, host and port) to the key.",
        example: "No valid key names it among its allowed_origins.")
    static let tooManyRequests = ProblemKind(
        "too-many-requests", .tooManyRequests, "Too many requests",
        cause: "This caller has used up its requests, or the account its sign-in attempts, for the moment.",
        cure: "Wait for the seconds in Retry-After, then try again.",
        example: "6000 requests a minute are allowed.")
    static let tooManyExports = ProblemKind(
        "too-many-exports", .tooManyRequests, "Too many exports at a time",
        cause: "This key, or the service as a whole, is sending as many exports of lists as it does at a time.",
        cure: "Wait until an export has ended, or for the seconds in Retry-After, then try again.",
        example: "A key runs at most 2 exports at a time.")
    static let tooManyStreams = ProblemKind(
        "too-many-streams", .tooManyRequests, "Too many streams of events at a time",
        cause: "This key, or all keys together, have as many streams of events open as the service serves at a time.",
        cure:
            "Close a stream, or wait for the seconds in Retry-After, then try again. One stream has the events of all creditors of the key.",
        example: "A key follows the feed at most 10 times at a time, an instance of the service serves 200.")
    static let secretShownOnce = ProblemKind(
        "secret-shown-once", .conflict, "Secret already shown",
        cause: "The request was answered before, and its response held a secret that is shown only once.",
        cure: "Revoke what was created and create another one.",
        example: "Revoke what was created and create another one.")
}

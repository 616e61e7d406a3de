import Accounts
import HTTPTypes

extension ProblemKind {
    /// Problems of the request itself.
    static let ofRequests: [ProblemKind] = [
        .malformedRequest, .invalidRequest, .unsupportedMediaType, .notAcceptable, .methodNotAllowed, .notFound,
        .contentTooLarge, .targetTooLong, .headersTooLarge, .requestTimeout, .expectationFailed, .notImplemented,
        .versionNotSupported, .preconditionFailed, .preconditionRequired, .idempotencyKeyMissing, .idempotencyKeyInUse,
        .idempotencyKeyReused,
    ]

    static let malformedRequest = ProblemKind(
        "malformed-request", .badRequest, "Malformed request",
        cause:
            "The request cannot be read: the body is not JSON or XML, or a query parameter or header is "
            + "unknown or wrong.",
        cure:
            "Correct what detail and violations name and send the request again. In violations, a pointer "
            + "without a slash is the name of a query parameter or header.",
        example: "A query parameter or header is wrong; violations lists each.")
    static let invalidRequest = ProblemKind(
        "invalid-request", .unprocessableContent, "Invalid request",
        cause: "The body can be read, but it breaks one or more rules; violations lists all of them at once.",
        cure:
            "Correct every place that a pointer names. Programs decide by code; detail is for people and may "
            + "change.")
    static let unsupportedMediaType = ProblemKind(
        "unsupported-media-type", .unsupportedMediaType, "Unsupported media type",
        cause: "The Content-Type, its charset or the Content-Encoding is not one that this operation reads.",
        cure: "Send the media type that detail names, in UTF-8 and not compressed.",
        example: "Send application/json.")
    static let notAcceptable = ProblemKind(
        "not-acceptable", .notAcceptable, "Not acceptable",
        cause: "This operation cannot answer in any of the media types of the Accept header.",
        cure: "Leave Accept out, or name the media type that detail gives.",
        example: "This answers application/json.")
    static let methodNotAllowed = ProblemKind(
        "method-not-allowed", .methodNotAllowed, "Method not allowed",
        cause: "The path exists, but not with this method.",
        cure: "Use one of the methods in the Allow header.",
        example: "This path has GET, HEAD, POST.")
    static let notFound = ProblemKind(
        "not-found", .notFound, "Not found",
        cause: "Nothing with this address or id exists, or it belongs to another caller: both cases answer alike.",
        cure: "Check the address, the id, and whether this key acts for the creditor or citizen concerned.",
        example: "Check the address and the id, and whether this caller may see it.")
    static let contentTooLarge = ProblemKind(
        "content-too-large", .contentTooLarge, "Content too large",
        cause: "The body is larger than this operation reads.",
        cure: "Send a body within the limit that detail gives.",
        example: "A body has at most 262144 bytes.")
    static let targetTooLong = ProblemKind(
        "target-too-long", .uriTooLong, "Request target too long",
        cause: "Path and query together are longer than the service reads.",
        cure: "Use fewer filters, or the search operation that takes them in its body.",
        example: "Path and query have at most 8192 bytes.")
    static let headersTooLarge = ProblemKind(
        "headers-too-large", .requestHeaderFieldsTooLarge, "Request headers too large",
        cause: "There are too many headers, or they are too long.",
        cure: "Remove headers that the service does not need, such as cookies.",
        example: "A request has at most 100 headers of 16384 bytes in all.")
    static let requestTimeout = ProblemKind(
        "request-timeout", .requestTimeout, "Request timeout",
        cause: "The whole request did not arrive within the time allowed.",
        cure: "Send it again without pauses between its parts.",
        example: "Send the whole request without pauses.")
    static let expectationFailed = ProblemKind(
        "expectation-failed", .expectationFailed, "Expectation failed",
        cause: "The Expect header asks for something other than 100-continue.",
        cure: "Leave Expect out, or send 100-continue.",
        example: "100-continue is the only expectation known.")
    static let notImplemented = ProblemKind(
        "not-implemented", .notImplemented, "Method not implemented",
        cause: "The service does not know this method for any resource (RFC 9110, section 9.1).",
        cure: "Use a method that the contract names: GET, HEAD, POST, PUT, PATCH or DELETE.",
        example: "No resource of this service has the method.")
    static let versionNotSupported = ProblemKind(
        "version-not-supported", .httpVersionNotSupported, "HTTP version not supported",
        cause: "The service speaks HTTP/1.1 and HTTP/1.0.",
        cure: "Send HTTP/1.1.",
        example: "Send HTTP/1.1.")
    static let preconditionFailed = ProblemKind(
        "precondition-failed", .preconditionFailed, "Precondition failed",
        cause:
            "If-Match does not name the current ETag: the resource has changed, or the tag is weak or was "
            + "never issued. Or If-None-Match: * was sent and the resource exists.",
        cure: "Read the resource, apply your change to its current content, and send its ETag in If-Match.",
        example: "Read the resource again: the precondition does not hold any more.")
    static let preconditionRequired = ProblemKind(
        "precondition-required", .preconditionRequired, "Precondition required",
        cause: "Changing an existing resource needs If-Match, so that no other change is lost.",
        cure: "Read the resource and send its ETag in If-Match.",
        example: "Use If-Match with the ETag of your last GET.")
    static let idempotencyKeyMissing = ProblemKind(
        "idempotency-key-missing", .badRequest, "Idempotency-Key missing",
        cause: "This operation needs an Idempotency-Key, so that a repeated request has no second effect.",
        cure: "Send a key of your own making, and the same key with each repeat of the same request.",
        example: "Send a new Idempotency-Key with every new request.")
    static let idempotencyKeyInUse = ProblemKind(
        "idempotency-key-in-use", .conflict, "Idempotency-Key in use",
        cause: "The first request with this Idempotency-Key is still running.",
        cure: "Send the same request again after Retry-After to get the response of the first one.",
        example: "Send the request again in a moment to get its response.")
    static let idempotencyKeyReused = ProblemKind(
        "idempotency-key-reused", .unprocessableContent, "Idempotency-Key used for another request",
        cause: "This Idempotency-Key belongs to a request with another method, path or body.",
        cure: "Use a new key for every new request.",
        example: "A key belongs to one request; use a new one.")
}

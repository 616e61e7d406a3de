import Accounts
import HTTPTypes

/// One kind of problem: the properties common to every occurrence (RFC 9457). The pages under `/problems` show it.
package struct ProblemKind: Sendable, Hashable {
    /// The last segment of `type`; stable once released.
    package let code: String
    package let status: HTTPResponse.Status
    /// The same for every occurrence.
    package let title: String
    /// Why it happens.
    package let cause: String
    /// How the caller can resolve it.
    package let cure: String
    /// The detail of one occurrence, for its page.
    let example: String?

    init(
        _ code: String, _ status: HTTPResponse.Status, _ title: String, cause: String, cure: String,
        example: String? = nil
    ) {
        self.code = code
        self.status = status
        self.title = title
        self.cause = cause
        self.cure = cure
        self.example = example
    }

    package static let all = ofRequests + ofCallers + ofWebhooks + ofStates

    /// `WWW-Authenticate` of a 401: how the caller authenticates.
    var challenge: String { Self.ofWebhooks.contains(self) ? "StandardWebhooks" : "Bearer" }
}

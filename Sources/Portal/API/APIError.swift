import JSON

/// Why a call to the service has no result.
enum APIError: Error, Equatable {
    /// No response in time, or one that says so (500, 503, or a proxy's 502 and 504).
    case unavailable(retryAfterSeconds: Int?)
    /// The API key is wrong, revoked or lacks a scope: a mistake of the operator.
    case misconfigured
    /// The citizen's token, or the staff member's key, is no longer valid.
    case signedOut
    /// The staff member's key lacks the scope.
    case forbidden
    case tooManyRequests(retryAfterSeconds: Int)
    case notFound
    /// Any other refusal of this request.
    case refused(APIProblem)
}

/// A problem document (RFC 9457).
struct APIProblem: Sendable, Equatable {
    let status: Int
    /// The last segment of its type.
    let code: String
    /// What is wrong and what to do, in English.
    let detail: String?
    /// The pointers of the violated rules and their codes.
    let violations: [(pointer: String, code: String)]
    let retryAfterSeconds: Int?

    static func == (left: APIProblem, right: APIProblem) -> Bool {
        left.status == right.status && left.code == right.code
            && left.violations.elementsEqual(right.violations, by: ==)
    }

    init(status: Int, body: JSONValue?) {
        self.status = status
        code = body?.text("type").flatMap { $0.split(separator: "/").last.map(String.init) } ?? ""
        detail = body?.text("detail")
        violations = (body?.list("violations") ?? []).map { ($0.text("pointer") ?? "", $0.text("code") ?? "") }
        retryAfterSeconds = body?.integer("retry_after_seconds").flatMap { Int(exactly: $0) }
    }

    func concernsOnly(_ pointer: String) -> Bool {
        !violations.isEmpty && violations.allSatisfy { $0.pointer == pointer }
    }

    func concerns(_ pointer: String) -> Bool { violations.contains { $0.pointer == pointer } }
}

extension APIReply {
    /// - Throws: `APIError` for a response that is not a success.
    func checked(for caller: APICaller) throws(APIError) {
        guard !(200..<300).contains(status) else { return }
        let problem = APIProblem(status: status, body: try? JSONValue.parse(body))
        let retry = problem.retryAfterSeconds ?? header("retry-after").flatMap(Int.init)
        switch (status, problem.code) {
        case (401, "citizen-token-invalid") where caller.accessToken != nil: throw .signedOut
        case (401, _) where caller.staffKey != nil: throw .signedOut
        case (403, _) where caller.staffKey != nil: throw .forbidden
        case (401, "unauthenticated"), (403, "forbidden"): throw .misconfigured
        case (404, _): throw .notFound
        case (429, _): throw .tooManyRequests(retryAfterSeconds: min(max(retry ?? 5, 1), 3_600))
        // 502 and 504 of the service name the PSP; others come from a proxy before it.
        case (500..., _) where !problem.code.hasPrefix("psp-"): throw .unavailable(retryAfterSeconds: retry)
        default: throw .refused(problem)
        }
    }
}

/// Reading of answers: a member that is missing or of another type is nil.
extension JSONValue {
    func text(_ key: String) -> String? {
        guard case .string(let text)? = self[key] else { return nil }
        return text
    }

    func integer(_ key: String) -> Int64? {
        guard case .integer(let number)? = self[key] else { return nil }
        return number
    }

    func flag(_ key: String) -> Bool {
        guard case .bool(let flag)? = self[key] else { return false }
        return flag
    }

    func list(_ key: String) -> [JSONValue] {
        guard case .array(let items)? = self[key] else { return [] }
        return items
    }
}

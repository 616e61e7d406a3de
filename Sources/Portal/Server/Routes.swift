/// One route: a method, a path whose segments may be placeholders such as `:id`, and what answers it.
struct Route: Sendable {
    enum Access: Sendable, Equatable {
        case everybody
        /// Others are sent to the sign-in page.
        case signedIn
        /// Staff whose key has one of the scopes, or any scope if none is listed.
        case staff([Scope])
    }

    typealias Handler = @Sendable (PortalApp, inout Visit) async throws -> PageResponse

    let method: String
    let path: String
    let access: Access
    /// The largest body, if its form sends a file.
    var uploadBytes: Int?
    let handler: Handler

    static func get(_ path: String, _ access: Access = .everybody, _ handler: @escaping Handler) -> Route {
        Route(method: "GET", path: path, access: access, handler: handler)
    }

    /// A form that sends a file, as `multipart/form-data`.
    static func upload(_ path: String, _ access: Access, bytes: Int, _ handler: @escaping Handler) -> Route {
        Route(method: "POST", path: path, access: access, uploadBytes: bytes, handler: handler)
    }

    /// Its form must carry the session's token.
    static func post(_ path: String, _ access: Access = .everybody, _ handler: @escaping Handler) -> Route {
        Route(method: "POST", path: path, access: access, handler: handler)
    }

    /// The values of the placeholders if the path fits.
    func match(_ segments: [Substring]) -> [String: Segment]? {
        let pattern = path.split(separator: "/")
        guard pattern.count == segments.count else { return nil }
        var parameters: [String: Segment] = [:]
        for (expected, actual) in zip(pattern, segments) {
            if expected.hasPrefix(":") {
                guard let value = Segment(String(actual)) else { return nil }
                parameters[String(expected.dropFirst())] = value
            } else if expected != actual {
                return nil
            }
        }
        return parameters
    }
}

extension PortalApp {
    /// Every route of the pages; a part adds its routes here.
    static let routes: [Route] =
        homeRoutes + signInRoutes + otherSignInRoutes + registrationRoutes + passwordRoutes + serviceRoutes
        + searchRoutes + paymentRoutes + attemptRoutes + guestRoutes + archiveRoutes + helpRoutes + profileRoutes
        + delegationRoutes + spontaneousRoutes + deskRoutes
}

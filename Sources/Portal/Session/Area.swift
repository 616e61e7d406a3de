/// The two parts of the site, each with a session of its own: a browser may be signed in to both.
enum Area: Sendable, CaseIterable {
    case citizens
    /// The pages for staff, under `/desk`.
    case desk

    init(path: String) { self = path == "/desk" || path.hasPrefix("/desk/") ? .desk : .citizens }

    /// How long a session lasts without a request.
    var idleSeconds: Double {
        switch self {
        case .citizens: 1_800
        case .desk: 900
        }
    }

    /// How long a session lasts at most.
    var lifeSeconds: Double {
        switch self {
        case .citizens: 43_200
        case .desk: 28_800
        }
    }

    var cookieName: String {
        switch self {
        case .citizens: "portal"
        case .desk: "desk"
        }
    }

    var home: String {
        switch self {
        case .citizens: "/"
        case .desk: "/desk"
        }
    }

    var signInPath: String {
        switch self {
        case .citizens: "/sign-in"
        case .desk: "/desk/sign-in"
        }
    }

    var signOutPath: String {
        switch self {
        case .citizens: "/sign-out"
        case .desk: "/desk/sign-out"
        }
    }
}

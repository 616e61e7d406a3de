/// Pages that say what went wrong and what to do.
enum ErrorPages {
    enum Kind: Sendable, Equatable {
        case notFound
        case unavailable
        case tooMany(seconds: Int)
        case formExpired
        case badRequest
        case refused
        case forbidden

        init(_ error: APIError) {
            switch error {
            case .notFound: self = .notFound
            case .unavailable, .misconfigured, .signedOut: self = .unavailable
            case .tooManyRequests(let seconds): self = .tooMany(seconds: seconds)
            case .refused: self = .refused
            case .forbidden: self = .forbidden
            }
        }

        var status: Int {
            switch self {
            case .notFound: 404
            case .unavailable: 503
            case .tooMany: 429
            case .formExpired, .forbidden: 403
            case .badRequest, .refused: 400
            }
        }
    }

    static func page(_ kind: Kind, _ texts: Texts, retry: String = "/", home: String = "/") -> Page {
        let (title, text) =
            switch kind {
            case .notFound: (texts[.notFoundTitle], texts[.notFoundText])
            case .unavailable: (texts[.unavailableTitle], texts[.unavailableText])
            case .tooMany(let seconds): (texts[.unavailableTitle], texts[.tooManyText, String(seconds)])
            case .formExpired: (texts[.formExpiredTitle], texts[.formExpiredText])
            case .badRequest: (texts[.badRequestTitle], texts[.badRequestText])
            case .refused: (texts[.badRequestTitle], texts[.refusedText])
            case .forbidden: (texts[.deskForbiddenTitle], texts[.deskForbiddenText])
            }
        let offersRetry = ["unavailable", "tooMany"].contains { "\(kind)".hasPrefix($0) }
        return Page(title: title, hasTopLevelNavigation: kind != .unavailable) {
            element("p", ["class": "lead"], text)
            element("p", ["class": "actions"]) {
                if offersRetry { element("a", ["href": retry, "class": "button primary"], texts[.retry]) }
                element("a", ["href": home, "class": "button"], texts[.home])
            }
        }
    }
}

import Foundation
import Text

/// A request as the pages see it.
struct IncomingRequest: Sendable {
    var method: String
    var path: String
    var query: String = ""
    var cookies: [String: String] = [:]
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    /// The browser's address.
    var address: String?
}

/// A response before it is written to the network.
struct OutgoingResponse: Sendable, Equatable {
    var status: Int
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    static func == (left: OutgoingResponse, right: OutgoingResponse) -> Bool {
        left.status == right.status && left.body == right.body
            && left.headers.elementsEqual(right.headers, by: ==)
    }

    func values(_ name: String) -> [String] { headers.filter { $0.name.lowercased() == name }.map(\.value) }
}

/// What a handler returns.
enum PageResponse: Sendable {
    case page(Page, status: Int = 200)
    /// 303 to a path of this site.
    case redirect(String)
    /// 303 to an identity provider.
    case leave(String)
    case file([UInt8], type: String, disposition: String?)
    case json([UInt8])
}

/// One request on its way through a handler: who asks, in which language, and what was sent.
struct Visit: Sendable {
    let method: String
    let path: String
    let query: [String: String]
    let form: [String: String]
    let texts: Texts
    let now: Date
    let address: String?
    var session: PortalSession
    /// The files of a form that sends some.
    var files: [String: UploadedFile] = [:]
    /// The values of the route's placeholders.
    var parameters: [String: Segment] = [:]

    var language: Language { texts.language }

    var area: Area { Area(path: path) }

    /// The caller for the API: the citizen or the staff member, if one is signed in.
    var caller: APICaller {
        switch area {
        case .citizens: APICaller(accessToken: session.tokens?.access, language: language, address: address)
        case .desk: APICaller(staffKey: session.staff?.secret, language: language)
        }
    }

    /// The parameter of a read for the person for whom the citizen acts.
    var onBehalfOf: [(String, String?)] { [("on_behalf_of", session.delegator?.delegation)] }

    func parameter(_ name: String) throws(APIError) -> Segment {
        guard let value = parameters[name] else { throw .notFound }
        return value
    }

    /// A form of this visit.
    func form(
        _ action: String, _ fields: [Field], submit: String, hidden: [(name: StaticString, value: String)] = [],
        state: FormState = FormState()
    ) -> Form {
        Form(
            action: action, fields: fields, submit: submit, hidden: hidden, state: state, csrf: session.csrf,
            texts: texts)
    }
}

/// `application/x-www-form-urlencoded`, in queries and bodies.
enum FormCoding {
    static let maximumFields = 80
    static let maximumValueBytes = 4_096

    /// Nil if the text is malformed, not UTF-8, or beyond the limits. Of repeated names the first counts.
    static func decode(_ bytes: [UInt8]) -> [String: String]? {
        var result: [String: String] = [:]
        let pairs = bytes.split(separator: UInt8(ascii: "&"))
        guard pairs.count <= maximumFields else { return nil }
        for pair in pairs {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = parts.first, let name = text(first), let value = text(parts.dropFirst().first ?? [])
            else { return nil }
            if result[name] == nil { result[name] = value }
        }
        return result
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        var decoded: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst()?.hexDigit, let low = rest.popFirst()?.hexDigit else { return nil }
                decoded.append(UInt8(truncatingIfNeeded: high << 4 | low))
            default: decoded.append(byte)
            }
        }
        guard decoded.count <= maximumValueBytes, !decoded.contains(0) else { return nil }
        return String(validating: decoded, as: UTF8.self)
    }
}

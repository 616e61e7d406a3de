import Accounts
import Cryptography
import HTTPTypes
import JSON
import PagoPA
import Requests

/// A request as a handler reads it, without its caller: validated, and bounded by the limits of `APIConfiguration`.
struct RequestContent: Sendable {
    let method: HTTPRequest.Method
    let path: String
    let parameters: [String: String]
    let query: [(name: String, value: String)]
    let headers: HTTPFields
    let accept: Accept
    let body: [UInt8]
    /// The body of a route that reads it as it arrives. `body` is then empty.
    var stream: RequestBodyStream?
    let peer: Peer
    /// Where the citizen is. For throttling only.
    let clientAddress: ClientAddress
    /// See `CursorCodec`.
    let cursorAuthenticator: Authenticator
    /// Those of this process, for all requests.
    let exports: ExportLimits
}

/// The request that a handler receives. Its type determines the kind of caller: `KeyRequest`, `CitizenRequest`, `PSPRequest` or `OpenRequest`.
protocol IncomingRequest: Sendable {
    var content: RequestContent { get }
}

/// A request without a credential.
struct OpenRequest: IncomingRequest {
    let content: RequestContent
}

/// From the PSP named in the path, which signed the body.
struct PSPRequest: IncomingRequest {
    let content: RequestContent
    let psp: PSPID

    /// The `webhook-id` of the call.
    var messageID: String { WebhookSignature.single(headers[values: .webhookID]) ?? "" }
}

extension IncomingRequest {
    var method: HTTPRequest.Method { content.method }
    var path: String { content.path }
    var query: [(name: String, value: String)] { content.query }
    var headers: HTTPFields { content.headers }
    var accept: Accept { content.accept }
    var body: [UInt8] { content.body }
    var peer: Peer { content.peer }
    var clientAddress: ClientAddress { content.clientAddress }

    /// The language of texts that a person will read.
    var language: Language { requestedLanguage ?? .it }

    /// The language that `Accept-Language` asks for; `nil` if it names no supported language.
    var requestedLanguage: Language? { headers[.acceptLanguage].flatMap(Language.init(acceptLanguage:)) }

    /// An id in the path. A text that is not an id is not found.
    func id<Noun>(_ name: String = "id", of: Noun.Type = Noun.self) throws -> Identifier<Noun> {
        guard let id = try? Identifier<Noun>(parameter(name)) else { throw Refusal.notFound }
        return id
    }

    func parameter(_ name: String) -> String { content.parameters[name] ?? "" }

    // MARK: Bodies

    var contentType: ContentType? { headers[.contentType].map { ContentType($0) } }

    /// Without its parameters, in lower case.
    var mediaType: String? { contentType?.mediaType }

    /// In UTF-8; a compressed body was rejected before it was read.
    func demandPlainBody() throws {
        guard contentType?.isReadable(body) != false else {
            throw Problem(.unsupportedMediaType, detail: "Send the body in UTF-8.")
        }
    }

    /// - Parameter other: a second media type that the operation reads, for the detail of the problem.
    func demandMediaType(_ mediaType: String, orElse other: String? = nil) throws {
        guard self.mediaType == mediaType else {
            throw Problem.unsupportedMediaType([mediaType, other].compactMap(\.self).joined(separator: " or "))
        }
    }

    /// The body as JSON of this media type.
    func json(_ mediaType: String = "application/json", limits: JSONLimits = JSONLimits()) throws -> JSONValue {
        try demandMediaType(mediaType)
        try demandPlainBody()
        do {
            return try JSONValue.parse(body, limits: limits)
        } catch {
            switch error {
            case .nulCharacter(let pointer):
                throw Problem.invalid([Violation(pointer, .badCharacters, "must not contain the character U+0000")])
            case .syntax, .duplicateKey, .tooDeep, .tooManyValues: throw Problem.malformed("\(error).")
            }
        }
    }

    /// The body as one object; throws with every violation, unknown fields among them.
    func object<T>(_ read: (inout ObjectReader) throws -> T?) throws -> T {
        try json().decodeObject(read)
    }

    /// For a route without a body, or with an empty object.
    func demandNoBody() throws {
        if body.isEmpty { return }
        try object { _ in () }
    }
}

extension JSONValue {
    /// Reads an object; throws 422 with every violation, unknown fields among them.
    /// - Parameter found: violations that are known already and are reported with the others.
    func decodeObject<T>(found: [Violation] = [], _ read: (inout ObjectReader) throws -> T?) throws -> T {
        let violations = Violations()
        for violation in found { violations.add(violation.pointer, code: violation.code, violation.detail) }
        guard var reader = ObjectReader(self, into: violations) else { throw Problem.invalid(violations.items) }
        let result = try read(&reader)
        reader.finish()
        guard violations.items.isEmpty, let result else { throw Problem.invalid(violations.items) }
        return result
    }
}

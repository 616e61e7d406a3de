import Accounts
import Foundation
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Seals

/// A request as its handler sees it: read, bounded, and with its caller known.
package struct Inbound: Sendable {
    let method: HTTPRequest.Method
    let path: String
    let parameters: [String: String]
    let query: [(name: String, value: String)]
    let headers: HTTPFields
    let body: [UInt8]
    let peer: Peer
    /// The API key, on a route that needs one.
    let key: APIKey?
    /// The PSP, on a route that it signs.
    let psp: PSPID?
    /// The citizen for whom a front end asks, when their token came with the key.
    let citizen: SignedInCitizen?
    /// Where the citizen is, as the front end says, or the front end itself. For throttling only.
    let clientAddress: ClientAddress
    /// See `CursorCodec`.
    let cursorKeys: [[UInt8]]

    /// Reads and writes the cursors of this caller.
    func cursors() throws -> CursorCodec { CursorCodec(keys: cursorKeys, for: try caller().tenancy) }

    /// The caller of a route that needs a key.
    func caller() throws -> Caller {
        guard let key else { throw Refusal.unauthenticated }
        return Caller(key: key, citizen: citizen)
    }

    /// The citizen of a route that is about them.
    func signedIn() throws -> SignedInCitizen {
        try caller().demand(.citizens)
        guard let citizen else { throw Refusal.citizenTokenInvalid }
        return citizen
    }

    func sender() throws -> PSPID {
        guard let psp else { throw Refusal.unauthenticated }
        return psp
    }

    /// The language of what a person will read.
    var language: Language { wantedLanguage ?? .it }

    /// The language that the caller asks for, if it asks for one of ours.
    var wantedLanguage: Language? { headers[.acceptLanguage].flatMap(Language.init(acceptLanguage:)) }

    /// An id in the path; one that is none of ours is simply not found.
    func id<Noun>(_ name: String = "id", of: Noun.Type = Noun.self) throws -> Identifier<Noun> {
        guard let id = try? Identifier<Noun>(parameters[name] ?? "") else { throw Refusal.notFound }
        return id
    }

    func parameter(_ name: String) -> String { parameters[name] ?? "" }

    // MARK: Bodies

    var contentType: ContentType? { headers[.contentType].map { ContentType($0) } }

    /// Without its parameters, in lower case.
    var mediaType: String? { contentType?.mediaType }

    /// In UTF-8; compressed bodies were refused before this one was read.
    func demandPlainBody() throws {
        guard contentType?.isReadable(body) != false else {
            throw Problem(.unsupportedMediaType, detail: "Send the body in UTF-8.")
        }
    }

    /// The `webhook-id` of a call whose signature was verified.
    var messageID: String { WebhookSignature.single(headers[values: .webhookID]) ?? "" }

    /// - Parameter other: what the operation reads as well, for the refusal of what is neither.
    func demandMediaType(_ mediaType: String, orElse other: String? = nil) throws {
        guard self.mediaType == mediaType else {
            throw Problem.unsupportedMediaType([mediaType, other].compactMap(\.self).joined(separator: " or "))
        }
    }

    /// The body as JSON of this media type.
    func json(_ mediaType: String = "application/json") throws -> JSONValue {
        try demandMediaType(mediaType)
        try demandPlainBody()
        do {
            return try JSONValue.parse(body)
        } catch {
            switch error {
            case .nulCharacter(let pointer):
                throw Problem.invalid([Violation(pointer, .badCharacters, "must not hold the character U+0000")])
            case .syntax, .duplicateKey, .tooDeep, .tooManyValues: throw Problem.malformed("\(error).")
            }
        }
    }

    /// The body as one object; throws with every violation, unknown fields among them.
    func object<T>(_ read: (inout ObjectReader) throws -> T?) throws -> T {
        try Inbound.object(json(), read)
    }

    /// - Parameter found: violations that are known already and are reported with the others.
    static func object<T>(
        _ value: JSONValue, found: [Violation] = [], _ read: (inout ObjectReader) throws -> T?
    ) throws -> T {
        let violations = Violations()
        for violation in found { violations.add(violation.pointer, code: violation.code, violation.detail) }
        guard var reader = ObjectReader(value, into: violations) else { throw Problem.invalid(violations.items) }
        let result = try read(&reader)
        reader.finish()
        guard violations.items.isEmpty, let result else { throw Problem.invalid(violations.items) }
        return result
    }

    /// A route without a body, or with an empty object.
    func demandNoBody() throws {
        if body.isEmpty { return }
        try object { _ in () }
    }

    // MARK: Repeats

    /// The Idempotency-Key with the fingerprint of this request, when the caller gave one.
    /// - Parameter secret: a field that must not be guessed from the fingerprint, and so is no part of it.
    func idempotencyKey(hiding secret: String? = nil) throws -> IdempotencyKey? {
        guard let header = headers[.idempotencyKey] else { return nil }
        guard let text = Self.bareKey(header) else {
            throw Problem.badParameters([
                Violation("Idempotency-Key", .badFormat, "must be 1 to 255 visible ASCII characters")
            ])
        }
        let caller = key.map { Caller(key: $0, citizen: citizen).name } ?? psp.map { "psp:\($0)" } ?? "-"
        let content = try secret.map { try JSONWriter.canonical(json().without($0)) } ?? body
        return IdempotencyKey(
            caller: caller, key: text, fingerprint: SHA256.digest(Array("\(method) \(path)\n".utf8) + content))
    }

    /// The key in an `Idempotency-Key` header, quoted or bare; `nil` for what is no key.
    static func bareKey(_ header: String) -> String? {
        let isQuoted = header.utf8.count >= 2 && header.utf8.first == 0x22 && header.utf8.last == 0x22
        let text = isQuoted ? String(decoding: header.utf8.dropFirst().dropLast(), as: UTF8.self) : header
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 })
        else { return nil }
        return text
    }

    /// What makes this request repeatable, when the caller wants it so.
    func repeating<Result>(
        hiding secret: String? = nil, _ render: @escaping @Sendable (Result) -> Reply
    ) throws -> Repeating<Result>? {
        try idempotencyKey(hiding: secret).map { key in Repeating(key: key) { StoredAnswer(render($0)) } }
    }
}

extension JSONValue {
    fileprivate func without(_ key: String) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.key != key })
    }
}

extension StoredAnswer {
    init(_ reply: Reply) {
        var headers: [String: String] = [:]
        for field in reply.headers { headers[field.name.rawName] = field.value }
        self.init(status: reply.status.code, headers: headers, body: reply.body)
    }

    var reply: Reply {
        var fields: HTTPFields = [.idempotencyReplayed: "true"]
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return Reply(HTTPResponse.Status(code: status), headers: fields, body: body)
    }
}

extension Once {
    /// The answer, whether made now or before.
    func reply(_ render: (Result) -> Reply) -> Reply {
        switch self {
        case .done(let result): render(result)
        case .replayed(let answer): answer.reply
        }
    }
}

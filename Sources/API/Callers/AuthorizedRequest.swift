import Accounts
import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

/// A request with a valid API key that holds the scope of its route.
protocol AuthorizedRequest: IncomingRequest {
    var caller: Caller { get }
}

/// A request with an API key, with or without a citizen's token.
struct KeyRequest: AuthorizedRequest {
    let content: RequestContent
    let caller: Caller
}

/// A request with an API key and the token of a citizen who signed in through it.
struct CitizenRequest: AuthorizedRequest {
    let content: RequestContent
    let caller: Caller
    let citizen: SignedInCitizen
}

extension AuthorizedRequest {
    /// Reads and writes the cursors of this caller.
    var cursors: CursorCodec { CursorCodec(content.cursorAuthenticator, for: caller.tenancy) }

    // MARK: Idempotency

    /// The Idempotency-Key with the fingerprint of this request; `nil` without the header.
    /// - Parameters:
    ///   - secret: a field that must not be guessed from the fingerprint, and so is no part of it.
    ///   - digest: of a body that was read as it arrived; `nil`: the collected body.
    func idempotencyKey(hiding secret: String? = nil, digest: [UInt8]? = nil) throws -> IdempotencyKey? {
        guard let header = headers[.idempotencyKey] else { return nil }
        guard let text = bareIdempotencyKey(header) else {
            throw Problem.badParameters([
                Violation("Idempotency-Key", .badFormat, "must be 1 to 255 visible ASCII characters")
            ])
        }
        let fingerprinted = try secret.map { try JSONWriter.canonical(json().without($0)) } ?? digest ?? body
        return IdempotencyKey(
            caller: caller.name, key: text,
            fingerprint: SHA256.digest(Array("\(method) \(path)\n".utf8) + fingerprinted))
    }

    /// Stores the response together with its effect, so that a repeat gets the same response; `nil` without an Idempotency-Key.
    func repeating<Result: Sendable>(
        hiding secret: String? = nil, digest: [UInt8]? = nil, _ render: @escaping Renderer<Result, Reply>
    ) throws -> Repeating<Result>? {
        try idempotencyKey(hiding: secret, digest: digest).map { key in Repeating(key: key) { StoredAnswer(render($0)) }
        }
    }
}

/// The key in an `Idempotency-Key` header, quoted or bare; `nil` for any other value.
func bareIdempotencyKey(_ header: String) -> String? {
    let isQuoted = header.utf8.count >= 2 && header.utf8.first == 0x22 && header.utf8.last == 0x22
    let text = isQuoted ? String(decoding: header.utf8.dropFirst().dropLast(), as: UTF8.self) : header
    guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 })
    else { return nil }
    return text
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
    /// The response, created now or by the first request.
    func reply(_ render: (Result) -> Reply) -> Reply {
        switch self {
        case .done(let result): render(result)
        case .replayed(let answer): answer.reply
        }
    }
}

import Accounts
import Cryptography
import PagoPA
import Storage
import Text

/// Codes of eight characters that a person types from an e-mail about an account. Each belongs to one mailbox, allows five attempts and
/// expires with its link. The database stores an HMAC, because a digest of 40 bits could be guessed.
struct MailCodes: Sendable {
    /// Without the characters that look like another one.
    private static let alphabet = Array("23456789ABCDEFGHJKLMNPQRSTUVWXYZ".utf8)
    private static let length = 8

    private let authenticator: Authenticator

    init(_ secrets: SecretsKeys) {
        authenticator = Authenticator(secrets, for: .mailCodes)
    }

    /// `K7PD-2M9Q`: 40 random bits.
    static func make() throws -> String {
        let letters = try SecureRandom.bytes(length).map { alphabet[Int($0) % alphabet.count] }
        return String(decoding: Array(letters.prefix(4)) + [0x2D] + Array(letters.suffix(4)), as: UTF8.self)
    }

    /// The eight characters of a code as a person types it, in any case, with or without blanks and hyphens; `nil` for any other text.
    static func normalized(_ text: String) -> [UInt8]? {
        let letters = text.utf8.filter { $0 != 0x20 && $0 != 0x2D }.map(\.capital)
        return letters.count == length && letters.allSatisfy(alphabet.contains) ? letters : nil
    }

    /// - Parameter code: normalized.
    func digest(of code: [UInt8], _ kind: NotificationKind, for citizen: CitizenID) -> [UInt8] {
        authenticator.tag(of: Self.content(code, kind, citizen))
    }

    func matches(_ digest: [UInt8], _ code: [UInt8], _ kind: NotificationKind, for citizen: CitizenID) -> Bool {
        authenticator.isTag(digest, of: Self.content(code, kind, citizen))
    }

    private static func content(_ code: [UInt8], _ kind: NotificationKind, _ citizen: CitizenID) -> [UInt8] {
        Array("\(kind.rawValue)\n\(citizen)\n".utf8) + code
    }
}

extension CitizenOperations {
    /// The digest under which the link's token is stored, of a token or of a code of eight characters. An attempt with a code is counted
    /// before it is compared, in a transaction of its own, so that a refusal does not undo the count.
    /// - Parameter owner: the mailbox or the citizen that the code belongs to. `nil`: only a token is accepted.
    /// - Returns: for a code that does not match, a digest that is not stored, so that a repeat of a request finds its first response;
    ///   `nil` for a text that is neither token nor code.
    func tokenDigest(of text: String, _ kind: NotificationKind, owner: MailCodeOwner?) async throws -> [UInt8]? {
        if let token = Token(text, for: .mail) { return token.digest }
        guard let code = MailCodes.normalized(text), let owner else { return nil }
        let now = clock()
        let candidates = try await store.transaction(within: .everyCreditor) { tx in
            try await tx.countCodeAttempt(kind, of: owner, at: now)
        }
        var found = SHA256.digest(Array("no such code\n".utf8) + code)
        for candidate in candidates where codes.matches(candidate.codeDigest, code, kind, for: candidate.citizen) {
            found = candidate.tokenDigest
        }
        return found
    }
}

import Cryptography
import PagoPA
import Text

/// Signed links that end e-mails about debts of one creditor to one mailbox. Nothing is stored until a link is used, and its address
/// contains the mailbox only as a hash.
package struct UnsubscribeLinks: Sendable {
    /// What a link ends.
    struct Target: Sendable, Equatable {
        let creditor: OrganizationTaxCode
        /// See ``digest(of:at:)``.
        let mailbox: [UInt8]
        /// Of the e-mail that contains the link.
        let language: Language
    }

    static let tokenLength = 82
    private static let codeBytes = 16
    private static let version: UInt8 = 1
    private static let taxCodeBytes = 11

    private let authenticator: Authenticator
    private let publicURL: String

    init(_ secrets: SecretsKeys, publicURL: String) {
        authenticator = Authenticator(secrets, for: .unsubscribeLinks, tagBytes: Self.codeBytes)
        self.publicURL = publicURL
    }

    /// A mailbox as the service remembers it. It does not depend on `SECRETS_KEY`, because it must still be known when every key was replaced.
    static func digest(of mailbox: EmailAddress, at creditor: OrganizationTaxCode) -> [UInt8] {
        SHA256.digest(Array("quietanza unsubscription\n\(creditor.value)\n\(mailbox.mailbox)".utf8))
    }

    func url(of mailbox: EmailAddress, from creditor: OrganizationTaxCode, in language: Language) -> String {
        let target = Target(
            creditor: creditor, mailbox: Self.digest(of: mailbox, at: creditor), language: language)
        return "\(publicURL)/unsubscribe/\(token(for: target))"
    }

    func token(for target: Target) -> String {
        let language = UInt8(clamping: Language.allCases.firstIndex(of: target.language) ?? 0)
        let content = [Self.version, language] + Array(target.creditor.value.utf8) + target.mailbox
        return Base64URL.encode(content + authenticator.tag(of: content))
    }

    /// A link has no end, because e-mails are read late.
    /// - Returns: nil for a text that this deployment did not issue.
    func target(of token: String) -> Target? {
        guard token.utf8.count == Self.tokenLength, let bytes = Base64URL.decode(token.utf8),
            bytes.count == 2 + Self.taxCodeBytes + SHA256.byteCount + Self.codeBytes
        else { return nil }
        let content = Array(bytes.dropLast(Self.codeBytes))
        guard authenticator.isTag(Array(bytes.suffix(Self.codeBytes)), of: content) else { return nil }
        var rest = content[...]
        guard rest.popFirst() == Self.version, let number = rest.popFirst(),
            let language = Language.allCases.dropFirst(Int(number)).first,
            let creditor = try? OrganizationTaxCode(
                unchecked: String(decoding: rest.prefix(Self.taxCodeBytes), as: UTF8.self))
        else { return nil }
        return Target(creditor: creditor, mailbox: Array(rest.dropFirst(Self.taxCodeBytes)), language: language)
    }
}

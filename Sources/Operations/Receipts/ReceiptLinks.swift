import Accounts
import Cryptography
import Documents
import Foundation
import PagoPA
import Requests
import Storage
import Text

/// Signed links to the PDF of a receipt, for the e-mails about it. A link names one receipt in one version and one language and expires;
/// nothing is stored. Its address contains no personal data: ids, a day and an HMAC.
struct ReceiptLinks: Sendable {
    /// The PDF that a link shows.
    struct Target: Sendable, Equatable {
        let receipt: Identifier<Receipt>
        let audience: ReceiptAudience?
        let language: Language
        /// The last day in Rome on which the link works.
        let lastDay: CalendarDate
    }

    /// How many days a link works after the day on which its e-mail is sent.
    static let lifeDays = 7
    /// Long enough that a code cannot be guessed.
    private static let codeBytes = 16
    private static let version: UInt8 = 1

    private let authenticator: Authenticator
    private let publicURL: String

    init(_ secrets: SecretsKeys, publicURL: String) {
        authenticator = Authenticator(secrets, for: .receiptLinks, tagBytes: Self.codeBytes)
        self.publicURL = publicURL
    }

    /// The link in an e-mail that is sent now. All links of one day are equal, so that a repeated e-mail is the same.
    func link(to receipt: Identifier<Receipt>, for audience: ReceiptAudience?, in language: Language, at now: Instant)
        -> MailTexts.ReceiptLink
    {
        let last = CalendarDate(epochDays: CalendarDate(romeDayOf: now).epochDays + Self.lifeDays)
        let target = Target(receipt: receipt, audience: audience, language: language, lastDay: last)
        return MailTexts.ReceiptLink(url: "\(publicURL)/receipt-links/\(token(for: target))", lastDay: last)
    }

    func token(for target: Target) -> String {
        let content = Self.content(of: target)
        return Base64URL.encode(content + authenticator.tag(of: content))
    }

    /// - Returns: nil for a text that this deployment did not issue, and after the last day.
    func target(of token: String, at now: Instant) -> Target? {
        guard token.utf8.count == 56, let bytes = Base64URL.decode(token.utf8), bytes.count == 42 else { return nil }
        let content = Array(bytes.dropLast(Self.codeBytes))
        let given = Array(bytes.suffix(Self.codeBytes))
        guard authenticator.isTag(given, of: content), let target = Self.target(in: content),
            CalendarDate(romeDayOf: now) <= target.lastDay
        else { return nil }
        return target
    }

    /// Version, audience, language, seven bytes of the day since 1970, and the id.
    private static func content(of target: Target) -> [UInt8] {
        let language = UInt8(clamping: Language.allCases.firstIndex(of: target.language) ?? 0)
        let day = UInt64(clamping: target.lastDay.epochDays)
        let days = (0..<7).map { UInt8(truncatingIfNeeded: day >> (48 - 8 * UInt64($0))) }
        return [version, target.audience.code, language] + days
            + withUnsafeBytes(of: target.receipt.uuid.uuid) { Array($0) }
    }

    private static func target(in content: [UInt8]) -> Target? {
        var bytes = content[...]
        guard bytes.popFirst() == version, let audienceByte = bytes.popFirst(), let languageByte = bytes.popFirst()
        else { return nil }
        let audiences: [ReceiptAudience?] = [nil, .payer, .debtor]
        guard let audience = audiences.first(where: { $0.code == audienceByte }),
            let language = Language.allCases.dropFirst(Int(languageByte)).first
        else { return nil }
        let day = bytes.prefix(7).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let hex = Hex.encode(bytes.dropFirst(7))
        // Later days do not exist in a calendar of four digits.
        guard day < 2_900_000, let id = Identifier<Receipt>(withoutHyphens: hex) else { return nil }
        return Target(
            receipt: id, audience: audience, language: language,
            lastDay: CalendarDate(epochDays: Int(clamping: day)))
    }
}

/// What a link of an e-mail shows.
package struct LinkedReceipt: Sendable, Equatable {
    package let id: Identifier<Receipt>
    package let pdf: [UInt8]
}

extension ReceiptOperations {
    /// Returns the PDF of a signed link, in the receipt's current state.
    /// - Throws: `Refusal.notFound` for a link that is not valid or has expired, and for a receipt that was replaced; `Refusal.busy`.
    package func showLinked(_ token: String) async throws -> LinkedReceipt {
        guard let target = links.target(of: token, at: clock()) else { throw Refusal.notFound }
        let found = try await store.read(
            within: .everyCreditor, Receipts.show(target.receipt, within: .everyCreditor))
        guard let receipt = found, receipt.hasPDF, !(receipt.isReplaced && receipt.outcome.movedMoney) else {
            throw Refusal.notFound
        }
        return LinkedReceipt(
            id: receipt.id, pdf: try await draw(receipt, for: target.audience, language: target.language))
    }

    /// The page for a person whose link does not work.
    package func expiredLinkPage(in language: Language) -> String { MailTexts.expiredLinkPage(language: language) }
}

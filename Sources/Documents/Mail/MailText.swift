import Foundation
import PagoPA
import Text

/// The content of a mail as plain text and as HTML, without address, sender or date. Both parts are written from the same blocks, so
/// that they say the same.
package struct MailText: Sendable, Equatable {
    package let subject: String
    package let plain: String
    package let html: String
    /// The picture that the page refers to.
    let logo: MailLogo?

    /// The page with its picture inside, for a reader outside of the mail.
    package var htmlWithLogo: String {
        guard let logo else { return html }
        return html.replacingOccurrences(
            of: "src=\"cid:\(MailLogo.contentID)\"",
            with: "src=\"data:image/png;base64,\(Data(logo.png).base64EncodedString())\"")
    }

    /// A label and its value.
    struct Fact: Sendable, Equatable {
        let label: String
        let value: String
        /// A number for machines after the value, which people compare or copy as a whole: it stays on one line.
        let code: String?
        /// What the code is, where the label of the fact does not say it.
        var codeLabel: String?
        var weight = Weight.normal

        enum Weight: Sendable { case normal, strong, large }

        init(_ label: String, _ value: String, _ weight: Weight = .normal) {
            self.label = label
            self.value = value
            self.weight = weight
            code = nil
        }

        init(_ label: String, code: String) {
            self.label = label
            value = ""
            self.code = code
        }

        init(_ label: String, _ value: String, codeLabel: String, code: String) {
            self.label = label
            self.value = value
            self.codeLabel = codeLabel
            self.code = code
        }

        /// Value and code as one text.
        var text: String {
            guard let code else { return value }
            let named = [codeLabel, code].compactMap(\.self).joined(separator: " ")
            return value.isEmpty ? named : "\(value) – \(named)"
        }
    }

    /// A way to contact somebody; without an address it is shown as text.
    struct Way: Sendable, Equatable {
        let text: String
        let url: MailURL?
        /// Whether it is a number that people read as a whole.
        var isOnOneLine = false
    }

    enum Block: Sendable, Equatable {
        case paragraph(String)
        /// A list of facts. An empty one is not shown.
        case facts([Fact])
        /// An address to follow, shown in full, because a reader must see where a link leads.
        case link(String)
        /// A link with a label. The plain text shows the label and the address.
        case action(label: String, url: String)
        /// A code to type, in large type.
        case code(label: String, value: String)
        /// A sentence with ways of contact in its middle.
        case contacts(before: String, [Way], after: String)
        /// A sentence in small type with a link. The plain text shows the address.
        case footer(String, label: String, url: String)
    }

    /// - Parameters:
    ///   - sender: the sender's display name, shown above the heading.
    ///   - logo: shown above the sender.
    ///   - tag: the language of the text (BCP 47).
    ///   - blocks: in order. The heading is the subject.
    init(subject: String, language tag: String, sender: String? = nil, logo: MailLogo? = nil, blocks: [Block]) {
        self.subject = subject
        self.logo = logo
        let heading = [sender, subject].compactMap(\.self).joined(separator: "\n")
        plain =
            ([heading] + blocks.map { $0.plain(colon: Spacing.colon(tag)) }).filter { !$0.isEmpty }.joined(
                separator: "\n\n") + "\n"
        html = MailPage.page(
            subject: subject, language: tag, sender: sender, logo: logo,
            content: blocks.compactMap { $0.html(colon: Spacing.colon(tag)) })
    }
}

/// A creditor's logo in a mail: a part of the message itself, so that opening the mail is reported to nobody.
package struct MailLogo: Sendable, Equatable {
    let png: [UInt8]
    /// In pixels of the page.
    let width: Int
    let height: Int
    let alternativeText: String

    /// A mail has no logo that is larger, because many mail boxes are small.
    package static let maximumBytes = 48 * 1_024
    /// The `Content-ID` of the part, and the address in the page.
    static let contentID = "logo@quietanza"
    private static let maximumWidth = 200
    private static let maximumHeight = 64

    /// - Returns: nil for a picture that is too large for a mail.
    package init?(_ logo: CreditorLogo) {
        guard (1...Self.maximumBytes).contains(logo.png.count), logo.width > 0, logo.height > 0 else { return nil }
        png = logo.png
        let scale = min(
            1, Double(Self.maximumWidth) / Double(logo.width), Double(Self.maximumHeight) / Double(logo.height))
        width = max(1, Int(exactly: (Double(logo.width) * scale).rounded()) ?? 1)
        height = max(1, Int(exactly: (Double(logo.height) * scale).rounded()) ?? 1)
        alternativeText = logo.alternativeText
    }
}

extension MailText.Block {
    /// - Parameter colon: between a label and its value.
    fileprivate func plain(colon: String) -> String {
        switch self {
        case .paragraph(let text), .link(let text): text
        case .facts(let facts): facts.map { "\($0.label)\(colon)\($0.text)" }.joined(separator: "\n")
        case .action(let label, let url): "\(label)\(colon.dropLast())\n\(url)"
        case .code(let label, let value): "\(label)\(colon)\(value)"
        case .contacts(let before, let ways, let after): before + ways.map(\.text).joined(separator: ", ") + after
        case .footer(let text, let label, let url): "\(text)\n\(label)\(colon.dropLast())\n\(url)"
        }
    }

    fileprivate func html(colon: String) -> HTML? {
        switch self {
        case .paragraph(let text): return text.isEmpty ? nil : MailPage.paragraph([.text(text)])
        case .facts(let facts): return facts.isEmpty ? nil : MailPage.table(facts)
        case .link(let address): return MailPage.paragraph([MailPage.link(address, text: address)])
        case .action(let label, let address): return MailPage.button(address, label: label, colon: colon)
        case .code(let label, let value): return MailPage.code(label: label, value: value, colon: colon)
        case .contacts(let before, let ways, let after):
            var parts: [HTML] = [.text(before)]
            for (number, way) in ways.enumerated() {
                if number > 0 { parts.append(.text(", ")) }
                parts.append(MailPage.contact(way))
            }
            return MailPage.paragraph(parts + [.text(after)])
        case .footer(let text, let label, let url): return MailPage.footer(text, label: label, url: url)
        }
    }
}

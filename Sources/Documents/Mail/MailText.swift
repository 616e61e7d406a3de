import PagoPA

/// The content of a mail as plain text and as HTML, without address, sender or date. Both parts are written from the same blocks, so
/// that they say the same.
package struct MailText: Sendable, Equatable {
    package let subject: String
    package let plain: String
    package let html: String

    /// A label and its value.
    struct Fact: Sendable, Equatable {
        let label: String
        let value: String
        var weight = Weight.normal

        enum Weight: Sendable { case normal, strong, large }

        init(_ label: String, _ value: String, _ weight: Weight = .normal) {
            self.label = label
            self.value = value
            self.weight = weight
        }
    }

    /// A way to contact somebody; without an address it is shown as text.
    struct Way: Sendable, Equatable {
        let text: String
        let url: MailURL?
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
    }

    /// - Parameters:
    ///   - sender: the sender's display name, shown above the heading.
    ///   - tag: the language of the text (BCP 47).
    ///   - blocks: in order. The heading is the subject.
    init(subject: String, language tag: String, sender: String? = nil, blocks: [Block]) {
        self.subject = subject
        let heading = [sender, subject].compactMap(\.self).joined(separator: "\n")
        plain = ([heading] + blocks.map(\.plain)).filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
        html = MailPage.page(subject: subject, language: tag, sender: sender, content: blocks.compactMap(\.html))
    }
}

extension MailText.Block {
    fileprivate var plain: String {
        switch self {
        case .paragraph(let text), .link(let text): text
        case .facts(let facts): facts.map { "\($0.label): \($0.value)" }.joined(separator: "\n")
        case .action(let label, let url): "\(label):\n\(url)"
        case .code(let label, let value): "\(label): \(value)"
        case .contacts(let before, let ways, let after): before + ways.map(\.text).joined(separator: ", ") + after
        }
    }

    fileprivate var html: HTML? {
        switch self {
        case .paragraph(let text): return text.isEmpty ? nil : MailPage.paragraph([.text(text)])
        case .facts(let facts): return facts.isEmpty ? nil : MailPage.table(facts)
        case .link(let address): return MailPage.paragraph([MailPage.link(address, text: address)])
        case .action(let label, let address): return MailPage.button(address, label: label)
        case .code(let label, let value): return MailPage.code(label: label, value: value)
        case .contacts(let before, let ways, let after):
            var parts: [HTML] = [.text(before)]
            for (number, way) in ways.enumerated() {
                if number > 0 { parts.append(.text(", ")) }
                parts.append(way.url.map { MailPage.link($0, text: way.text) } ?? .text(way.text))
            }
            return MailPage.paragraph(parts + [.text(after)])
        }
    }
}

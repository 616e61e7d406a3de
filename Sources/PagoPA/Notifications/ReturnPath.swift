import Text

/// The envelope sender of e-mails, to which mail servers return what they cannot deliver. With `{id}` in its mailbox, each e-mail has an
/// address of its own (VERP), so that a bounce names its e-mail.
package struct ReturnPath: Sendable, Equatable {
    private static let placeholder = "{id}"

    private let before: String
    /// `nil`: the same address for all e-mails.
    private let after: String?

    /// - Parameter text: an address, perhaps with one `{id}` before the at sign, such as `bounces+{id}@example.org`.
    package init(_ text: String) throws(InvalidValue) {
        let parts = text.split(separator: Self.placeholder, maxSplits: 2, omittingEmptySubsequences: false).map(
            String.init)
        let sample = parts.joined(separator: String(repeating: "0", count: 32))
        guard parts.count <= 2, (try? EmailAddress(sample)) != nil, parts.first?.contains("@") == (parts.count == 1)
        else {
            throw InvalidValue(.badFormat, "must be an e-mail address, perhaps with {id} before the at sign")
        }
        before = parts.first ?? ""
        after = parts.count == 2 ? parts.last : nil
    }

    package init(_ address: EmailAddress) {
        before = address.value
        after = nil
    }

    /// The address for one e-mail.
    package func address(of id: Identifier<Notification>) -> String {
        after.map { before + id.withoutHyphens + $0 } ?? before
    }

    /// The e-mail that an address was made for; `nil` for any other address.
    package func notification(at address: EmailAddress) -> Identifier<Notification>? {
        guard let after else { return nil }
        let (text, start, end) = (address.mailbox, before.lowercased(), after.lowercased())
        guard text.hasPrefix(start), text.hasSuffix(end), text.utf8.count == start.utf8.count + 32 + end.utf8.count
        else { return nil }
        return Identifier(withoutHyphens: String(text.dropFirst(start.count).prefix(32)))
    }
}

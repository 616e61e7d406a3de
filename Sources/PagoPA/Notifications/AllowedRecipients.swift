/// The recipients to which a test environment may send e-mails. Addresses are compared in lower case.
package struct AllowedRecipients: Sendable, Equatable {
    package static let maximumEntries = 100

    private let mailboxes: Set<String>
    private let domains: Set<String>

    /// - Parameter list: addresses, and domains as `@example.org`, separated by commas; at most ``maximumEntries``.
    package init(_ list: String) throws(InvalidValue) {
        let entries = list.split(separator: ",").map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
        guard (1...Self.maximumEntries).contains(entries.count) else {
            throw InvalidValue(.tooMany, "must have 1 to \(Self.maximumEntries) addresses or domains")
        }
        var mailboxes: Set<String> = []
        var domains: Set<String> = []
        for entry in entries {
            let isDomain = entry.hasPrefix("@")
            guard let address = try? EmailAddress(isDomain ? "a\(entry)" : entry) else {
                throw InvalidValue(.badFormat, "must be addresses or @domains, separated by commas")
            }
            if isDomain { domains.insert(address.domain) } else { mailboxes.insert(address.mailbox) }
        }
        self.mailboxes = mailboxes
        self.domains = domains
    }

    package func contains(_ address: EmailAddress) -> Bool {
        mailboxes.contains(address.mailbox) || domains.contains(address.domain)
    }
}

extension EmailAddress {
    /// In lower case, without the at sign.
    fileprivate var domain: String { String(mailbox.drop { $0 != "@" }.dropFirst()) }
}

import Text

/// What a mail server reports about an e-mail, read from the body of a `message/delivery-status` (RFC 3464). Addresses and diagnostic
/// texts in it are not kept.
package struct DeliveryStatus: Sendable, Equatable {
    package static let maximumBytes = 16_384
    static let maximumGroups = 50
    static let maximumFields = 50

    package enum Action: String, Sendable, CaseIterable {
        case failed, delayed, delivered, relayed, expanded
    }

    /// One recipient. Our e-mails have a single one, but a mail server that forwards them may report several.
    package struct Recipient: Sendable, Equatable {
        package let action: Action
        /// The enhanced status code (RFC 3463), such as `5.1.1`.
        package let code: String

        package init(action: Action, code: String) {
            self.action = action
            self.code = code
        }
    }

    package let recipients: [Recipient]

    /// The code of the failure if no recipient was reached; `nil` if the e-mail was delivered or may still be.
    package var failure: String? {
        guard recipients.allSatisfy({ $0.action == .failed }) else { return nil }
        return recipients.first?.code
    }

    /// - Throws: `InvalidValue` for a text that is not a delivery status of at least one recipient.
    package init(_ text: String) throws(InvalidValue) {
        guard text.utf8.count <= Self.maximumBytes else {
            throw InvalidValue(.tooLong, "must be at most \(Self.maximumBytes) bytes long")
        }
        var groups: [[String: String]] = [[:]]
        var last: String?
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if line.allSatisfy({ $0 == " " || $0 == "\t" }) {
                // A folded line may be blank; only an empty line ends a group.
                if line.isEmpty, groups.last?.isEmpty == false { groups.append([:]) }
                if line.isEmpty { last = nil }
                continue
            }
            guard groups.count <= Self.maximumGroups + 1, var group = groups.popLast(),
                group.count <= Self.maximumFields
            else { throw InvalidValue(.tooMany, "has too many recipients or fields") }
            if line.first == " " || line.first == "\t" {
                guard let name = last else { throw Self.malformed }
                group[name]? += " " + String(line.drop { $0 == " " || $0 == "\t" })
            } else {
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, let name = parts.first, !name.isEmpty,
                    name.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
                else { throw Self.malformed }
                let key = name.lowercased()
                // The first of two equal fields counts.
                if group[key] == nil { group[key] = trimmedText(String(parts.last ?? "")) }
                last = key
            }
            groups.append(group)
        }
        if groups.last?.isEmpty == true { groups = groups.dropLast() }
        var recipients: [Recipient] = []
        // The first group is about the message.
        for group in groups.dropFirst() { recipients.append(try Self.recipient(group)) }
        guard !recipients.isEmpty else { throw Self.malformed }
        self.recipients = recipients
    }

    private static func recipient(_ fields: [String: String]) throws(InvalidValue) -> Recipient {
        let word = fields["action"]?.lowercased() ?? ""
        // A comment in brackets or a text may follow the code.
        let code = fields["status"]?.split { $0 == " " || $0 == "(" || $0 == "\t" }.first.map(String.init) ?? ""
        guard fields["final-recipient"] != nil || fields["original-recipient"] != nil,
            let action = Action(rawValue: word), isCode(code)
        else { throw malformed }
        return Recipient(action: action, code: code)
    }

    private static func isCode(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 3 && ["2", "4", "5"].contains(parts.first ?? "")
            && parts.dropFirst().allSatisfy { (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy(\.isDigit) }
    }

    private static let malformed = InvalidValue(
        .badFormat, "is not the body of a message/delivery-status (RFC 3464) with a recipient, its Action and Status")
}

/// A creditor's own subject and first sentence of one kind of e-mail in one language.
package struct MailWording: Sendable, Equatable {
    package let kind: NotificationKind
    package let language: Language
    /// `nil`: the built-in subject.
    package let subject: MailTemplate?
    /// Replaces the first paragraph. `nil`: the built-in one.
    package let sentence: MailTemplate?

    package static let subjectLengths = 1...120
    package static let sentenceLengths = 1...500
    /// One for each kind and language.
    package static var maximumCount: Int { NotificationKind.worded.count * Language.allCases.count }

    package init(kind: NotificationKind, language: Language, subject: MailTemplate?, sentence: MailTemplate?) {
        self.kind = kind
        self.language = language
        self.subject = subject
        self.sentence = sentence
    }
}

/// Plain text with placeholders in braces, such as `{amount}`. It contains no other brace.
package struct MailTemplate: Sendable, Equatable {
    package enum Placeholder: String, Sendable, CaseIterable {
        case creditor, amount, description, iuv
    }

    package let text: String

    /// - Parameter lengths: in Unicode scalars, before the placeholders are replaced.
    /// - Throws: `InvalidValue` for another length, a control character, a direction override, and for a brace that is not part of a
    ///   known placeholder.
    package init(_ text: String, _ lengths: ClosedRange<Int>) throws(InvalidValue) {
        self.text = try boundedText(text, lengths)
        var rest = text[...]
        while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            let after = rest[brace...].dropFirst()
            guard rest[brace] == "{", let end = after.firstIndex(of: "}"),
                Placeholder(rawValue: String(after[..<end])) != nil
            else {
                let names = Placeholder.allCases.map { "{\($0.rawValue)}" }.joined(separator: ", ")
                throw InvalidValue(.unknownValue, "may contain braces only as the placeholders \(names)")
            }
            rest = after[end...].dropFirst()
        }
    }

    /// Replaces the placeholders in one pass, so that a value that looks like a placeholder is not replaced.
    package func filled(_ fact: (Placeholder) -> String) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open]
            if let name = Placeholder(rawValue: String(rest[open..<close].dropFirst())) { result += fact(name) }
            rest = rest[close...].dropFirst()
        }
        return result + rest
    }
}

extension NotificationKind {
    /// Whether a creditor may set its own wording: the kinds that are sent in a creditor's name.
    package var isWorded: Bool {
        switch self {
        case .receiptReady, .counterPayment, .paymentUnderReview, .doublePayment, .paymentFailed, .refundDecided,
            .newNotice, .dueReminder:
            true
        case .verifyEmail, .passwordReset, .registrationAttempt, .changeEmail, .emailChanged, .smartCardProved,
            .identityProved, .webhookPaused, .paymentNotice, .test:
            false
        }
    }

    package static var worded: [NotificationKind] { allCases.filter(\.isWorded) }
}

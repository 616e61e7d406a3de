import PagoPA

/// The person to whom a code in an e-mail was sent.
package enum MailCodeOwner: Sendable, Equatable {
    case mailbox(EmailAddress)
    /// For a new mailbox of a citizen who is signed in.
    case citizen(CitizenID)
}

/// A code in an e-mail that may be the one that a person has typed.
package struct MailCodeCandidate: Sendable, Equatable {
    /// How often a wrong code may be tried.
    package static let maximumAttempts = 5

    /// The key of the row, which is the digest of the link's token.
    package let tokenDigest: [UInt8]
    package let codeDigest: [UInt8]
    package let citizen: CitizenID
}

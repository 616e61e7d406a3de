/// A body with a valid signature of a PSP that is not readable as an RT. The service stores it completely, because it may be the
/// only evidence of a payment.
package struct UnreadableRT: Sendable, Equatable {
    /// The maximum number of different bodies of one PSP that are stored within `limitSeconds`. A PSP with a software error may
    /// send every payment of a day like this. The service answers, counts and logs further bodies in the same way, but does not
    /// store them.
    package static let maximumBodies = 1_000
    /// The maximum total size of these bodies, in bytes.
    package static let maximumBytes = 32 * 1_024 * 1_024
    package static let limitSeconds = 86_400
    /// The maximum number of faults that are stored with a body.
    package static let maximumFaults = 100

    /// The faults that make the body unreadable.
    package let faults: [Fault]
    /// The members that could be read.
    package let gist: RTGist

    package init(faults: [Fault], gist: RTGist) {
        // The faults contain names from the sender, of any length and with any characters.
        self.faults = faults.prefix(Self.maximumFaults).map {
            Fault(plainText($0.pointer, upTo: 300), $0.code, plainText($0.detail, upTo: 500))
        }
        self.gist = gist
    }
}

/// The members of an unreadable RT that operators need first, if they are readable.
package struct RTGist: Sendable, Equatable {
    package let creditor: OrganizationTaxCode?
    package let iuv: IUV?
    package let amount: Amount?

    package init(creditor: OrganizationTaxCode? = nil, iuv: IUV? = nil, amount: Amount? = nil) {
        self.creditor = creditor
        self.iuv = iuv
        self.amount = amount
    }
}

/// The bytes of an anomaly as received, with their sender and message.
package struct Evidence: Sendable, Equatable {
    package let bytes: [UInt8]
    package let mediaType: String
    package let sha256: [UInt8]
    /// The PSP whose signature was verified; for content that an operator entered, the PSP of the receipt.
    package let sender: PSPID
    /// The webhook-id; empty for content that an operator entered.
    package let messageID: String
    package let receivedAt: Instant
    /// The faults that make the body unreadable as an RT; empty if it is readable.
    package let faults: [Fault]

    package init(
        bytes: [UInt8], mediaType: String, sha256: [UInt8], sender: PSPID, messageID: String, receivedAt: Instant,
        faults: [Fault]
    ) {
        self.bytes = bytes
        self.mediaType = mediaType
        self.sha256 = sha256
        self.sender = sender
        self.messageID = messageID
        self.receivedAt = receivedAt
        self.faults = faults
    }
}

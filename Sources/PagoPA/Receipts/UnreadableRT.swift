/// A body with a valid signature of a PSP that is not readable as an RT. It is stored whole, because it may be the only evidence
/// that money moved.
package struct UnreadableRT: Sendable, Equatable {
    /// How many different bodies of one PSP are stored within `limitSeconds`. A PSP whose program has a bug sends each payment of
    /// a day: what exceeds the limit is answered in the same way, counted and logged, but not stored.
    package static let maximumBodies = 1_000
    /// Bytes of these bodies together.
    package static let maximumBytes = 32 * 1_024 * 1_024
    package static let limitSeconds = 86_400
    /// Reasons that are stored with a body.
    package static let maximumFaults = 100

    /// Why it is not readable.
    package let faults: [Fault]
    /// What could be read of it.
    package let gist: RTGist

    package init(faults: [Fault], gist: RTGist) {
        // Names in them are the sender's, of any length and with any character.
        self.faults = faults.prefix(Self.maximumFaults).map {
            Fault(plainText($0.pointer, upTo: 300), $0.code, plainText($0.detail, upTo: 500))
        }
        self.gist = gist
    }
}

/// The few members of an unreadable RT that people look for first, as far as they could be read.
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

/// The bytes behind an anomaly as they were received, and what is known of their way here.
package struct Evidence: Sendable, Equatable {
    package let bytes: [UInt8]
    package let mediaType: String
    package let sha256: [UInt8]
    /// The PSP that sent them, by its signature; of what a person entered, the PSP of the receipt.
    package let sender: PSPID
    /// The webhook-id, empty for what a person entered.
    package let messageID: String
    package let receivedAt: Instant
    /// Why they are not readable as an RT; empty when they are.
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

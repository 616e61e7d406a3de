/// The stored body of an RT, with its sender.
package struct RTBody: Sendable, Equatable {
    package let psp: PSPID
    package let messageID: String
    package let contentType: String
    package let bytes: [UInt8]
    package let sha256: [UInt8]
    /// SHA-256 of the parsed content, independent of its spelling.
    package var fingerprint: [UInt8]

    package init(
        psp: PSPID, messageID: String, contentType: String, bytes: [UInt8], sha256: [UInt8], fingerprint: [UInt8]
    ) {
        self.psp = psp
        self.messageID = messageID
        self.contentType = contentType
        self.bytes = bytes
        self.sha256 = sha256
        self.fingerprint = fingerprint
    }
}

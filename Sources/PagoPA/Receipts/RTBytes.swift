/// The bytes of an RT as received.
package struct RTBytes: Sendable, Equatable {
    package let bytes: [UInt8]
    package let contentType: String

    package init(bytes: [UInt8], contentType: String) {
        self.bytes = bytes
        self.contentType = contentType
    }
}

/// Why bytes are not accepted as a request.
package struct FramingError: Error, Sendable, Equatable {
    package enum Kind: Sendable, CaseIterable {
        case malformed
        case targetTooLong
        case headersTooLarge
        /// The whole request did not arrive before its deadline.
        case timedOut
        /// `Expect` asks for something other than 100-continue.
        case expectationFailed
        case methodNotImplemented
        case versionNotSupported
    }

    package let kind: Kind
    /// A sentence for the client's developer.
    package let detail: String

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    static func malformed(_ detail: String) -> FramingError { FramingError(.malformed, detail) }

    static let headersTooLarge = FramingError(
        .headersTooLarge,
        "A request has at most \(HeadReader.maximumFields) headers of \(HeadReader.maximumFieldBytes) bytes in all.")
    static let targetTooLong = FramingError(
        .targetTooLong, "Path and query have at most \(HeadReader.maximumTargetBytes) bytes.")
    static let timedOut = FramingError(.timedOut, "Send the whole request without pauses.")
}

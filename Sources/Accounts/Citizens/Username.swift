import Foundation
import PagoPA
import Text

/// The name with which a citizen signs in. A text that is neither an e-mail address nor a tax code matches no account.
package enum Username: Sendable, Equatable {
    case email(EmailAddress)
    case taxCode(TaxCode)
    case unknown(String)

    package init(_ text: String) {
        if let email = try? EmailAddress(text) {
            self = .email(email)
        } else if let taxCode = try? TaxCode(text) {
            self = .taxCode(taxCode)
        } else {
            self = .unknown(text)
        }
    }

    /// The normalized text: equal for all spellings of the same name.
    package var text: String {
        switch self {
        case .email(let email): email.mailbox
        case .taxCode(let taxCode): taxCode.value
        case .unknown(let text): text
        }
    }
}

/// The client IP of a citizen's request, used only for throttling. It is personal data and never logged. IPv6 addresses count by
/// their /64, which one household has.
package struct ClientAddress: Sendable, Hashable {
    /// Four of an IPv4 address, the first eight of an IPv6 address, none of a connection without an IP address.
    private let bytes: [UInt8]

    package var text: String { bytes.isEmpty ? "unknown" : Hex.encode(bytes[...]) }

    package init(_ text: String) throws(InvalidValue) {
        var four = in_addr()
        var six = in6_addr()
        guard (2...45).contains(text.utf8.count) else { throw Self.bad }
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(bytes: withUnsafeBytes(of: &four) { Array($0) })
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self.init(sixteenBytes: withUnsafeBytes(of: &six) { Array($0) })
        } else {
            throw Self.bad
        }
    }

    /// - Parameter bytes: an IPv6 address. An IPv4-mapped one is the same address as the IPv4 one.
    package init(sixteenBytes bytes: [UInt8]) {
        let isMapped = bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
        self.init(bytes: Array(isMapped ? bytes.dropFirst(12) : bytes.prefix(8)))
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// For a connection without an IP address.
    package static let unknown = ClientAddress(bytes: [])

    private static let bad = InvalidValue(.badFormat, "must be an IPv4 or IPv6 address")
}

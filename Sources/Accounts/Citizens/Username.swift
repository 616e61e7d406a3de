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
    package let text: String

    package init(_ text: String) throws(InvalidValue) {
        var four = in_addr()
        var six = in6_addr()
        guard (2...45).contains(text.utf8.count) else { throw Self.bad }
        if inet_pton(AF_INET, text, &four) == 1 {
            self.text = withUnsafeBytes(of: &four) { Hex.encode($0[...]) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            let bytes = withUnsafeBytes(of: &six) { Array($0) }
            // An IPv4-mapped IPv6 address is the same address as the IPv4 one.
            let isMapped = bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
            self.text = isMapped ? Hex.encode(bytes[12...]) : Hex.encode(bytes[..<8])
        } else {
            throw Self.bad
        }
    }

    /// For a connection without an IP address.
    package static let unknown = ClientAddress(known: "unknown")

    private init(known text: String) {
        self.text = text
    }

    private static let bad = InvalidValue(.badFormat, "must be an IPv4 or IPv6 address")
}

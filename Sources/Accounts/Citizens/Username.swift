import Addresses
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
    private let bytes: ArraySlice<UInt8>

    package var text: String { bytes.isEmpty ? "unknown" : Hex.encode(bytes) }

    package init(_ text: String) throws(InvalidValue) {
        guard let address = IPAddress(text) else {
            throw InvalidValue(.badFormat, "must be an IPv4 or IPv6 address")
        }
        self.init(address)
    }

    package init(_ address: IPAddress) {
        bytes = address.isFour ? address.bytes.dropFirst(12) : address.subscriber
    }

    private init() {
        bytes = []
    }

    /// For a connection without an IP address.
    package static let unknown = ClientAddress()
}

import Foundation

/// Where mail goes, from `SMTP_URL`: `smtp://user:pass@host:587?tls=starttls`, `smtps://…`, or `tls=none` in a closed network.
/// `ca=/path/of.pem` trusts the authorities of that file in place of the system's, as for a server with a certificate of the house.
package struct MailServer: Sendable {
    let host: String
    let port: Int
    let user: String?
    let password: String?
    let encryption: Encryption
    let authoritiesFile: String?

    enum Encryption: String, Sendable {
        case none
        case starttls
        case implicit
    }

    package struct Malformed: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Throws: `Malformed`, which never repeats the text.
    package init(_ url: String) throws(Malformed) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, scheme == "smtp" || scheme == "smtps",
            let host = parts.host, !host.isEmpty, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw Malformed(description: "must be smtp://host:port or smtps://host:port") }
        let tls = parts.queryItems?.first { $0.name == "tls" }?.value
        switch (scheme, tls) {
        case ("smtps", nil), ("smtps", "implicit"): encryption = .implicit
        case ("smtp", nil), ("smtp", "starttls"), ("smtp", "required"): encryption = .starttls
        case ("smtp", "none"): encryption = .none
        default: throw Malformed(description: "has a tls that is not one of starttls, none")
        }
        self.host = host
        authoritiesFile = parts.queryItems?.first { $0.name == "ca" }?.value
        port = parts.port ?? (encryption == .implicit ? 465 : 587)
        user = parts.user
        password = parts.password
        if user != nil, encryption == .none {
            throw Malformed(description: "would send a password in the clear: tls=none goes without a user")
        }
    }
}

extension MailServer: CustomStringConvertible {
    /// Without the password.
    package var description: String { "MailServer(\(host):\(port))" }
}

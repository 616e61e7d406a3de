import Foundation

/// The SMTP server, from `SMTP_URL`: `smtp://user:pass@host:587?tls=starttls`, `smtps://…`, or `tls=none` in a closed network.
/// `ca=/path/of.pem` replaces the system's trusted certificate authorities with those of the file, for example for a certificate
/// from your private CA.
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

    /// - Throws: `Malformed`, which never contains the URL, because the URL may contain a password.
    package init(_ url: String) throws(Malformed) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, scheme == "smtp" || scheme == "smtps",
            let host = parts.host, !host.isEmpty, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw Malformed(description: "must be smtp://host:port or smtps://host:port") }
        let tls = parts.queryItems?.first { $0.name == "tls" }?.value
        switch (scheme, tls) {
        case ("smtps", nil), ("smtps", "implicit"): encryption = .implicit
        case ("smtp", nil), ("smtp", "starttls"), ("smtp", "required"): encryption = .starttls
        case ("smtp", "none"): encryption = .none
        default: throw Malformed(description: "must have tls=starttls or tls=none")
        }
        self.host = host
        authoritiesFile = parts.queryItems?.first { $0.name == "ca" }?.value
        port = parts.port ?? (encryption == .implicit ? 465 : 587)
        guard (1...65_535).contains(port) else { throw Malformed(description: "must have a port from 1 to 65535") }
        user = parts.user
        password = parts.password
        if user != nil, encryption == .none {
            throw Malformed(
                description: "must not have a user with tls=none, because the password would be sent unencrypted")
        }
    }
}

extension MailServer: CustomStringConvertible {
    /// Omits the password.
    package var description: String { "MailServer(\(address))" }

    /// Host and port.
    package var address: String { "\(host):\(port)" }

    /// Whether the service logs in.
    package var needsLogin: Bool { user != nil }
}

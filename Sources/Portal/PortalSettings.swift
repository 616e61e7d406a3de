import Addresses
import Foundation
import Text

/// The validated settings from the environment. Only this file reads the environment.
struct PortalSettings: Sendable {
    var host = "127.0.0.1"
    var port = 8070
    /// Where health and metrics are served besides, so that they need not be public.
    var metricsPort: Int?
    /// How browsers reach the portal, without a slash at its end. Its origin must be one of the creditors' return URL origins.
    var publicURL = ""
    /// The service's address, without a slash at its end.
    var apiURL = ""
    var apiKey = ""
    /// 32 bytes that encrypt the session cookies; every instance has the same.
    var cookieKey: [UInt8] = []
    /// Encrypts nothing, but still opens cookies: the key before a rotation.
    var previousCookieKey: [UInt8]?
    var trustedProxies = TrustedProxies.none
    var name = "Pagamenti"
    var identityProvider: OIDCSettings?
    var offersSmartCards = false
    /// Whether the pages for staff are served, under `/desk`.
    var offersDesk = false

    /// An issuer for the authorization code flow of OpenID Connect.
    struct OIDCSettings: Sendable, Equatable {
        var authorizationURL: String
        var tokenURL: String
        var clientID: String
        var clientSecret: String?
    }

    /// Whether browsers reach the portal over TLS, or over a loopback address during development.
    var isSecure: Bool { publicURL.hasPrefix("https://") }

    var publicOrigin: String { URL(string: publicURL).flatMap(Self.origin) ?? publicURL }

    /// Scheme, host and port of a URL, as browsers send them in `Origin`.
    static func origin(of url: URL) -> String? {
        guard let scheme = url.scheme, let host = url.host(percentEncoded: false) else { return nil }
        let port = url.port.flatMap { (scheme == "https" && $0 == 443) || (scheme == "http" && $0 == 80) ? nil : $0 }
        return "\(scheme)://\(host.contains(":") ? "[\(host)]" : host)\(port.map { ":\($0)" } ?? "")"
    }

    /// All errors together. They never contain a value, because it may be a secret.
    struct Faults: Error, Equatable, CustomStringConvertible {
        let faults: [String]
        var description: String {
            (["The configuration has \(faults.count == 1 ? "an error" : "\(faults.count) errors"):"]
                + faults.map { "  \($0)" })
                .joined(separator: "\n")
        }
    }

    static let help = """
        PORTAL_API_URL              the service, for example http://127.0.0.1:8080 (required)
        PORTAL_API_KEY              API key of kind frontend (required); or PORTAL_API_KEY_FILE, a file with it
        PORTAL_PUBLIC_URL           how browsers reach the portal (required); https, except on a loopback address
        PORTAL_COOKIE_KEY           32 bytes in Base64 that encrypt the session cookies (required), the same on every instance
        PORTAL_COOKIE_KEY_PREVIOUS  the key before a rotation, which still opens cookies
        PORTAL_HTTP_HOST            address to listen on (127.0.0.1)
        PORTAL_HTTP_PORT            port to listen on (8070)
        PORTAL_METRICS_PORT         port at which /live, /ready and /metrics are served (off)
        PORTAL_TRUSTED_PROXY        networks of proxies whose X-Forwarded-For is used, separated by commas
        PORTAL_NAME                 name in the header of the pages (Pagamenti)
        PORTAL_SMART_CARDS          true: offer sign-in by smart card (false)
        PORTAL_DESK                 true: serve the pages for staff under /desk (false)
        PORTAL_OIDC_AUTHORIZATION_URL, PORTAL_OIDC_TOKEN_URL, PORTAL_OIDC_CLIENT_ID, PORTAL_OIDC_CLIENT_SECRET
                                    identity provider for SPID and CIE; without them no button is shown
        """

    static func read() throws -> PortalSettings { try PortalSettings(environment: ProcessInfo.processInfo.environment) }

    init() {}

    /// - Throws: `Faults` with every fault.
    init(environment: [String: String]) throws {
        var reader = Reader(environment: environment)
        host = reader.text("PORTAL_HTTP_HOST") ?? host
        port = reader.port("PORTAL_HTTP_PORT") ?? port
        metricsPort = reader.port("PORTAL_METRICS_PORT")
        if metricsPort == port { reader.faults.append("PORTAL_METRICS_PORT must differ from PORTAL_HTTP_PORT") }
        apiURL = reader.base("PORTAL_API_URL", requiresTLS: false)
        publicURL = reader.base("PORTAL_PUBLIC_URL", requiresTLS: true)
        apiKey = reader.secret("PORTAL_API_KEY")
        cookieKey = reader.key("PORTAL_COOKIE_KEY") ?? reader.missing("PORTAL_COOKIE_KEY", else: [])
        previousCookieKey = reader.key("PORTAL_COOKIE_KEY_PREVIOUS")
        name = reader.text("PORTAL_NAME") ?? name
        if name.count > 60 { reader.faults.append("PORTAL_NAME is longer than 60 characters") }
        offersSmartCards = reader.flag("PORTAL_SMART_CARDS")
        offersDesk = reader.flag("PORTAL_DESK")
        identityProvider = reader.identityProvider()
        if let list = reader.text("PORTAL_TRUSTED_PROXY") {
            do { trustedProxies = try TrustedProxies(list) } catch {
                reader.faults.append("PORTAL_TRUSTED_PROXY must be networks such as 10.0.0.0/8, separated by commas")
            }
        }
        guard reader.faults.isEmpty else { throw Faults(faults: reader.faults) }
    }
}

extension PortalSettings {
    private struct Reader {
        let environment: [String: String]
        var faults: [String] = []

        func text(_ name: String) -> String? {
            guard let value = environment[name], !value.isEmpty else { return nil }
            return value
        }

        mutating func missing<Value>(_ name: String, else value: Value) -> Value {
            if text(name) == nil { faults.append("\(name) is missing") }
            return value
        }

        mutating func port(_ name: String) -> Int? {
            guard let text = text(name) else { return nil }
            guard let port = Int(text), (1...65_535).contains(port) else {
                faults.append("\(name) must be 1 to 65535")
                return nil
            }
            return port
        }

        mutating func flag(_ name: String) -> Bool {
            switch text(name) {
            case nil, "false"?: return false
            case "true"?: return true
            default:
                faults.append("\(name) must be true or false")
                return false
            }
        }

        /// An absolute http or https URL without a slash at its end.
        mutating func base(_ name: String, requiresTLS: Bool) -> String {
            guard let text = text(name) else { return missing(name, else: "") }
            guard let url = webURL(text), url.query == nil, url.fragment == nil, url.user == nil else {
                faults.append("\(name) must be an absolute http or https URL")
                return ""
            }
            let isLoopback = ["localhost", "127.0.0.1", "::1"].contains(url.host(percentEncoded: false) ?? "")
            if requiresTLS, url.scheme != "https", !isLoopback {
                faults.append("\(name) must be https, except on a loopback address")
            }
            return text.hasSuffix("/") ? String(text.dropLast()) : text
        }

        private func webURL(_ text: String) -> URL? {
            guard let url = URL(string: text), let scheme = url.scheme, ["http", "https"].contains(scheme),
                let host = url.host(percentEncoded: false), !host.isEmpty
            else { return nil }
            return url
        }

        mutating func secret(_ name: String) -> String {
            if let value = text(name) { return value }
            guard let file = text("\(name)_FILE") else { return missing(name, else: "") }
            guard let content = try? String(contentsOfFile: file, encoding: .utf8) else {
                faults.append("\(name)_FILE cannot be read")
                return ""
            }
            return content.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        mutating func key(_ name: String) -> [UInt8]? {
            guard let text = text(name) else { return nil }
            guard let data = Data(base64Encoded: text), data.count == SealedCookie.keyBytes else {
                faults.append("\(name) must be \(SealedCookie.keyBytes) bytes in Base64 (openssl rand -base64 32)")
                return nil
            }
            return Array(data)
        }

        mutating func identityProvider() -> OIDCSettings? {
            let names = ["PORTAL_OIDC_AUTHORIZATION_URL", "PORTAL_OIDC_TOKEN_URL", "PORTAL_OIDC_CLIENT_ID"]
            guard names.contains(where: { text($0) != nil }) else { return nil }
            guard let authorization = text("PORTAL_OIDC_AUTHORIZATION_URL"), let token = text("PORTAL_OIDC_TOKEN_URL"),
                let client = text("PORTAL_OIDC_CLIENT_ID"), webURL(authorization) != nil, webURL(token) != nil
            else {
                faults.append("\(names.joined(separator: ", ")) must be set together, two URLs and a client id")
                return nil
            }
            return OIDCSettings(
                authorizationURL: authorization, tokenURL: token, clientID: client,
                clientSecret: text("PORTAL_OIDC_CLIENT_SECRET"))
        }
    }
}

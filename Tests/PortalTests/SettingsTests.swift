import Foundation
import Testing

@testable import Portal

struct SettingsTests {
    static let good = [
        "PORTAL_API_URL": "http://127.0.0.1:8080/", "PORTAL_API_KEY": "qz_x",
        "PORTAL_PUBLIC_URL": "https://portale.example.org",
        "PORTAL_COOKIE_KEY": Data(repeating: 1, count: 32).base64EncodedString(),
    ]

    @Test func `valid settings are read`() throws {
        let settings = try PortalSettings(environment: Self.good)
        #expect(settings.apiURL == "http://127.0.0.1:8080")
        #expect(settings.isSecure && settings.publicOrigin == "https://portale.example.org")
        #expect(settings.identityProvider == nil && !settings.offersDesk)
    }

    @Test func `all faults are reported together, without a value`() {
        let bad = [
            "PORTAL_API_URL": "ftp://x", "PORTAL_PUBLIC_URL": "http://portale.example.org",
            "PORTAL_COOKIE_KEY": "c2VncmV0bw==",
            "PORTAL_HTTP_PORT": "70000", "PORTAL_SMART_CARDS": "forse", "PORTAL_DESK": "si",
            "PORTAL_OIDC_CLIENT_ID": "portale",
            "PORTAL_TRUSTED_PROXY": "ovunque",
        ]
        let error = #expect(throws: PortalSettings.Faults.self) { try PortalSettings(environment: bad) }
        #expect(error?.faults.count == 9)
        #expect(error.map { "\($0)".contains("c2VncmV0bw") } == false)
    }

    @Test func `every variable is in the help`() {
        for name in Self.good.keys { #expect(PortalSettings.help.contains(name)) }
    }
}

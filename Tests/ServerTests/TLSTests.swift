import Foundation
import Glibc
import TestSupport
import Testing

/// The TLS of the service, tested with openssl and curl.
extension ServerTests {
    @Suite struct TLSTests {
        @Test func `TLS 1.2 and 1.3 are accepted, older versions and plain HTTP are not`() async throws {
            try await Deployment.with { live in
                try await SecureService.with(beside: live) { service throws in
                    let url = "https://127.0.0.1:\(service.port)/live"

                    #expect(try service.curl(["--tls-max", "1.2", url]).status == 200)
                    #expect(try service.curl(["--tlsv1.3", url]).status == 200)
                    #expect(throws: Tool.Failure.self) {
                        try service.curl(["--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", url])
                    }
                    #expect(throws: Tool.Failure.self) { try service.curl(["http://127.0.0.1:\(service.port)/live"]) }
                }
            }
        }

        @Test func `the limits on requests and connections apply over TLS`() async throws {
            try await Deployment.with { live in
                try await SecureService.with(beside: live) { service in
                    let url = "https://127.0.0.1:\(service.port)"
                    let long = String(repeating: "a", count: 17 * 1_024)
                    let body = live.folder.appending(path: "large.json")
                    try Data(repeating: 0x20, count: 257 * 1_024).write(to: body)
                    let key = ["-H", "Authorization: Bearer \(live.apiKey)", "-H", "Content-Type: application/json"]

                    #expect(
                        try [400, 431].contains(service.curl(["-H", "X-Long: \(long)", url + "/live"]).status))
                    #expect(
                        try service.curl(key + ["--data-binary", "@\(body.path)", url + "/v1/positions/search"]).status
                            == 413)
                    let made = try service.curl(key + [url + "/v1/positions"])
                    #expect(made.status == 200)
                    #expect(made.headers["strict-transport-security"] != nil)
                }
            }
        }

        @Test func `SIGHUP loads a renewed certificate, and an invalid one changes nothing`() async throws {
            try await Deployment.with { live in
                try await SecureService.with(beside: live) { service in
                    @Sendable func subject() throws -> String {
                        let text = try Tool.run(
                            "sh",
                            [
                                "-c",
                                "openssl s_client -connect 127.0.0.1:\(service.port) </dev/null 2>/dev/null | openssl x509 -noout -subject",
                            ])
                        return text.trimmingCharacters(in: .whitespacesAndNewlines)
                    }
                    #expect(try subject() == "subject=CN = localhost")
                    let next = try service.authority.issue(
                        "/CN=renewed", extensions: TestAuthority.serverExtensions)

                    // The key does not match the new certificate yet.
                    try replace(service.identity.certificate, by: next.certificate)
                    service.process.send(SIGHUP)
                    try await live.waitUntil("the refusal is logged", seconds: 10) {
                        try service.logText().contains("TLS_KEY is not the key of TLS_CERTIFICATE")
                    }
                    #expect(try subject() == "subject=CN = localhost")

                    try replace(service.identity.key, by: next.key)
                    service.process.send(SIGHUP)
                    try await live.waitUntil("the new certificate is shown", seconds: 10) {
                        try subject() == "subject=CN = renewed"
                    }
                    #expect(try service.curl(["https://127.0.0.1:\(service.port)/live"]).status == 200)
                    let metrics = try service.curl(["https://127.0.0.1:\(service.port)/metrics"])
                    #expect(
                        String(decoding: metrics.body, as: UTF8.self)
                            .contains("tls_certificate_expires_at_seconds 2461449600"))
                }
            }
        }

        private func replace(_ file: URL, by other: URL) throws {
            try Data(contentsOf: other).write(to: file, options: .atomic)
        }
    }
}

import Foundation
import TestSupport
import Testing

/// The smart card doors, with certificates of a test's own authority.
extension ServerTests {
    @Suite struct SmartCardTests {
        @Test func `the smart cards' port takes nobody without a certificate of its authorities`() async throws {
            try await Deployment.with { live in
                try await SecureService.with(beside: live) { service in
                    let url = "https://127.0.0.1:\(service.cardPort)/live"
                    let rogue = try TestAuthority()
                    let other = try TestAuthority(name: "Altra autorità")
                    defer {
                        rogue.remove()
                        other.remove()
                    }
                    let card = try service.authority.card()

                    #expect(try service.curl(["--tls-max", "1.2", url], card: card).status == 200)
                    #expect(try service.curl(["--tlsv1.3", url], card: card).status == 200)
                    let below = try service.authority.intermediate(name: "Emettitore")
                    let chained = try below.card()
                    #expect(throws: Tool.Failure.self) { try service.curl([url], card: chained) }
                    try Data((chained.pem + below.signerPEM).utf8).write(to: chained.certificate)
                    #expect(try service.curl([url], card: chained).status == 200)

                    let refused = [
                        nil, try rogue.card(), try other.card(), try service.authority.card(to: "20210101000000Z"),
                        try service.authority.card(from: "20470101000000Z"),
                        try service.authority.card(extensions: TestAuthority.serverExtensions),
                    ]
                    for (number, card) in refused.enumerated() {
                        for version in [["--tls-max", "1.2"], ["--tlsv1.3"]] {
                            #expect(throws: Tool.Failure.self, "\(number)") {
                                try service.curl(version + [url], card: card)
                            }
                        }
                    }
                    // And the port is as well as before.
                    #expect(try service.curl([url], card: card).status == 200)
                }
            }
        }

        @Test func `that port serves nothing but sessions and its own liveness`() async throws {
            try await Deployment.with { live in
                try await SecureService.with(beside: live) { service in
                    let card = try service.authority.card()
                    let url = "https://127.0.0.1:\(service.cardPort)"
                    for path in [
                        "/status", "/ready", "/metrics", "/docs", "/openapi.yaml", "/v1/positions", "/", "/v1",
                    ] {
                        let answer = try service.curl(
                            ["-H", "Authorization: Bearer \(live.apiKey)", url + path], card: card)
                        #expect(answer.status == 404, "\(path)")
                    }
                }
            }
        }
    }
}

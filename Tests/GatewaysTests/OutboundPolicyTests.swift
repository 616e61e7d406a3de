import Testing

@testable import Gateways

/// The addresses that outbound calls must never reach, in every spelling.
@Suite struct OutboundPolicyTests {
    @Test(
        arguments: [
            "http://127.0.0.1/", "https://127.0.0.1/", "https://127.1/", "https://0x7f000001/", "https://0x7f.0.0.1/",
            "https://2130706433/", "https://017700000001/", "https://0177.0.0.1/", "https://127.0.0.1./",
            "https://localhost/", "https://LOCALHOST./", "https://a.localhost/", "https://0.0.0.0/", "https://0/",
            "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
            "https://[0:0:0:0:0:ffff:127.0.0.1]/", "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/",
            "https://[64:ff9b:1::a00:1]/", "https://[2002:7f00:1::]/", "https://[::ffff:0:127.0.0.1]/",
            "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fc00::1]/", "https://[fec0::1]/",
            "https://[ff02::1]/", "https://[2001:db8::1]/", "https://[3fff::1]/", "https://[5f00::1]/",
            "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/", "https://172.16.0.1/",
            "https://192.168.0.1/",
            "https://100.64.0.1/", "https://198.18.0.1/", "https://224.0.0.1/", "https://255.255.255.255/",
            "file:///etc/passwd", "gopher://example.org/", "ftp://example.org/", "dict://example.org/",
            "javascript:alert(1)",
            "//example.org/", "/etc/passwd", "example.org", "", "https://", "https:///path", "http://example.org/",
            "https://user@example.org/", "https://user:pass@example.org/", "https://example.org@127.0.0.1/",
            "https://example.org/#fragment", "https://example.org\\@127.0.0.1/", "https://exam ple.org/",
            "https://example.org/\r\nX: y", "https://exämple.org/", "https://example.org:99999999/",
        ])
    func `the policy rejects a forbidden URL when it is saved`(url: String) throws {
        let policy = try OutboundPolicy(allowing: [])
        #expect(throws: OutboundPolicy.NotAllowed.self, "\(url)") { try policy.check(url) }
    }

    @Test(arguments: [
        "https://psp.example.org/start", "https://psp.example.org:8443/start?a=b", "https://8.8.8.8/start",
        "https://[2606:4700:4700::1111]/start", "HTTPS://PSP.example.org/start",
    ])
    func `the policy allows a public https URL`(url: String) throws {
        try OutboundPolicy(allowing: []).check(url)
    }

    @Test func `the policy allows a private network only if it is configured`() throws {
        let policy = try OutboundPolicy(allowing: ["10.1.0.0/16", "fd00:1::/32"])
        for url in ["http://10.1.2.3/", "https://10.1.2.3/", "http://[fd00:1::9]/", "https://[::ffff:10.1.2.3]/"] {
            try policy.check(url)
        }
        for url in ["http://10.2.0.1/", "http://[fd00:2::1]/", "http://127.0.0.1/", "http://8.8.8.8/"] {
            #expect(throws: OutboundPolicy.NotAllowed.self, "\(url)") { try policy.check(url) }
        }
    }
}

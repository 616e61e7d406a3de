import PagoPA
import Testing

/// The origins that a payer's browser may return to: exact scheme, host and port.
@Suite struct WebOriginTests {
    @Test(
        arguments: [
            ("https://portale.example.org", "https://portale.example.org"),
            ("https://portale.example.org/", "https://portale.example.org"),
            ("https://portale.example.org/esito?a=b@c&d=//e", "https://portale.example.org"),
            ("https://portale.example.org?x", "https://portale.example.org"),
            ("https://Portale.Example.ORG:443/a", "https://portale.example.org"),
            ("https://portale.example.org:8443/a", "https://portale.example.org:8443"),
            ("https://portale.example.org.evil.example/", "https://portale.example.org.evil.example"),
            ("https://evil.example/https://portale.example.org", "https://evil.example"),
            ("https://evil.example//portale.example.org", "https://evil.example"),
            ("http://localhost:3000/esito", "http://localhost:3000"), ("http://127.0.0.1:80/a", "http://127.0.0.1"),
        ])
    func `the origin of an address is its scheme, host and port`(text: String, origin: String) throws {
        #expect(try ReturnURL(text).origin.description == origin)
    }

    @Test(
        arguments: [
            "", "portale.example.org", "//portale.example.org/", "/esito", "https:", "https://", "https:///esito",
            "https:portale.example.org", "https:/portale.example.org", "HTTPS://portale.example.org",
            "http://portale.example.org/", "http://127.evil.example/", "http://127.0.0.1.evil.example/",
            "http://localhost.evil.example/", "ftp://portale.example.org/", "javascript:alert(1)",
            "javascript://portale.example.org/%0aalert(1)", "data:text/html,x", "file:///etc/passwd",
            "https://user@portale.example.org/", "https://user:pass@portale.example.org/",
            "https://portale.example.org@evil.example/", "https://portale.example.org:443@evil.example/",
            "https://portale.example.org\\@evil.example/", "https://portale.example.org\\.evil.example/",
            "https:\\\\portale.example.org\\", "https://evil.example\\portale.example.org",
            "https://portale.example.org/#", "https://portale.example.org/#fragment",
            "https://evil.example#portale.example.org",
            "https://portale.example.org/\r\nSet-Cookie: a=b", "https://portale.example.org/\u{0}",
            " https://portale.example.org/",
            "https://portale.example.org/ a", "https://portale.example.org:0/", "https://portale.example.org:65536/",
            "https://portale.example.org:/", "https://portale.example.org:080/", "https://portale.example.org:80:80/",
            "https://portale..example.org/", "https://.example.org/", "https://portale.example.org./",
            "https://-a.example/",
            "https://pörtale.example.org/", "https://portale%2eexample.org/", "https://[::1]/",
            "https://*.example.org/",
            "https://portale.example.org/<script>", "https://portale.example.org/{a}",
        ])
    func `an address that browsers may read differently is not a return address`(text: String) {
        #expect(throws: InvalidValue.self, "\(text)") { try ReturnURL(text) }
    }

    @Test(arguments: [
        "https://portale.example.org/", "https://portale.example.org/a", "https://portale.example.org?", "null", "*",
        "https://*", "https://a.example, https://b.example",
    ])
    func `an origin contains no path, query or user`(text: String) {
        #expect(throws: InvalidValue.self) { try WebOrigin(text) }
    }
}

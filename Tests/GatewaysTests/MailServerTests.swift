import Testing

@testable import Gateways

@Suite struct MailServerTests {
    @Test(arguments: [
        ("smtp://mail.example.org", "mail.example.org", 587, MailServer.Encryption.starttls),
        ("smtp://mail.example.org:25?tls=none", "mail.example.org", 25, .none),
        ("smtp://mail.example.org:2525?tls=required", "mail.example.org", 2_525, .starttls),
        ("smtp://mail.example.org?tls=starttls&ca=/etc/ca.pem", "mail.example.org", 587, .starttls),
        ("smtps://mail.example.org", "mail.example.org", 465, .implicit),
        ("smtps://mail.example.org:4650?tls=implicit", "mail.example.org", 4_650, .implicit),
        ("smtp://127.0.0.1:1?tls=none", "127.0.0.1", 1, .none),
        ("smtp://mail.example.org:65535", "mail.example.org", 65_535, .starttls),
    ])
    func `the URL determines host, port and encryption`(
        url: String, host: String, port: Int, encryption: MailServer.Encryption
    ) throws {
        let server = try MailServer(url)
        #expect(server.host == host && server.port == port && server.encryption == encryption)
    }

    @Test func `user, password and certificate authorities are optional, and percent-decoded`() throws {
        let server = try MailServer("smtp://us%40er:p%2Fw@mail.example.org?ca=/etc/my%20ca.pem")
        #expect(server.user == "us@er" && server.password == "p/w" && server.authoritiesFile == "/etc/my ca.pem")
        let plain = try MailServer("smtps://mail.example.org")
        #expect(plain.user == nil && plain.password == nil && plain.authoritiesFile == nil)
    }

    @Test(arguments: [
        "", "mail.example.org", "smtp:mail.example.org", "smtp://", "smtp://:25", "http://mail.example.org",
        "smtp://mail.example.org:0", "smtp://mail.example.org:65536", "smtp://mail.example.org:99999",
        "smtp://mail.example.org?tls=maybe", "smtp://mail.example.org?tls=implicit",
        "smtps://mail.example.org?tls=none", "smtps://mail.example.org?tls=starttls",
        "smtp://user:geheim@mail.example.org?tls=none", "smtp://user@mail.example.org:25?tls=none",
    ])
    func `an invalid URL is rejected, and the error does not contain it`(url: String) {
        let error = #expect(throws: MailServer.Malformed.self) { try MailServer(url) }
        #expect(error.map { $0.description.hasPrefix("must ") && !$0.description.contains("geheim") } == true)
        #expect(error.map { !$0.description.contains("mail.example.org") } == true)
    }

    @Test func `a description contains neither user nor password`() throws {
        #expect("\(try MailServer("smtp://user:geheim@mail.example.org"))" == "MailServer(mail.example.org:587)")
    }
}

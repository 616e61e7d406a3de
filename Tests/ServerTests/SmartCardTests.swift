import Foundation
import TestSupport
import Testing

/// Sign-in with smart cards, with certificates of a test authority.
extension ServerTests {
    @Suite struct SmartCardTests {
        @Test func `the port for smart cards rejects clients without a certificate of its authorities`() async throws {
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
                    // The port still works.
                    #expect(try service.curl([url], card: card).status == 200)
                }
            }
        }

        @Test func `the port for smart cards serves only sessions and its own liveness`() async throws {
            try await Deployment.with { live in
                try await SecureService.with(beside: live) { service in
                    let card = try service.authority.card()
                    let url = "https://127.0.0.1:\(service.cardPort)"
                    let ticket = try service.curl(
                        [
                            "-H", "Authorization: Bearer \(live.apiKey)", "-H", "Content-Type: application/json", "-d",
                            #"{"return_url":"http://localhost:3000/esito"}"#, url + "/v1/sessions/smart-card/tickets",
                        ], card: card)
                    #expect(ticket.status == 404)
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

        @Test func `a smart card opens a session, and creates an account the first time`() async throws {
            try await Deployment.with { live in
                try await SecureService.with(beside: live) { service in
                    let mario = try service.authority.card()

                    let first = try service.signIn(by: mario, key: live.apiKey)
                    let again = try service.signIn(by: mario, key: live.apiKey)
                    let other = try service.signIn(
                        by: service.authority.card("RSSMRA80A01H50MM\\/1.a"), key: live.apiKey)

                    #expect(first.status == 200 && again.status == 200 && other.status == 200)
                    #expect(try first.json["token_type"] as? String == "Bearer")
                    let me = try await live.me(first.access)
                    #expect(me.status == 200)
                    #expect(try me.json["tax_code"] as? String == "RSSMRA80A01H501U")
                    #expect(try me.json["given_name"] as? String == "MARIO")
                    #expect(try me.json["status"] as? String == "active" && me.json["kind"] as? String == "resident")
                    #expect(try me.json["email"] == nil && me.json["birth"] == nil && me.json["address"] == nil)
                    #expect(try await live.me(again.access).json["id"] as? String == me.json["id"] as? String)
                    #expect(try await live.me(other.access).json["tax_code"] as? String == "RSSMRA80A01H50MM")

                    let refreshed = try await live.call(
                        "POST", "/v1/sessions/refresh", key: live.apiKey,
                        json: #"{"refresh_token":"\#(first.json["refresh_token"] as? String ?? "")"}"#)
                    #expect(refreshed.status == 200)
                    let moved = try await live.call(
                        "PATCH", "/v1/me", key: live.apiKey, json: #"{"language":"de"}"#,
                        headers: [
                            "X-Citizen-Token": again.access, "Content-Type": "application/merge-patch+json",
                        ])
                    #expect(try moved.status == 200 && moved.json["language"] as? String == "de")
                    // The account has no password, so no password is accepted.
                    #expect(try await live.signIn("RSSMRA80A01H501U").status == 401)
                    let erased = try await live.call(
                        "DELETE", "/v1/me", key: live.apiKey, headers: ["X-Citizen-Token": again.access])
                    #expect(erased.status == 204)
                    let anew = try service.signIn(by: mario, key: live.apiKey)
                    #expect(try await live.me(anew.access).json["id"] as? String != me.json["id"] as? String)
                }
            }
        }

        @Test
        func `a smart card finds the account that was created with a password, and ten concurrent sign-ins create one`()
            async throws
        {
            try await Deployment.with { live in
                try await SecureService.with(beside: live) { service in
                    let registered = try await live.register(.mario)
                    let code = try await live.code(to: "mario.rossi@example.org")
                    _ = try await live.call(
                        "POST", "/v1/citizens/verify", key: live.apiKey, json: "{\(code.members)}")
                    let known = try service.signIn(by: service.authority.card(), key: live.apiKey)
                    let me = try await live.me(known.access)
                    #expect(try me.json["id"] as? String == registered.json["id"] as? String)
                    // Only the mailbox had been verified so far.
                    #expect(try me.json["email"] == nil && me.json["proved_by"] as? String == "smart_card")

                    let card = try service.authority.card("BSCMTT83A12L719R\\/1.a")
                    let key = live.apiKey
                    let tokens = try await withThrowingTaskGroup(of: String.self) { group in
                        for _ in 0..<10 { group.addTask { try service.signIn(by: card, key: key).access } }
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    var ids: Set<String> = []
                    for token in tokens { ids.insert(try await live.me(token).json["id"] as? String ?? "") }
                    #expect(tokens.count == 10 && ids.count == 1 && !ids.contains(""))
                }
            }
        }

        @Test func `a card that violates a rule gets the same response at both ports, and only the log has the reason`()
            async throws
        {
            try await Deployment.with { live in
                try await SecureService.with(beside: live, SecureService.behindProxy) { service in
                    let authority = service.authority
                    func but(_ extensions: String) throws -> TestAuthority.Pair {
                        try authority.card(extensions: extensions)
                    }
                    let usage = "keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n"
                    let cards: [(reason: String, card: TestAuthority.Pair)] = [
                        (
                            "non_repudiation",
                            try but(
                                "keyUsage=critical,digitalSignature,nonRepudiation\nextendedKeyUsage=clientAuth\ncertificatePolicies=1.3.76.16.2.1"
                            )
                        ),
                        ("policy", try but(usage)),
                        ("policy", try but(usage + "certificatePolicies=1.3.76.16.2.10,0.4.0.2042.1.1")),
                        ("tax_code", try authority.card("RSSMRA80A01H501X\\/1.a")),
                        ("tax_code", try authority.card("RSSMRA80A01H501U")),
                        ("tax_code", try authority.card("RSSMRA80A01H501U\\/'; DROP TABLE citizens; --")),
                        ("tax_code", try authority.card("RSSMRA80A01H501U\\/1.a\nBSCMTT83A12L719R\\/1.a")),
                        ("common_name", try authority.card("RSSMRA80A01H501U\\/1.a/CN=BSCMTT83A12L719R\\/1.a")),
                    ]
                    var details: Set<String> = []
                    for (reason, card) in cards {
                        for answer in [
                            try service.signIn(by: card, key: live.apiKey),
                            try service.signIn(header: card.pem, key: live.apiKey),
                        ] {
                            #expect(answer.status == 401, "\(reason)")
                            #expect(try (answer.json["type"] as? String)?.hasSuffix("/smart-card-refused") == true)
                            details.insert("\(try answer.json["title"] ?? "")\(try answer.json["detail"] ?? "")")
                        }
                        #expect(try service.logText().contains("\"reason\":\"\(reason)\""), "\(reason)")
                    }
                    #expect(details.count == 1)

                    let rogue = try TestAuthority()
                    defer { rogue.remove() }
                    let below = try authority.intermediate(name: "Emettitore")
                    // A certificate that a TLS handshake would reject is sent in the header.
                    let texts: [(reason: String, pem: String)] = [
                        ("untrusted_issuer", try rogue.card().pem),
                        ("untrusted_issuer", try rogue.card().pem + rogue.root.pem),
                        ("untrusted_issuer", try below.card().pem),
                        ("expired", try authority.card(to: "20210101000000Z").pem),
                        ("not_yet_valid", try authority.card(from: "20470101000000Z").pem),
                        ("purpose", try but("keyUsage=digitalSignature\nextendedKeyUsage=serverAuth").pem),
                        ("key_usage", try but("extendedKeyUsage=clientAuth\ncertificatePolicies=1.3.76.16.2.1").pem),
                        ("unreadable", "geheim"), ("unreadable", String(repeating: "geheim", count: 2_100)),
                    ]
                    for (reason, pem) in texts {
                        #expect(try service.signIn(header: pem, key: live.apiKey).status == 401, "\(reason)")
                        #expect(try service.logText().contains("\"reason\":\"\(reason)\""), "\(reason)")
                    }
                    let metrics = try service.curl(["https://127.0.0.1:\(service.port)/metrics"])
                    let text = String(decoding: metrics.body, as: UTF8.self)
                    for reason in Set(cards.map(\.reason) + texts.map(\.reason)) {
                        #expect(text.contains("smart_cards_total{result=\"\(reason)\"}"), "\(reason)")
                    }
                    for word in ["RSSMRA80A01H501", "BSCMTT83A12L719R", "geheim", "MARIO", "DROP"] {
                        #expect(try !service.logText().contains(word) && !text.contains(word), "\(word)")
                    }
                }
            }
        }

        @Test func `a proxy's header is accepted from a trusted address only`() async throws {
            try await Deployment.with { live in
                try await SecureService.with(beside: live, SecureService.behindProxy) { service in
                    let card = try service.authority.card()
                    let below = try service.authority.intermediate(name: "Emettitore")
                    let chain = try below.card().pem + below.signerPEM

                    let one = try service.signIn(header: card.pem, key: live.apiKey)
                    #expect(one.status == 200)
                    #expect(try await live.me(one.access).json["tax_code"] as? String == "RSSMRA80A01H501U")
                    #expect(try service.signIn(header: chain, key: live.apiKey).status == 200)
                    let der = card.base64DER
                    #expect(try service.signIn(["-H", "Client-Certificate: :\(der):"], key: live.apiKey).status == 200)
                    #expect(
                        try service.signIn(["-H", "Client-Certificate: :\(der)"], key: live.apiKey).status == 401)
                    let twice = ["-H", "Client-Certificate: :\(der):", "-H", "Client-Certificate: :\(der):"]
                    #expect(try service.signIn(twice, key: live.apiKey).status == 401)
                    #expect(try service.signIn([], key: live.apiKey).status == 401)

                    // The caller is authenticated first.
                    let stranger = try service.signIn(header: card.pem, key: "geheim")
                    #expect(stranger.status == 401)
                    #expect(try (stranger.json["type"] as? String)?.hasSuffix("/unauthenticated") == true)
                    #expect(try service.signIn(header: card.pem, key: live.creditorKey).status == 403)
                    // A certificate header on the mTLS port can only be spoofed.
                    let other = try service.authority.card("BSCMTT83A12L719R\\/1.a")
                    #expect(try service.signIn(by: other, header: card.pem, key: live.apiKey).status == 401)
                }
                try await SecureService.with(
                    beside: live, ["TRUSTED_PROXY": "10.0.0.0/8,::1/128", "CLIENT_CERTIFICATE_HEADER": "X-Card"]
                ) { service in
                    let card = try service.authority.card()
                    let answer = try service.signIn(["-H", "X-Card: :\(card.base64DER):"], key: live.apiKey)
                    #expect(answer.status == 401)
                    #expect(try service.logText().contains("\"reason\":\"untrusted_sender\""))
                    // A header with another name is ignored from every address.
                    #expect(try service.signIn(header: card.pem, key: live.apiKey).status == 401)
                    #expect(try service.logText().contains("\"reason\":\"no_certificate\""))
                }
                // A certificate header is accepted only if its name is configured.
                try await SecureService.with(beside: live, ["TRUSTED_PROXY": "127.0.0.0/8"]) { service in
                    let card = try service.authority.card()
                    #expect(try service.signIn(header: card.pem, key: live.apiKey).status == 401)
                    #expect(try service.logText().contains("\"reason\":\"no_certificate\""))
                }
                // A service without authorities accepts no smart cards.
                let plain = try await live.call(
                    "POST", "/v1/sessions/smart-card", key: live.apiKey, headers: ["Client-Certificate": "x"])
                #expect(plain.status == 401)
            }
        }

        @Test func `a browser presents its card with a ticket, and the front end redeems the code once`() async throws {
            try await Deployment.with { live in
                try await SecureService.with(beside: live, SecureService.behindProxy) { service in
                    let card = try service.authority.card()
                    let made = try await live.ticket()
                    #expect(made.status == 201)
                    let ticket = try #require(try made.json["ticket"] as? String)

                    let shown = try service.show(card, ticket: ticket)
                    #expect(shown.status == 303)
                    let address = try #require(shown.headers["location"])
                    #expect(address.hasPrefix("http://localhost:3000/esito?stato=1&code=qzc_"))
                    let code = String(address.split(separator: "=").last ?? "")
                    // Another front end gets nothing, and the code works once.
                    #expect(try await live.redeem(code, key: live.opsKey).status == 422)
                    let session = try await live.redeem(code)
                    #expect(session.status == 200)
                    #expect(try await live.me(session.access).json["tax_code"] as? String == "RSSMRA80A01H501U")
                    #expect(try await live.redeem(code).status == 422)
                    #expect(try service.show(card, ticket: ticket).status == 422)

                    // A rejected card redirects with the error, and the ticket is used up.
                    let second = try #require(try await live.ticket().json["ticket"] as? String)
                    let bad = try service.authority.card("RSSMRA80A01H501X\\/1.a")
                    #expect(
                        try service.show(bad, ticket: second).headers["location"]
                            == "http://localhost:3000/esito?stato=1&error=smart-card-refused")
                    #expect(try service.show(card, ticket: second).status == 422)
                    // Through a proxy, at the ordinary port.
                    let third = try #require(try await live.ticket().json["ticket"] as? String)
                    let proxied = try service.show(nil, ticket: third, header: card.pem)
                    #expect(proxied.headers["location"]?.contains("&code=qzc_") == true)
                    let words = try service.logText() + live.log()
                    for word in [ticket, second, code, "RSSMRA80A01H501"] { #expect(!words.contains(word)) }
                }
            }
        }

        @Test func `a ticket redirects to allowed origins only, and an invalid ticket does not redirect`() async throws
        {
            try await Deployment.with { live in
                try await SecureService.with(beside: live) { service in
                    for address in ["https://geheim.example.org/", "javascript:alert(1)", "http://example.org/", ""] {
                        #expect(try await live.ticket(returningTo: address).status == 422, "\(address)")
                    }
                    let withoutScope = try await live.call(
                        "POST", "/v1/sessions/smart-card/tickets", key: live.creditorKey,
                        json: #"{"return_url":"http://localhost:3000/esito"}"#)
                    #expect(withoutScope.status == 403)

                    let card = try service.authority.card()
                    let ticket = try #require(try await live.ticket().json["ticket"] as? String)
                    for text in ["", "qzt_geheim", ticket + "0", ticket + "&ticket=" + ticket, ticket + "%00"] {
                        #expect(try service.show(card, ticket: text).status == 422, "\(text)")
                    }
                    let json = try service.show(card, ticket: ticket, type: "application/json")
                    #expect(json.status == 415)
                    #expect(try service.show(card, ticket: ticket).status == 303)
                    let code = "qzc_" + String(repeating: "0", count: 49)
                    #expect(try await live.redeem(code).status == 422)
                    // The reverse: neither code is accepted in place of the other.
                    #expect(try await live.redeem(ticket).status == 422)
                }
            }
        }
    }
}

extension Deployment {
    fileprivate func ticket(returningTo address: String = "http://localhost:3000/esito?stato=1") async throws -> Answer
    {
        try await call(
            "POST", "/v1/sessions/smart-card/tickets", key: apiKey, json: #"{"return_url":"\#(address)"}"#)
    }

    fileprivate func redeem(_ code: String, key: String? = nil) async throws -> Answer {
        try await call("POST", "/v1/sessions/smart-card", key: key ?? apiKey, json: #"{"code":"\#(code)"}"#)
    }
}

extension SecureService {
    fileprivate static let behindProxy = [
        "TRUSTED_PROXY": "127.0.0.0/8", "CLIENT_CERTIFICATE_HEADER": "Client-Certificate",
    ]

    /// Posts the front end's form as a browser: at the port for smart cards, or through a proxy that adds the header.
    fileprivate func show(
        _ card: TestAuthority.Pair?, ticket: String, header pem: String? = nil,
        type: String = "application/x-www-form-urlencoded"
    ) throws -> Deployment.Answer {
        let path = "/smart-card"
        let answer = try curl(
            (pem.map(Self.header) ?? []) + [
                "-H", "Content-Type: \(type)", "--data-binary", "ticket=\(ticket)",
                "https://127.0.0.1:\(card == nil ? port : cardPort)\(path)",
            ], card: card)
        try answer.record("POST", path, headers: ["Content-Type": type], body: Data("ticket=\(ticket)".utf8))
        return answer
    }

    /// Signs in at the port for smart cards.
    func signIn(by card: TestAuthority.Pair, header pem: String? = nil, key: String) throws -> Deployment.Answer {
        try signIn(pem.map(Self.header) ?? [], port: cardPort, card: card, key: key)
    }

    /// Signs in at the ordinary port, as a proxy does.
    func signIn(header pem: String, key: String) throws -> Deployment.Answer {
        try signIn(Self.header(pem), key: key)
    }

    func signIn(_ arguments: [String], port: Int? = nil, card: TestAuthority.Pair? = nil, key: String) throws
        -> Deployment.Answer
    {
        let path = "/v1/sessions/smart-card"
        let answer = try curl(
            arguments + [
                "-X", "POST", "-H", "Authorization: Bearer \(key)", "https://127.0.0.1:\(port ?? self.port)\(path)",
            ], card: card)
        try answer.record("POST", path)
        return answer
    }

    /// The header as nginx encodes it.
    private static func header(_ pem: String) -> [String] {
        ["-H", "Client-Certificate: " + (pem.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")]
    }
}

extension Deployment.Answer {
    /// The access token of a session; empty if there is none.
    fileprivate var access: String { (try? json["access_token"] as? String) ?? "" }
}

extension TestAuthority.Pair {
    fileprivate var base64DER: String {
        ((try? pem) ?? "").split(separator: "\n").dropFirst().dropLast().joined()
    }
}

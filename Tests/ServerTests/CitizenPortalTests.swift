import Foundation
import FoundationNetworking
import TestSupport
import Testing

/// The citizens' portal against the real service and simulator: the whole journey through its HTML, without a browser.
extension ServerTests {
    @Suite struct CitizenPortalTests {
        @Test func `a citizen registers, signs in, finds a bill, pays it, and gets the receipt`() async throws {
            try await Deployment.with { live in
                let portal = try await PortalProcess(live)
                defer { portal.stop() }
                let visitor = PortalVisitor(portal.url)
                let email = "mario.rossi@example.org"

                try await visitor.get("/register")
                try await visitor.post("/register", Self.registration(email))
                #expect(visitor.path == "/register/verify")
                try await visitor.post(
                    "/register/verify", ["token": try await live.code(to: email).text, "email": email])
                #expect(visitor.path == "/sign-in")
                try await visitor.post("/sign-in", ["username": email, "password": Applicant.password])
                #expect(visitor.text.contains("Benvenuto"))

                try await visitor.get("/services/school")
                #expect(visitor.text.contains("59,80"))
                try await visitor.get("/payments?document_number=1031")
                try await visitor.get(try visitor.link(#"/pay/[0-9a-f-]+"#))
                #expect(visitor.text.contains("59,80"))
                try await visitor.get(try visitor.link(#"/pay/[0-9a-f-]+/1/CP"#))
                #expect(visitor.text.contains("61,30"))
                let key = try #require(visitor.value(of: "key"))
                let psp = try #require(visitor.value(of: "psp"))
                try await visitor.post(visitor.path, ["psp": psp, "email": email, "key": key])
                #expect(visitor.path.hasSuffix("/go"))
                let attempt = String(visitor.path.dropLast("/go".count))
                let page = try visitor.link(#"http://127\.0\.0\.1:\d+/pay/[^"]+"#)

                try await visitor.get(attempt)
                #expect(visitor.text.contains("Pagamento in corso") && visitor.text.contains("data-poll"))
                let paid = try await live.send(
                    "POST", url: page, headers: ["Content-Type": "application/x-www-form-urlencoded"],
                    body: Data("action=pay".utf8))
                #expect(paid.status < 400)
                try await live.waitUntil("the RT arrives") {
                    try live.queryText("SELECT status FROM payment_attempts") == "succeeded"
                }
                try await visitor.get("/return?attempt_id=\(attempt.dropFirst("/attempts/".count))")
                #expect(visitor.path == attempt && visitor.text.contains("Operazione conclusa"))
                try await visitor.get(try visitor.link(#"/attempts/[0-9a-f-]+/receipts/[0-9a-f-]+"#))
                #expect(visitor.body.starts(with: Data("%PDF-".utf8)))
                try await visitor.get("/archive")
                try await visitor.get(try visitor.link(#"/archive/[0-9a-f-]+"#))
                #expect(visitor.text.contains("59,80"))

                try await visitor.post("/sign-out", [:])
                try await visitor.get("/archive")
                #expect(visitor.path == "/sign-in")
            }
        }

        private static func registration(_ email: String) -> [String: String] {
            [
                "kind": "resident", "tax_code": "RSSMRA80A01H501U", "given_name": "Mario", "family_name": "Rossi",
                "birth_date": "1980-01-01", "birth_place": "Roma", "street": "Via Roma 1", "postal_code": "10121",
                "city": "Torino", "province": "TO", "country": "IT", "email": email, "password": Applicant.password,
                "consent_privacy": "yes", "consent_terms": "yes",
            ]
        }
    }
}

/// `quietanza-portal` with the key of the deployment's front end.
final class PortalProcess: Sendable {
    let url: String
    private let process: ServiceProcess

    init(_ live: Deployment) async throws {
        let port = try Proxy.freePort()
        url = "http://127.0.0.1:\(port)"
        try await PortalProcess.allow(url, live)
        let settings = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "PORTAL_API_URL": live.api,
            "PORTAL_API_KEY": live.apiKey, "PORTAL_PUBLIC_URL": url, "PORTAL_HTTP_PORT": "\(port)",
            "PORTAL_COOKIE_KEY": Deployment.secretsKey, "PORTAL_DESK": "true",
        ]
        process = try ServiceProcess(
            Deployment.binaries.appending(path: "quietanza-portal").path, ["serve"], settings,
            log: live.folder.appending(path: "portal.log"))
        let ready = "\(url)/ready"
        try await live.waitUntil("the portal is ready") {
            (try? await live.send("GET", url: ready).status) == 204
        }
    }

    func stop() { process.stop() }

    /// Payers may return to the portal.
    private static func allow(_ origin: String, _ live: Deployment) async throws {
        let path = "/v1/creditors/\(Deployment.creditor)"
        let shown = try await live.call("GET", path, key: live.opsKey)
        var creditor = try #require(try JSONSerialization.jsonObject(with: shown.body) as? [String: Any])
        creditor["return_url_origins"] = (creditor["return_url_origins"] as? [String] ?? []) + [origin]
        for name in ["created_at", "updated_at"] { creditor[name] = nil }
        let body = try JSONSerialization.data(withJSONObject: creditor)
        let saved = try await live.call(
            "PUT", path, key: live.opsKey, json: String(decoding: body, as: UTF8.self),
            headers: ["If-Match": try #require(shown.headers["etag"])])
        #expect(saved.status == 200, "\(String(decoding: saved.body, as: UTF8.self))")
    }
}

/// A browser without script: it follows redirects within the portal and stores cookies.
final class PortalVisitor {
    let base: String
    private(set) var path = "/"
    private(set) var body = Data()
    private var cookies: [String: String] = [:]
    private let session: URLSession

    init(_ base: String) {
        self.base = base
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 40
        configuration.httpShouldSetCookies = false
        configuration.httpCookieStorage = nil
        session = URLSession(configuration: configuration, delegate: Stay(), delegateQueue: nil)
    }

    deinit { session.invalidateAndCancel() }

    var text: String { String(decoding: body, as: UTF8.self) }

    func get(_ address: String) async throws {
        try await send(URLRequest(url: try #require(URL(string: base + address))))
    }

    func post(_ address: String, _ fields: [String: String]) async throws {
        var fields = fields
        fields["csrf"] = value(of: "csrf")
        var request = URLRequest(url: try #require(URL(string: base + address)))
        request.httpMethod = "POST"
        request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
        let allowed = CharacterSet.alphanumerics
        request.httpBody = Data(
            fields.map { "\($0.key)=\($0.value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")" }
                .joined(separator: "&").utf8)
        try await send(request)
    }

    func upload(_ address: String, _ fields: [String: String], file: (field: String, name: String, bytes: Data))
        async throws
    {
        var fields = fields
        fields["csrf"] = value(of: "csrf")
        var body = Data()
        for field in fields {
            body += Data(
                "--grenze\r\nContent-Disposition: form-data; name=\"\(field.key)\"\r\n\r\n\(field.value)\r\n".utf8)
        }
        let head = "Content-Disposition: form-data; name=\"\(file.field)\"; filename=\"\(file.name)\""
        body += Data("--grenze\r\n\(head)\r\n\r\n".utf8) + file.bytes + Data("\r\n--grenze--\r\n".utf8)
        var request = URLRequest(url: try #require(URL(string: base + address)))
        request.httpMethod = "POST"
        request.setValue("multipart/form-data; boundary=grenze", forHTTPHeaderField: "Content-Type")
        request.httpBody = body
        try await send(request)
    }

    private func send(_ request: URLRequest) async throws {
        var request = request
        request.setValue("it", forHTTPHeaderField: "Accept-Language")
        request.setValue(cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; "), forHTTPHeaderField: "Cookie")
        let (data, response) = try await session.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        for line in (answer.value(forHTTPHeaderField: "Set-Cookie") ?? "").components(separatedBy: ", ") {
            let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1).map(String.init)
            if let name = pair.first { cookies[name] = pair.dropFirst().first ?? "" }
        }
        if answer.statusCode == 303, let location = answer.value(forHTTPHeaderField: "Location") {
            return try await get(location)
        }
        body = data
        path = request.url?.path ?? ""
    }

    /// The value of the first field with this name.
    func value(of name: String) -> String? {
        guard let tag = text.firstMatch(of: try! Regex("<input[^>]*name=\"\(name)\"[^>]*>")),  // A literal pattern.
            let value = text[tag.range].firstMatch(of: /value="([^"]*)"/)
        else { return nil }
        return String(value.1).replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
    }

    /// The first link whose whole address fits the pattern.
    func link(_ pattern: String) throws -> String {
        let found = text.firstMatch(of: try Regex("href=\"(\(pattern))\""))
        return String(try #require(found?.output[1].substring, "no link \(pattern) in \(path)"))
    }
}

/// Redirects are followed by the visitor, which also has their cookies.
private final class Stay: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}

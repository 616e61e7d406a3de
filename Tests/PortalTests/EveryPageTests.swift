import Foundation
import JSON
import Testing

@testable import Portal

/// A page of the world, seen by a visitor or by somebody who is signed in.
struct PageCase: Sendable, CustomTestStringConvertible {
    let path: String
    let isSignedIn: Bool

    var testDescription: String { "\(path)\(isSignedIn ? "" : " without an account")" }

    static let all =
        World.publicPages.map { PageCase(path: $0, isSignedIn: false) }
        + (World.privatePages + World.deskPages).map { PageCase(path: $0, isSignedIn: true) }

    /// The page in a new browser.
    func open(_ language: Language = .it, changing change: ((String, JSONValue) -> JSONValue)? = nil) async -> Browser {
        let browser = Browser.inWorld(changing: change)
        browser.language = language.rawValue
        if isSignedIn { await browser.signIn(for: path) }
        await browser.get(path)
        return browser
    }
}

/// What every page must have, in any state.
@Suite struct EveryPageTests {
    private static let routes = PortalApp.routes.filter { $0.method == "GET" }

    private static func route(of path: String, method: String = "GET") -> Route? {
        let segments = path.split(separator: "?").first?.split(separator: "#").first?.split(separator: "/") ?? []
        return PortalApp.routes.first { $0.method == method && $0.match(segments) != nil }
    }

    @Test func `the world has every page`() {
        // They only lead on, or exist for a browser that was sent away.
        let others = ["/return", "/sign-in/card/return", "/sign-in/oidc/return", "/desk/sign-in"]
        let shown = Set((PageCase.all.map(\.path) + World.files + others).compactMap { Self.route(of: $0)?.path })
        #expect(Set(Self.routes.map(\.path)).subtracting(shown) == [])
    }

    @Test(arguments: PageCase.all, Language.allCases)
    func `a page is sound HTML in each language`(page: PageCase, language: Language) async {
        let browser = await page.open(language)
        #expect(browser.last.status == 200)
        let markup = browser.markup
        #expect(markup.faults == [])
        #expect(markup.accessibilityFaults == [])
        #expect(markup.all("html").first?["lang"] == language.rawValue)
        #expect(browser.last.values("content-language") == [language.rawValue])
        // A key without a text would be shown as it is.
        let words = markup.elements.flatMap { $0.ownText.split { !$0.isLetter }.map(String.init) }
        let keys = Set(TextKey.allCases.map(\.rawValue).filter { $0.contains(where: \.isUppercase) })
        #expect(keys.intersection(words) == [])
        // A value that a text does not use, or the reverse.
        #expect(browser.page.firstMatch(of: /\{[0-9]\}/) == nil)
    }

    @Test(arguments: PageCase.all) func `links and forms of a page lead to pages`(page: PageCase) async {
        let markup = await page.open().markup
        for element in markup.elements {
            guard let address = element["href"] ?? element["action"] ?? element["src"] else { continue }
            let isOutside = ["https://psp.example.org/", "https://tessera.example.org/", "mailto:", "tel:"].contains {
                address.hasPrefix($0)
            }
            if isOutside || address.hasPrefix("#") || address.hasPrefix("/assets/") { continue }
            let method = element.name == "form" && element["method"] == "post" ? "POST" : "GET"
            #expect(Self.route(of: address, method: method) != nil, "\(element.name) \(address)")
        }
    }

    @Test(arguments: PageCase.all) func `every form that changes something carries the token of the session`(
        page: PageCase
    ) async {
        let markup = await page.open().markup
        for index in markup.indices(of: "form") {
            let form = markup.elements[index]
            let tokens = markup.elements(in: index).filter { $0["name"] == "csrf" }
            // A form to another site must not give the token away.
            let isOurs = form["method"] == "post" && form["action"]?.hasPrefix("/") == true
            #expect(tokens.count == (isOurs ? 1 : 0), "\(form["action"] ?? "")")
            #expect(tokens.allSatisfy { ($0["value"] ?? "").count >= 32 })
            let names = markup.elements(in: index).filter { $0["type"] != "radio" }.compactMap { $0["name"] }
            #expect(Set(names).count == names.count || form["action"] == "/sign-out", "a field twice: \(names)")
        }
    }

    @Test(arguments: PageCase.all + World.files.map { PageCase(path: $0, isSignedIn: true) })
    func `every answer has the headers that protect it`(page: PageCase) async throws {
        let browser = await page.open()
        let response = browser.last
        #expect(response.status == 200)
        #expect(response.values("x-content-type-options") == ["nosniff"])
        #expect(response.values("cache-control") == ["no-store"])
        #expect(response.values("referrer-policy") == ["same-origin"])
        #expect(response.values("cross-origin-opener-policy") == ["same-origin"])
        #expect(response.values("cross-origin-resource-policy") == ["same-origin"])
        #expect(response.values("permissions-policy").count == 1)
        #expect(response.values("strict-transport-security").count == 1)
        let type = try #require(response.values("content-type").first)
        let policy = response.values("content-security-policy").first ?? ""
        if type.hasPrefix("text/html") {
            for rule in [
                "default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'",
                "script-src 'self'", "style-src 'self'",
            ] { #expect(policy.contains(rule), "\(rule)") }
            #expect(!policy.contains("unsafe") && !policy.contains("*") && !policy.contains("data:"))
        } else if !["application/pdf", "application/json"].contains(type) {
            #expect(policy == "default-src 'none'; sandbox")
        }
        for cookie in response.values("set-cookie") {
            #expect(cookie.contains("; Path=/; HttpOnly; SameSite=Lax; Secure"))
            #expect(cookie.hasPrefix("__Host-") && !cookie.contains("Domain"))
        }
    }

    @Test(arguments: World.privatePages + World.files.filter { Area(path: $0) == .citizens })
    func `a page of an account is shown to its owner only`(path: String) async throws {
        let open = Set(World.publicPages + World.privatePages.filter { $0.hasPrefix("/spontaneous") })
        guard !open.contains(path) else { return }
        let stranger = Browser.inWorld()
        await stranger.get(path)
        // A poll says that its page is out of date.
        if path.contains("/poll") {
            #expect(stranger.page == #"{"reload":true}"#)
        } else {
            #expect(stranger.location == "/sign-in")
        }
        #expect(stranger.service.requests.isEmpty)
        #expect(!stranger.page.contains("Tassa"))
    }

    @Test(arguments: PageCase.all) func `a page shows nothing of the tokens and keys of its session`(page: PageCase)
        async
    {
        let browser = await page.open()
        for secret in ["access-1", "refresh-1", Browser.staffKey, "qz_test"] {
            #expect(!browser.page.contains(secret))
            #expect(browser.last.headers.allSatisfy { !$0.value.contains(secret) })
        }
    }

    @Test(arguments: PageCase.all) func `HEAD has the status of GET, and other methods are refused`(page: PageCase)
        async
    {
        let browser = await page.open()
        let status = browser.last.status
        #expect(await browser.send(method: "HEAD", page.path).status == status)
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", ""] {
            #expect(await browser.send(method: method, page.path).status == 405, "\(method)")
        }
    }

    @Test func `files are what they say, and are opened or saved`() async {
        let browser = Browser.inWorld()
        await browser.signIn()
        await browser.signInStaff()
        for (path, type, disposition) in [
            ("/documents/p1/notices", "application/pdf", "inline; filename=\"avviso.pdf\""),
            ("/archive/r1/pdf", "application/pdf", "inline; filename=\"ricevuta-r1.pdf\""),
            ("/archive/r1/pdf?download=1", "application/pdf", "attachment; filename=\"ricevuta-r1.pdf\""),
            ("/desk/receipts/r1/rt", "application/octet-stream", "attachment; filename=\"rt-r1.bin\""),
            ("/desk/anomalies/n1/evidence", "application/octet-stream", "attachment; filename=\"anomalia-n1.bin\""),
        ] {
            let response = await browser.get(path)
            #expect(response.values("content-type") == [type], "\(path)")
            #expect(response.values("content-disposition") == [disposition], "\(path)")
        }
    }
}

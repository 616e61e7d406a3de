import Foundation
import JSON
import Testing

@testable import Portal

/// The calls to the service, the elements of pages, and the settings.
@Suite struct ClientTests {
    private let service = FakeService()
    private var api: APIClient { APIClient(transport: service, apiKey: "qz_key") }

    @Test(arguments: Language.allCases)
    func `a call has the key, the language and the browser's address, and a token if there is one`(
        language: Language
    ) async throws {
        service.answer("GET /v1/x", "{}")
        _ = try await api.get("/v1/x", as: APICaller(accessToken: "t", language: language, address: "203.0.113.7"))
        let request = try #require(service.requests.last)
        #expect(request.header("Authorization") == "Bearer qz_key" && request.header("X-Citizen-Token") == "t")
        #expect(
            request.header("Accept-Language") == language.rawValue && request.header("Citizen-Address") == "203.0.113.7"
        )
        _ = try await api.get("/v1/x", as: APICaller(accessToken: "t").asGuest)
        #expect(service.requests.last?.header("X-Citizen-Token") == nil)
        #expect(service.requests.last?.header("Content-Type") == nil)
    }

    @Test func `a staff member's key replaces the portal's, which is then in no header`() async throws {
        service.answer("GET /v1/x", "{}")
        _ = try await api.get("/v1/x", as: APICaller(staffKey: "qz_staff"))
        #expect(
            service.requests.last?.headers.filter { $0.name == "Authorization" }.map(\.value) == ["Bearer qz_staff"])
        #expect(service.requests.last?.headers.contains { $0.value.contains("qz_key") } == false)
    }

    @Test func `a body is JSON unless it says otherwise, and a form's key makes it repeatable`() async throws {
        service.answer("POST /v1/x", status: 204, "")
        let answer = try await api.post("/v1/x", Array("{}".utf8), idempotencyKey: "k", as: APICaller())
        #expect(answer == .null)
        #expect(service.requests.last?.header("Content-Type") == "application/json")
        #expect(service.requests.last?.header("Idempotency-Key") == "k")
        let patch = APIRequest(
            method: "POST", path: "/v1/x", headers: [("Content-Type", "application/merge-patch+json")], body: [])
        _ = try await api.json(patch, as: APICaller())
        #expect(service.requests.last?.headers.filter { $0.name == "Content-Type" }.count == 1)
    }

    @Test(
        arguments: [
            ([("a", "1"), ("b", nil), ("c", ""), ("a", "2")], "?a=1&a=2"), ([], ""), ([("a", nil)], ""),
            ([("q", "è & co/?#=+%")], "?q=%C3%A8%20%26%20co%2F%3F%23%3D%2B%25"), ([("q", "~-_.")], "?q=~-_."),
        ] as [([(String, String?)], String)]) func `a query has what is not empty, encoded`(
            pairs: [(String, String?)], query: String
        )
    {
        #expect(APIClient.query(pairs) == query)
    }

    @Test func `an answer that is not JSON is a service that cannot answer`() async {
        for body in ["<html>", "{", "nope"] {
            service.answer("GET /v1/x", body)
            await #expect(throws: APIError.unavailable(retryAfterSeconds: nil)) {
                try await api.get("/v1/x", as: APICaller())
            }
        }
        service.goAway()
        await #expect(throws: APIError.unavailable(retryAfterSeconds: nil)) {
            try await api.get("/v1/x", as: APICaller())
        }
    }

    @Test func `a problem is read as far as it can be read`() throws {
        let body = try JSONValue.parse(
            Array(
                #"{"type":"https://x/problems/invalid-request","detail":"d","violations":[{"pointer":"/a","code":"b"},{},7],"retry_after_seconds":3}"#
                    .utf8))
        let problem = APIProblem(status: 422, body: body)
        #expect(problem.code == "invalid-request" && problem.detail == "d" && problem.retryAfterSeconds == 3)
        #expect(
            problem.violations.map(\.pointer) == ["/a", "", ""] && problem.violations.map(\.code) == ["b", "", ""])
        #expect(problem.concerns("/a") && !problem.concernsOnly("/a") && !problem.concerns("/b"))
        for other in [nil, JSONValue.null, .array([]), .object([])] as [JSONValue?] {
            let empty = APIProblem(status: 500, body: other)
            #expect(empty.code.isEmpty && empty.violations.isEmpty && !empty.concernsOnly("/a"))
        }
    }

    @Test func `members of another type are read as missing`() throws {
        let json = try JSONValue.parse(Array(#"{"t":7,"n":"7","f":"true","l":{},"s":["a",1,null,"b"],"d":1.5}"#.utf8))
        #expect(json.text("t") == nil && json.integer("n") == nil && !json.flag("f") && json.list("l").isEmpty)
        #expect(json.strings("s") == ["a", "b"] && json.integer("d") == nil && json.text("missing") == nil)
        #expect(JSONValue.array([]).text("t") == nil)
    }

    @Test func `a failed refresh may be tried again, and sessions do not share one`() async throws {
        let refresher = TokenRefresher(api: api, now: { Date() })
        let tokens = SessionTokens(access: "a", refresh: "r1", expiresAt: .now)
        service.refuse("POST /v1/sessions/refresh", status: 503, code: "unavailable")
        await #expect(throws: APIError.self) { try await refresher.refresh(tokens, for: APICaller()) }
        service.answer("POST /v1/sessions/refresh", #"{"access_token":"n","refresh_token":"n","expires_in":600}"#)
        #expect(try await refresher.refresh(tokens, for: APICaller()).access == "n")
        var other = tokens
        other.refresh = "r2"
        _ = try await refresher.refresh(other, for: APICaller())
        #expect(service.requests.map(\.text).filter { $0.contains("r1") }.count == 2)
        #expect(service.requests.map(\.text).filter { $0.contains("r2") }.count == 1)
        service.refuse("POST /v1/sessions/refresh", status: 401, code: "citizen-token-invalid")
        other.refresh = "r3"
        await #expect(throws: APIError.signedOut) { try await refresher.refresh(other, for: APICaller()) }
    }

    // MARK: Elements

    private func markup(_ html: HTML) -> PageMarkup { PageMarkup("<!DOCTYPE html>\n" + html.markup) }

    @Test func `a field is written with its label, its bounds and what was typed`() {
        let texts = Texts(language: .it)
        let kinds: [(Field.Kind, String, String)] = [
            (.text, "input", "text"), (.email, "input", "email"), (.password, "input", "password"),
            (.date, "input", "date"),
            (.time, "input", "time"), (.file(accept: ".csv"), "input", "file"), (.number, "input", "text"),
        ]
        for (kind, name, type) in kinds {
            let field = Field(name: "x", kind: kind, label: "Voce", hint: "Aiuto", isRequired: false, maximum: 7)
            let page = markup(
                FieldView(field: field, state: FormState(values: ["x": "v"], errors: ["x": "No"]), texts: texts).html)
            let input = page.all(name).first
            #expect(
                page.faults == [] && input?["type"] == type && input?["maxlength"] == "7" && input?["required"] == nil)
            #expect(input?["value"] == (["password", "file"].contains(type) ? nil : "v"))
            #expect(input?["aria-describedby"] == "f-x-hint f-x-error" && page.all("label").first?["for"] == "f-x")
            #expect(page.all("label").first?.text == "Voce (\(texts[.optional]))")
        }
    }

    @Test func `choices are written with what is chosen`() {
        let texts = Texts(language: .it)
        let options = [("a", "A"), ("b", "B <>")]
        func page(_ kind: Field.Kind, _ values: [String: String]) -> PageMarkup {
            markup(
                FieldView(
                    field: Field(name: "x", kind: kind, label: "Voce"), state: FormState(values: values), texts: texts
                ).html)
        }
        #expect(
            page(.select(options), ["x": "b"]).all("option").filter { $0["selected"] != nil }.compactMap { $0["value"] }
                == ["b"])
        #expect(
            page(.radio(options), ["x": "a"]).all("input").filter { $0["checked"] != nil }.compactMap { $0["value"] }
                == ["a"])
        let checks = page(.checks(options), ["x_a": "yes", "x_b": "no", "x": "yes"])
        #expect(checks.all("input").compactMap { $0["name"] } == ["x_a", "x_b"])
        #expect(checks.all("input").filter { $0["checked"] != nil }.compactMap { $0["name"] } == ["x_a"])
        #expect(page(.check, ["x": "yes"]).all("input").first?["checked"] != nil)
        #expect(page(.check, ["x": "si"]).all("input").first?["checked"] == nil)
        #expect(page(.area, ["x": "</textarea><b>"]).all("textarea").first?.text == "</textarea><b>")
        for kind in [Field.Kind.select(options), .radio(options), .checks(options), .check, .area] {
            #expect(page(kind, ["x": "\"><x>"]).faults == [])
        }
    }

    @Test func `a form with a file is multipart, and its errors are links to its fields`() {
        let fields = [Field(name: "a", label: "A"), Field(name: "f", kind: .file(accept: ".csv"), label: "F")]
        var form = Form(
            action: "/x", fields: fields, submit: "Ok",
            state: FormState(errors: ["a": "Manca", "altro": "No"], details: ["Why."]),
            csrf: "t", texts: Texts(language: .it))
        form.second = ("save", "Salva")
        let page = markup(form.html)
        #expect(page.faults == [] && page.all("form").first?["enctype"] == "multipart/form-data")
        #expect(page.all("a").compactMap { $0["href"] } == ["#f-a"])
        #expect(
            page.all("button").compactMap { $0["value"] } == ["save"] && page.all("button").first?["class"] == "primary"
        )
        #expect(page.all("p").contains { $0["lang"] == "en" && $0.text == "Why." })
        form.state = FormState()
        #expect(!markup(form.html).elements.contains { $0["role"] == "alert" })
        #expect(markup(form.secondary).all("button").first?["class"] == nil)
    }

    @Test func `a table repeats its headings in its cells, and leaves no cell out`() {
        let table = Table(
            caption: "C", columns: [.init(title: "A"), .init(title: "B", isAmount: true)],
            rows: [[HTML("1"), HTML("2")], [HTML("3"), HTML("4")]])
        let page = markup(table.html)
        #expect(page.all("td").compactMap { $0["data-title"] } == ["A", "B", "A", "B"])
        #expect(page.all("td").compactMap { $0["class"] } == ["amount", "amount"])
        var facts = Facts()
        facts.add("Uno", nil)
        facts.add("Due", "2")
        #expect(markup(facts.html).all("dt").map(\.text) == ["Due"])
    }

    // MARK: Settings

    @Test(arguments: [
        ("PORTAL_API_URL", "", "is missing"), ("PORTAL_API_KEY", "", "is missing"),
        ("PORTAL_PUBLIC_URL", "", "is missing"),
        ("PORTAL_COOKIE_KEY", "", "is missing"), ("PORTAL_API_URL", "127.0.0.1:8080", "absolute"),
        ("PORTAL_API_URL", "https://u@h/", "absolute"),
        ("PORTAL_API_URL", "https://h/?a=b", "absolute"), ("PORTAL_API_URL", "https://h/#a", "absolute"),
        ("PORTAL_API_URL", "https:///x", "absolute"),
        ("PORTAL_PUBLIC_URL", "http://portale.example.org", "https"), ("PORTAL_COOKIE_KEY", "x", "32 bytes"),
        ("PORTAL_COOKIE_KEY_PREVIOUS", "AAAA", "32 bytes"), ("PORTAL_HTTP_PORT", "0", "1 to 65535"),
        ("PORTAL_DESK", "yes", "true or false"),
        ("PORTAL_SMART_CARDS", "1", "true or false"), ("PORTAL_TRUSTED_PROXY", "10.0.0.0/99", "networks"),
        ("PORTAL_NAME", String(repeating: "x", count: 61), "60 characters"),
        ("PORTAL_OIDC_CLIENT_ID", "x", "set together"),
        ("PORTAL_OIDC_TOKEN_URL", "https://h/t", "set together"),
    ]) func `a setting that cannot be used is one fault, which names it and not its value`(
        name: String, value: String, fault: String
    ) {
        var environment = SettingsTests.good
        environment[name] = value
        let error = #expect(throws: PortalSettings.Faults.self) { try PortalSettings(environment: environment) }
        #expect(error?.faults.count == 1)
        #expect(error?.faults.first?.contains(name) == true && error?.faults.first?.contains(fault) == true)
        if value.count > 3 { #expect(error?.description.contains(value) == false) }
    }

    @Test(arguments: [
        ("PORTAL_PUBLIC_URL", "http://localhost:8070", false), ("PORTAL_PUBLIC_URL", "http://127.0.0.1:8070/", false),
        ("PORTAL_PUBLIC_URL", "https://portale.example.org:443/pagamenti/", true),
        ("PORTAL_NAME", "Comune di Égna", true),
        ("PORTAL_TRUSTED_PROXY", "10.0.0.0/8,fd00::/8", true), ("PORTAL_HTTP_HOST", "::1", true),
    ]) func `a setting of every allowed form is taken`(name: String, value: String, isSecure: Bool) throws {
        var environment = SettingsTests.good
        environment[name] = value
        let settings = try PortalSettings(environment: environment)
        #expect(settings.isSecure == isSecure && !settings.publicURL.hasSuffix("/"))
        #expect(!settings.publicOrigin.hasSuffix(":443"))
    }

    @Test func `a key may be in a file, without the line end of an editor`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "portal-\(UUID().uuidString)")
        try Data("qz_from_file\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var environment = SettingsTests.good
        environment["PORTAL_API_KEY"] = nil
        environment["PORTAL_API_KEY_FILE"] = file.path
        #expect(try PortalSettings(environment: environment).apiKey == "qz_from_file")
        environment["PORTAL_API_KEY_FILE"] = file.path + "-missing"
        let error = #expect(throws: PortalSettings.Faults.self) { try PortalSettings(environment: environment) }
        #expect(error?.faults == ["PORTAL_API_KEY_FILE cannot be read"])
    }

    @Test func `every setting that is read is in the help, the manual page and the documentation`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        func file(_ path: String) throws -> String {
            try String(contentsOf: root.appending(path: path), encoding: .utf8)
        }
        let names = Set(
            try file("Sources/Portal/PortalSettings.swift").matches(of: /"(PORTAL_[A-Z_]+)"/).map { String($0.1) })
        #expect(names.count > 14)
        let configuration = try file("packaging/debian/portal.conf")
        let documentation = try file("docs/portal.md")
        for name in names {
            #expect(PortalSettings.help.contains(name), "\(name)")
            #expect(configuration.contains(name), "\(name)")
            #expect(documentation.contains(name), "\(name)")
        }
    }
}

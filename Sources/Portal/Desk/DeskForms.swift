import Foundation
import JSON

/// Parts that the pages of the desk share.
extension Visit {
    /// The value of a field without blanks at its ends; nil if it is empty.
    func field(_ name: String) -> String? {
        guard let value = form[name]?.trimmingBlanks, !value.isEmpty else { return nil }
        return value
    }

    /// A value of the address; nil if it is empty.
    func filter(_ name: String) -> String? {
        guard let value = query[name]?.trimmingBlanks, !value.isEmpty else { return nil }
        return value
    }

    func allows(_ scopes: Scope...) -> Bool { session.staff?.allows(scopes) == true }

    /// A form whose repetition has the same Idempotency-Key, and whose change applies to the version that was shown. A page that says what
    /// was wrong has a new key, because its form is another request.
    func decision(
        _ action: String, _ fields: [Field], submit: String, tag: String? = nil, state: FormState = FormState()
    ) -> Form {
        let tag = tag ?? form["tag"] ?? ""
        return form(
            action, fields, submit: submit, hidden: [("key", PortalSession.random()), ("tag", tag)], state: state)
    }

    /// The request of such a form.
    func request(_ path: String, _ body: [UInt8]? = nil, method: String = "POST", type: String? = nil) -> APIRequest {
        var request = APIRequest(method: method, path: path, body: body, timeoutSeconds: 30)
        if let type { request.headers.append(("Content-Type", type)) }
        if method == "POST", let key = field("key") { request.headers.append(("Idempotency-Key", key)) }
        if let tag = field("tag") { request.headers.append(("If-Match", tag)) }
        return request
    }
}

extension FormState {
    /// What the service says about a refused request: at the fields, in the reader's language, and its own words in English.
    /// - Parameter field: the name of the field of a pointer such as `/amount_cents`.
    init(
        _ problem: APIProblem, _ visit: Visit, words: [String: String] = [:],
        field: (String) -> String = { String($0.dropFirst()) }
    ) {
        self.init(values: visit.form)
        let texts = visit.texts
        let known = TextKey(rawValue: DeskWords.key("refused", problem.code)).map { texts[$0] }
        if let known { message = known }
        for violation in problem.violations {
            errors[field(violation.pointer)] = words[violation.code] ?? texts[.errorInvalid]
        }
        if known == nil, problem.violations.isEmpty { message = texts[.deskRefused] }
        if let detail = problem.detail, known != nil || problem.violations.isEmpty { details = [detail] }
        // A violation whose field is not in the form is in the summary only.
        let elsewhere = problem.violations.filter { visit.form[field($0.pointer)] == nil }
        details += elsewhere.filter { visit.files[field($0.pointer)] == nil }.map { "\($0.pointer) \($0.code)" }
    }
}

extension PortalApp {
    /// The state of a form after the service refused it, with the texts of the violated rules.
    func refused(
        _ problem: APIProblem, _ visit: Visit, field: (String) -> String = { String($0.dropFirst()) }
    ) async -> FormState {
        var words: [String: String] = [:]
        if !problem.violations.isEmpty,
            let codes = try? await api.get(
                "/v1/codes", query: [("language", visit.language.rawValue)], as: visit.caller)
        {
            for item in codes.list("items") where item.text("kind") == "violation" {
                if let code = item.text("code"), let text = item.text("text") { words[code] = text }
            }
        }
        return FormState(problem, visit, words: words, field: field)
    }

    /// An object, with the ETag for its next change.
    func tagged(_ path: String, _ visit: Visit) async throws -> (json: JSONValue, tag: String) {
        let reply = try await api.reply(APIRequest(path: path), as: visit.caller)
        guard let json = try? JSONValue.parse(reply.body) else {
            throw APIError.unavailable(retryAfterSeconds: nil)
        }
        return (json, reply.header("etag") ?? "")
    }

    /// The first items of a list; nil if the key may not read it.
    func items(_ path: String, _ query: [(String, String?)], _ visit: Visit, scopes: [Scope]) async throws
        -> [JSONValue]?
    {
        guard visit.session.staff?.allows(scopes) == true else { return nil }
        do {
            return try await api.get(path, query: query + [("limit", "100")], as: visit.caller).list("items")
        } catch APIError.forbidden {
            return nil
        }
    }

    /// The creditors of the key, for a choice: with their names, if the key may read them.
    func creditorField(_ visit: Visit, name: String = "creditor") async throws -> Field {
        var options: [(value: String, label: String)] = []
        if let list = try await items("/v1/creditors", [], visit, scopes: [.positionsRead, .operations]) {
            options = list.map { creditor in
                let code = creditor.text("tax_code") ?? ""
                return (code, "\(creditor.text("name") ?? "") (\(code))")
            }
        } else {
            let key = try await api.get("/v1/me/key", as: visit.caller)
            options = key.strings("creditors").map { ($0, $0) }
        }
        return Field(name: name, kind: .select(options), label: visit.texts[.creditor], maximum: nil)
    }
}

/// An amount as people type it.
enum TypedAmount {
    /// `1.059,80`, `1059,8`, `1,059.80` and `1059` are amounts; the last comma or point before one or two digits separates the cents.
    static func cents(_ text: String) -> Int64? {
        let text = text.filter { !$0.isWhitespace && $0 != "€" }
        guard text.utf8.count <= 20, text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "," || $0 == ".") }) else {
            return nil
        }
        let isSeparator: (Character) -> Bool = { $0 == "," || $0 == "." }
        let parts = text.split(omittingEmptySubsequences: false, whereSeparator: isSeparator)
        guard let last = parts.last else { return nil }
        let hasCents = parts.count > 1 && (1...2).contains(last.count)
        let whole = hasCents ? parts.dropLast() : parts[...]
        // Groups of thousands have three digits.
        guard let first = whole.first, !first.isEmpty, whole.dropFirst().allSatisfy({ $0.count == 3 }) else {
            return nil
        }
        let cents = hasCents ? (last.count == 1 ? "\(last)0" : String(last)) : "00"
        return Int64(whole.joined() + cents)
    }

    /// As the field of a form shows it.
    static func text(_ cents: Int64) -> String {
        let rest = cents.magnitude % 100
        return "\(cents.magnitude / 100),\(rest < 10 ? "0" : "")\(rest)"
    }
}

/// The link to the next page of a list.
struct NextPage: Sendable {
    let path: String?
    let texts: Texts

    init(_ list: JSONValue, _ path: String, _ query: [(String, String?)], _ texts: Texts) {
        self.path = list.text("next_cursor").map { path + APIClient.query(query + [("cursor", $0)]) }
        self.texts = texts
    }

    var html: HTML? {
        path.map { path in
            element("p", ["class": "actions"]) {
                element("a", ["href": path, "class": "button", "rel": "next"], texts[.nextPage])
            }
        }
    }
}

/// A sentence where a list is empty.
func nothing(_ text: String) -> HTML { element("p", ["class": "notice", "role": "status"], text) }

/// A text that the service has in English only.
func english(_ text: String?) -> HTML? {
    text.map { text in element("span", ["lang": "en"]) { element("bdi", [:], text) } }
}

import HTTPTypes
import Text

/// The frame of the pages for people that the API itself serves: no script, nothing from elsewhere, and one style, whose hash the policy
/// names.
struct HTMLPage: Sendable {
    private let style: String
    private let policy: String

    /// - Parameter hasForm: whether the page may send a form to the service.
    init(style: String, hasForm: Bool = false) {
        self.style = style
        policy =
            "default-src 'none'; style-src '\(contentHash(Array(style.utf8)))'\(hasForm ? "; form-action 'self'" : ""); frame-ancestors 'none'"
    }

    /// - Parameters:
    ///   - title: plain text.
    ///   - content: HTML that follows the heading.
    ///   - language: the tag of the page's language.
    ///   - isPersonal: the address is a secret, so that search engines and other sites must not learn it.
    ///   - mainClass: the class of the main element.
    func reply(
        _ title: String, _ content: String, language: String = "en", isPersonal: Bool = false, mainClass: String? = nil
    ) -> Reply {
        let heading = Markup.escape(title)
        let secrecy =
            isPersonal
            ? "<meta name=\"robots\" content=\"noindex\"><meta name=\"referrer\" content=\"no-referrer\">\n" : ""
        let page = """
            <!DOCTYPE html>
            <html lang="\(language)"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            \(secrecy)<title>\(heading)</title><style>\(style)</style></head><body>
            <main\(mainClass.map { " class=\"\($0)\"" } ?? "")><h1>\(heading)</h1>
            \(content)
            </main></body></html>

            """
        return Reply(
            .ok, headers: [.contentType: "text/html; charset=utf-8", .contentSecurityPolicy: policy],
            body: Array(page.utf8))
    }
}
